"""How a need looks to staff: what waits, one of them with all that was said and done, and what can be done with it."""

from datetime import datetime
from typing import Any

from sqlalchemy import Row

from handlers import need_cards, photos
from handlers.talk import Talk, press
from models import category, change, duty, handling, handling_due, need, need_line, organization, phone, place
from models.card import NOTHING, Article, Card, Choice, Stage, State
from models.database import Db
from models.text import Moment, Several, Text, as_said

QUEUE = Choice(Text("待办诉求"), press("needqueue"))
_LATE = State(Text("逾期"), "warning")
_MOST_LOGGED = 12
# While it may still turn out to be about something else, or the same as another one.
MOVABLE = ("new", "triaged", "reopened", "in_progress")
_VISIBLE = {
    "public": Text("大家都能看"),
    "private": Text("只给反映人和工作人员看"),
    "hidden": Text("只给工作人员看"),
}
# What may be done, by the state; the first one is what is due next.
_STEPS: dict[str, tuple[str, ...]] = {
    "new": ("acceptneed", "assignneed", "answerneed", "adoptneed", "referneed", "rejectneed", "resolveneed"),
    "triaged": (
        "assignneed",
        "resolveneed",
        "answerneed",
        "adoptneed",
        "referneed",
        "rejectneed",
        "extendneed",
    ),
    "in_progress": ("resolveneed", "assignneed", "answerneed", "extendneed"),
    "reopened": ("acceptneed", "assignneed", "resolveneed", "adoptneed"),
    "referred": ("resolveneed", "takeneed", "endneed"),
    "rejected": ("grantcontest", "keepcontest"),
    "duplicate": ("unmergeneed",),
    "answered": ("reopen",),
    "resolved": ("reopen",),
}
_LABELS = {
    "acceptneed": Choice(Text("受理"), ""),
    "assignneed": Choice(Text("派给…"), ""),
    "answerneed": Choice(Text("写答复"), ""),
    "adoptneed": Choice(Text("立项"), ""),
    "referneed": Choice(Text("转办"), ""),
    "rejectneed": Choice(Text("不受理"), ""),
    "resolveneed": Choice(Text("办结"), ""),
    "extendneed": Choice(Text("延期"), ""),
    "takeneed": Choice(Text("收回来办"), ""),
    "endneed": Choice(Text("没有下文"), ""),
    "ackneed": Choice(Text("对方收到了"), ""),
    "grantcontest": Choice(Text("改为受理"), ""),
    "keepcontest": Choice(Text("维持不受理"), ""),
    "reopen": Choice(Text("再打开"), ""),
    "unmergeneed": Choice(Text("撤销合并"), ""),
}


def button(head: str, one: Row[Any]) -> Choice:
    return Choice(_LABELS[head].label, press(head, one.id))


def steps(one: Row[Any]) -> tuple[Choice, ...]:
    """What staff can do with it now."""
    heads = _STEPS.get(one.state, ())
    if one.state == "rejected" and not (one.appealed and one.due):
        heads = ()
    if one.project_id is not None and one.state in ("adopted", "in_progress", "reopened"):
        look_at = Choice(Text("看项目"), press("project", one.project_id))
        return (look_at, button("resolveneed", one)) if one.state == "reopened" else (look_at,)
    if one.state == "referred" and one.sent == "sent":
        heads = ("ackneed", *heads)
    return tuple(button(head, one) for head in heads if head != "extendneed" or not one.extended)


def more(one: Row[Any]) -> tuple[Choice, ...]:
    """What staff can do with it besides, whatever its state is."""
    seen = "openneed" if one.visibility == "private" else "hideneed"
    label = Text("设为公开") if one.visibility == "private" else Text("设为不公开")
    note = Choice(Text("加备注"), press("noteneed", one.id))
    if one.state in need.ENDED:
        return (note,)
    shown = Choice(label, press(seen, one.id))
    if one.state not in MOVABLE or one.project_id is not None:
        return (note, shown)
    return (
        note,
        Choice(Text("改分类"), press("sortneed", one.id)),
        shown,
        Choice(Text("合并"), press("mergeneed", one.id)),
    )


def look(one: Row[Any]) -> Choice:
    return Choice(Text("去办理"), press("handleneed", one.id))


def row(db: Db, one: Row[Any], now: datetime) -> Article:
    """One line of the queue."""
    facts = [(Text("状态"), need.STATES[one.state])]
    if one.place_id is not None:
        facts.append((Text("地点"), as_said(place.name(db, one.place_id))))
    if holder := who_has_it(db, one):
        facts.append((Text("谁在办"), holder))
    if one.due is not None:
        facts.append((Text("期限"), Text("{at}", at=Moment(one.due))))
    state = _LATE if handling_due.is_late(one, now) else None
    return Article(need_cards.name(one), need.ref(one.id), state, facts=tuple(facts), choices=(look(one),))


def subject(one: Row[Any]) -> tuple[Article, ...]:
    """What a question is about."""
    return (Article(need_cards.name(one), need.ref(one.id)),)


def who_has_it(db: Db, one: Row[Any]) -> Text | None:
    """The unit or the outside unit that has it, else the officer."""
    if one.unit_id is not None:
        return as_said(organization.name(db, one.unit_id))
    if one.unit:
        return as_said(one.unit)
    return None if one.officer_id is None else handling.name_of(db, one.officer_id)


def full(talk: Talk, one: Row[Any], lead: Text = NOTHING) -> Card:
    """Everything that an officer may know of it. Who only plays it in the demo reads nobody's words."""
    played = duty.plays(talk.db, talk.person.id) and one.reporter_id != talk.person.id
    lines = [] if played else need_line.of(talk.db, one.id)
    said = tuple(_line(talk, line) for line in lines if line.text)
    pictures = tuple(each for line in lines for each in photos.attached(talk.db, line.photo_id))
    article = Article(
        need_cards.name(one),
        need.ref(one.id),
        _LATE if handling_due.is_late(one, talk.now) else State(need.STATES[one.state], "good"),
        facts=(*_who(talk, one, played=played), *_facts(talk.db, one, played=played)),
        body=Text("{lines}", lines=Several(said, lines=True)) if said else None,
        choices=(*steps(one), *more(one)),
    )
    return Card(
        lead, articles=(article,), choices=(QUEUE,), timeline=_log(talk.db, one), attachments=pictures
    )


def _who(talk: Talk, one: Row[Any], *, played: bool) -> tuple[tuple[Text, Text], ...]:
    if one.anonymous or played or one.reporter_id is None:
        return ((Text("反映人"), Text("匿名")),)
    return ((Text("反映人"), handling.name_of(talk.db, one.reporter_id)),)


def _facts(db: Db, one: Row[Any], *, played: bool) -> tuple[tuple[Text, Text], ...]:
    found = [(Text("状态"), need.STATES[one.state])]
    if one.place_id is not None:
        where = as_said(place.name(db, one.place_id))
        if one.spot and not played:
            where = Text("{place}，{spot}", place=where, spot=phone.without(one.spot))
        found.append((Text("地点"), where))
    if sort := category.everything(db).get(one.category or ""):
        found.append((Text("类别"), category.named(sort)))
    if holder := who_has_it(db, one):
        found.append((Text("谁在办"), holder))
    if one.sent == "acknowledged":
        found.append((Text("单位"), Text("收到了")))
    if one.due is not None and one.state not in need.ENDED:
        found.append((Text("期限"), Text("{at}", at=Moment(one.due))))
    if others := handling.supporters(db, one.id):
        found.append((Text("关注"), Text("{count}位", count=others)))
    if one.visibility != "public":
        found.append((Text("公开"), _VISIBLE[one.visibility]))
    if one.project_id is not None:
        found.append((Text("项目"), Text("项{number}", number=one.project_id)))
    if one.duplicate_of_id is not None:
        found.append((Text("并到"), Text("需{number}", number=one.duplicate_of_id)))
    return tuple(found)


def _line(talk: Talk, line: Row[Any]) -> Text:
    """Somebody's words; a phone number in them stands there only where staff wrote it."""
    words = str(phone.open_in(line.text, talk.vault))
    if line.kind in ("answer", "note"):
        name = handling.name_of(talk.db, line.member_id)
        if line.kind == "note":
            return Text("备注（{name}）：{words}", name=name, words=words)
        return Text("{name}答复：{words}", name=name, words=words)
    return need_cards.line(line.kind, phone.without(words))


def _log(db: Db, one: Row[Any]) -> tuple[Stage, ...]:
    """What was done with it, by whom, and why."""
    rows = [row for row in handling.log(db, one.id) if row.after != "draft"][-_MOST_LOGGED:]
    return tuple(
        Stage(
            change.STATES(row.after),
            "now" if nth == len(rows) else "past",
            Text("{at}", at=Moment(row.at)),
            _by(one, row),
        )
        for nth, row in enumerate(rows, 1)
    )


def _by(one: Row[Any], row: Row[Any]) -> Text | None:
    if row.actor_id is None:
        return None
    if row.actor_id == one.reporter_id:
        return Text("反映人")
    return as_said(row.name) if row.name else None


@need_cards.for_staff
def _for_staff(talk: Talk, one: Row[Any]) -> tuple[Choice, ...]:
    """What staff read as everybody reads it leads to what they can do with it."""
    return (look(one),)
