"""How a question to a person looks: to the officer who has it, and to who asked."""

from datetime import datetime
from typing import Any

from sqlalchemy import Row

from handlers.talk import Talk, press
from models import addressee, notice, phone, question
from models.addressee import Addressee
from models.card import NOTHING, Article, Card, Choice, State
from models.database import Db
from models.text import Moment, Several, Text, as_said

# So much of a question stands in a list, and above its answer.
_SHORT = 40
_STATES = {
    "open": State(Text("等回复"), "warning"),
    "answered": State(Text("已回复"), "good"),
    "closed": State(Text("已办结"), "past"),
}
INBOX = Choice(Text("收件箱"), press("inbox"))


def officer_name(who: Addressee) -> Text:
    """`站长（云杉大厦）`."""
    if not who.name:
        return Text("工作人员")
    if not who.office:
        return as_said(who.name)
    return Text("{name}（{office}）", name=who.name, office=as_said(who.office))


def asker_name(found: Row[Any]) -> Text:
    """His name; of who told none, where he lives or works. Never how he is reached."""
    if found.asker:
        return as_said(found.asker)
    if found.home:
        return Text("一位住在{place}的居民", place=as_said(found.home))
    if found.work:
        return Text("一位在{place}上班的居民", place=as_said(found.work))
    return Text("一位居民")


def shown(talk: Talk, stored: str) -> str:
    """Stored words as a chat shows and keeps them: with every phone number masked."""
    return phone.without(str(phone.open_in(stored, talk.vault)))


def short(words: str) -> str:
    """The beginning of it, in one line."""
    line = " ".join(words.split())
    return line if len(line) <= _SHORT else line[: _SHORT - 1] + "…"


def to_officer(found: Row[Any], *, waits: bool = False) -> Card:
    """What an officer is told; `waits`: nobody has answered it for long."""
    who, words, number = asker_name(found), as_said(found.newest), found.id
    if waits:
        text = Text(
            "请回复{who}，这个问题从{at}等到现在：\n{words}\n\n也可以发“回复{number}：”，后面写要说的话。",
            who=who,
            at=Moment(found.at),
            words=words,
            number=number,
        )
    elif found.title:
        text = Text(
            "请回复{who}，说的是“{title}”：\n{words}\n\n也可以发“回复{number}：”，后面写要说的话。",
            who=who,
            title=as_said(found.title),
            words=words,
            number=number,
        )
    else:
        text = Text(
            "请回复{who}：\n{words}\n\n也可以发“回复{number}：”，后面写要说的话。",
            who=who,
            words=words,
            number=number,
        )
    return Card(text, choices=officers_choices(found.id), tone="notice", refs=(ref(found.id),))


def officers_choices(number: int) -> tuple[Choice, ...]:
    return (
        Choice(Text("回复"), press("reply", number)),
        Choice(Text("转给别人"), press("pass", number)),
        Choice(Text("办结"), press("settle", number)),
    )


def askers_choices(number: int) -> tuple[Choice, ...]:
    return (
        Choice(Text("再问一句"), press("ask", number)),
        Choice(Text("解决了"), press("solved", number)),
    )


def to_asker(found: Row[Any], officer: Addressee, stored: str) -> Card:
    """The answer, with what was asked below it."""
    text = Text(
        "{officer}回复您：\n{words}\n\n您说的是：{asked}",
        officer=officer_name(officer),
        words=as_said(stored),
        asked=as_said(_short_stored(found.newest)),
    )
    return Card(text, choices=askers_choices(found.id), tone="notice", refs=(ref(found.id),))


def _short_stored(stored: str) -> str:
    """What is sealed stays whole: half of it could not be opened."""
    return stored if stored.startswith(phone.SEALED) else short(stored)


def moved_on(found: Row[Any], to: Addressee) -> Card:
    """Who asked is told who has it now."""
    text = Text(
        "请再等一等，您的问题转给了{officer}。\n您说的是：{asked}",
        officer=officer_name(to),
        asked=as_said(_short_stored(found.newest)),
    )
    return Card(text, choices=askers_choices(found.id), tone="notice", refs=(ref(found.id),))


def row(talk: Talk, found: Row[Any]) -> Article:
    """One line of the inbox: what is asked, by whom, since when."""
    return Article(
        as_said(short(shown(talk, found.newest))),
        ref(found.id),
        facts=((Text("谁问的"), asker_name(found)), (Text("时间"), age(found.at, talk.now))),
        choices=(Choice(Text("看看"), press("question", found.id)),),
    )


def age(since: datetime, now: datetime) -> Text:
    """How long it waits already."""
    minutes = int((now - since).total_seconds()) // 60
    if minutes < 60:
        return Text("等了{count}分钟", count=max(minutes, 1))
    if minutes < 24 * 60:
        return Text("等了{count}小时", count=minutes // 60)
    return Text("等了{count}天", count=minutes // (24 * 60))


def thread(talk: Talk, found: Row[Any]) -> Card:
    """Everything that both sides said, and what this reader can do."""
    mine = found.member_id == talk.person.id
    said = tuple(_line(talk, found, each, mine=mine) for each in question.lines(talk.db, found.id))
    facts = [(Text("谁问的"), asker_name(found))]
    if found.state == "open":
        facts.append((Text("时间"), age(found.at, talk.now)))
    if found.title:
        facts.append((Text("回复的是"), as_said(found.title)))
    article = Article(
        Text("{number}号问题", number=found.id),
        ref(found.id),
        _STATES[found.state],
        facts=tuple(facts),
        body=Text("{lines}", lines=Several(said, lines=True)),
        choices=askers_choices(found.id) if mine else officers_choices(found.id),
    )
    return Card(NOTHING, articles=(article,), choices=() if mine else (INBOX,))


def _line(talk: Talk, found: Row[Any], line: Row[Any], *, mine: bool) -> Text:
    words = as_said(shown(talk, line.text))
    if not line.officer:
        who = Text("您") if mine else asker_name(found)
        return Text("{who}：{words}", who=who, words=words)
    row = addressee.officer(talk.db, line.member_id)
    who = as_said(row.name) if row and row.name else Text("工作人员")
    return Text("{who}：{words}", who=who, words=words)


def ref(number: int) -> str:
    return f"question:{number}"


def tell_officer(
    db: Db, number: int, officer: int, now: datetime, event: str, *, waits: bool = False
) -> None:
    """Into his chat, unless it is answered before it goes out; `event` tells one telling of it from the next."""
    found = question.find(db, number)
    card = to_officer(found, waits=waits)
    notice.tell_member(
        db,
        [card],
        officer,
        now,
        key=f"question {number} {event}",
        kind="question",
        still=f"question {number}",
        rests=not question.is_urgent(found),
    )
