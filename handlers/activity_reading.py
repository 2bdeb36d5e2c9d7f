"""What an organiser types of an activity, as values: seats, times, tags, questions."""

import re
from datetime import date, datetime, time, timedelta
from typing import Any

from handlers import checks, moves
from handlers.checks import bare, read_number
from handlers.moves import Wish
from handlers.talk import Talk
from handlers.understanding.reading import Reading, read
from models.activity_publishing import Plan
from models.folding import clean, fold
from models.refusal import Refusal
from models.text import Text

MOST_SEATS = 100_000
_MOST_COMPANIONS = 9
_MOST_HOURS = 24
_LONGEST_TITLE = 60
# In minutes: what would last longer than that over midnight is a slip of the finger.
_DAY, _LONGEST_NIGHT = 24 * 60, 12 * 60
_MOST_QUESTIONS, _MOST_TAGS = 8, 8
UNLIMITED = re.compile(r"(?:名额|人数)?(?:不限|没有限制|无限制?)(?:制)?(?:人数|名额)?|no limit|unlimited")
_PEOPLE = re.compile(
    r"(?:名额|人数|限|共|最多|上限|为|是|:|\s)*(\d{1,6})\s*(?:个|位|名|人|名额|people|seats)*"
)
_LENGTH = re.compile(
    r"(?P<many>\d+(?:\.\d+)?|[半一二两三四五六])\s*(?:个)?(?P<half>半)?(?:小时|钟头|hours?|h)|(?P<minutes>\d{1,3})\s*(?:分钟|minutes?|min)"
)
_BEFORE = re.compile(
    r"(?:提前|开始前|before)?\s*(?P<many>\d{1,3}|[一二两三四五六七八九十])\s*(?:个)?(?P<unit>小时|钟头|分钟|天|周|hours?|minutes?|days?|weeks?)(?:前|以前|之前| before)?"
)
_UNITS = {"小时": 60, "钟头": 60, "分钟": 1, "天": 1440, "周": 10080, "h": 60, "m": 1, "d": 1440, "w": 10080}
_OPTIONAL = re.compile(r"[(（]?\s*(?:可不填|可以不填|选填|optional)\s*[)）]?", re.IGNORECASE)


def read_in(talk: Talk, said: str) -> Reading:
    """Read as of when the form began: 明天 stays the day that it was, also in an answer that is read after midnight."""
    return read(said, began(talk), talk.person, talk.lexicon)


def began(talk: Talk) -> datetime:
    return datetime.fromisoformat(talk.form.began) if talk.form else talk.now


def title(said: str) -> str:
    words = checks.words(said).strip('「」《》“”" ')
    if not words or len(words) > _LONGEST_TITLE:
        raise Refusal("activity.title", Text("请写短一些，标题最多{count}个字。", count=_LONGEST_TITLE))
    return words


def short(said: str) -> str:
    return " ".join(checks.words(said).split())


def capacity(said: str) -> int | None:
    """`15`, `15人`, `名额15`, `不限` (None)."""
    plain = bare(said)
    if UNLIMITED.fullmatch(plain):
        return None
    found = _PEOPLE.fullmatch(plain)
    number = int(found[1]) if found else read_number(plain)
    if number is None or not 1 <= number <= MOST_SEATS:
        raise Refusal("check.number", Text("请发一个数字，比如“15”，或者发“不限”。"))
    return number


def least(said: str) -> int:
    found = capacity(said)
    if found is None:
        raise Refusal("check.number", Text("请发一个数字，比如“{example}”。", example=5))
    return found


def companions(said: str) -> int:
    number = read_number(said)
    if number is None and bare(said) == "0":
        number = 0
    if number is None or number > _MOST_COMPANIONS:
        raise Refusal("check.range", Text("请发0到{count}之间的数字。", count=_MOST_COMPANIONS))
    return number


def hours(said: str) -> float:
    plain = bare(said).removesuffix("个小时").removesuffix("小时").removesuffix("hours").strip()
    try:
        number = float(plain)
    except ValueError:
        number = float(read_number(plain) or 0)
    if not 0 < number <= _MOST_HOURS:
        raise Refusal("check.range", Text("请发0到{count}之间的数字。", count=_MOST_HOURS))
    return number


def tags(said: str) -> tuple[str, ...]:
    parts = (clean(part).lstrip("#") for part in re.split(r"[、,，;；\s]+", checks.words(said)))
    return tuple(dict.fromkeys(part for part in parts if part))[:_MOST_TAGS]


def questions(_talk: Talk, plan: Plan, said: str) -> tuple[dict[str, Any], ...]:
    """One a sentence; what was asked before keeps its key, so that answers that are there still belong to it."""
    known = {each["ask"]: each["key"] for each in plan.questions}
    asked = []
    parts = [clean(part) for part in re.split(r"[;；\n]+|(?<=[?？])", checks.words(said)) if clean(part)]
    # A mark behind the question belongs to it.
    merged: list[str] = []
    for part in parts:
        if merged and _OPTIONAL.fullmatch(part):
            merged[-1] += part
        else:
            merged.append(part)
    if len(merged) > _MOST_QUESTIONS:
        raise Refusal("activity.questions", Text("请少问几个，最多{count}个问题。", count=_MOST_QUESTIONS))
    taken = set(known.values())
    for part in merged:
        ask = _OPTIONAL.sub("", part).strip()
        key = known.get(ask) or next(name for n in range(1, 99) if (name := f"q{n}") not in taken)
        taken.add(key)
        asked.append({"key": key, "ask": ask, "optional": bool(_OPTIONAL.search(part))})
    return tuple(asked)


def moment(talk: Talk, plan: Plan, said: str) -> datetime:
    """A day and hour, or so long before the start."""
    wish = moves.told(read_in(talk, said))
    if "day" in wish and "clock" in wish:
        day, clock = date.fromisoformat(wish["day"]), time.fromisoformat(wish["clock"])
        return datetime.combine(day, clock, talk.zone)
    if found := _BEFORE.fullmatch(fold(said).strip()):
        number = int(found["many"]) if found["many"].isdigit() else read_number(found["many"]) or 1
        unit = _UNITS.get(found["unit"]) or _UNITS[found["unit"][0]]
        return plan.starts - timedelta(minutes=number * unit)
    raise Refusal("activity.when", Text("请写清楚日期和几点，比如“12月1日18:00”，或者“提前2小时”。"))


def is_reversed(wish: Wish) -> bool:
    """Whether the end stands before the start, and no night lies between them."""
    if not {"clock", "until"} <= wish.keys():
        return False
    start, end = time.fromisoformat(wish["clock"]), time.fromisoformat(wish["until"])
    minutes = (end.hour - start.hour) * 60 + end.minute - start.minute
    return minutes <= 0 and minutes + _DAY > _LONGEST_NIGHT


class When:
    """Day, hour and maybe the end of what an answer says, beside what is `known`."""

    wants = "time"

    def __init__(self, talk: Talk, known: Wish) -> None:
        self._talk, self._known = talk, known

    def __call__(self, said: str) -> Wish:
        told = moves.told(read_in(self._talk, said))
        wish = {
            name: value
            for name, value in {**self._known, **told}.items()
            if name in ("day", "clock", "until")
        }
        if "clock" not in wish or "day" not in wish:
            raise Refusal("activity.when", Text("请写清楚日期和几点，比如“12月2日18:30到20:00”。"))
        if is_reversed(wish):
            raise Refusal("activity.order", Text("请换个结束时间，要比开始晚。"))
        return wish


def span(talk: Talk, wish: Wish) -> tuple[datetime, datetime | None]:
    """From when to when a wish is; the end is open where it was not said."""
    day = date.fromisoformat(wish["day"])
    starts = datetime.combine(day, time.fromisoformat(wish["clock"]), talk.zone)
    if "minutes" in wish:
        return starts, starts + timedelta(minutes=wish["minutes"])
    if "until" not in wish:
        return starts, None
    ends = datetime.combine(day, time.fromisoformat(wish["until"]), talk.zone)
    return starts, ends if ends > starts else ends + timedelta(days=1)


class End:
    """The end as an hour, or as how long it takes."""

    wants = "time"

    def __init__(self, talk: Talk, known: Wish) -> None:
        self._talk, self._known = talk, known

    def __call__(self, said: str) -> Wish:
        plain = fold(said)
        if found := _LENGTH.search(plain):
            return {"minutes": _length(found)}
        told = moves.told(read_in(self._talk, said))
        clock = told.get("until") or told.get("clock")
        if clock is None:
            raise Refusal("activity.end", Text("请写几点结束，或者办多久，比如“20:00”“一个半小时”。"))
        if is_reversed({**self._known, "until": clock}):
            raise Refusal("activity.order", Text("请换个结束时间，要比开始晚。"))
        return {"until": clock}


def length(plain: str) -> int | None:
    """How long `两小时`, `90分钟` are, in minutes; None where it is something else too."""
    found = _LENGTH.fullmatch(plain)
    return _length(found) if found else None


def _length(found: re.Match[str]) -> int:
    """In minutes."""
    if found["minutes"]:
        return int(found["minutes"])
    many = found["many"]
    number = 0.5 if many == "半" else float(many) if many[0].isdigit() else float(read_number(many) or 1)
    return int((number + (0.5 if found["half"] else 0)) * 60)


def place(talk: Talk, said: str) -> int:
    named = read_in(talk, said).named_places
    if not named:
        raise Refusal("activity.place", Text("请写一个社区里有的地点，比如楼名、服务站。没有找到这个地方。"))
    return named[-1]
