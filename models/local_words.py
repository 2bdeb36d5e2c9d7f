"""What our own list of words and patterns finds in what somebody wrote, before a person looks at it."""

import re
import tomllib
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from models import phone
from models.folding import fold
from models.text import Text

_LOCAL = Path(__file__).with_suffix(".toml")
_BETWEEN = re.compile(r"[\W_]+")
# The number of an identity card, which holds a day of birth.
_IDENTITY = re.compile(
    r"(?<!\d)([1-9]\d{5})(?:19|20)\d{2}(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])\d{2}(\d[\dxX])(?!\d)"
)
WHY = {
    "insult": Text("骂人的话"),
    "advertisement": Text("广告"),
    "identity": Text("身份证号"),
    "phone": Text("电话号码"),
    "room": Text("门牌号"),
    "name": Text("姓名"),
}


@dataclass(frozen=True, slots=True)
class Rule:
    why: str
    withhold: bool
    words: tuple[str, ...]
    patterns: tuple[re.Pattern[str], ...]

    def finds(self, plain: str, bare: str) -> bool:
        return any(word in bare for word in self.words) or any(each.search(plain) for each in self.patterns)


@cache
def _rules() -> tuple[Rule, ...]:
    return tuple(
        Rule(
            each["why"],
            each.get("withhold", False),
            tuple(each.get("words", ())),
            tuple(re.compile(pattern) for pattern in each.get("patterns", ())),
        )
        for each in tomllib.loads(_LOCAL.read_text("utf-8"))["rule"]
    )


def judge(words: str | None) -> tuple[str | None, bool]:
    """What the local words find in it, and whether it is so clear that nobody has to look; (None, False) is nothing."""
    if not words:
        return None, False
    if words.startswith(phone.SEALED):
        return "phone", False
    plain = fold(words)
    bare = _BETWEEN.sub("", plain)
    found = [rule for rule in _rules() if rule.finds(plain, bare)]
    clear = next((rule for rule in found if rule.withhold), None)
    first = clear or next(iter(found), None)
    return (first.why, first.withhold) if first else (None, False)


def public(words: str) -> str:
    """The words as others read them, whoever let them pass: numbers of phones and identity cards are masked."""
    return phone.without(_IDENTITY.sub(r"\1**********\2", words))
