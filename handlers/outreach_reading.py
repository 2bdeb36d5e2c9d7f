"""What a line says of a visit: the tower, the floor, the company, what came of it and what was needed."""

import re
from typing import Any

from handlers import moves
from handlers.activity_reading import read_in
from handlers.checks import DIGITS
from handlers.talk import Arguments, Talk
from handlers.understanding import amounts
from handlers.understanding.reading import Reading, read
from models import duty, outreach
from models.folding import clean, fold
from models.refusal import Refusal
from models.text import Text, as_said

LONGEST_NAME = 40
# A place and a floor stand in one number.
FLOORS, LOWEST = 1000, 100
# A page of a list and a place stand in one number too.
PLACES = 1_000_000
_FLOOR = re.compile(
    r"(?P<under>地下|负|b|-)?\s*(?P<many>\d{1,3}|[一二两三四五六七八九十百]{1,4})\s*(?:楼|层|f\b|/f)|(?<![a-z0-9])b(?P<below>\d)(?![a-z0-9])|\bfloor (?P<en>\d{1,3})\b|\b(?P<nth>\d{1,3})(?:st|nd|rd|th) floor"
)
_NUMBER = re.compile(r"(?P<under>地下|负|b|-)?\s*(?P<many>\d{1,3}|[一二两三四五六七八九十]{1,3})")
_HEAD = re.compile(
    r"^\s*(?:记|记一条|记录|登记|我要|开始)?(?:一次)?(?:走访|走訪|扫楼|掃樓)(?:了)?\s*[:：,，]?\s*"
    r"|^\s*(?:note|log|record|start)?\s*(?:an? )?outreach visit(?: to| at)?\s*[:,]?\s*",
    re.IGNORECASE,
)
_OUTCOME = {
    "met": r"见到了?|见了面?|見到了?|聊了|接待了|\bmet\b",
    "refused": r"不让进|没让进|不讓進|拒绝了?|拒絕了?|谢绝|\brefused\b",
    "empty": r"没有?人|沒有?人|关门|關門|锁着|\bempty\b|\bclosed\b",
}
_ANY = "|".join(_OUTCOME.values())
_NEEDS = re.compile(
    r"(?:他们|对方|公司)?(?:需要|想要|希望|反映|提出|说)[:：,，]?\s*(?P<words>.+)$|\bneeds?\s+(?P<en>.+)$",
    re.DOTALL,
)
_NEXT = re.compile(
    r"[,，。;；\s]*(?:下次|约好?|再去|next(?: time)?)[:：]?\s*(?P<when>[^,，。;；]{2,16}?)(?:再?去|见|拜访)?[。.!！\s]*$"
)


def said(reading: Reading) -> Arguments:
    """`走访 12楼 某某公司 见到了 需要…`, as far as it goes."""
    line = _HEAD.sub("", clean(reading.said), count=1)
    again = None
    if (found := _NEXT.search(line)) and (day := _day(reading, found["when"])):
        again, line = day, line[: found.start()]
    known = _floor(fold(line))
    place = next(iter(read(line, reading.now, reading.person, reading.lexicon).named_places), None)
    arguments: dict[str, Any] = {"place": place, "floor": known, "again": again}
    came = re.search(_ANY, line, re.IGNORECASE)
    if came is None:
        return arguments
    outcome = next(name for name, words in _OUTCOME.items() if re.fullmatch(words, came[0], re.IGNORECASE))
    rest = line[came.end() :].strip(" ,，。;；:：")
    wanted = _NEEDS.search(rest)
    company = _company(line[: came.start()], reading)
    if company:
        arguments |= {"company": company, "outcome": outcome}
        arguments["needs"] = (wanted["words"] or wanted["en"]).strip(" ,，。") if wanted else None
    return arguments


def _day(reading: Reading, words: str) -> str | None:
    return moves.told(read(words, reading.now, reading.person, reading.lexicon)).get("day")


def _company(line: str, reading: Reading) -> str | None:
    """What is left of the line before what came of it, without the tower and the floor."""
    floor = re.compile(_FLOOR.pattern, re.IGNORECASE).search(line)
    # The company is what stands behind the floor.
    rest = line[floor.end() :] if floor else line
    for node in reading.lexicon.places.values():
        if floor is None and rest.startswith(node.name):
            rest = rest.removeprefix(node.name)
    name = rest.strip(" ,，。;；:：的")
    return name if 1 < len(name) <= LONGEST_NAME else None


def _floor(text: str) -> int | None:
    found = _FLOOR.search(text)
    if found is None:
        return None
    if found["below"]:
        return -int(found["below"])
    many = _many(found["many"] or found["en"] or found["nth"])
    return -many if found["under"] else many


def _many(words: str) -> int:
    return int(words) if words.isdigit() else DIGITS.get(words) or amounts.read(words) or 0


def floor_name(floor: int) -> str:
    """As it stands in a lift: 12楼, B1."""
    return f"B{-floor}" if floor < 0 else f"{floor}楼"


def floor_text(floor: int) -> Text:
    """The same in its reader's language."""
    return as_said(floor_name(floor)) if floor < 0 else Text("{floor}楼", floor=floor)


def only_tower(talk: Talk) -> int | None:
    """The one building that an officer is staff of; None where there are several."""
    there = [talk.lexicon.places[key] for key in duty.everywhere(talk.db, talk.person.id)]
    towers = [node.id for node in there if node.kind == "building"]
    return towers[0] if len(towers) == 1 else None


class Spot:
    """A tower and a floor, as key and number; either may be known before."""

    wants = "time"

    def __init__(self, talk: Talk, place: int | None, floor: int | None) -> None:
        self._talk, self._place, self._floor = talk, place, floor

    def __call__(self, said: str) -> list[int]:
        named = read_in(self._talk, said).named_places
        place = named[0] if named else self._place
        if place is None:
            raise Refusal("outreach.place", Text("请把楼名也写上，比如“12楼”前面加楼名。"))
        floor = _floor(fold(said))
        if floor is None and (found := _NUMBER.fullmatch(fold(said).strip(" .。"))):
            floor = -_many(found["many"]) if found["under"] else _many(found["many"])
        if floor is None and named:
            floor = self._floor
        if not floor or floor not in outreach.FLOORS:
            raise Refusal("outreach.floor", Text("请写楼层，比如“12楼”；地下一层写“B1”。"))
        return [place, floor]
