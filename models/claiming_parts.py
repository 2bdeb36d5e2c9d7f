"""Asking for a share of a part: what may be asked for, by when it is answered, and whose a claim is."""

import re
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Row, and_, bindparam, or_, select

from models import editions, project, project_claim, project_part, standing, working_days
from models.database import Db
from models.folding import fold
from models.project_claim import CLAIM
from models.project_search import OPEN
from models.refusal import Refusal
from models.schedule import Schedule
from models.text import Text, as_said, prose

_ORGANIZATION: Any = bindparam("organization", type_=CLAIM.c.organization_id.type)
# The same organization, or the same person for himself.
_WHOSE = or_(
    CLAIM.c.organization_id == _ORGANIZATION,
    and_(
        _ORGANIZATION.is_(None),
        CLAIM.c.organization_id.is_(None),
        CLAIM.c.member_id == bindparam("member"),
    ),
)
# What is said of a part besides its name.
_BESIDE = re.compile(r"[(（].*?[)）]")
# What is still under way, by which a project cannot be claimed twice without being told.
LIVE = ("offered", "waiting", "accepted", "delivered")
_MINE = (
    select(CLAIM)
    .where(
        or_(
            CLAIM.c.member_id == bindparam("member"),
            CLAIM.c.organization_id.in_(bindparam("organizations", expanding=True)),
        )
    )
    .order_by(CLAIM.c.id.desc())
    .limit(bindparam("most"))
)
_SAME = select(CLAIM).where(
    CLAIM.c.part_id == bindparam("part"),
    _WHOSE,
    CLAIM.c.state.in_(LIVE),
)


def check_open(one: Row[Any]) -> None:
    """Whether anything of this project can be claimed. Raises Refusal."""
    if one.state in OPEN:
        return
    ref, title = f"project:{one.code}", prose(one.title)
    if one.state == "published":
        raise Refusal("project.soon", Text("请过几天再来，「{title}」还没有开放认领。", title=title), ref)
    if one.state == "paused":
        raise Refusal("project.paused", Text("请等它重新开始，「{title}」现在暂停了。", title=title), ref)
    raise Refusal(
        "project.closed",
        Text("看看别的项目吧，「{title}」{state}。", title=title, state=project.STATES[one.state]),
        ref,
    )


def check_reserved(db: Db, one: Row[Any], member: int, organization: int | None, now: datetime) -> None:
    """Until its date who gave to the last edition comes first. Raises Refusal."""
    editions.check(db, one, member, organization, now)


def unit(part: Row[Any]) -> Text:
    return as_said(part.unit) if part.unit else Text("")


def check_share(part: Row[Any], share: int, *, waiting: bool = False) -> None:
    """Whether so much may be asked for. Raises Refusal, with what is left."""
    least = min(part.least, project_part.left(part) or part.least)
    if share < least:
        raise Refusal(
            "part.least",
            Text("请写{least}{unit}以上，这一项最少认领这么多。", least=least, unit=unit(part)),
        )
    if share > part.quantity or (not waiting and share > project_part.left(part)):
        left = part.quantity if waiting else project_part.left(part)
        raise Refusal(
            "part.left",
            Text(
                "请写{left}{unit}以内，「{part}」现在只缺这么多。",
                left=left,
                unit=unit(part),
                part=prose(part.name),
            ),
        )


def ask(
    db: Db,
    schedule: Schedule,
    part: Row[Any],
    member: int,
    organization: int | None,
    share: int,
    by: datetime,
    now: datetime,
    **columns: Any,
) -> int | None:
    """A claim that waits for its answer; gives its number, None where so much is not left any more."""
    due = working_days.due(db, schedule, now, schedule.deadlines.claim)
    return project_claim.enter(db, part, member, organization, share, now, by=by, due=due, **columns)


def wait(
    db: Db, part: Row[Any], member: int, organization: int | None, share: int, by: datetime, now: datetime
) -> int:
    """A claim that waits until so much is left; gives its number."""
    number = project_claim.enter(db, part, member, organization, share, now, by=by, state="waiting")
    assert number is not None
    return number


def mine(db: Db, member: int, most: int = 20) -> list[Row[Any]]:
    """What somebody claimed himself, or anybody for an organization that he stands for; the newest first."""
    return list(db.rows(_MINE, member=member, organizations=standing.of(db, member), most=most))


def same(db: Db, part: int, member: int, organization: int | None) -> list[Row[Any]]:
    """What the same organization or person has of this part already."""
    return list(db.rows(_SAME, part=part, member=member, organization=organization))


def is_theirs(db: Db, claim: Row[Any], member: int) -> bool:
    """Whether somebody may act for whoever claimed it; who does not stand for them any more may not."""
    if claim.organization_id is None:
        return bool(claim.member_id == member)
    return standing.stands_for(db, member, claim.organization_id)


def open_parts(parts: Sequence[Row[Any]]) -> list[Row[Any]]:
    return [part for part in parts if part.state in ("open", "partly") and project_part.left(part) > 0]


def meant(parts: Sequence[Row[Any]], text: str, title: str) -> list[Row[Any]]:
    """The parts that a folded text names; none where it names none.

    By a whole name besides the words of the project's title, else by the longest run of letters that both have and
    the title has not; only where nothing of that names a part, the title's words may.
    """
    besides = _besides(text, fold(title))
    if named := _longest_named([part for part in parts if _stands(_plain(part), text, besides)]):
        return named
    rest = _without(text, fold(title))
    scores = {part.id: _shared(_plain(part), rest) for part in parts}
    best = max(scores.values(), default=0)
    if best >= 2:
        return [part for part in parts if scores[part.id] == best]
    return _longest_named([part for part in parts if _plain(part) in text])


def _longest_named(parts: Sequence[Row[Any]]) -> list[Row[Any]]:
    longest = max((len(_plain(part)) for part in parts), default=0)
    return [part for part in parts if len(_plain(part)) == longest]


def _besides(text: str, title: str) -> str:
    """The text, as long as it is, with blanks where it says the title or runs of it; each run stands there once."""
    while len(run := _longest(title, text)) > 1:
        text = text.replace(run, "\n" * len(run), 1)
        title = title.replace(run, "\r", 1)
    return text


def _stands(name: str, text: str, besides: str) -> bool:
    """Whether a name stands in the text other than within the words of the title."""
    found = re.finditer(f"(?={re.escape(name)})", text)
    return any(besides[at.start() : at.start() + len(name)].strip("\n") for at in found)


def _plain(part: Row[Any]) -> str:
    """墙面漆(桶) is called 墙面漆."""
    return _BESIDE.sub("", fold(part.name)) or fold(part.name)


def _without(text: str, title: str) -> str:
    """The text without every run of letters that the title has too."""
    while (run := _longest(title, text)) and len(run) > 1:
        text = text.replace(run, "\n")
    return text


def _longest(one: str, other: str) -> str:
    return max(
        (
            one[begin:end]
            for begin in range(len(one))
            for end in range(begin + 1, len(one) + 1)
            if one[begin:end] in other
        ),
        key=len,
        default="",
    )


def _shared(name: str, text: str) -> int:
    """The length of the longest run of letters of the name that stands in the text."""
    return len(_longest(name, text))
