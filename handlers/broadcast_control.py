"""What becomes of a broadcast: how far it is, pausing and stopping it, and setting right what was wrong."""

from datetime import timedelta
from typing import Any

from sqlalchemy import Row

from handlers import broadcast_cards
from handlers.broadcasts import message
from handlers.subscriptions import mute, stop_subjects
from handlers.talk import Arguments, Phrase, Talk, anybody, menu, on, press
from handlers.understanding import telling
from handlers.understanding.reading import Reading
from models import audience, broadcast, broadcast_draft, broadcasting, duty
from models.audience import Audience
from models.broadcasting import Progress
from models.card import Article, Card, Choice, State
from models.refusal import Refusal
from models.text import Moment, Several, Text, as_said

# What was told so long ago is not what somebody means who speaks of such notices.
_LATELY = timedelta(days=30)
_WHICH = r"(?:这条|那条|刚才(?:的|那条|发的)?|我发的|上一条|群发的?)"
_PROGRESS = (
    Phrase(
        rf"^(?:看|看看|查看)?{_WHICH}?(?:通知|群发)?(?:的)?(?:发送)?(?:进度|发到哪了|发得怎么样了?|发完了[吗么没]|发了多少人?)[?。!]*$",
        weight=5,
    ),
    Phrase(
        r"^(?:broadcast|sending|see) progress[.?!]*$|^how far is (?:the|my) (?:notice|broadcast)[?]*$",
        weight=5,
    ),
)
_HALT = (
    Phrase(
        rf"^(?:请|赶紧|马上|快)?(?:停止群发|停掉群发|撤回{_WHICH}?通知|停(?:止|掉|了)?{_WHICH}的?通知|别发{_WHICH}的?通知了?)[。!]*$",
        weight=7,
    ),
    Phrase(r"^(?:停止|不发了)[。!]*$", weight=7),
    Phrase(
        r"^(?:stop (?:the |my |that )?(?:broadcast|sending it)|do not send it|don'?t send it)[.!]*$", weight=7
    ),
)
_SUSPEND = (
    Phrase(rf"^(?:请|先)?(?:暂停群发|暂停发送|暂停{_WHICH}的?通知|群发先停一下|暂停)[。!]*$", weight=7),
    Phrase(r"^pause (?:the |my |that )?(?:broadcast|sending)[.!]*$", weight=7),
)
_GO_ON = (
    Phrase(
        r"^(?:继续群发|继续发送?|恢复群发|现在发|continue sending|resume the broadcast|send it now)[。.!]*$",
        weight=7,
    ),
)
_CORRECT = (
    Phrase(rf"^(?:更正|订正){_WHICH}?的?(?:通知|一下)?(?:[:,。!]|$)", weight=6),
    Phrase(r"^correct (?:the |my |that )?(?:notice|broadcast)\b", weight=6),
)
_NO_MORE = (
    Phrase(r"^(?:请)?(?:不|不再|不要再|别再)(?:给我)?[收发]这[类种](?:通知|消息)?了?[。!]*$", weight=7),
    Phrase(r"^no more (?:notices )?like (?:this|these)[.!]*$", weight=7),
)
_MINE = (
    Phrase(
        r"^我(?:都)?发(?:过|了)?(?:的|哪些|什么)(?:通知|群发)[?。]*$|^my (?:broadcasts|announcements)$",
        weight=5,
    ),
)
_REASONS = {
    "stopped": Text("停了没发"),
    "no wish to hear of it": Text("不想收"),
    "nobody is reached there any more": Text("不再用这个账号"),
    "too late to be of use": Text("过时了没发"),
}


def _sent_by(talk: Talk, number: int | None) -> Row[Any]:
    """To send more of it, nobody may who is not staff of all of it by now."""
    found = _controlled(talk, number)
    audience.check(talk.db, Audience.load(found.audience), talk.person.id)
    return found


def _controlled(talk: Talk, number: int | None) -> Row[Any]:
    """The one that is meant, without a number the newest: of who wrote or approved it, or is staff of all of it."""
    if number is None:
        own = [each for each in broadcast.of(talk.db, talk.person.id) if each.kind == "notice"]
        live = [each for each in own if each.state in broadcast.LIVE]
        if not own:
            stop = Choice(Text("全部退订"), press("unsubscribe"))
            sentence = Text("不想再收我们发的，点“全部退订”。您自己没有发过通知。")
            talk.leave(Refusal("broadcast.none", sentence), stop, *menu())
        return (live or own)[0]
    found = broadcast.find(talk.db, number)
    if talk.person.id not in (found.author_id, found.approver_id):
        audience.check(talk.db, Audience.load(found.audience), talk.person.id)
        duty.check_real(talk.db, talk.person.id)
    return found


@on("staff.broadcast", head="progress", allow=anybody, private=True, phrases=_PROGRESS)
def progress(talk: Talk, number: int | None = None) -> Card:
    found = _controlled(talk, number)
    return report(found, broadcasting.progress(talk.db, found))


def report(found: Row[Any], done: Progress) -> Card:
    """How far it is, or how it ended: how many have it, wait, or got none and why."""
    heading = Text(
        "{state}：“{what}”", state=broadcast.STATES[found.state], what=broadcast_cards.short(found)
    )
    lines = [heading, Text("已收到：{count}人", count=done.sent)]
    if done.waiting:
        lines.append(Text("还没发：{count}人", count=done.waiting))
    if done.unknown:
        lines.append(Text("不确定收到没有：{count}人", count=done.unknown))
    if done.unreachable:
        lines.append(Text("没有能收消息的账号：{count}人", count=done.unreachable))
    for reason, number in done.none.items():
        said = _REASONS.get(reason, as_said(reason))
        lines.append(Text("没发成，{reason}：{count}人", reason=said, count=number))
    text = Text("{lines}", lines=Several(tuple(lines), lines=True))
    return Card(text, choices=broadcast_cards.controls(found), refs=(f"broadcast:{found.number}",))


@on("staff.broadcast", head="announced", allow=anybody, private=True, phrases=_MINE)
def mine(talk: Talk) -> Card:
    """What somebody wrote or approved, newest first."""
    own = broadcast.of(talk.db, talk.person.id)
    if not own:
        return Card(Text("您没有发过通知。要发，说“发通知”。"), choices=menu())
    return Card(Text("您发的通知："), articles=tuple(_line(each) for each in own))


def _line(found: Row[Any]) -> Article:
    live = found.state in broadcast.LIVE
    return Article(
        broadcast_cards.short(found),
        f"broadcast:{found.number}",
        state=State(broadcast.STATES[found.state], "warning" if live else "past"),
        facts=((Text("时间"), Text("{at}", at=Moment(found.began or found.at))),),
        choices=(Choice(Text("看进度"), press("progress", found.number)),),
    )


@on("staff.broadcast", head="suspend", allow=anybody, private=True, phrases=_SUSPEND)
def suspend(talk: Talk, number: int | None = None) -> Card:
    found = _controlled(talk, number)
    try:
        paused = broadcasting.pause(talk.db, found, talk.person.id, talk.now)
    except Refusal as refusal:
        talk.leave(refusal, *broadcast_cards.controls(found))
    text = Text("暂停了，没发出的都等着。继续还是停止，您定。")
    return Card(text, choices=broadcast_cards.controls(paused), tone="done")


@on("staff.broadcast", head="goon", allow=anybody, private=True, phrases=_GO_ON)
def go_on(talk: Talk, number: int | None = None) -> Card:
    found = _sent_by(talk, number)
    try:
        going = broadcasting.resume(talk.db, found, talk.person.id, talk.now)
    except Refusal as refusal:
        talk.leave(refusal, *broadcast_cards.controls(found))
    if going.state == "scheduled":
        return broadcast_cards.held(talk.db, going, talk.now, talk.schedule)
    return Card(Text("好的，继续发了。"), choices=broadcast_cards.controls(going), tone="done")


@on("staff.broadcast", head="halt", allow=anybody, private=True, phrases=_HALT)
def halt(talk: Talk, number: int | None = None) -> Card:
    """At once and without asking back: every second reaches more people."""
    found = _controlled(talk, number)
    if found.state not in broadcast.LIVE:
        return report(found, broadcasting.progress(talk.db, found))
    before = broadcasting.progress(talk.db, found)
    reached = before.reached
    stopped = broadcasting.stop(talk.db, found, talk.person.id, talk.now)
    if not found.began:
        return Card(Text("好的，没有发，谁也没收到。"), choices=menu(), tone="done")
    if broadcasting.under_way(talk.db, stopped):
        # What is on its way just now may have come already.
        text = Text("停了，其余的不发了。收到的有几位，点“看进度”。说错了，点“更正”告诉这些人。")
        return Card(text, choices=broadcast_cards.controls(stopped), tone="done")
    if not reached:
        return Card(Text("停了，还没有人收到。"), choices=broadcast_cards.controls(stopped), tone="done")
    text = Text("停了。{count}人已经收到，其余的不发了。说错了，点“更正”告诉这些人。", count=reached)
    if not before.waiting:
        text = Text("说错了，点“更正”告诉这些人。{count}人已经收到，停也来不及了。", count=reached)
    return Card(text, choices=broadcast_cards.controls(stopped), tone="done")


def _corrected(reading: Reading) -> Arguments:
    return {"words": telling.split(reading.said).words}


@on("staff.broadcast", head="correct", allow=anybody, private=True, phrases=_CORRECT, reads=_corrected)
def correct(talk: Talk, number: int | None = None, words: str | None = None) -> Card:
    """Other words to exactly those who have it; what has not gone out by then never does."""
    found = _sent_by(talk, number)
    talk.keep(number=found.number)
    if found.began is None:
        talk.leave(
            Refusal("broadcast.early", Text("请改内容，或者停止：还没有人收到。")),
            Choice(Text("改内容"), press("reword", found.number)),
            *broadcast_cards.controls(found),
        )
    if found.state in broadcast.LIVE:
        asks = Text("请写更正，只发给已经收到的人。没发出的不再发。")
    else:
        asks = Text("请写更正，只发给已经收到的人。")
    texts = telling.by_language(message(words) if words else talk.ask("words", asks, check=message))
    if found.state in broadcast.LIVE:
        found = broadcasting.stop(talk.db, found, talk.person.id, talk.now, "corrected")
    meant = Audience.load(found.audience)
    written = broadcast_draft.draft(talk.db, talk.person.id, texts, meant, talk.now, corrects=found.id)
    return broadcast_cards.preview(talk.db, written, talk.now, talk.schedule)


@on("subscription.edit", head="nonotices", allow=anybody, private=True, phrases=_NO_MORE)
def no_notices(talk: Talk, number: int | None = None) -> Card:
    """Below every notice, for who was told it: one press, and such ones come no more."""
    if number is None:
        found = broadcasting.told_last(talk.db, talk.person.id, talk.now - _LATELY)
        if found is None:
            return mute(talk)
    else:
        found = broadcast.find(talk.db, number)
        if not broadcasting.was_told(talk.db, found, talk.person.id) and talk.person.id != found.author_id:
            raise Refusal("broadcast.unknown", Text("请看看“收哪些消息”，没有找到这一项。"))
    return stop_subjects(talk, audience.topics(talk.db, Audience.load(found.audience)))
