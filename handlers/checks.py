"""From typed text to a value, or a Refusal that says what was expected."""

import re
from collections.abc import Callable

from models.folding import clean, fold
from models.refusal import Refusal
from models.text import Text

LONGEST_ANSWER = 200
DIGITS = {
    "一": 1,
    "二": 2,
    "两": 2,
    "俩": 2,
    "三": 3,
    "四": 4,
    "五": 5,
    "六": 6,
    "七": 7,
    "八": 8,
    "九": 9,
    "十": 10,
}
_NUMBER = re.compile(
    r"(?:第|就|共|一共|总共)?(\d{1,4}|[一二两俩三四五六七八九十])(?:个人|个|位|人|名|people|persons?)?"
)
# Nine digits, which people write in groups, and no part of a longer number.
_CODES = re.compile(r"(?<!\d)(?<!\d[ .,\-])[1-9](?:[ .,\-]{0,3}\d){8}(?![ .,\-]?\d)")
_SIX = re.compile(r"(\d{3})[ \-]?(\d{3})", re.ASCII)
# As they are dictated.
_SPOKEN = str.maketrans("零〇一二两三四五六七八九幺", "0012234567891")


class Number:
    """A whole number within limits, as digits or as a Chinese numeral: `2`, `两位`, `三个人`."""

    wants = "number"

    def __init__(self, least: int, most: int, refuse: Callable[[int], Text]) -> None:
        self._least, self._most, self._refuse = least, most, refuse

    def __call__(self, text: str) -> int:
        number = read_number(text)
        if number is None:
            raise Refusal("check.number", Text("请发一个数字，比如“{example}”。", example=self._least))
        if not self._least <= number <= self._most:
            raise Refusal("check.range", self._refuse(number))
        return number


def bare(text: str) -> str:
    """A short answer folded, without the full stop that voice input sets behind it."""
    return fold(text).strip(" .。!,~")


def read_number(text: str) -> int | None:
    """The number that a short answer says, or None where it is none."""
    found = _NUMBER.fullmatch(bare(text))
    if found is None:
        return None
    return DIGITS.get(found[1]) or int(found[1])


def find_code(text: str) -> int | None:
    """The one-time code in a sentence, as `123 456 789`, `123-456-789` or in one; None where there is none, or several."""
    found = _CODES.findall(fold(text))
    return int(re.sub(r"\D", "", found[0])) if len(found) == 1 else None


def read_code(text: str) -> int | None:
    """The one-time code that a line is, and nothing else, also a dictated one; None where it is none."""
    line = bare(text).translate(_SPOKEN)
    return find_code(line) if _CODES.fullmatch(line) else None


def read_six(text: str) -> str | None:
    """The six digits that a line is, and nothing else, as 012 345."""
    found = _SIX.fullmatch(bare(text).translate(_SPOKEN))
    return found[1] + found[2] if found else None


def words(text: str) -> str:
    """A short answer in somebody's own words."""
    answer = clean(text)
    if not answer:
        raise Refusal("check.empty", Text("请写几个字。"))
    if len(answer) > LONGEST_ANSWER:
        raise Refusal("check.long", Text("请写短一些，最多{count}个字。", count=LONGEST_ANSWER))
    return answer
