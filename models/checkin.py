"""What a code at the door means for the one who gives it: which activity, and whether the code is good."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Row, Select, bindparam, func, literal_column, select

from models import activity, checkin_code, checkin_refusal, checking_in, registration, station_visit, visit
from models.activity import ACTIVITY, PUBLISHED, Listing, listed, listing
from models.checkin_refusal import WRONG_DIGITS
from models.checking_in import OPENS, REPEAT, Arrival
from models.database import Db
from models.hours import GRACE
from models.place import PLACE
from models.refusal import Refusal
from models.registration import LIVE, REGISTRATION
from models.text import Moment, Prose, Text, as_said
from models.vault import Vault
from models.visit import STANDS, VISIT, How


@dataclass(frozen=True, slots=True)
class Shown:
    """What somebody has shown: how, and where he is by that, at a place or at one activity."""

    how: How
    place: int | None = None
    activity: int | None = None


@dataclass(frozen=True, slots=True)
class Held:
    """What somebody is registered for around now; `state` of the registration, `came` and `left` of its visit."""

    activity: Listing
    state: str
    came: datetime | None
    left: datetime | None


_AROUND_NOW = (
    PUBLISHED,
    ACTIVITY.c.starts <= bindparam("from_starts"),
    ACTIVITY.c.ends > bindparam("to_ends"),
)
_OWN = (
    listed()
    .add_columns(REGISTRATION.c.state.label("held"), VISIT.c.entered, VISIT.c.left)
    .join(REGISTRATION, REGISTRATION.c.activity_id == ACTIVITY.c.id)
    .outerjoin(VISIT, (VISIT.c.registration_id == REGISTRATION.c.id) & STANDS)
    .where(REGISTRATION.c.member_id == bindparam("member"), LIVE, *_AROUND_NOW)
    .order_by(ACTIVITY.c.starts, ACTIVITY.c.id)
)
_ON = listed().where(*_AROUND_NOW).order_by(ACTIVITY.c.starts, ACTIVITY.c.id)
_ON_HERE = _ON.where(ACTIVITY.c.place_id == bindparam("place"))
_NEXT_HERE = (
    listed()
    .where(PUBLISHED, ACTIVITY.c.place_id == bindparam("place"), ACTIVITY.c.starts > bindparam("now"))
    .order_by(ACTIVITY.c.starts, ACTIVITY.c.id)
    .limit(1)
)
_IS_ON: Select[Any] = select(literal_column("1")).select_from(ACTIVITY).where(*_AROUND_NOW).limit(1)
_LAST = (
    select(VISIT)
    .where(VISIT.c.member_id == bindparam("member"), STANDS, VISIT.c.entered > bindparam("since"))
    .order_by(VISIT.c.entered.desc())
    .limit(1)
)
_PLACE = select(PLACE.c.name).where(PLACE.c.id == bindparam("place"))
_THERE = select(func.count()).select_from(ACTIVITY).where(ACTIVITY.c.id == bindparam("activity"))


def is_on(db: Db, now: datetime) -> bool:
    """Whether there is anything now to check in to: else six digits are just a number."""
    return is_any_activity_on(db, now) or bool(station_visit.open_ones(db, now))


def is_any_activity_on(db: Db, now: datetime) -> bool:
    """Whether an activity is on anywhere, or so lately over that people still check out."""
    return db.value(_IS_ON, from_starts=now + OPENS, to_ends=now - GRACE) is not None


def is_expected(db: Db, member: int, place: int, now: datetime) -> bool:
    """Whether a code of this place is about an activity of his: it is on there, or he is to leave it."""
    return any(each.activity.place_id == place and _is_open(each, now) for each in own(db, member, now))


def elsewhere(db: Db, member: int, place: int, now: datetime) -> Listing | None:
    """What somebody is awaited at now, at another place."""
    for each in own(db, member, now):
        awaited = each.state == "confirmed" and each.came is None and now < each.activity.ends
        if awaited and each.activity.place_id != place:
            return each.activity
    return None


def on_at(db: Db, place: int, now: datetime) -> list[Listing]:
    """What one can check in to at a place now."""
    return _on(db, now, place)


def own(db: Db, member: int, now: datetime) -> list[Held]:
    """What somebody has around now, soonest first, and what ended so lately that he may still check out."""
    rows = db.rows(_OWN, member=member, from_starts=now + OPENS, to_ends=now - GRACE)
    return [Held(listing(row[:-3]), *row[-3:]) for row in rows]  # type: ignore[arg-type,call-arg]


def shown_by(db: Db, vault: Vault, member: int, token: str, now: datetime) -> Shown | Refusal:
    """What a scanned code shows; a refusal of it is noted."""
    code = checkin_code.read(vault, token)
    if code is None or code.kind not in ("screen", "picture", "printed"):
        forged = Text("请扫现场屏幕上的码，这个码不是签到用的，或者没有扫全。")
        return note(db, member, Refusal("checkin.forged", forged), "screen", now)
    if code.kind == "picture":
        return Shown("picture", activity=code.key)
    if code.kind == "printed":
        return Shown("printed", place=code.key)
    if not checkin_code.is_fresh(code, now):
        old = Text("请再扫一次现场屏幕上的码，每30秒换一个，这个已经换掉了。")
        return note(db, member, Refusal("checkin.expired", old), "screen", now, place=code.key)
    return Shown("screen", place=code.key)


def shown_by_digits(db: Db, vault: Vault, member: int, said: str, now: datetime) -> Shown | Refusal:
    """What six digits show: who is expected somewhere can mean those of there alone; a refusal of them is noted."""
    # Who was elsewhere before, and has no more to do there, comes as anybody does.
    places = [each.activity.place_id for each in own(db, member, now) if _is_open(each, now)]
    expected = bool(places)
    if until := checkin_refusal.locked_until(db, member, now, expected=expected):
        locked = Text("请扫现场的码，或者找工作人员。数字错得太多，{at}以后才能再试。", at=Moment(until))
        return note(db, member, Refusal("checkin.locked", locked), "digits", now)
    places = places or [
        *(each.place_id for each in _on(db, now)),
        *(each.id for each in station_visit.open_ones(db, now)),
    ]
    for place in dict.fromkeys(places):
        if checkin_code.are_digits_of(vault, place, said, now):
            return Shown("digits", place=place)
    wrong = Text("请再听一遍6位数字，每分钟换一次，刚才的对不上。")
    return note(db, member, Refusal(WRONG_DIGITS, wrong), "digits", now, expected=expected)


def _on(db: Db, now: datetime, place: int | None = None) -> list[Listing]:
    around = {"from_starts": now + OPENS, "to_ends": now}
    rows = db.rows(_ON, **around) if place is None else db.rows(_ON_HERE, place=place, **around)
    return [listing(row) for row in rows]


def meant(db: Db, member: int, shown: Shown, now: datetime) -> list[Listing]:
    """The activity that he means who shows this; several where somebody without a seat could mean each. Raises Refusal."""
    if shown.activity is not None:
        return [_that(db, shown.activity)]
    assert shown.place is not None
    held = own(db, member, now)
    here = [each for each in held if each.activity.place_id == shown.place]
    open_ones = [each for each in here if _is_open(each, now)]
    if open_ones:
        return [min(open_ones, key=lambda each: _turn(each, now)).activity]
    for each in held:
        if each.state == "confirmed" and each.came is None and now < each.activity.ends:
            raise _other_place(db, each.activity, shown.place)
    on = _on(db, now, shown.place)
    if here and not on:
        return [here[-1].activity]
    return on or _nothing(db, shown.place, now)


def _that(db: Db, key: int) -> Listing:
    if not db.value(_THERE, activity=key):
        raise Refusal("checkin.nothing", Text("请扫现场屏幕上的码，这个活动已经没有了。"))
    return activity.held(db, key)


def _is_open(one: Held, now: datetime) -> bool:
    """Whether a code there can still be about it: it is on, or he is to leave it, or has just left."""
    leaves = one.activity.checks_out and one.came is not None
    return now < one.activity.ends or (leaves and (one.left is None or now - one.left < REPEAT))


def _turn(one: Held, now: datetime) -> tuple[int, datetime]:
    """Of several at one place: the same once more, then what one leaves before the next begins, then what comes."""
    wanted, last = one.activity, one.left or one.came
    if last is not None and now - last < REPEAT:
        return 0, wanted.starts
    if one.came is not None and wanted.checks_out and one.left is None:
        return 1, wanted.starts
    if one.came is None and now < wanted.ends:
        return 2, wanted.starts
    return 3, wanted.starts


def _other_place(db: Db, wanted: Listing, here: int) -> Refusal:
    sentence = Text(
        "请到{place}扫码，您报的「{title}」在那里。这是{here}的码。",
        place=as_said(wanted.place),
        title=Prose(wanted.title),
        here=as_said(db.value(_PLACE, place=here)),
    )
    return Refusal("checkin.place", sentence, wanted.ref)


def _nothing(db: Db, place: int, now: datetime) -> list[Listing]:
    """What comes next there says when; else there is nothing. Raises Refusal."""
    if (row := db.row(_NEXT_HERE, place=place, now=now)) is not None:
        checking_in.check_time(listing(row), now)
    sentence = Text(
        "请看看现场的安排，{place}现在没有可以签到的活动。", place=as_said(db.value(_PLACE, place=place))
    )
    raise Refusal("checkin.nothing", sentence)


def standing(db: Db, wanted: Listing, member: int) -> Row[Any] | None:
    """Somebody's visit there."""
    own = registration.live(db, wanted, member)
    return visit.of(db, own.id) if own is not None else None


def last(db: Db, member: int, now: datetime) -> Row[Any] | None:
    """The check-in that somebody has lately made."""
    return db.row(_LAST, member=member, since=now - GRACE)


def enter(db: Db, wanted: Listing, member: int, shown: Shown, now: datetime) -> Arrival | Refusal:
    """Checks him in there; a refusal is noted."""
    try:
        return checking_in.check_in(db, wanted, member, shown.how, now)
    except Refusal as refusal:
        return note(db, member, refusal, shown.how, now, activity=wanted.id, place=shown.place)


def note(
    db: Db,
    member: int,
    refusal: Refusal,
    how: str,
    now: datetime,
    *,
    activity: int | None = None,
    place: int | None = None,
    expected: bool = False,
) -> Refusal:
    """Every try that is refused is kept, with its reason."""
    known = activity if activity is None or db.value(_THERE, activity=activity) else None
    checkin_refusal.keep(db, member, refusal.code, how, now, activity=known, place=place, expected=expected)
    return refusal
