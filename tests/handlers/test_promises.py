"""Who was often absent is asked the day before; he is told so first, is never refused, and loses nothing nobody waits for."""

from dataclasses import replace
from pathlib import Path

from sqlalchemy import insert, select, update

from models import absence, registration
from models.activity import ACTIVITY
from models.database import transaction
from models.registration import REGISTRATION
from tests.chat import SCHEDULE, Chat
from tests.shifts import load, member, shift, wanted

ASKED = "「垃圾分类值守」您来吗？请在今天 11月27日 周五 16:00前点一下。没有回复而有人候补，名额就让给他们。"
NOTE = "前一天会问您来不来，请点“会来”。"


def missed(say: Chat, folder: Path, *outcomes: str) -> None:
    """Lin registered for so many that have been, with what came of it, and the shift on Saturday has one seat."""
    walks = "".join(
        shift(f"walk{nth}", f"巡楼{nth}", 20 + nth, "08:00", "09:00", 1) for nth in range(len(outcomes))
    )
    load(say, folder, walks + shift("gate", "垃圾分类值守", 28, "08:00", "10:00", 2))
    with transaction(say.engine) as db:
        lin = member(db, "lin")
        db.run(update(ACTIVITY).where(ACTIVITY.c.code == "gate").values(capacity=1))
        for nth, outcome in enumerate(outcomes):
            db.run(
                insert(REGISTRATION).values(
                    activity_id=wanted(db, f"walk{nth}").id,
                    member_id=lin,
                    seats=1,
                    answers={},
                    state="confirmed",
                    at=say.clock.now(),
                    outcome=outcome,
                )
            )
        assert absence.lately(db, lin, say.clock.now()) == outcomes[-3:].count("absent")


def signed_up(say: Chat) -> str:
    with transaction(say.engine) as db:
        number = wanted(db, "gate").number
    preview = say(f"register {number}").text
    say("确认报名")
    return preview


def states(say: Chat) -> list[str]:
    with transaction(say.engine) as db:
        rows = db.rows(
            select(REGISTRATION.c.state)
            .join(ACTIVITY, ACTIVITY.c.id == REGISTRATION.c.activity_id)
            .where(ACTIVITY.c.code == "gate")
            .order_by(REGISTRATION.c.id)
        )
        return [row.state for row in rows]


def waits(say: Chat) -> None:
    with transaction(say.engine) as db:
        registration.enter(db, wanted(db, "gate"), member(db, "he"), 1, {}, say.clock.now(), state="waiting")


def test_without_an_answer_the_seat_goes_to_who_waits(say_on_both: Chat, tmp_path: Path) -> None:
    say = say_on_both
    missed(say, tmp_path, "absent", "attended", "absent")
    assert NOTE in signed_up(say)
    waits(say)
    assert ASKED not in say.told("2026-11-27T05:50:00+08:00").get("lin", say._last["lin"]).text
    assert ASKED in say.told("2026-11-27T08:00:00+08:00")["lin"].text
    told = say.told("2026-11-27T16:00:00+08:00")
    assert "没等到您的回复，名额让给了候补的人。" in told["lin"].text
    assert states(say) == ["cancelled", "offered"]


def test_who_answers_keeps_it_and_so_does_who_nobody_waits_behind(say: Chat, tmp_path: Path) -> None:
    missed(say, tmp_path, "absent", "absent")
    signed_up(say)
    say.told("2026-11-27T08:00:00+08:00")
    say.told("2026-11-28T07:00:00+08:00")
    assert states(say) == ["confirmed"]


def test_who_says_that_he_comes_keeps_it(say: Chat, tmp_path: Path) -> None:
    missed(say, tmp_path, "absent", "absent")
    signed_up(say)
    waits(say)
    asked = say.told("2026-11-27T08:00:00+08:00")["lin"]
    say(asked.buttons["会来"])
    say.told("2026-11-27T20:00:00+08:00")
    assert states(say) == ["confirmed", "waiting"]


def test_others_are_never_asked_nor_anybody_where_it_is_off(say: Chat, tmp_path: Path) -> None:
    missed(say, tmp_path, "absent", "excused", "attended")
    assert NOTE not in signed_up(say)
    assert ASKED not in str([each.text for each in say.told("2026-11-27T12:00:00+08:00").values()])


def test_it_can_be_turned_off(say: Chat, tmp_path: Path) -> None:
    missed(say, tmp_path, "absent", "absent")
    say.equipment.schedule = replace(SCHEDULE, ask_absent=False)
    assert NOTE not in signed_up(say)
