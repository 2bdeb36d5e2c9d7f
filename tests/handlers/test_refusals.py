"""Each reason for which a registration is refused has a sentence of its own, and something to do next."""

import ast
import re
from collections.abc import Callable
from pathlib import Path

import pytest
from sqlalchemy import insert, select, update

from models import checkin_code
from models.activity import ACTIVITY
from models.checkin_code import Code
from models.database import transaction
from models.refusal import Refusal
from models.registration import REGISTRATION
from models.text import Text
from models.visit import VISIT
from tests import door, roles
from tests.chat import VAULT, Chat, Said
from tests.handlers import courses
from tests.handlers.test_registrations import register
from tests.messages import ROOT

MODULES = (
    "registering", "eligibility", "approval", "guest", "minimum", "waiting", "shift",
    "checking_in", "checkin",
)  # fmt: skip
# No way in of the chat leaves the role out; tests/handlers/test_shifts.py tries it by the rule.
NOT_SAID = {"shift.role"}
HAN = re.compile("[\u4e00-\u9fff]")


def number(say: Chat, code: str) -> int:
    with transaction(say.engine) as db:
        return int(db.value(select(ACTIVITY.c.number).where(ACTIVITY.c.code == code)))


def become(say: Chat, code: str, **values: object) -> None:
    with transaction(say.engine) as db:
        db.run(update(ACTIVITY).where(ACTIVITY.c.code == code).values(values))


def in_state(state: str, line: str = "register") -> Callable[[Chat], Said]:
    """Somebody whose registration stands so says that again."""

    def say_it(say: Chat) -> Said:
        register(say, "报名周四的瑜伽")
        with transaction(say.engine) as db:
            db.run(update(REGISTRATION).values(state=state))
        return say(f"{line} {number(say, 'yoga-thu')}" if line == "register" else line)

    return say_it


def plainly(code: str, head: str = "register") -> Callable[[Chat], Said]:
    return lambda say: say(f"{head} {number(say, code)}")


def after(code: str, head: str = "register", **values: object) -> Callable[[Chat], Said]:
    def say_it(say: Chat) -> Said:
        become(say, code, **values)
        return say(f"{head} {number(say, code)}")

    return say_it


def arrived(say: Chat) -> Said:
    register(say, "报名周四的瑜伽")
    with transaction(say.engine) as db:
        one = db.row(select(REGISTRATION))
        assert one is not None
        where = db.value(select(ACTIVITY.c.place_id).where(ACTIVITY.c.id == one.activity_id))
        came = {"activity_id": one.activity_id, "registration_id": one.id, "member_id": one.member_id}
        db.run(insert(VISIT), **came, place_id=where, entered=say.clock.now(), how="staff", seats=1)
    return plainly("yoga-thu", "withdraw")(say)


def too_fast(say: Chat) -> Said:
    say.equipment.registrations_a_minute = 1
    register(say, "报名冬季血压管理")
    return say("报名周四的瑜伽")


def brought(say: Chat, name: str = "王秀英") -> Said:
    say(f"帮邻居报名周四的瑜伽，他叫{name}")
    say("跳过")
    return say("确认报名")


def nth_guest(say: Chat) -> Said:
    for name in ("王一一", "王二二", "王三三", "王四四", "王五五"):
        brought(say, name)
    return say("帮邻居报名周四的瑜伽，他叫王六六")


def twice(say: Chat) -> Said:
    brought(say)
    return say("帮邻居报名周四的瑜伽，他叫王秀英")


def fast_guests(say: Chat) -> Said:
    say.equipment.registrations_a_minute = 1
    brought(say)
    return say("帮邻居报名周四的瑜伽，他叫王二二")


def late_guest(say: Chat) -> Said:
    brought(say)
    say.at("2026-11-26T12:20:00+08:00")
    return say("guestoff 1")


def decided(say: Chat) -> Said:
    register(say, "报名周四的瑜伽")
    return say("approve 1", "officer")


def decided_by_others(say: Chat) -> Said:
    register(say, "报名周四的瑜伽")
    return say("approve 1", "lin")


def gone(say: Chat) -> Said:
    register(say, "报名周四的瑜伽")
    with transaction(say.engine) as db:
        db.run(update(REGISTRATION).values(state="rejected", member_id=None))
    return say("readmit 1", "officer")


def at_another_shift(say: Chat) -> Said:
    """Two shifts at once, both asked for, one of them given meanwhile."""
    become(say, "yoga-thu", kind="volunteering", approval=True)
    register(say, "报名周四的瑜伽")
    become(say, "coffee", kind="volunteering")
    with transaction(say.engine) as db:
        one = db.row(select(REGISTRATION))
        assert one is not None
        coffee = db.value(select(ACTIVITY.c.id).where(ACTIVITY.c.code == "coffee"))
        known = {"activity_id": coffee, "member_id": one.member_id, "state": "confirmed"}
        db.run(insert(REGISTRATION), **known, seats=1, answers={}, at=say.clock.now())
    return say("approve 1", "officer")


def settled(say: Chat) -> Said:
    return say(f"goahead {number(say, 'calligraphy')}", "officer")


def nobody_asked(say: Chat) -> Said:
    become(say, "calligraphy", state="cancelled")
    return say(f"goahead {number(say, 'calligraphy')}", "officer")


def queued(line: str, **values: object) -> Callable[[Chat], Said]:
    """Somebody waits, and then it stands so."""

    def say_it(say: Chat) -> Said:
        plainly("full")(say)
        say("候补")
        with transaction(say.engine) as db:
            one = db.value(select(REGISTRATION.c.id).order_by(REGISTRATION.c.id.desc()))
            now = {name: say.clock.now() if value == "now" else value for name, value in values.items()}
            if now:
                db.run(update(REGISTRATION).where(REGISTRATION.c.id == one).values(now))
        return say(f"{line} {one}")

    return say_it


def two_shifts(say: Chat) -> Said:
    for line in ("报名周六的引导岗", "1", "确认报名"):
        say(line)
    return say("报名旧书整理帮工")


def scanned(
    where: str = "tower-station",
    clock: str = "10:05:00",
    shown: str | None = None,
    *,
    come: bool = True,
    **values: object,
) -> Callable[[Chat], Said]:
    """Lin scans what a screen shows or showed; `values` are what became of the fire drill."""

    def say_it(say: Chat) -> Said:
        if come:
            door.register(say, "drill", "lin")
        if values:
            become(say, "drill", **values)
        says = door.on_screen(say, where, shown or clock)
        say.at(door.at(clock))
        return door.scan(say, "lin", says)

    return say_it


def pictured(code: str, clock: str = "10:05:00") -> Callable[[Chat], Said]:
    def say_it(say: Chat) -> Said:
        say.at(door.at(clock))
        return door.scan(say, "lin", door.picture(say, code))

    return say_it


def gone_for_good(say: Chat) -> Said:
    """A picture of what was taken out of the pack."""
    return door.scan(say, "lin", f"checkin {checkin_code.sign(VAULT, Code('picture', 99999))}")


def at_the_door(state: str, then: Callable[[Chat], Said] | None = None) -> Callable[[Chat], Said]:
    """Lin scans whose registration of the drill stands so, or staff admit him."""

    def say_it(say: Chat) -> Said:
        door.register(say, "drill", "lin")
        with transaction(say.engine) as db:
            db.run(update(REGISTRATION).values(state=state))
            here = ACTIVITY.c.code == "drill"
            db.run(update(ACTIVITY).where(here).values(capacity=0, waiting=int(state == "waiting")))
        return (then or scanned(come=False))(say)

    return say_it


def admitted(say: Chat) -> Said:
    say.at(door.at("10:05:00"))
    return say("admit 1", "officer")


def undone_late(say: Chat) -> Said:
    scanned()(say)
    say.at(door.at("10:20:00"))
    return say("撤销签到")


def stays(say: Chat) -> Said:
    scanned()(say)
    return say("签退")


def guessed(times: int) -> Callable[[Chat], Said]:
    def say_it(say: Chat) -> Said:
        door.register(say, "drill", "lin")
        say.at(door.at("10:05:00"))
        return [say("签到 000000") for _ in range(times)][-1]

    return say_it


def started(say: Chat) -> Said:
    say.at("2026-11-26T12:20:00+08:00")
    return plainly("yoga-thu")(say)


def full_late(say: Chat) -> Said:
    say.at("2026-11-28T13:50:00+08:00")
    return plainly("full")(say)


SCENES: dict[str, Callable[[Chat], Said]] = {
    "activity.ended": plainly("past"),
    "activity.running": started,
    "activity.closed": plainly("closed"),
    "activity.early": plainly("early"),
    "activity.cancelled": after("yoga-thu", state="cancelled"),
    "activity.withdrawn": after("yoga-thu", state="withdrawn"),
    "activity.full": full_late,
    "activity.eligible": plainly("terrace"),
    "activity.club": plainly("voices"),
    "activity.members": plainly("round"),
    "registration.already": in_state("confirmed"),
    "registration.pending": in_state("pending"),
    "registration.waiting": in_state("waiting"),
    "registration.offered": in_state("offered"),
    "registration.rejected": in_state("rejected"),
    "registration.removed": in_state("removed"),
    "registration.arrived": arrived,
    "registration.party": lambda say: say("周四的瑜伽报名12个人"),
    "registration.pace": too_fast,
    "registration.none": plainly("yoga-thu", "withdraw"),
    "registration.missing": plainly("yoga-thu", "coming"),
    "approval.other": decided_by_others,
    "approval.past": decided,
    "approval.gone": gone,
    "approval.overlap": at_another_shift,
    "guest.name": lambda say: [say("代报名周四的瑜伽"), say("13812345678")][-1],
    "guest.most": nth_guest,
    "guest.pace": fast_guests,
    "guest.already": twice,
    "guest.none": lambda say: say("guestoff 1"),
    "guest.late": late_guest,
    "minimum.off": nobody_asked,
    "guest.skill": lambda say: say("帮邻居报名周六的救护岗，他叫陈阿土"),
    "waiting.unknown": lambda say: say("take 99"),
    "waiting.turn": queued("take"),
    "waiting.late": queued("take", state="expired"),
    "waiting.taken": queued("take", called="now"),
    "waiting.none": queued("leave", state="missed"),
    "shift.skill": lambda say: say("报名周六的救护岗"),
    "shift.overlap": two_shifts,
    "checkin.early": pictured("drill", "09:20:00"),
    "checkin.over": pictured("drill", "11:00:00"),
    "checkin.full": at_the_door("cancelled", pictured("drill")),
    "checkin.waiting": at_the_door("waiting"),
    "checkin.rejected": at_the_door("rejected", pictured("drill")),
    "checkin.pending": pictured("salon"),
    "checkin.none": at_the_door("cancelled", admitted),
    "checkin.late": undone_late,
    "checkin.stays": stays,
    "checkin.expired": scanned(shown="10:00:00"),
    "checkin.forged": lambda say: door.scan(say, "lin", "checkin " + "A" * 40),
    "checkin.place": scanned("estate"),
    "checkin.nothing": gone_for_good,
    "checkin.locked": guessed(12),
    "minimum.settled": settled,
}


def codes() -> set[str]:
    """Every code that a rule of these modules can refuse with."""
    found = set()
    for name in MODULES:
        for node in ast.walk(ast.parse((ROOT / "models" / f"{name}.py").read_text("utf-8"))):
            if isinstance(node, ast.Call) and ast.unparse(node.func) == "Refusal":
                found |= {each.value for each in ast.walk(node.args[0]) if isinstance(each, ast.Constant)}
    # `registration.{state}`, of one who has one already.
    return {str(code) for code in found if str(code) != "registration."} | {
        f"registration.{state}" for state in ("pending", "waiting", "offered")
    }


def test_every_reason_is_tried() -> None:
    assert codes() - set(SCENES) == NOT_SAID


@pytest.fixture
def raised(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The codes of the refusals of a test."""
    found: list[str] = []
    refuse = Refusal.__init__

    def noted(self: Refusal, code: str, sentence: Text, *refs: str) -> None:
        found.append(code)
        refuse(self, code, sentence, *refs)

    monkeypatch.setattr(Refusal, "__init__", noted)
    return found


@pytest.mark.parametrize("code", sorted(SCENES))
def test_a_refusal_says_why_and_what_can_be_done(
    say: Chat, tmp_path: Path, raised: list[str], code: str
) -> None:
    courses.add(say, tmp_path)
    roles.load(say.engine, tmp_path)
    door.load(say.engine, tmp_path)
    refused = SCENES[code](say)
    assert code in raised
    assert HAN.search(refused.messages[0][1].text)
    assert refused.labels


def test_no_two_reasons_are_said_alike(say: Chat) -> None:
    """The sentences themselves, from the code."""
    said: dict[str, set[str]] = {}
    for name in MODULES:
        for node in ast.walk(ast.parse((ROOT / "models" / f"{name}.py").read_text("utf-8"))):
            if isinstance(node, ast.Call) and ast.unparse(node.func) == "Refusal" and len(node.args) > 1:
                code, sentence = ast.unparse(node.args[0]), ast.unparse(node.args[1])
                said.setdefault(sentence, set()).add(code)
    assert [codes for sentence, codes in said.items() if len(codes) > 1 and "Text(" in sentence] == []
