"""Entering a report: its number, words, photos and first due date; what it is about; and whose desk it comes to."""

from datetime import datetime, timedelta

import pytest
from sqlalchemy import select

from models import category, follow, need, need_line, photo, reporting
from models.change import CHANGE
from models.database import Db
from models.member import MEMBER
from models.photo import Sent
from models.place import PLACE
from models.refusal import Refusal
from models.reporting import Done, Report
from tests.chat import SCHEDULE, VAULT


def _member(db: Db, code: str) -> int:
    return int(db.value(select(MEMBER.c.id).where(MEMBER.c.code == code)))


def _report(db: Db, words: str = "三楼楼道的灯坏了", code: str = "lighting", **more: object) -> Report:
    place = int(db.value(select(PLACE.c.id).where(PLACE.c.code == "tower")))
    return Report(words, code, place, **more)  # type: ignore[arg-type]


def _submit(db: Db, report: Report, now: datetime) -> Done:
    return reporting.submit(db, VAULT, SCHEDULE, _member(db, "lin"), report, now)


def test_it_is_new_with_its_first_due_date_words_and_photos(db: Db, now: datetime) -> None:
    lin = _member(db, "lin")
    own = photo.receive(db, lin, Sent("telegram", "a"), now)
    other = photo.receive(db, _member(db, "he"), Sent("telegram", "b"), now)
    done = _submit(db, _report(db, "灯坏了，打13800138000", photos=(own, other)), now)
    one = need.find(db, done.number)
    assert one is not None
    assert (one.state, one.visibility, one.reporter_id, one.due) == ("new", "public", lin, done.due)
    assert done.due == datetime.fromisoformat("2026-11-24T18:00:00+08:00")
    (line,) = need_line.of(db, done.number)
    # The number is sealed, and another's photo is not taken.
    assert (line.text.startswith("sealed:"), line.photo_id, line.checked) == (True, own, "waiting")
    assert one.officer_id == _member(db, "officer")
    assert done.officers == (_member(db, "officer"),)
    log = select(CHANGE.c.before, CHANGE.c.after).where(CHANGE.c.subject == "need").order_by(CHANGE.c.id)
    assert [tuple(row) for row in db.rows(log)] == [(None, "draft"), ("draft", "new")]


def test_what_is_private_is_so_from_the_first_moment(db: Db, now: datetime) -> None:
    done = _submit(db, _report(db, "公司拖欠工资", "labour"), now)
    one = need.find(db, done.number)
    assert one is not None
    assert one.visibility == "private"


def test_a_danger_that_nobody_takes_up_goes_on_soon(db: Db, now: datetime) -> None:
    slow, quick = _submit(db, _report(db), now), _submit(db, _report(db, urgent=True), now)
    calm, danger = need.find(db, slow.number), need.find(db, quick.number)
    assert calm is not None
    assert danger is not None
    assert (calm.climbs, danger.climbs) == (calm.due, now + timedelta(minutes=30))


def test_the_same_matter_is_kept_as_a_duplicate_and_followed(db: Db, now: datetime) -> None:
    first = _submit(db, _report(db), now).number
    same = need.find(db, first)
    assert same is not None
    he = _member(db, "he")
    number = reporting.join(db, VAULT, he, _report(db, "灯不亮了"), same, now)
    one = need.find(db, number)
    assert one is not None
    assert (one.state, one.duplicate_of_id) == ("duplicate", first)
    reason = select(CHANGE.c.reason).where(CHANGE.c.subject_id == number, CHANGE.c.after == "duplicate")
    assert db.value(reason) == str(first)
    assert follow.followers(db, need=first) == [he]
    assert [line.text for line in need_line.of(db, number)] == ["灯不亮了"]
    # Who reported it himself has only said more.
    assert reporting.join(db, VAULT, _member(db, "lin"), _report(db, "还是不亮"), same, now) == first
    assert [line.kind for line in need_line.of(db, first)] == ["report", "addition"]


def test_nobody_fills_the_desk_in_a_day_and_danger_is_not_counted(db: Db, now: datetime) -> None:
    lin = _member(db, "lin")
    for _ in range(reporting.MOST_A_DAY):
        reporting.check_room(db, lin, now)
        _submit(db, _report(db, urgent=True), now)
        _submit(db, _report(db), now)
    with pytest.raises(Refusal):
        reporting.check_room(db, lin, now)
    reporting.check_room(db, lin, now + timedelta(days=1))


@pytest.mark.parametrize(
    ("words", "code"),
    [
        ("楼道里的灯一闪一闪", "lighting"),
        ("下水道堵了，脏水往上反", "water"),
        ("樓上半夜拖椅子，吵得睡不著", "noise"),
        ("The heating is not working", "climate"),
        ("屋里有股煤气味", "gas"),
        ("有人困在电梯里了", "lift-trapped"),
        ("老板拖欠工资三个月", "labour"),
        ("想找人陪我去医院看病", "care"),
        ("slight delay of the flight", None),
    ],
)
def test_what_it_is_about_is_told_by_its_words(db: Db, words: str, code: str | None) -> None:
    found = reporting.categories(db, words)
    assert (found[0][0].code if found else None) == code


def test_words_of_danger_count_whatever_is_chosen(db: Db) -> None:
    assert reporting.is_urgent(db, "other", "厨房着火了")
    assert reporting.is_urgent(db, "gas", "有味道")
    assert not reporting.is_urgent(db, "lighting", "路灯不亮")
    known = category.everything(db)
    assert len(known) >= 15
    assert [each.code for each in known.values() if not each.english] == []
