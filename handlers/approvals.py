"""Who asks to come is decided by the organiser: one message for each, a list of all, and what becomes of it told."""

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Row

from handlers import activity_cards, calendar_files, checks, reminder_cards, seated
from handlers.activity_cards import BROWSE
from handlers.talk import Arguments, Option, Phrase, Talk, anybody, on, press
from handlers.understanding.reading import Reading
from models import activity, approval, contact, expected, notice, phone, profile
from models.activity import Listing
from models.card import Article, Card, Choice, State
from models.database import Db
from models.refusal import Refusal
from models.text import Moment, Several, Text, as_said, prose

# So many of a list are shown at once.
_SHOWN = 8
# What begins so soon is told at once, also in the quiet hours.
_URGENT = timedelta(hours=12)
_REASONS = (Text("名额有限"), Text("不符合条件"), Text("信息不全"))
_KNOWN = {reason.message: reason for reason in _REASONS}
_PAST = {
    "rejected": State(Text("没有通过"), "past"),
    "removed": State(Text("取消过"), "past"),
    "expired": State(Text("没来得及定"), "past"),
}
_LIST = (
    Phrase(
        r"待审核(?:的)?(?:名单|报名|人|列表)|(?:谁|哪些人|几个人|几位|有人).{0,4}(?:等着|等|要|待)(?:我)?审核|审核(?:一下)?报名|报名审核|"
        r"^(?:我要|看看|看一下)?(?:待审核|审核)[。.!?]*$",
        weight=5,
        unless="我的|通过了(?:吗|没)|还在审核|怎么还",
    ),
    Phrase(
        r"\b(?:who|anybody|anyone)\b.{0,20}(?:waiting|waits) for (?:approval|me)|pending (?:registrations?|applicants?)|^applicants[.?]*$"
        r"|^waiting for approval[.?]*$",
        weight=5,
    ),
)
_ALL = (
    Phrase(
        r"^(?:全部|都|全)(?:给)?通过[了吧。.!]*$|^通过全部[。.!]*$|^approve (?:all|everybody)[.!]*$", weight=6
    ),
)


def _named(reading: Reading) -> Arguments:
    return {"numbers": [title.number for title in reading.titles]}


def name(db: Db, one: Row[Any]) -> Text:
    """How an organiser sees somebody: by his name, and what he belongs to as far as he lets it be seen."""
    if one.guest:
        return Text("{name}（{by}替他报的）", name=as_said(one.guest), by=_called(one.by_name))
    shown = (
        [as_said(each) for each in profile.organizations_shown(db, one.member_id)] if one.member_id else []
    )
    if not shown:
        return _called(one.name)
    return Text("{name}（{organizations}）", name=_called(one.name), organizations=Several(tuple(shown)))


def _called(known: str | None) -> Text:
    return as_said(known) if known else Text("一位居民")


def answers(talk: Talk, wanted: Listing, one: Row[Any]) -> tuple[tuple[Text, Text], ...]:
    """What he answered, with every phone number masked."""
    opened = phone.open_in(one.answers, talk.vault)
    return tuple(
        (prose(each["ask"]), as_said(phone.without(str(opened[each["key"]]))))
        for each in wanted.questions
        if opened.get(each["key"])
    )


def _decide(one: Row[Any]) -> tuple[Choice, ...]:
    return Choice(Text("通过"), press("approve", one.id)), Choice(Text("不通过"), press("reject", one.id))


def _all(wanted: Listing) -> Choice:
    return Choice(Text("待审核名单"), press("applicants", wanted.number))


def _line(talk: Talk, wanted: Listing, one: Row[Any]) -> Article:
    """One of the list, with what is to be decided."""
    facts = (
        (Text("人数"), Text("{count}位", count=one.seats)),
        *answers(talk, wanted, one),
        (Text("什么时候报的"), Text("{at}", at=Moment(one.at))),
    )
    choices = _decide(one)
    if one.state in _PAST:
        choices = (Choice(Text("恢复报名"), press("readmit", one.id)),)
    return Article(name(talk.db, one), "", state=_PAST.get(one.state), facts=facts, choices=choices)


def ask(talk: Talk, wanted: Listing, key: int) -> Text:
    """Whoever decides is told that somebody asks; gives what he is told: what happens next, and by when."""
    one = approval.find(talk.db, key)
    assert one is not None
    text = Text("请定一下，{name}能不能参加「{title}」。", name=name(talk.db, one), title=prose(wanted.title))
    about = replace(activity_cards.subject(wanted), facts=_line(talk, wanted, one).facts)
    card = Card(text, articles=(about,), choices=(*_decide(one), _all(wanted)))
    approval.tell(
        talk.db,
        card,
        contact.told(talk.db, wanted),
        talk.now,
        key=f"applicant:{key}",
        still=f"pending {key}",
        expires=wanted.starts,
    )
    by = approval.promise(talk.db, key, wanted.starts, talk.schedule, talk.now)
    return Text("已经提交，等工作人员审核，名额先给您留着。最晚{at}告诉您结果。", at=Moment(by))


def tell(db: Db, one: Row[Any], wanted: Listing, card: Card, now: datetime, key: str) -> None:
    """Who asked is told, or of a guest who asked for him."""
    whom = one.member_id or one.by_id
    if whom is not None:
        rests = wanted.starts - now > _URGENT
        notice.tell_member(db, [card], whom, now, key=key, kind="answer", rests=rests, expires=wanted.ends)


def reason_text(reason: str) -> Text:
    """A reason as it is read: one of ours in the reader's language, another as it was typed."""
    return _KNOWN.get(reason) or as_said(reason)


def _one(talk: Talk, number: int | None) -> Row[Any]:
    found = approval.find(talk.db, number) if number else None
    if found is None:
        talk.leave(Refusal("approval.unknown", Text("请看看名单，没有找到这个报名。")), _MY_APPLICANTS)
    return found


_MY_APPLICANTS = Choice(Text("待审核名单"), press("applicants"))


def admitted(talk: Talk, one: Row[Any], wanted: Listing, key: int, text: Text) -> None:
    """He has his seat: he is told, with all that who registers is told."""
    planned = expected.plan(talk.db, key, wanted, one.member_id, talk.schedule, talk.now)
    shown = activity_cards.full(activity.held(talk.db, wanted.id), talk.now, party=one.seats)
    if one.guest:
        shown = seated.of_guest(shown, key, one.guest)
    shown = reminder_cards.with_times(shown, wanted, planned)
    card = Card(text, articles=(shown,), tone="done", attachments=(calendar_files.attached(wanted),))
    tell(talk.db, one, wanted, card, talk.now, f"admitted:{key}")


@on("staff.activity", head="approve", allow=anybody, private=True)
def approve(talk: Talk, number: int | None = None) -> Card:
    one = _one(talk, number)
    wanted = _decided(talk, one, approval.approve)
    admitted(talk, one, wanted, one.id, Text("通过了，「{title}」有您的位子。", title=prose(wanted.title)))
    text = Text("好的，{name}通过了，已经告诉本人。", name=name(talk.db, one))
    return Card(text, choices=(_all(wanted),), tone="done", refs=(wanted.ref,))


def _decided(talk: Talk, one: Row[Any], decide: Any, *given: Any) -> Listing:
    """Decides it, or leaves with the way to the list."""
    try:
        wanted: Listing = decide(talk.db, one, talk.person.id, talk.now, *given)
    except Refusal as refusal:
        wanted = activity.held(talk.db, one.activity_id)
        talk.leave(refusal, *next_steps(talk, wanted, refusal))
    return wanted


def next_steps(talk: Talk, wanted: Listing, refusal: Refusal) -> tuple[Choice, ...]:
    """What can be done instead, for each reason of a refusal of those who decide."""
    details = Choice(Text("详情"), press("show", wanted.number))
    if refusal.code in {"approval.past", "approval.gone", "approval.overlap", "activity.full", "demo.ends"}:
        return _all(wanted), details
    return details, BROWSE


@on("staff.activity", head="reject", allow=anybody, private=True)
def reject(talk: Talk, number: int | None = None) -> Card:
    one = _one(talk, number)
    wanted = _decided(talk, one, lambda db, it, who, at: approval.check_decision(db, it, "rejected", who, at))
    question = Text(
        "不通过{name}报名「{title}」。原因写什么？对方会看到。",
        name=name(talk.db, one),
        title=prose(wanted.title),
    )
    reason = ask_reason(talk, question, activity_cards.subject(wanted))
    _decided(talk, one, approval.reject, reason)
    refused(talk, one, wanted, Text("「{title}」这次没有通过。", title=prose(wanted.title)), reason)
    text = Text("好的，没有通过，原因已经告诉本人。要恢复，点一下。")
    back = Choice(Text("恢复报名"), press("readmit", one.id))
    return Card(text, choices=(back, _all(wanted)), tone="done", refs=(wanted.ref,))


def ask_reason(talk: Talk, question: Text, about: Article) -> str:
    """Why, in one of our words or in his own; it is stored as it stands, with no phone number in the clear."""
    options = [Option(reason.message, reason) for reason in _REASONS]
    return phone.without(talk.ask("reason", question, *options, check=checks.words, about=(about,)))


def refused(talk: Talk, one: Row[Any], wanted: Listing, text: Text, reason: str) -> None:
    """Who has no seat is told why, whom to ask, and what else there is."""
    facts: tuple[tuple[Text, Text], ...] = ((Text("原因"), reason_text(reason)),)
    if one.guest:
        facts = ((Text("替谁"), as_said(one.guest)), *facts)
    if known := contact.name(talk.db, wanted):
        facts = (*facts, (Text("想问问"), Text("请找{name}", name=as_said(known))))
    about = activity_cards.subject(wanted)
    similar = (Choice(Text("看看同类的"), press("similar", wanted.number)),)
    shown = replace(about, facts=(*facts, *about.facts), choices=similar)
    card = Card(text, articles=(shown,), tone="notice")
    tell(talk.db, one, wanted, card, talk.now, f"refused:{one.id}")


@on(
    "staff.activity", head="applicants", example=Text("待审核名单"), for_staff=True, rank=104, allow=anybody,
    private=True, phrases=_LIST, reads=_named,
)  # fmt: skip
def applicants(talk: Talk, number: int | None = None, numbers: list[int] | None = None) -> Card:
    """Who waits to be decided on, and below who was refused."""
    wanted = _which(talk, number, numbers)
    approval.check(talk.db, talk.person.id, wanted)
    found = approval.those(talk.db, wanted, "pending")
    past = approval.those(talk.db, wanted, *approval.REFUSED)[-_SHOWN:] if talk.now < wanted.starts else []
    lines = tuple(_line(talk, wanted, each) for each in (*found[:_SHOWN], *past))
    title = prose(wanted.title)
    if not found:
        return Card(Text("「{title}」现在没有人等审核。", title=title), articles=lines, refs=(wanted.ref,))
    text = Text("「{title}」有{count}位等您审核，先报的在前：", title=title, count=len(found))
    every = Choice(Text("全部通过"), press("approveall", wanted.number))
    return Card(text, articles=lines, choices=(every,), refs=(wanted.ref,))


def _which(talk: Talk, number: int | None, numbers: list[int] | None) -> Listing:
    """The activity that is meant; where none is named, one of those where somebody waits for this person."""
    if number:
        return activity.find(talk.db, number)
    found = activity.those(talk.db, numbers or approval.waiting_for(talk.db, talk.person.id, talk.now))
    if not found:
        text = Text("现在没有人等您审核。有人报名会告诉您。")
        talk.leave(Refusal("approval.none", text), BROWSE)
    if len(found) == 1:
        return found[0]
    found = found[:_SHOWN]
    talk.keep(numbers=[each.number for each in found])
    options = [Option(each.number, activity_cards.label(each)) for each in found]
    about = tuple(Article(prose(each.title), each.ref) for each in found)
    chosen = talk.ask("which", Text("看哪一场的？"), *options, about=about)
    return next(each for each in found if each.number == chosen)


@on("staff.activity", head="approveall", allow=anybody, private=True, phrases=_ALL, reads=_named)
def approve_all(
    talk: Talk, number: int | None = None, numbers: list[int] | None = None, those: list[int] | None = None
) -> Card:
    """Exactly those who were shown, in one act."""
    wanted = _which(talk, number, numbers)
    approval.check(talk.db, talk.person.id, wanted)
    found = approval.those(talk.db, wanted, "pending")
    if those is not None:
        found = [each for each in found if each.id in those]
    if not found:
        return Card(Text("现在没有人等审核，不用再定。"), choices=(_all(wanted),), refs=(wanted.ref,))
    talk.keep(number=wanted.number, those=[each.id for each in found])
    names = Several(tuple(name(talk.db, each) for each in found[:_SHOWN]))
    question = Text(
        "通过「{title}」的全部{count}位吗？{names}", title=prose(wanted.title), count=len(found), names=names
    )
    yes = Option("yes", Text("全部通过"), ("确认", "是", "好", "好的", "对", "yes", "ok"))
    no = Option("no", Text("先不通过"), ("不", "不要", "no"))
    if talk.ask("sure", question, yes, no, about=(activity_cards.subject(wanted),)) == "no":
        return Card(Text("好的，一位都没有动。"), choices=(_all(wanted),))
    text = Text("通过了，「{title}」有您的位子。", title=prose(wanted.title))
    passed = [each for each in found if _passes(talk, each)]
    for each in passed:
        admitted(talk, each, wanted, each.id, text)
    if left := len(found) - len(passed):
        done = Text("请再看看名单，还有{left}位没有通过。{passed}位通过了。", left=left, passed=len(passed))
        return Card(done, choices=(_all(wanted),), tone="notice", refs=(wanted.ref,))
    done = Text("好的，{count}位都通过了，已经告诉本人。", count=len(found))
    return Card(done, tone="done", refs=(wanted.ref,))


def _passes(talk: Talk, one: Row[Any]) -> bool:
    """One of many: who cannot be let in keeps nobody else out."""
    try:
        with talk.db.savepoint("one"):
            approval.approve(talk.db, one, talk.person.id, talk.now)
    except Refusal:
        return False
    return True
