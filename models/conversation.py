"""What a chat remembers between two messages: open forms, what was shown last, earlier searches."""

import json
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Row, bindparam, insert, select, update
from sqlmodel import Field, SQLModel

from models.community import COMMUNITY
from models.database import Db, table_of, write_json
from models.member import ADDRESS, ADDRESSES, MEMBER, NEWCOMER
from models.personal import Shown, personal
from models.text import Text

# A form that began so long ago is set aside, and that is said once.
DRAFT_KEPT = timedelta(hours=24)
FORMS_AT_ONCE = 3
SEARCHES_KEPT = 5
# A form without one of these was written by a version that meant something else by a form.
_NEEDED = {"head", "version", "arguments", "began"}


class Conversation(SQLModel, table=True):
    """One row an address; `memory` is JSON, see Memory, and `free_until` and `free_left` are a Window."""

    address_id: int = Field(foreign_key="address.id", primary_key=True)
    memory: str
    # On a channel that lets one write only after having been written to: until when, and how many messages.
    free_until: datetime | None = None
    free_left: int | None = None


CONVERSATION = table_of(Conversation)


@dataclass(frozen=True, slots=True)
class Window:
    """So many messages may be sent until then, without having been asked for."""

    until: datetime
    left: int

    def is_open(self, now: datetime) -> bool:
        return now < self.until and self.left > 0


@dataclass(slots=True)
class Form:
    """A handler that asked and waits: what it was called with, what was answered, what it asks now.

    `options` are the values of the choices shown; `asked` the questions in their order, for going back.
    """

    head: str
    version: int
    arguments: dict[str, Any]
    began: str
    answers: dict[str, list[Any]] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)
    options: list[Any] = field(default_factory=list)
    question: int = 0
    wants: str = "text"

    @property
    def numbers(self) -> bool:
        """Whether a typed number means one of the choices, and is no answer by itself."""
        return self.wants in ("choice", "photo")


@dataclass(slots=True)
class Memory:
    """`menu` is what can be pressed, as (label, sentence); `numbers` what a typed number says.

    `question` numbers every question asked, so that an old button is told from a new one. `missed` are the last
    lines that were not understood, `misses` how many there were in a row. `heard` is when the last line came, `told`
    how many messages its writer had been sent by then. `near` is the place that the last sent location means, and when
    that was.
    """

    forms: list[Form] = field(default_factory=list)
    menu: list[list[str]] = field(default_factory=list)
    numbers: list[str] = field(default_factory=list)
    searches: dict[str, dict[str, Any]] = field(default_factory=dict)
    searched: int = 0
    question: int = 0
    misses: int = 0
    missed: list[str] = field(default_factory=list)
    heard: str | None = None
    told: int = 0
    near: list[Any] | None = None

    @property
    def form(self) -> Form | None:
        """The form whose question is open."""
        return self.forms[-1] if self.forms else None

    def open(self, form: Form) -> bool:
        """A new form stands before those that wait; the same one anew replaces itself.

        True where another form of its head, with answers, had to go for it.
        """
        others = [other for other in self.forms if other.head != form.head]
        replaced = [other for other in self.forms if other.head == form.head and other is not form]
        self.forms = [*others, form][-FORMS_AT_ONCE:]
        return any(other.answers for other in replaced)

    def close(self, form: Form) -> None:
        self.forms = [other for other in self.forms if other is not form]

    def set_aside(self, now: datetime) -> bool:
        """Drops forms that began DRAFT_KEPT ago; True where there was one."""
        fresh = [form for form in self.forms if now - datetime.fromisoformat(form.began) < DRAFT_KEPT]
        dropped = len(fresh) < len(self.forms)
        self.forms = fresh
        return dropped

    def remember_search(self, query: dict[str, Any], offset: int) -> int:
        """Keeps a search for its buttons; gives its number."""
        self.searched += 1
        self.searches[str(self.searched)] = {"query": query, "offset": offset}
        for number in list(self.searches)[:-SEARCHES_KEPT]:
            del self.searches[number]
        return self.searched

    def dump(self) -> str:
        fields = {name: getattr(self, name) for name in self.__slots__}
        fields["forms"] = [{name: getattr(form, name) for name in form.__slots__} for form in self.forms]
        return write_json(fields)

    @classmethod
    def load(cls, dumped: str | None) -> "Memory":
        """Fields of an older or newer version that this one does not know are left out."""
        raw = json.loads(dumped) if dumped else {}
        memory = cls(**{name: value for name, value in raw.items() if name in cls.__slots__})
        known = [
            {name: form[name] for name in Form.__slots__ if name in form} for form in raw.get("forms", ())
        ]
        memory.forms = [Form(**form) for form in known if form.keys() >= _NEEDED]
        return memory


_AT = (
    select(
        ADDRESS.c.id.label("address"),
        ADDRESS.c.member_id.label("member"),
        MEMBER.c.language,
        MEMBER.c.home_id,
        MEMBER.c.side,
        MEMBER.c.work_id,
        NEWCOMER.label("newcomer"),
        CONVERSATION.c.memory,
        CONVERSATION.c.free_until,
        CONVERSATION.c.free_left,
        ADDRESS.c.closed,
        ADDRESS.c.unmet,
        ADDRESS.c.told,
        select(COMMUNITY.c.revision).scalar_subquery().label("revision"),
    )
    .select_from(
        ADDRESS.outerjoin(MEMBER, ADDRESS.c.member_id == MEMBER.c.id).outerjoin(
            CONVERSATION, CONVERSATION.c.address_id == ADDRESS.c.id
        )
    )
    .where(ADDRESS.c.channel == bindparam("channel"), ADDRESS.c.key == bindparam("key"))
)
# One person's messages come one after the other, in every process (PostgreSQL; SQLite has one writer).
_SPEAKER = _AT.with_for_update(of=ADDRESS)
_UPDATE = (
    update(CONVERSATION)
    .where(CONVERSATION.c.address_id == bindparam("address"))
    .values(memory=bindparam("dumped"))
)
_INSERT = insert(CONVERSATION)
_THERE = CONVERSATION.c.address_id == bindparam("address")
_OPEN = update(CONVERSATION).where(_THERE).values(free_until=bindparam("until"), free_left=bindparam("most"))
_WINDOW = select(CONVERSATION.c.free_until, CONVERSATION.c.free_left).where(_THERE)
_SPEND = (
    update(CONVERSATION)
    .where(_THERE, CONVERSATION.c.free_left > 0)
    .values(free_left=CONVERSATION.c.free_left - 1)
)


def speaker(db: Db, channel: str, key: str) -> Row[Any] | None:
    """Everything that a message's path needs of the one who speaks, in one statement."""
    return db.row(_SPEAKER, channel=channel, key=key)


def look(db: Db, channel: str, key: str) -> Row[Any] | None:
    """The same for whoever only looks on, and waits for nobody."""
    return db.row(_AT, channel=channel, key=key)


def keep(db: Db, address: int, memory: Memory, *, known: bool) -> None:
    if known:
        db.run(_UPDATE, address=address, dumped=memory.dump())
    else:
        db.run(_INSERT, address_id=address, memory=memory.dump())


def open_window(db: Db, address: int, window: Window, before: Window | None, now: datetime) -> None:
    """Whoever wrote may be written to, see Window. A longer window that is still open stays as it is."""
    if before is None or not before.is_open(now) or before.until < window.until:
        db.run(_OPEN, address=address, until=window.until, most=window.left)


def window(db: Db, address: int) -> Window | None:
    """The last one that was opened there."""
    row = db.row(_WINDOW, address=address)
    return Window(row.free_until, row.free_left) if row and row.free_until else None


def spend(db: Db, address: int) -> None:
    """One of the messages of the window there was used."""
    db.run(_SPEND, address=address)


# Of use to programs alone, so that people read only what it is.
_WHAT = Text("没填完的、刚看过的和刚找过的，内容在JSON文件里")

personal(
    CONVERSATION,
    Text("还记着的对话"),
    whose=CONVERSATION.c.address_id.in_(ADDRESSES),
    shows={
        "memory": Shown(Text("记着的内容"), lambda _memory: _WHAT),
        "free_until": Text("可以回您消息到"),
        "free_left": Text("还可以回几条"),
    },
    kept="one row an address, which the next line replaces",
)
