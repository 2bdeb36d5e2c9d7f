"""What a booking is about: asked where a service is private, may be left out, and sealed for its hosts alone."""

from typing import Any

from sqlalchemy import Row

from handlers.questions import words
from handlers.talk import Option, Talk
from models.text import Text

_SKIP = Option("", Text("不写了"), ("跳过", "不写", "没有", "skip", "no"))


def matter(talk: Talk, one: Row[Any]) -> str | None:
    """Sealed for who gives the service; None where it is not private, or nothing was written."""
    if not one.private:
        return None
    text = Text("想问哪方面？可以不写。写几个字就行，不用写细节，只有给您服务的人看得到。")
    said = str(talk.ask("matter", text, _SKIP, check=words))
    return talk.vault.seal(said) if said else None
