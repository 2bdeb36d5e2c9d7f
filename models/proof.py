"""Proofs of service: what somebody served, as it was when he asked for it; anybody may check that one is genuine."""

import re
import secrets
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import JSON, Column, Row, bindparam, func, insert, select
from sqlmodel import Field, SQLModel

from models.database import Db, table_of
from models.folding import fold
from models.personal import OWNER, personal
from models.refusal import Refusal
from models.served import Line, Served
from models.text import Text

# Letters and digits that nobody mistakes for each other, neither on paper nor on the telephone.
_SIGNS = "23456789ABCDEFGHJKMNPQRSTUVWXYZ"
_LENGTH = 8
# A page has room for so many lines; who has more asks for a year.
MOST_LINES = 200
# So many proofs may somebody ask for within a day.
MOST_A_DAY = 10
_DAY = timedelta(days=1)
_CODE = re.compile(rf"[{_SIGNS}]{{{_LENGTH}}}")


class Proof(SQLModel, table=True):
    """It never changes. `number` and `code` stand on the paper; `lines` are what it is made of, newest last.

    `name` is who it is about, as he wants to be called there, and `identity` the last four of his identity number
    where he gave them; more of that is nowhere.
    """

    id: int | None = Field(default=None, primary_key=True)
    number: int = Field(unique=True)
    code: str
    member_id: int = Field(foreign_key="member.id", index=True)
    name: str
    identity: str | None = None
    # Days, as 2026-11-28, both included.
    since: str
    until: str
    lines: list[dict[str, Any]] = Field(sa_column=Column(JSON, nullable=False))
    by_scan: int
    by_word: int
    at: datetime


PROOF = table_of(Proof)


@dataclass(frozen=True, slots=True)
class Genuine:
    """All that the check of a proof tells: no name, no activity."""

    number: int
    since: str
    until: str
    minutes: int
    times: int
    at: datetime


_NEXT = select(func.coalesce(func.max(PROOF.c.number), 0) + 1)
_INSERT = insert(PROOF)
_BY_NUMBER = select(PROOF).where(PROOF.c.number == bindparam("number"))
_OWN = select(PROOF).where(PROOF.c.number == bindparam("number"), PROOF.c.member_id == bindparam("member"))
_LATELY = select(func.count()).where(
    PROOF.c.member_id == bindparam("member"), PROOF.c.at > bindparam("since")
)


def check(db: Db, member: int, served: Served, now: datetime) -> None:
    """Whether there is something to prove, and it fits. Raises Refusal."""
    if not served.minutes:
        raise Refusal("proof.nothing", Text("请换一个时间，这段时间没有志愿时长。"))
    if len(served.counted) > MOST_LINES:
        raise Refusal("proof.long", Text("请把时间选短一些，一份证明最多写{count}次服务。", count=MOST_LINES))
    if db.value(_LATELY, member=member, since=now - _DAY) >= MOST_A_DAY:
        raise Refusal(
            "proof.often", Text("请明天再开，一天最多开{count}份。开过的都还有效。", count=MOST_A_DAY)
        )


def make(
    db: Db,
    member: int,
    name: str,
    identity: str | None,
    served: Served,
    since: date,
    until: date,
    now: datetime,
) -> int:
    """Writes a proof of what was served in these days; gives its number. Raises Refusal."""
    check(db, member, served, now)
    number = int(db.value(_NEXT))
    db.insert(
        _INSERT,
        number=number,
        code="".join(secrets.choice(_SIGNS) for _ in range(_LENGTH)),
        member_id=member,
        name=name,
        identity=identity,
        since=since.isoformat(),
        until=until.isoformat(),
        lines=[_dump(line) for line in reversed(served.counted)],
        by_scan=served.by_scan,
        by_word=served.by_word,
        at=now,
    )
    return number


def _dump(line: Line) -> dict[str, Any]:
    return {
        "title": line.title,
        "place": line.place,
        "starts": line.starts.isoformat(),
        "minutes": line.minutes,
        "ground": line.ground,
    }


def own(db: Db, member: int, number: int) -> Row[Any] | None:
    """Somebody's own proof; None where it is not his."""
    return db.row(_OWN, member=member, number=number)


def verify(db: Db, number: int, code: str) -> Genuine | None:
    """What a proof with this number and code says; None where there is none."""
    row = db.row(_BY_NUMBER, number=number)
    if row is None or not secrets.compare_digest(row.code.encode(), code.encode()):
        return None
    return Genuine(row.number, row.since, row.until, row.by_scan + row.by_word, len(row.lines), row.at)


def number_on_paper(number: int) -> str:
    return f"{number:08d}"


def code_on_paper(code: str) -> str:
    return f"{code[:4]}-{code[4:]}"


def says(row: Row[Any]) -> str:
    """The sentence that its QR code says; the code is its own signature."""
    return f"verify {number_on_paper(row.number)}{row.code}"


def read(said: str) -> tuple[int, str] | None:
    """Number and code, as they were typed or scanned: in one, or with blanks and hyphens; None where they are not both."""
    signs = re.sub(r"[^0-9A-Z]", "", fold(said).upper())
    number, code = signs[:-_LENGTH], signs[-_LENGTH:]
    if not (number.isascii() and number.isdigit() and 1 <= len(number) <= 9 and _CODE.fullmatch(code)):
        return None
    return int(number), code


personal(
    PROOF,
    Text("服务证明"),
    whose=PROOF.c.member_id == OWNER,
    shows={
        "number": Text("编号"),
        "code": Text("核验码"),
        "name": Text("姓名"),
        "identity": Text("身份证后四位"),
        "since": Text("从"),
        "until": Text("到"),
        "lines": Text("服务"),
        "by_scan": Text("现场签到的分钟"),
        "by_word": Text("工作人员登记的分钟"),
        "at": Text("开具时间"),
    },
    kept="as long as he is a member: who checks it asks for it, and after that it is not known any more",
)
