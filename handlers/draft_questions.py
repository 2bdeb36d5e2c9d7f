"""What a project needs to be one, each as a question: title, summary, board, places, parts, and who verified it."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

from sqlalchemy import Row

from handlers import activity_reading, checks
from handlers.checks import bare
from handlers.talk import Option, Talk
from handlers.understanding.parts import Parts
from models import board, duty, phone
from models.card import Article
from models.folding import fold
from models.project_making import PartPlan
from models.refusal import Refusal
from models.text import Text, as_said, prose

LONGEST_TITLE = 40
_BOARDS, _PLACES = 9, 5
_NONE = ("没有", "不分", "跳过", "none", "skip")
_SORTED = ("board", "field", "fund")


def title(talk: Talk, about: tuple[Article, ...] = ()) -> str:
    return talk.ask("title", Text("项目叫什么？"), check=name, about=about)


def name(said: str) -> str:
    words = checks.words(said).strip('「」《》“”" ：:')
    if not words or len(words) > LONGEST_TITLE:
        raise Refusal("project.title", Text("请写短一些，名称最多{count}个字。", count=LONGEST_TITLE))
    return words


def summary(talk: Talk, about: tuple[Article, ...] = ()) -> str | None:
    skip = Option("", Text("先不写"), ("跳过", "不写", "没有", "skip"))
    asked = Text("用一两句话写做什么、为了谁。可以先不写。")
    return talk.ask("summary", asked, skip, check=_sentence, about=about) or None


def _sentence(said: str) -> str:
    return phone.without(checks.words(said))


def label(talk: Talk, about: tuple[Article, ...] = ()) -> str | None:
    """The id of a board, or None; not asked where the community has none."""
    known = sortable(talk)
    if not known:
        return None
    options = [Option(row.code, prose(row.name)) for row in known[:_BOARDS]]
    none = Option("", Text("不分板块"), _NONE)
    return talk.ask("board", Text("放在哪个板块？"), *options, none, check=_Board(known), about=about) or None


def sortable(talk: Talk) -> list[Row[Any]]:
    """The boards under which a project can stand: those that are not divided further."""
    known = [row for row in board.everything(talk.db) if row.kind in _SORTED]
    parents = {row.parent_id for row in known}
    return [row for row in known if row.id not in parents]


class _Board:
    """A board by its name, where there are more than can be offered."""

    wants = "choice"

    def __init__(self, known: list[Row[Any]]) -> None:
        self._known = known

    def __call__(self, said: str) -> str:
        plain = bare(said)
        found = [row for row in self._known if plain and (fold(row.name) in plain or plain in fold(row.name))]
        if len(found) != 1:
            raise Refusal("project.board", Text("请从下面选一个板块，或者写它的全名。"))
        return str(found[0].code)


def places(talk: Talk, about: tuple[Article, ...] = ()) -> list[int]:
    """One place or several, each one's own to look after; the first one is where it is at home."""
    nodes = [talk.lexicon.places[key] for key in duty.places(talk.db, talk.person.id)]
    options = [Option([node.id], as_said(node.name)) for node in nodes[:_PLACES]]
    asked = Text("在哪里？几个地方一起办，就都写上，比如“{example}”。", example=_example(talk))
    found: list[int] = talk.ask("places", asked, *options, check=_Places(talk), about=about)
    for each in found:
        duty.check(talk.db, talk.person.id, each)
    return found


def _example(talk: Talk) -> str:
    names = [talk.lexicon.places[key].name for key in duty.everywhere(talk.db, talk.person.id)]
    return "、".join(names[:2])


class _Places:
    wants = "choice"

    def __init__(self, talk: Talk) -> None:
        self._talk = talk

    def __call__(self, said: str) -> list[int]:
        named = list(activity_reading.read_in(self._talk, said).named_places)
        if not named:
            raise Refusal("project.place", Text("请写一个社区里有的地点，比如楼名、服务站。"))
        return named


def parts(talk: Talk, about: tuple[Article, ...] = ()) -> tuple[PartPlan, ...]:
    asked = Text("需要什么、要多少？写在一行里，比如“场地1个、志愿者10人”。")
    return talk.ask("parts", asked, check=Parts(), about=about)


def verification(talk: Talk, about: tuple[Article, ...] = ()) -> tuple[str, datetime] | None:
    """Who verified that it is what it says, and on which day; None where nobody has yet."""
    later = Option("", Text("还没核实"), ("没有", "没核实", "还没有", "later", "no"))
    asked = Text("谁核实过？写单位或姓名。没核实的先存草稿。")
    by = talk.ask("verifier", asked, later, check=_sentence, about=about)
    if not by:
        return None
    today = Option(activity_reading.began(talk).isoformat(), Text("今天"), ("今天", "today"))
    at = talk.ask("verified", Text("哪天核实的？比如“11月20日”。"), today, check=_Day(talk), about=about)
    return by, datetime.fromisoformat(at).astimezone(UTC)


class _Day:
    """A day that is not to come, as the instant at which it began."""

    wants = "time"

    def __init__(self, talk: Talk) -> None:
        self._talk = talk

    def __call__(self, said: str) -> str:
        reading = activity_reading.read_in(self._talk, said)
        day = reading.when.first if reading.when else None
        today = activity_reading.began(self._talk).astimezone(self._talk.zone).date()
        if day is None:
            raise Refusal("project.day", Text("请写一个日期，比如“11月20日”。"))
        if day > today:
            day = day.replace(year=day.year - 1)
        if day > today:
            raise Refusal("project.later", Text("请写今天或以前的日期，核实过了才能写。"))
        return datetime.combine(day, datetime.min.time(), self._talk.zone).isoformat()


def end_of(talk: Talk, day: str) -> datetime:
    """The last instant of a day."""
    after = date.fromisoformat(day) + timedelta(days=1)
    return (datetime.combine(after, datetime.min.time(), talk.zone) - timedelta(minutes=1)).astimezone(UTC)
