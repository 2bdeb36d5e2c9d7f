"""Who waits for a seat: joins by a button, asks for his place, takes what he is offered, or leaves it to others."""

from typing import Any

from sqlalchemy import Row

from handlers import activity_cards, booking_waiting, queueing
from handlers import numbers as queue_numbers
from handlers.activity_cards import BROWSE, MY_LIST
from handlers.checks import Number
from handlers.registrations import register, wished
from handlers.taking import taken
from handlers.talk import Arguments, Option, Phrase, Talk, anybody, on, press
from handlers.understanding.reading import Reading
from handlers.ways_on import next_steps
from models import activity, waiting
from models.activity import Listing
from models.card import Article, Card, Choice
from models.refusal import Refusal
from models.registering import largest_party
from models.text import Text, prose

_ELSEWHERE = "名单|列表|第几|几位|几个|多少|取消|退|不|谁|吗|办理|叫号|取号"
_WAIT = (
    Phrase(
        r"^(?:请|我要|我想|帮我|给我|我来|替我)?(?:候补|排队|加入候补|排上)|(?:加入|进|报)候补|先候补",
        weight=5,
        unless=_ELSEWHERE,
    ),
    Phrase(
        r"(?:join|get on|put me on|add me to) the wait(?:ing)? ?list|^waitlist me",
        weight=5,
        unless=r"\b(?:not|don'?t|leave|off)\b",
    ),
)
_SEAT = "(?:这个|那个|这)?(?:空位|位子|位置|名额|座位|机会)"
_TAKE = (
    Phrase(
        rf"^(?:好的?|嗯|可以|[,，\s])*(?:我)?(?:接受|要了?|要的|要{_SEAT}|接受{_SEAT}|接{_SEAT}|接了?)[.!。~]*$"
        r"|^(?:yes,? )?i(?:'ll| will| want to)? (?:take|accept|want) (?:it|the (?:seat|spot|place|offer))[.!]*$|^accept(?: the (?:seat|offer|spot))?[.!]*$",
        weight=4,
    ),
)
_LEAVE = (
    Phrase(
        rf"(?:取消|退出|退了?|不想|不要|不用|不)(?:再)?.{{0,14}}(?:候补|排队)|不等(?:了|位)|不排了|^(?:我|这次|[,，\s])*(?:让给(?:别人|下一位|后面)|不要(?:{_SEAT})?了|{_SEAT}(?:我)?(?:不要了?|让给别人))[了吧.!。~]*$",
        weight=6,
        unless="名单|列表|怎么|能不能|提醒|第几|吗",
    ),
    Phrase(
        r"(?:leave|get off|take me off|remove me from) the wait(?:ing)? ?list|stop waiting|^(?:i )?decline(?: the (?:seat|offer|spot))?[.!]*$|^give it to (?:someone|somebody) else[.!]*$",
        weight=6,
    ),
)
_PLACE = (
    Phrase(
        r"(?:我|现在|候补).{0,6}(?:排|候补)(?:在|到)?(?:了)?第几|排(?:在|到)?(?:了)?第几(?:个|位|名)?|候补.{0,8}第几|前面(?:还)?有(?:几|多少)(?:个)?(?:人|位)|"
        r"(?:轮到|排到)我(?:了)?(?:吗|没|伐|么)|(?:还)?要(?:排|等)多久.{0,4}(?:候补|轮到)|我的候补|候补(?:到|上)了(?:吗|没)",
        weight=6,
        unless="名单|列表",
    ),
    Phrase(
        r"(?:my|our) (?:place|position|turn|spot) (?:in|on) the (?:wait|queue|line|list)|where am i (?:in|on) the (?:wait|queue|line|list)|how many (?:people )?(?:are )?(?:ahead|before|in front) of me|am i next",
        weight=6,
    ),
)


def _named(reading: Reading) -> Arguments:
    return {"numbers": [title.number for title in reading.titles]}


@on("activity.register", head="wait", allow=anybody, private=True, phrases=_WAIT, reads=wished)
def wait(
    talk: Talk,
    number: int | None = None,
    numbers: list[int] | None = None,
    query: dict[str, Any] | None = None,
    party: int | None = None,
    strange: bool = False,
    other_day: bool = False,
    role: str | None = None,
) -> Card:
    """To the end of the list; a seat that is free meanwhile is his. More people than there are seats wait together."""
    if number is not None and party is None:
        party = _together(talk, activity.find(talk.db, number))
        if party is not None:
            talk.keep(party=party)
    return register(talk, number, numbers, query, party, strange, other_day, role, together=True)


def _together(talk: Talk, wanted: Listing) -> int | None:
    """How many they are who do not fit in what is left."""
    most = largest_party(wanted)
    if not wanted.free or wanted.free >= most or wanted.stands(talk.now) != "open":
        return None
    check = Number(1, most, lambda _number: Text("请发1到{count}之间的数字。", count=most))
    about = (activity_cards.subject(wanted),)
    return talk.ask(
        "size", Text("一共几位？（含您自己，最多{count}位）", count=most), check=check, about=about
    )


@on("activity.register", head="take", allow=anybody, private=True, phrases=_TAKE, reads=_named)
def take(talk: Talk, number: int | None = None, numbers: list[int] | None = None) -> Card:
    """Takes the seat that is offered: one tap."""
    one = (
        waiting.own(talk.db, number, talk.person.id)
        if number is not None
        else _meant(talk, numbers or [], True)
    )
    if one is None and number is None and booking_waiting.is_offered(talk):
        talk.did = "service.book"
        return booking_waiting.take(talk)
    if one is None:
        return Card(Text("您现在没有要接的位子。有空位了，我们会问您。"), choices=(MY_LIST, BROWSE))
    return taken(talk, activity.held(talk.db, one.activity_id), one)


@on("activity.cancel", head="leave", allow=anybody, private=True, phrases=_LEAVE, reads=_named)
def leave(talk: Talk, number: int | None = None, numbers: list[int] | None = None) -> Card:
    """Out of the list, or the offered seat to the next: one tap."""
    one = (
        waiting.own(talk.db, number, talk.person.id)
        if number is not None
        else _meant(talk, numbers or [], False)
    )
    if one is None:
        return Card(Text("您现在没有在候补，不用退出。"), choices=(MY_LIST, BROWSE))
    wanted = activity.held(talk.db, one.activity_id)
    try:
        return queueing.left(talk, wanted, one)
    except Refusal as refusal:
        talk.leave(refusal, *_own_steps(wanted, one, refusal))


def _own_steps(wanted: Listing, one: Row[Any], refusal: Refusal) -> tuple[Choice, ...]:
    if one.state in ("confirmed", "pending"):
        return (Choice(Text("取消报名"), press("withdraw", wanted.number)), MY_LIST)
    return (MY_LIST, *next_steps(wanted, refusal))


@on("registration.list", head="place", allow=anybody, private=True, phrases=_PLACE, reads=_named)
def place(talk: Talk, number: int | None = None, numbers: list[int] | None = None) -> Card:
    """Where somebody stands who waits, with what happens next."""
    if number is not None:
        numbers = [number]
    found = _those(talk, numbers or [])
    if not found and (drawn := queue_numbers.own(talk)) is not None:
        return queue_numbers.standing(talk, drawn)
    if not found:
        return Card(Text("您现在没有在候补。"), choices=(MY_LIST, BROWSE))
    if len(found) == 1:
        return queueing.stands(talk, activity.held(talk.db, found[0].activity_id), found[0])
    articles = tuple(_line(talk, one) for one in found)
    return Card(Text("您在候补{count}场：", count=len(found)), articles=articles)


def _line(talk: Talk, one: Row[Any]) -> Article:
    wanted = activity.held(talk.db, one.activity_id)
    return activity_cards.held(wanted, talk.now, one.seats, one.state, queued=queueing.queued(talk.db, one))


def _those(talk: Talk, numbers: list[int]) -> list[Row[Any]]:
    """What somebody waits for, of what is named, or all."""
    found = list(waiting.of(talk.db, talk.person.id, talk.now))
    named = {each.id for each in activity.those(talk.db, numbers)} if numbers else None
    return [one for one in found if named is None or one.activity_id in named]


def _meant(talk: Talk, numbers: list[int], offered: bool) -> Row[Any] | None:
    """The one that is answered; asks where it could be several. Who is offered a seat means that one."""
    found = _those(talk, numbers)
    asked = [one for one in found if one.state == "offered" or one.called is not None]
    found = asked if offered or asked else found
    if len(found) < 2:
        return found[0] if found else None
    held = {one.id: activity.held(talk.db, one.activity_id) for one in found}
    options = [Option(one.id, activity_cards.label(held[one.id])) for one in found]
    about = tuple(Article(prose(each.title), each.ref) for each in held.values())
    chosen = talk.ask("which", Text("是哪一场？"), *options, about=about)
    return next(one for one in found if one.id == chosen)
