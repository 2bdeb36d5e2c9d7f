"""Being there: a scan, or the six digits that are read aloud, check in; the same later, or 签退, checks out."""

import re

from handlers import activity_cards, station_checkins
from handlers.activity_cards import BROWSE, MY_LIST
from handlers.talk import Arguments, Option, Phrase, Talk, anybody, on, press, refused
from handlers.understanding.reading import Reading
from models import activity, checkin, checking_in, door, visit
from models.activity import Listing
from models.card import Article, Card, Choice
from models.checkin import Shown
from models.checking_in import Arrival
from models.refusal import Refusal
from models.text import Moment, Several, Text, prose
from models.visit import How

_SIX = re.compile(r"(?<!\d)(\d{3})[ \-]?(\d{3})(?!\d)")
_DIGITS = r"(?<!\d)\d{3}[ \-]?\d{3}(?!\d)"
_IN = (
    Phrase(rf"^(?:我)?(?:要|来)?(?:活动)?签到(?:数字|码)?[是为:,\s]*{_DIGITS}\D{{0,3}}$", weight=7),
    Phrase(
        r"^(?:我)?(?:想|要|来|在)?(?:活动|现场|扫码)?签到[了吧啦。.!]*$|^(?:我|我们)(?:已经)?(?:到了|到现场了|到场了|来签到了?)[。.!]*$|"
        r"^(?:怎么|如何|在哪|哪里)(?:里|儿)?签到[?吗。]*$",
        weight=6,
    ),
    Phrase(
        rf"^check(?:ing)? ?in[\s:,]*{_DIGITS}\D{{0,3}}$|^(?:i(?:'d| would) like to |i want to |please )?check(?:ing)? (?:me )?in(?: now| please)?[!.]?$|"
        r"^(?:i'?m|i am|we'?re|we are) (?:already )?(?:here|there)(?: now)?[!.]?$|^i(?:'ve| have)? arrived[!.]?$|^how (?:do|can) i check in[?]?$",
        weight=6,
    ),
)
_OUT = (
    Phrase(
        r"^(?:我)?(?:要|来)?签退[了吧啦。.!]*$|^(?:please )?check(?:ing)? (?:me )?out(?: now| please)?[!.]?$",
        weight=6,
    ),
)
_TAKEN_BACK = (
    Phrase(
        r"^(?:我)?(?:要)?(?:撤销|取消)(?:我的|刚才的|这次)?签到[。.!]*$|^(?:undo|cancel) (?:my |the )?check-?in[!.]?$",
        weight=6,
    ),
)


def _typed(reading: Reading) -> Arguments:
    found = _SIX.search(reading.said)
    return {"digits": found[1] + found[2] if found else None}


@on(
    "activity.checkin",
    head="checkin",
    example=Text("签到"),
    rank=28,
    allow=anybody,
    private=True,
    phrases=_IN,
    reads=_typed,
)
def check_in(
    talk: Talk,
    number: int | None = None,
    code: str | None = None,
    digits: str | None = None,
    how: How | None = None,
    place: int | None = None,
) -> Card:
    """`code` is what was scanned; how and where he is stays known by that while he is asked which activity he means."""
    if how is not None and place is not None:
        shown: Shown | Refusal = Shown(how, place=place)
    elif code is not None:
        shown = checkin.shown_by(talk.db, talk.vault, talk.person.id, code, talk.now)
    elif digits is not None:
        shown = checkin.shown_by_digits(talk.db, talk.vault, talk.person.id, digits, talk.now)
    else:
        return _way_in(talk, number)
    if isinstance(shown, Refusal):
        return _refusal(talk, station_checkins.refusal_of(talk, code, shown))
    if (station := station_checkins.there(talk, shown)) is not None:
        meant = station_checkins.activity_meant(talk, station, shown)
        return _enter(talk, meant, shown) if meant else station_checkins.come(talk, station, shown.how)
    if shown.how == "printed":
        nowhere = Text("请扫现场屏幕上的码，这个打印码的站已经没有了。")
        return _refusal(talk, Refusal("checkin.nothing", nowhere))
    try:
        found = checkin.meant(talk.db, talk.person.id, shown, talk.now)
    except Refusal as refusal:
        return _refusal(
            talk, checkin.note(talk.db, talk.person.id, refusal, shown.how, talk.now, place=shown.place)
        )
    return _enter(talk, found[0] if len(found) == 1 else _which(talk, found, shown), shown)


def _enter(talk: Talk, wanted: Listing, shown: Shown) -> Card:
    done = checkin.enter(talk.db, wanted, talk.person.id, shown, talk.now)
    return _refusal(talk, done) if isinstance(done, Refusal) else card(done)


def _which(talk: Talk, found: list[Listing], shown: Shown) -> Listing:
    """The code may be another one by the time of the answer: that he is there was seen already."""
    talk.keep(code=None, digits=None, how=shown.how, place=shown.place)
    options = [Option(each.number, activity_cards.label(each)) for each in found]
    about = tuple(Article(prose(each.title), each.ref) for each in found)
    chosen = talk.ask("which", Text("这里有几场，您参加哪一场？"), *options, about=about)
    return next(each for each in found if each.number == chosen)


def _way_in(talk: Talk, number: int | None) -> Card:
    """How one checks in, and to what: nobody is there by saying so."""
    held = [each for each in checkin.own(talk.db, talk.person.id, talk.now) if each.came is None]
    meant = next((each.activity for each in held if number in (None, each.activity.number)), None)
    if meant is None and number is not None:
        meant = activity.find(talk.db, number)
    if meant is None:
        text = Text("到了现场，扫屏幕上的码，或者发工作人员念的6位数字，就能签到。您现在没有要签到的活动。")
        return Card(text, choices=(MY_LIST, BROWSE))
    text = Text(
        "请扫现场屏幕上的码，或者把念的6位数字发来，给「{title}」签到。也可以请工作人员扫您的签到码。",
        title=prose(meant.title),
    )
    return Card(text, choices=(activity_cards.own_code(meant.number), _details(meant)), refs=(meant.ref,))


def _details(wanted: Listing) -> Choice:
    return Choice(Text("详情"), press("show", wanted.number))


def _refusal(talk: Talk, refusal: Refusal) -> Card:
    """Not raised: what was noted of it stays."""
    steps: tuple[Choice, ...] = (MY_LIST, Choice(Text("转人工"), "person"))
    if refusal.code in ("checkin.full", "checkin.rejected", "activity.eligible", "checkin.over"):
        steps = (BROWSE, MY_LIST)
    return refused(refusal, *steps)


def card(done: Arrival) -> Card:
    """What a check-in came to; the same once more says when it was."""
    wanted, title = done.activity, prose(done.activity.title)
    came = Moment(done.visit.entered)
    if done.left and done.visit.left is not None:
        gone = Moment(done.visit.left)
        text = Text("已签退 {at}，「{title}」。", at=gone, title=title)
        return Card(text, choices=(MY_LIST,), tone="done", refs=(wanted.ref,))
    text = Text("已签到 {at}，「{title}」。", at=came, title=title)
    if done.again:
        return Card(text, choices=(MY_LIST,), tone="done", refs=(wanted.ref,))
    if done.walked_in:
        text = Text("已签到 {at}，「{title}」。给您补报了名，1位。", at=came, title=title)
    lines = [text]
    if done.visit.seats > 1:
        lines.append(Text("一共{count}位。人数不对，请告诉现场的工作人员。", count=done.visit.seats))
    if wanted.checks_out:
        lines.append(Text("走的时候再扫一次，或者说“签退”。时长按到和走的时间算。"))
    undo = Choice(Text("撤销签到"), press("undo", done.visit.id))
    return Card(lines_of(lines), choices=(undo, MY_LIST), tone="done", refs=(wanted.ref,))


def lines_of(lines: list[Text]) -> Text:
    return lines[0] if len(lines) == 1 else Text("{lines}", lines=Several(tuple(lines), lines=True))


@on("activity.checkout", head="checkout", allow=anybody, private=True, phrases=_OUT)
def check_out(talk: Talk, number: int | None = None) -> Card:
    there = [each for each in checkin.own(talk.db, talk.person.id, talk.now) if each.came is not None]
    asked = [
        each.activity for each in there if each.activity.checks_out and number in (None, each.activity.number)
    ]
    found = asked or [each.activity for each in there]
    # Somebody may take it back at this moment.
    known = checkin.standing(talk.db, found[0], talk.person.id) if found else None
    if known is None:
        text = Text("您现在没有签到的活动，不用签退。")
        return Card(text, choices=(MY_LIST, BROWSE))
    wanted = found[0]
    try:
        return card(checking_in.check_out(talk.db, wanted, known, talk.now))
    except Refusal as refusal:
        talk.leave(refusal, MY_LIST)


@on("activity.undo", head="undo", allow=anybody, private=True, phrases=_TAKEN_BACK)
def undo(talk: Talk, number: int | None = None) -> Card:
    """Takes back a check-in: one's own that was a mistake, or, by who has the door, anybody's."""
    known = visit.find(talk.db, number) if number else checkin.last(talk.db, talk.person.id, talk.now)
    if known is not None and known.activity_id is None and known.member_id == talk.person.id:
        return station_checkins.take_back(talk, known)
    wanted = activity.held(talk.db, known.activity_id) if known is not None and known.activity_id else None
    if known is None or wanted is None or not _concerns(talk, known.member_id, wanted):
        text = Text("没有可以撤销的签到。")
        return Card(text, choices=(MY_LIST, BROWSE), tone="notice")
    if not door.may(talk.db, talk.person.id, wanted):
        try:
            checking_in.check_undo(wanted, known, talk.person.id, talk.now)
        except Refusal as refusal:
            talk.leave(refusal, MY_LIST, _details(wanted))
    checking_in.undo(talk.db, wanted, known, talk.person.id, talk.now)
    text = Text("签到撤销了，「{title}」。签到时记的时长也撤回了。", title=prose(wanted.title))
    return Card(text, choices=(_details(wanted),), tone="done", refs=(wanted.ref,))


def _concerns(talk: Talk, owner: int | None, wanted: Listing) -> bool:
    """Of others' check-ins nobody learns by trying numbers."""
    return owner == talk.person.id or door.may_by_number(talk.db, talk.person.id, wanted)
