"""Whoever was not taken up may say once why it should be, and who stands above decides."""

from typing import Any

from sqlalchemy import Row

from handlers import checks, handling_cards, need_cards, need_news
from handlers.closing import NO, own
from handlers.needs import find, pick
from handlers.reopening import sentence
from handlers.supporting import tell_officer
from handlers.talk import Option, Phrase, Talk, anybody, on, press
from models import duty, handling, need, need_closing, phone
from models.card import Card, Choice
from models.refusal import Refusal
from models.text import Moment, Text

_APPEAL = (Phrase(r"^(?:我要)?申诉[.!。]*$|^appeal[.!]*$", weight=5),)


@on("need.appeal", head="contest", allow=anybody, private=True, phrases=_APPEAL)
def appeal(talk: Talk, number: int | None = None) -> Card:
    """Once, with a sentence, to who stands above."""
    if number is None:
        nothing = Text("请看看您的诉求，没有可以申诉的。")
        number = pick(
            talk, lambda one: one.state == "rejected" and not one.appealed, Text("申诉哪一件？"), nothing
        )
    one = own(talk, number)
    try:
        need_closing.check_appeals(one)
    except Refusal as refusal:
        talk.leave(refusal, need_cards.look(one))
    about = (need_cards.article(talk.db, one),)
    words = talk.ask(
        "words", Text("请写一句，为什么应该受理？上一级来看，申诉一次为止。"), check=sentence, about=about
    )
    stored = phone.seal_in(words, talk.vault)
    after = need_closing.appeal(talk.db, talk.schedule, one, stored, talk.person.id, talk.now)
    text = Text(
        "请定一下，需{number}「{title}」没有受理，反映的人申诉：\n{words}\n最晚{at}答复。",
        number=number,
        title=one.title,
        words=stored,
        at=Moment(after.due),
    )
    decisions = (
        Choice(Text("改为受理"), press("grantcontest", number)),
        Choice(Text("维持不受理"), press("keepcontest", number)),
    )
    able = need_closing.deciders(talk.db, one)[:1]
    if not duty.plays(talk.db, talk.person.id):
        card = Card(text, choices=(*decisions, need_cards.look(one)), tone="notice", refs=(need.ref(number),))
        need_news.tell_staff(talk.db, number, card, able, "appeal", talk.now)
    done = Text("申诉交上去了，由上一级来看。最晚{at}答复您。", at=Moment(after.due))
    return Card(done, tone="done", choices=(need_cards.look(one),), refs=(need.ref(number),))


@on("staff.need", head="grantcontest", allow=anybody, private=True)
def grant(talk: Talk, number: int = 0) -> Card:
    one = _decides(talk, number)
    if not need_closing.grant(talk.db, talk.schedule, one, talk.person.id, talk.now):
        return _decided(one)
    after = find(talk, number)[0]
    text = Text(
        "{need}受理了，申诉通过。最晚{at}给您结果。", need=need_cards.name(after), at=Moment(after.due)
    )
    _tell_appealed(talk, after, text)
    text = Text(
        "请接着办{need}，申诉通过了。最晚{at}给结果。", need=need_cards.name(after), at=Moment(after.due)
    )
    if after.officer_id != talk.person.id:
        tell_officer(talk, after, text, "appeal granted", (), handling_cards.look(after))
    return Card(
        Text("改为受理了，反映的人也知道了。"),
        tone="done",
        choices=(need_cards.look(one),),
        refs=(need.ref(number),),
    )


@on("staff.need", head="keepcontest", allow=anybody, private=True)
def keep(talk: Talk, number: int = 0) -> Card:
    """For good, and never without a word."""
    one = _decides(talk, number)
    if one.state != "rejected" or one.due is None:
        return _decided(one)
    no = Option("", Text("先不定"), NO)
    why = talk.ask("reason", Text("请写一句理由，反映的人会看到。"), no, check=checks.words)
    if not why:
        return Card(Text("好的，还没有定。"), choices=(need_cards.look(one),), refs=(need.ref(number),))
    if not need_closing.keep(talk.db, one, talk.now):
        return _decided(one)
    me = talk.person.id
    handling.note(talk.db, number, "appeal kept", me, talk.now, handling.reason(why))
    text = Text(
        "需{number}的申诉看过了，还是不受理：{reason}\n还有不同意见，请打12345热线。",
        number=number,
        reason=handling.say(talk.db, talk.vault, number, me, "answer", why, talk.now),
    )
    _tell_appealed(talk, one, text)
    return Card(Text("维持不受理，理由已经告诉反映的人。"), tone="done", refs=(need.ref(number),))


def _decides(talk: Talk, number: int) -> Row[Any]:
    one, _known = find(talk, number)
    need_closing.may_decide(talk.db, one, talk.person.id)
    duty.check_real(talk.db, talk.person.id)
    return one


def _decided(one: Row[Any]) -> Card:
    return Card(
        Text("不用再定，需{number}的申诉已经有结果了。", number=one.id),
        choices=(need_cards.look(one),),
        refs=(need.ref(one.id),),
    )


def _tell_appealed(talk: Talk, one: Row[Any], text: Text) -> None:
    card = Card(text, choices=(need_cards.look(one),), tone="notice", refs=(need.ref(one.id),))
    need_news.tell(talk.db, one, card, "appeal decided", talk.now, but=(talk.person.id,))
