"""The second person: approves exactly the text and the number that are shown, or sends it back."""

from typing import Any

from sqlalchemy import Row

from handlers import broadcast_cards
from handlers.talk import Option, Phrase, Talk, anybody, menu, on, press
from models import audience, broadcast, broadcast_people, duty, notice
from models.audience import Audience
from models.broadcast import HOLD
from models.card import Card, Choice
from models.refusal import Refusal
from models.text import Text

_APPROVE = (Phrase(r"^(?:批准|批准发送|同意发送|approve)[。.!]*$", weight=5),)
_BACK = (Phrase(r"^(?:退回|不批准|send it back)[。.!]*$", weight=5),)
_YES = Option("yes", Text("批准发送"), ("批准", "同意", "确认", "是", "yes", "approve"))
_NO = Option("no", Text("先不批"), ("不", "不批", "否", "no"))


def _proposed(talk: Talk, number: int | None) -> Row[Any]:
    """What waits for a second person, to be read by one who may approve it. Raises Refusal."""
    found = (
        broadcast.find(talk.db, number) if number else broadcast_people.to_approve(talk.db, talk.person.id)
    )
    if found is None:
        talk.leave(Refusal("broadcast.none", Text("没有等您批准的，不用办。")), *menu())
    audience.check(talk.db, Audience.load(found.audience), talk.person.id)
    duty.check_real(talk.db, talk.person.id)
    if found.author_id == talk.person.id:
        raise Refusal("broadcast.own", Text("请另一位工作人员来批准，自己写的自己不能批。"))
    if found.state != "proposed":
        talk.leave(
            Refusal("broadcast.past", Text("请看看它的进度，已经有人办了。"), f"broadcast:{found.number}"),
            *broadcast_cards.controls(found),
        )
    return found


@on("staff.broadcast", head="approvesend", allow=anybody, private=True, phrases=_APPROVE)
def approve(talk: Talk, number: int | None = None, seen: str | None = None) -> Card:
    """`seen` is the digest of what was shown: another text or number by now is no more what was approved."""
    found = _proposed(talk, number)
    talk.keep(number=found.number)
    counted, digest = broadcast.sight(talk.db, found)
    if seen is None:
        talk.keep(seen=digest)
    elif seen != digest:
        talk.leave(
            Refusal("broadcast.changed", Text("请再点一次批准，内容或者人数刚刚变了。")),
            Choice(Text("批准"), press("approvesend", found.number)),
            Choice(Text("退回"), press("sendback", found.number)),
        )
    whom = broadcast_cards.whom(talk.db, Audience.load(found.audience))
    asks = Text("批准发给{whom}吗？{count}人会收到。", whom=whom, count=counted.recipients)
    words = broadcast_cards.seen(talk.db, found)
    if talk.ask("sure", Text("{asks}\n{words}", asks=asks, words=words), _YES, _NO) == "no":
        return Card(Text("好的，没有批。"), choices=broadcast_cards.controls(found))
    sent = broadcast.approve(talk.db, found, talk.person.id, digest, talk.now, HOLD["second"])
    card = broadcast_cards.held(talk.db, sent, talk.now, talk.schedule)
    _tell_author(talk, sent, Card(Text("批准了。{text}", text=card.text), choices=card.choices))
    return card


@on("staff.broadcast", head="sendback", allow=anybody, private=True, phrases=_BACK)
def send_back(talk: Talk, number: int | None = None) -> Card:
    """Back to its author, with what is to be changed."""
    found = _proposed(talk, number)
    talk.keep(number=found.number)
    skip = Option("", Text("跳过"), ("没有", "skip"))
    reason = talk.ask("reason", Text("退回给作者。要改什么？可以跳过。"), skip, check=str.strip)
    broadcast.move(talk.db, found, "refused", talk.person.id, talk.now, reason or None)
    text = Text("退回来了，没有发：“{what}”。", what=broadcast_cards.short(found))
    if reason:
        text = Text("{text}\n要改的：{reason}", text=text, reason=reason)
    _tell_author(talk, found, Card(text))
    return Card(Text("好的，退回了，没有发。"), tone="done")


def _tell_author(talk: Talk, found: Row[Any], card: Card) -> None:
    if found.author_id is not None:
        notice.tell_member(talk.db, [card], found.author_id, talk.now, kind="answer")
