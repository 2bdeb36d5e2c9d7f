"""Who looks at the page: a browser told by a signed cookie, its language, and how it wants things shown."""

import hashlib
import secrets
from dataclasses import dataclass
from typing import Any, Literal, get_args

from itsdangerous import BadSignature, Signer
from starlette.requests import Request
from starlette.responses import Response

from models.member import Language
from models.vault import Vault

COOKIE, DISPLAY_COOKIE = "linli", "linli-display"
YEAR_SECONDS = 365 * 24 * 3600
Size = Literal["normal", "large", "care", "huge"]
Theme = Literal["auto", "light", "dark"]


@dataclass(frozen=True, slots=True)
class Visitor:
    """One browser. Who has the database does not have the cookie: `key` is only a digest of its token."""

    token: str

    @property
    def key(self) -> str:
        return hashlib.sha256(self.token.encode()).hexdigest()[:32]

    @property
    def mark(self) -> str:
        """Tells a page whose it is, so that an old one is not taken for somebody else's; leads to nobody."""
        return hashlib.sha256(f"mark of {self.token}".encode()).hexdigest()[:16]

    def scoped(self, message: str) -> str:
        """A message id of this browser's own: nobody meets another one's by guessing it.

        It does not lead to `key`, since it is kept a while longer than a person that is erased.
        """
        scope = hashlib.sha256(f"messages of {self.token}".encode()).hexdigest()[:32]
        return f"{scope}.{message}"


def newcomer() -> Visitor:
    return Visitor(secrets.token_urlsafe(32))


class Cookies:
    """Reads and sets the cookie of a browser; one that was not signed here is none."""

    def __init__(self, vault: Vault, *, secure: bool) -> None:
        self._signer = Signer(vault.signing_key("page"), digest_method=hashlib.sha256)
        self._secure = secure

    def visitor(self, request: Request) -> Visitor | None:
        try:
            return Visitor(self._signer.unsign(request.cookies.get(COOKIE, "")).decode())
        except BadSignature:
            return None

    def remember(self, response: Response, visitor: Visitor) -> None:
        response.set_cookie(COOKIE, self._signer.sign(visitor.token).decode(), **self._attributes())

    def forget(self, response: Response) -> None:
        response.delete_cookie(COOKIE)

    def remember_display(self, response: Response, size: Size, theme: Theme) -> None:
        response.set_cookie(DISPLAY_COOKIE, f"{size}.{theme}", **self._attributes())

    def _attributes(self) -> dict[str, Any]:
        return {"max_age": YEAR_SECONDS, "httponly": True, "samesite": "lax", "secure": self._secure}


def display(request: Request) -> tuple[Size, Theme]:
    """Text size and colours as this browser chose them."""
    size, _, theme = request.cookies.get(DISPLAY_COOKIE, "").partition(".")
    return as_size(size), as_theme(theme)


def as_size(word: str) -> Size:
    return next((size for size in get_args(Size) if size == word), "normal")


def as_theme(word: str) -> Theme:
    return next((theme for theme in get_args(Theme) if theme == word), "auto")


def language(request: Request) -> Language | None:
    """The first language of the browser that we speak; None where it names none of them."""
    for part in request.headers.get("accept-language", "").lower().split(","):
        tag = part.partition(";")[0].strip()
        if tag.startswith(("zh-tw", "zh-hk", "zh-mo", "zh-hant")):
            return "zh-Hant"
        if tag.startswith("zh"):
            return "zh-Hans"
        if tag.startswith("en"):
            return "en"
    return None
