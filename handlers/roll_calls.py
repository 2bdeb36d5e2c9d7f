"""Who has not answered an emergency notice: staff see it by building, with how long the sending took."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Row

from handlers import emergency_cards
from handlers.emergency_cards import look
from handlers.jobs import job
from handlers.talk import Option, Phrase, Talk, anybody, on, press
from models import audience, broadcast, duty, emergency, place, roll_call
from models.audience import Audience
from models.card import Attachment, Card, Choice
from models.database import Db
from models.refusal import Refusal
from models.roll_call import Houses, Someone, Stands, Tally
from models.schedule import Schedule
from models.text import Moment, Several, Text, as_said

FILE = "roll"
# So many names stand in one message; the number of a page's button is the broadcast's and the page's.
PAGE = 40
_PAGES = 1000
_WHO = (
    Phrase(
        r"(?:还有)?(?:谁|哪些人|哪几[个位]|哪些|多少人)(?:还|都)?(?:没有?|未)(?:有)?(?:收到|回复?|回应|确认|答复)|(?:收到|回复|确认)(?:的)?(?:情况|名单|进度|统计)|未(?:回复|收到|确认)(?:的)?名单"
        r"|who (?:has|have|did)(?: not|n'?t) (?:yet )?(?:answer|repl|respond|confirm|acknowledge|receive)\w*|who (?:is|are) missing",
        weight=5,
        unless="活动|报名|预约",
    ),
)
_AGAIN = (
    Phrase(
        r"^(?:请|帮我|给|对|向)*(?:没(?:有)?(?:回复|收到|确认)的(?:人)?)?(?:再发一次|再发一遍|再提醒一次|再催一次)[吧了。.!]*$|^send (?:it )?(?:once more|again)[.!]*$",
        weight=4,
    ),
)
_YES = Option("yes", Text("再发一次"), ("确认", "确认发送", "发送", "是", "好", "yes", "confirm", "send"))
_NO = Option("no", Text("先不发"), ("不", "不发", "不要", "no"))
STANDS: dict[Stands, Text] = {
    "help": Text("要人帮忙"),
    "silent": Text("没回复"),
    "waiting": Text("还没发到"),
    "unreachable": Text("联系不上"),
}


@dataclass(frozen=True, slots=True)
class Roll:
    """A notice with all that this reader may see of its answers."""

    found: Row[Any]
    own: Row[Any]
    notices: list[int]
    houses: Houses
    tallies: list[Tally]

    def sum(self, *stands: Stands) -> int:
        return sum(tally.of(*stands) for tally in self.tallies)

    def missing(self, db: Db) -> Iterator[tuple[Tally, list[Someone]]]:
        for tally in self.tallies:
            yield tally, roll_call.missing(db, self.found.id, self.notices, self.houses, tally.place)


def read(db: Db, reader: int, number: int) -> Roll:
    """Raises Refusal where there is no such notice, or this reader is staff of nowhere that it is about."""
    found = broadcast.find(db, number)
    if found.kind != "emergency" or found.notice_id is None:
        raise Refusal("roll.none", Text("请等紧急通知发出后再看，现在还没有回复情况。"))
    duty.check_real(db, reader)
    own = emergency.of(db, found.id)
    notices = emergency.notices(db, found)
    scope = audience.scope(db, Audience.load(found.audience))
    houses = roll_call.houses(db, place.below(db, scope), place.below(db, [own.place_id]))
    tallies = roll_call.tally(db, found.id, notices, houses)
    if not _sees_all(db, reader, found, scope):
        mine = set(duty.everywhere(db, reader))
        tallies = [tally for tally in tallies if tally.place in mine]
        if not mine & set(houses.place):
            duty.check(db, reader, own.place_id)
    return Roll(found, own, notices, houses, tallies)


def _sees_all(db: Db, reader: int, found: Row[Any], scope: list[int]) -> bool:
    """Who answers for it, while he is staff, and who is staff of all of it."""
    writes = reader in (found.author_id, found.approver_id) and bool(duty.places(db, reader))
    return writes or all(duty.covers(db, reader, place) for place in scope)


@on("staff.broadcast", head="roll", allow=anybody, private=True, phrases=_WHO)
def show(talk: Talk, number: int | None = None) -> Card:
    """The first page, for who is staff there alone."""
    return _page(talk, _number(talk, number), 0)


@on("staff.broadcast", head="rollpage", allow=anybody, private=True)
def page(talk: Talk, number: int = 0) -> Card:
    return _page(talk, *divmod(number, _PAGES))


def _number(talk: Talk, number: int | None) -> int:
    """The newest that concerns him, where none is named. Raises Refusal."""
    if number is not None:
        return number
    places = duty.everywhere(talk.db, talk.person.id)
    if not places:
        raise Refusal("roll.staff", Text("请到服务站问一问，紧急通知的回复由工作人员看。"))
    newest = emergency.newest_of(talk.db, talk.person.id, places)
    if newest is None:
        raise Refusal("roll.none", Text("发过紧急通知再来看，现在还没有回复情况。"))
    return newest


def _page(talk: Talk, number: int, nth: int) -> Card:
    roll = read(talk.db, talk.person.id, number)
    lines = list(_lines(talk, roll, nth * PAGE))
    rest = roll.sum("help", "silent", "waiting", "unreachable") - (nth + 1) * PAGE
    choices = [Choice(Text("更多"), press("rollpage", number * _PAGES + nth + 1))] if rest > 0 else []
    if roll.sum("silent", "unreachable"):
        choices.append(Choice(Text("再发一次"), press("resend", number)))
    body = Several(tuple(lines), lines=True)
    files = (
        (Attachment("file", Text("{name}.csv", name=Text("没回复的名单")), FILE, (number,)),)
        if rest > 0 and nth == 0
        else ()
    )
    if nth:
        return Card(Text("{lines}", lines=body), choices=tuple(choices))
    head = Several((_summary(roll), *_times(talk, roll)), lines=True)
    return Card(
        Text("{head}\n\n{lines}", head=Text("{lines}", lines=head), lines=Text("{lines}", lines=body)),
        choices=(*choices, look(number)),
        attachments=files,
    )


def _summary(roll: Roll) -> Text:
    parts = [
        (Text("已回复"), roll.sum("answered", "help")),
        *((STANDS[each], roll.sum(each)) for each in STANDS),
    ]
    counted = tuple(
        Text("{stands}{number}位", stands=stands, number=number) for stands, number in parts if number
    )
    total = roll.sum("answered", *STANDS)
    return Text("{notice}，共{count}位：{parts}。", notice=_title(roll), count=total, parts=Several(counted))


def _title(roll: Roll) -> Text:
    number = roll.found.number
    return (
        Text("{number}号紧急通知演练", number=number)
        if roll.own.drill
        else Text("{number}号紧急通知", number=number)
    )


def _times(talk: Talk, roll: Roll) -> Iterator[Text]:
    """How long it took so far: of all whom it is for, those whom nothing reaches too."""
    times = roll_call.times(talk.db, roll.found.notice_id, roll.found.began)
    if times.first is None or times.median is None or times.last is None:
        return
    began = roll.found.began
    yield Text(
        "{at}发出，第一位{first}后收到，一半的人{median}内，最后一位{last}后。",
        at=Moment(began),
        first=_after(began, times.first),
        median=_after(began, times.median),
        last=_after(began, times.last),
    )
    shares = tuple(
        Text("{minutes}分钟内{share}%", minutes=minutes, share=100 * sent // times.meant)
        for minutes, sent in times.within.items()
    )
    yield Text("发到的：{shares}。", shares=Several(shares))


def _after(began: datetime, at: datetime) -> Text:
    seconds = max(0, round((at - began).total_seconds()))
    if seconds < 60:
        return Text("{count}秒", count=seconds)
    return Text("{minutes}分{seconds}秒", minutes=seconds // 60, seconds=seconds % 60)


def _lines(talk: Talk, roll: Roll, skip: int) -> Iterator[Text]:
    """A block for each building from the one on in which the page begins."""
    room = PAGE
    for tally in roll.tallies:
        count = tally.of(*STANDS)
        if skip and skip >= count:
            skip -= count
            continue
        if room <= 0:
            return
        people = []
        if count:
            everybody = roll_call.missing(talk.db, roll.found.id, roll.notices, roll.houses, tally.place)
            people = everybody[skip : skip + room]
        skip = 0
        room -= len(people)
        yield _house(roll, tally)
        yield from _names(talk, people)


def _house(roll: Roll, tally: Tally) -> Text:
    known = roll.houses.names.get(tally.place or 0)
    name = as_said(known) if known else Text("后来搬走的")
    return Text(
        "{place}：{answered}/{reached}位已回复", place=name, answered=tally.answered, reached=tally.reached
    )


def _names(talk: Talk, people: list[Someone]) -> Iterator[Text]:
    """One line for each way of not having answered; who gave no name is counted."""
    companies = roll_call.companies(talk.db, [one.member for one in people])
    for stands, word in STANDS.items():
        here = [one for one in people if one.stands == stands]
        named = [_named(one, companies.get(one.member)) for one in here if one.name]
        nameless = len(here) - len(named)
        if nameless:
            named.append(Text("没留称呼的{count}位", count=nameless))
        if named:
            yield Text("· {stands}：{names}", stands=word, names=Several(tuple(named)))


def _named(one: Someone, company: str | None) -> Text:
    if company is None:
        return as_said(one.name or "")
    return Text("{name}（{company}）", name=one.name or "", company=company)


@on("staff.broadcast", head="resend", allow=anybody, private=True, phrases=_AGAIN)
def again(talk: Talk, number: int | None = None) -> Card:
    """Once more, to those alone who did not answer."""
    number = _number(talk, number)
    talk.keep(number=number)
    roll = read(talk.db, talk.person.id, number)
    if roll.found.state == "stopped":
        raise Refusal("roll.stopped", Text("请重新发一条，这条已经停了。"))
    scope = audience.scope(talk.db, Audience.load(roll.found.audience))
    if not _sees_all(talk.db, talk.person.id, roll.found, scope):
        for each in scope:
            duty.check(talk.db, talk.person.id, each)
    count = roll.sum("silent", "unreachable")
    if not count:
        return Card(Text("不用再发，发到的都回复了。"), choices=(look(number),), tone="done")
    asked = Text("再发一次，发给没回复和联系不上的{count}位，对吗？", count=count)
    if talk.ask("sure", asked, _YES, _NO) == "no":
        return Card(Text("好的，没有再发。"), choices=(look(number),))
    emergency.send_again(
        talk.db, roll.found, emergency_cards.once_more(talk.db, roll.found, roll.own), talk.now
    )
    return Card(
        Text("再发了一次，给没回复和联系不上的{count}位。", count=count),
        choices=(look(number),),
        tone="done",
    )


@job("emergency notices once more", next=lambda db, _schedule: emergency.next_due(db))
def send_again(db: Db, now: datetime, _schedule: Schedule) -> bool:
    """One slice of those whom one is sent once more."""
    return emergency.send_slice(db, now)
