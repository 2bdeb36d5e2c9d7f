"""Whether somebody may register or cancel now, and what becomes of it: a seat, a request, or nothing and why."""

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Row, bindparam, func, select, update

from models import contact, eligibility, registration, shift, visit
from models.activity import Listing
from models.database import Db
from models.refusal import Refusal
from models.registration import CONFIRMED, MINE, REGISTRATION
from models.text import Moment, Prose, Text

# More people than this are a group, which an organiser should know of before it comes.
LARGEST_PARTY = 10
PACE_SPAN = timedelta(minutes=1)
_SINCE = select(func.count()).where(
    REGISTRATION.c.member_id == bindparam("member"), REGISTRATION.c.at > bindparam("since")
)
_COMES = (
    update(REGISTRATION)
    .where(
        MINE,
        CONFIRMED,
        REGISTRATION.c.activity_id == bindparam("activity"),
    )
    .values(coming=bindparam("now"))
)


def check_open(db: Db, wanted: Listing, member: int, now: datetime) -> None:
    """Whether this person may register or wait now, a seat being free or not. Raises Refusal with the reason."""
    check_time(wanted, now)
    check_person(db, wanted, member)


def check_person(db: Db, wanted: Listing, member: int) -> None:
    """Whether this person may have a seat there at all, whenever it is. Raises Refusal with the reason."""
    state = registration.latest(db, wanted, member)
    if state in registration.LIVE_STATES:
        raise already(wanted, state)
    _check_refused(db, wanted, state)
    eligibility.check(db, wanted, member)
    shift.check_overlap(db, wanted, member)


def already(wanted: Listing, state: str) -> Refusal:
    """Why somebody cannot register anew who has a live registration of this state."""
    title = Prose(wanted.title)
    sentences = {
        "confirmed": Text("您已经报名了「{title}」，不用再报。", title=title),
        "pending": Text("您已经报名了「{title}」，正在审核。", title=title),
        "waiting": Text("您已经在候补「{title}」了，有空位就问您。", title=title),
        "offered": Text("「{title}」给您留了位，现在就可以接。", title=title),
    }
    code = "registration.already" if state == "confirmed" else f"registration.{state}"
    return Refusal(code, sentences[state], wanted.ref)


def _check_refused(db: Db, wanted: Listing, state: str | None) -> None:
    """Whether staff have refused who is in this state there: they bring him back, and not he himself. Raises Refusal."""
    title = Prose(wanted.title)
    if state == "rejected":
        why = Text("「{title}」上次没有通过，由他们恢复。", title=title)
        raise Refusal("registration.rejected", contact.ask(db, wanted, why), wanted.ref)
    if state == "removed":
        why = Text("「{title}」的报名被取消过，由他们恢复。", title=title)
        raise Refusal("registration.removed", contact.ask(db, wanted, why), wanted.ref)


def check_time(wanted: Listing, now: datetime) -> None:
    """Whether anybody may register or wait at this time. Raises Refusal."""
    title = Prose(wanted.title)
    if wanted.is_off:
        raise _off(wanted)
    stands = wanted.stands(now)
    if stands == "ended":
        raise Refusal("activity.ended", Text("「{title}」已经结束了。", title=title), wanted.ref)
    if stands == "running":
        raise Refusal("activity.running", Text("「{title}」已经开始，不能再报名。", title=title), wanted.ref)
    if stands == "closed":
        sentence = Text("「{title}」的报名在{at}截止了。", title=title, at=Moment(wanted.closes))
        raise Refusal("activity.closed", sentence, wanted.ref)
    if stands == "early" and wanted.registration_opens:
        opens = Moment(wanted.registration_opens)
        raise Refusal(
            "activity.early", Text("「{title}」还没开始报名，{at}开始。", title=title, at=opens), wanted.ref
        )


def check_held(wanted: Listing) -> None:
    """Whether it is held, and not cancelled. Raises Refusal."""
    if wanted.is_off:
        raise _off(wanted)


def _off(wanted: Listing) -> Refusal:
    title = Prose(wanted.title)
    if wanted.state == "withdrawn":
        return Refusal("activity.withdrawn", Text("「{title}」撤回了，不办了。", title=title), wanted.ref)
    return Refusal("activity.cancelled", Text("「{title}」取消了，不办了。", title=title), wanted.ref)


def full(wanted: Listing) -> Refusal:
    return Refusal("activity.full", Text("「{title}」名额满了。", title=Prose(wanted.title)), wanted.ref)


def check_pace(db: Db, wanted: Listing, member: int, limit: int | None, now: datetime) -> None:
    """Whether this person may make one more within a minute; None lets him. Raises Refusal.

    Cancelled ones count too: who registers and cancels in turn keeps seats from the others all the same.
    """
    if limit is not None and db.value(_SINCE, member=member, since=now - PACE_SPAN) >= limit:
        sentence = Text("请过一分钟再报下一场，这一分钟里已经报了{count}场。", count=limit)
        raise Refusal("registration.pace", sentence, wanted.ref)


def largest_party(wanted: Listing) -> int:
    """How many may come with one registration, oneself included, were there seats for all."""
    return LARGEST_PARTY if wanted.companions is None else min(LARGEST_PARTY, wanted.companions + 1)


def check_party(wanted: Listing, party: int) -> None:
    """Whether so many people may come, and still fit. Raises Refusal with the number that does."""
    check_size(wanted, party)
    if wanted.free is not None and party > wanted.free:
        if wanted.free == 0:
            raise full(wanted)
        sentence = Text(
            "请少报几位，「{title}」只剩{count}个名额。", title=Prose(wanted.title), count=wanted.free
        )
        raise Refusal("registration.party", sentence, wanted.ref)


def check_size(wanted: Listing, party: int) -> None:
    """Whether one registration may be for so many. Raises Refusal."""
    if party < 1:
        raise Refusal("registration.party", Text("请至少报1位。"), wanted.ref)
    most = largest_party(wanted)
    if party > most:
        raise Refusal("registration.party", Text("一次最多报{count}位。", count=most), wanted.ref)


def register(
    db: Db,
    wanted: Listing,
    member: int,
    party: int,
    answers: dict[str, str],
    now: datetime,
    role: int | None = None,
) -> int:
    """Gives the seats, or asks for them where an organiser decides. Gives the registration's key. Raises Refusal."""
    check_open(db, wanted, member, now)
    check_party(shift.check_role(db, wanted, role, member), party)
    state = "pending" if wanted.approval else "confirmed"
    key = registration.enter(db, wanted, member, party, answers, now, state=state, role=role)
    if key is None:
        raise full(wanted)
    return key


def check_cancel(db: Db, wanted: Listing, member: int, now: datetime) -> Row[Any]:
    """The live registration that this person may cancel now. Raises Refusal."""
    own = registration.live(db, wanted, member)
    title = Prose(wanted.title)
    if own is None:
        raise _none(wanted)
    if wanted.is_off:
        raise _off(wanted)
    if now >= wanted.starts:
        raise Refusal("activity.running", Text("「{title}」已经开始，不能再取消。", title=title), wanted.ref)
    if visit.of(db, own.id) is not None:
        sentence = Text("请先撤销签到，再取消「{title}」，您已经签到了。", title=title)
        raise Refusal("registration.arrived", sentence, wanted.ref)
    return own


def _none(wanted: Listing) -> Refusal:
    sentence = Text("您没有报名「{title}」，不用取消。", title=Prose(wanted.title))
    return Refusal("registration.none", sentence, wanted.ref)


def cancel(db: Db, wanted: Listing, member: int, now: datetime) -> Row[Any]:
    """Gives the seats back at once, or leaves the waiting list; gives the registration as it was. Raises Refusal."""
    own = check_cancel(db, wanted, member, now)
    if not registration.go(db, own, "cancelled", member, now):
        # The same member was first from another address, in the moment between.
        raise _none(wanted)
    return own


def come(db: Db, wanted: Listing, member: int, now: datetime) -> None:
    """Somebody who is registered says that he comes, so that staff can count. Raises Refusal."""
    if wanted.is_off:
        raise _off(wanted)
    if not db.run(_COMES, member=member, activity=wanted.id, now=now):
        if (own := registration.live(db, wanted, member)) is not None:
            raise already(wanted, own.state)
        sentence = Text("请先报名「{title}」，您还没有报。", title=Prose(wanted.title))
        raise Refusal("registration.missing", sentence, wanted.ref)
