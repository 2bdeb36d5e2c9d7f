"""切换: who lives and works here chooses which of both comes first; who only lives here gets nothing of a park."""

from pathlib import Path

from handlers.understanding.lexicon import Lexicons
from handlers.understanding.reading import Reading
from models import community, member
from models.database import transaction
from tests import shifts, units
from tests.chat import Chat


def own_building(say: Chat, who: str) -> str:
    """What 我们楼 means to somebody."""
    with transaction(say.engine) as db:
        lexicon = Lexicons().get(db, community.revision(db), say.clock.now())
        person = member.person(db, shifts.member(db, who))
        place = Reading("我们楼", say.clock.now(), person, lexicon).own_place
    assert place is not None
    return lexicon.places[place].name


def test_one_message_swaps_the_sides(say_on_both: Chat, tmp_path: Path) -> None:
    say = say_on_both
    units.load(say.engine, tmp_path)
    assert own_building(say, "qu") == "云杉大厦"
    near = say("附近有什么活动", "qu").refs
    swapped = say("切换", "qu")
    assert (swapped.did, swapped.refs) == ("profile.side", ["place:estate-north"])
    assert "先看海棠苑北区" in swapped.text
    assert own_building(say, "qu") == "海棠苑北区"
    assert say("附近有什么活动", "qu").refs != near
    assert "换到上班这边" in say("side 1", "qu").text
    assert say("附近有什么活动", "qu").refs == near
    assert "换到小区这边" in say("切换到小区这边", "qu").text
    # Who only works here has no other side yet.
    assert "请先填住处" in say("切换", "lin").text


def test_a_resident_gets_nothing_of_the_offices(say_on_both: Chat, tmp_path: Path) -> None:
    say = say_on_both
    units.load(say.engine, tmp_path)
    say("切换", "qu")
    say("通知云杉大厦全体：周五空调检修", "officer")
    say.press("确认发送", "officer")
    told = say.told("2026-11-23T09:30:00+08:00")
    # 何二 only lives here; 瞿工 does both, whichever side comes first.
    assert "he" not in told
    assert "周五空调检修" in told["qu"].text
