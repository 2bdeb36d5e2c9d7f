"""What is done with a question: asked, answered, asked again, handed on, closed; each move in one place."""

from datetime import datetime, timedelta
from typing import Any, Literal

from sqlalchemy import Row, bindparam, func, insert, select, update

from models import change, phone
from models.addressee import Addressee
from models.database import Db
from models.member import MEMBER
from models.question import LINE, QUESTION, check_officer
from models.refusal import Refusal
from models.schedule import Schedule
from models.text import Text, as_said
from models.vault import Vault

# So long may a question wait, the quiet hours not counted; then it goes to the next one up.
CLIMBS = timedelta(hours=4)
# Who has nobody above him is reminded so often.
REMINDED = timedelta(days=1)
MOST_OPEN = 3
LONGEST = 1000
State = Literal["open", "answered", "closed"]
MOVES: dict[str | None, set[str]] = {
    None: {"open"},
    "open": {"answered", "closed"},
    "answered": {"open", "closed"},
    "closed": {"open"},
}


_OPEN_OF = select(func.count()).where(QUESTION.c.member_id == bindparam("member"), QUESTION.c.state == "open")
_ENTER, _SAY = insert(QUESTION), insert(LINE)
# Somebody's questions are asked one after another, so that no two are both the third.
_LOCK = select(MEMBER.c.id).where(MEMBER.c.id == bindparam("member")).with_for_update(key_share=True)
_THERE = (QUESTION.c.id == bindparam("question"), QUESTION.c.state == bindparam("before"))
_MOVE = (
    update(QUESTION)
    .where(*_THERE)
    .values(
        state=bindparam("after"),
        officer_id=bindparam("whose"),
        due=bindparam("until"),
        changed=bindparam("now"),
    )
)
_HAND_ON = (
    update(QUESTION)
    .where(*_THERE)
    .values(
        officer_id=bindparam("whose"),
        due=bindparam("until"),
        changed=bindparam("now"),
        climbed=QUESTION.c.climbed + bindparam("by"),
    )
)
_TOUCH = update(QUESTION).where(QUESTION.c.id == bindparam("question")).values(changed=bindparam("now"))


def check_room(db: Db, asker: int) -> None:
    """Whether he may ask one more. Raises Refusal."""
    if db.value(_OPEN_OF, member=asker) >= MOST_OPEN:
        sentence = Text("请等一等回复，您已经有{count}个问题在等了。", count=MOST_OPEN)
        raise Refusal("question.many", sentence)


def ask(
    db: Db,
    vault: Vault,
    schedule: Schedule,
    asker: int,
    words: str,
    to: Addressee,
    now: datetime,
    *,
    about: str | None = None,
    title: str | None = None,
) -> int:
    """A new question for this officer; gives its number. Raises Refusal. Telling him is the caller's."""
    db.row(_LOCK, member=asker)
    check_room(db, asker)
    number = db.insert(
        _ENTER,
        member_id=asker,
        officer_id=to.id,
        place_id=to.place,
        about=about,
        title=title,
        state="open",
        at=now,
        due=schedule.after(now, CLIMBS),
        climbed=0,
        changed=now,
    )
    _say(db, vault, number, asker, words, now, officer=False)
    _record(db, number, None, "open", asker, now)
    return number


def ask_again(
    db: Db, vault: Vault, schedule: Schedule, found: Row[Any], words: str, to: Addressee, now: datetime
) -> int:
    """The asker says more; what was answered or closed is open again, for this officer. Gives the key of the line."""
    line = _say(db, vault, found.id, found.member_id, words, now, officer=False)
    if found.state == "open":
        db.run(_TOUCH, question=found.id, now=now)
        return line
    db.row(_LOCK, member=found.member_id)
    check_room(db, found.member_id)
    _move(db, found, "open", found.member_id, now, whose=to.id, until=schedule.after(now, CLIMBS))
    return line


def answer(db: Db, vault: Vault, found: Row[Any], officer: int, words: str, now: datetime) -> str:
    """An officer's answer. Of two who answer the first one has it, and may say more. Raises Refusal.

    Gives the words as they may be stored: sealed where there is a phone number in them.
    """
    check_officer(db, found, officer)
    check_unanswered(found, officer)
    if found.state == "open":
        _move(db, found, "answered", officer, now, whose=officer)
    _say(db, vault, found.id, officer, words, now, officer=True)
    db.run(_TOUCH, question=found.id, now=now)
    stored: str = phone.seal_in(words, vault)
    return stored


def check_unanswered(found: Row[Any], officer: int) -> None:
    """Whether there is still something to answer for him. Raises Refusal."""
    if found.state == "closed":
        raise Refusal("question.closed", Text("不用再回复，这个问题已经办结了。"))
    if found.state == "answered" and found.officer_id != officer:
        raise _answered(found)


def _answered(found: Row[Any]) -> Refusal:
    if not found.officer:
        return Refusal("question.answered", Text("不用再回复，这个问题已经有人回复了。"))
    name = as_said(found.officer)
    return Refusal("question.answered", Text("不用再回复，{officer}已经回复了这个问题。", officer=name))


def close(db: Db, found: Row[Any], actor: int, now: datetime) -> bool:
    """Nobody waits for anything any more: said by the asker, or by an officer who may. False where it was so."""
    if found.state == "closed":
        return False
    _move(db, found, "closed", actor, now, whose=found.officer_id)
    return True


def hand_on(
    db: Db, schedule: Schedule, found: Row[Any], to: Addressee, actor: int | None, now: datetime
) -> None:
    """From now on it is this officer's: handed on by one of them, or by time, where there is no `actor`."""
    _hand(db, found, to.id, schedule.after(now, CLIMBS), now)
    change.record(db, "question", found.id, "open", "handed on" if actor else "climbed", actor, now)


def stay(db: Db, schedule: Schedule, found: Row[Any], now: datetime) -> None:
    """Nobody stands above who has it: he is reminded again later."""
    _hand(db, found, found.officer_id, schedule.awake(now + REMINDED), now)


def _hand(db: Db, found: Row[Any], whose: int | None, until: datetime, now: datetime) -> None:
    if not db.run(_HAND_ON, question=found.id, before="open", whose=whose, until=until, now=now, by=1):
        raise _answered(found)


def _say(db: Db, vault: Vault, number: int, who: int, words: str, now: datetime, *, officer: bool) -> int:
    text = phone.seal_in(words, vault)
    return db.insert(_SAY, question_id=number, member_id=who, officer=officer, text=text, at=now)


def _move(
    db: Db,
    found: Row[Any],
    after: State,
    actor: int | None,
    now: datetime,
    *,
    whose: int | None,
    until: datetime | None = None,
) -> None:
    """The one way from state to state. Raises Refusal where somebody else was first."""
    _record(db, found.id, found.state, after, actor, now)
    moved = db.run(
        _MOVE, question=found.id, before=found.state, after=after, whose=whose, until=until, now=now
    )
    if not moved:
        raise _answered(found)


def _record(db: Db, number: int, before: str | None, after: str, actor: int | None, now: datetime) -> None:
    if after not in MOVES.get(before, ()):
        raise ValueError(f"a question does not go from {before} to {after}")
    change.record(db, "question", number, before, after, actor, now)
