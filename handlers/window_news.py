"""Who hears of a case of the cross-province window: its owner of each step once, the window of what comes to it."""

from typing import Any

from sqlalchemy import Row

from handlers import window_cards
from handlers.talk import Talk, press
from models import addressee, moves, notice, phone, place, service, window_case
from models.card import Card, Choice
from models.text import Text, as_said


def tell_owner(talk: Talk, one: Row[Any], code: str | None = None) -> None:
    """The step that was just made; whoever makes it for himself knows of it."""
    if one.member_id is None or one.member_id == talk.person.id:
        return
    step = moves.event(talk.db, window_case.MACHINE, one.id)
    text = _step(talk, one, code)
    choices = (*window_cards.own_choices(talk, one), window_cards.look(one))
    card = Card(text, choices=choices, tone="notice", refs=(window_case.ref(one.id),))
    key = f"window case:{one.id}:{step}"
    notice.tell_member(talk.db, [card], one.member_id, talk.now, key=key, kind="answer", rests=True)


def _step(talk: Talk, one: Row[Any], code: str | None) -> Text:
    named = window_cards.name(talk.db, one)
    where = as_said(place.name(talk.db, one.place_id))
    if one.state == "checked":
        return Text("{case}材料验好了，窗口接着寄出去，寄了再告诉您。", case=named)
    if one.state == "sent" and one.tracking:
        number = as_said(one.tracking)
        return Text("{case}寄出了，快递单号{number}。寄回来再告诉您。", case=named, number=number)
    if one.state == "sent":
        return Text("{case}寄出了。寄回来再告诉您。", case=named)
    if one.state == "back":
        return Text(
            "{case}寄回来了，请到{place}取。{code}", case=named, place=where, code=_code(talk, one, code)
        )
    if one.state == "returned":
        why = as_said(window_case.log(talk.db, one.id)[-1].reason)
        return Text("请补好材料再到{place}，{case}退回来了。原因：{why}", place=where, case=named, why=why)
    return Text("{case}取走了，办完了。", case=named)


def _code(talk: Talk, one: Row[Any], code: str | None) -> Text:
    """It stands nowhere as it is, here neither: who sends it opens it."""
    if code is None:
        return Text("")
    sealed = phone.SEALED + talk.vault.seal(code)
    return Text(
        "取件码{code}，取的时候报给窗口。只发这一次，丢了就发“专{number}换取件码”。",
        code=as_said(sealed),
        number=one.id,
    )


def send_code(talk: Talk, one: Row[Any], code: str) -> None:
    """A new code in place of a lost one."""
    text = Text("{case}：{code}", case=window_cards.name(talk.db, one), code=_code(talk, one, code))
    card = Card(text, choices=(window_cards.look(one),), tone="notice", refs=(window_case.ref(one.id),))
    notice.tell_member(talk.db, [card], talk.person.id, talk.now, kind="answer")


def tell_window(talk: Talk, one: Row[Any]) -> None:
    """Who gives the service, else the nearest officer, reads that something came in or goes away."""
    at = addressee.nearest(talk.db, (one.place_id,), {talk.person.id})
    whom = service.hosts(talk.db, one.service_id) or ([at.id] if at else [])
    step = moves.event(talk.db, window_case.MACHINE, one.id)
    named = window_cards.name(talk.db, one)
    text = Text("请看一看新登记的{case}。", case=named)
    choices = (Choice(Text("去办"), press("case", one.id)),)
    if one.state == "withdrawn":
        text = Text("不用再办{case}，办事人撤回了。", case=named)
    card = Card(text, choices=choices, tone="notice", refs=(window_case.ref(one.id),))
    for member in whom:
        if member != talk.person.id:
            key = f"window case:{one.id}:{step}:{member}"
            notice.tell_member(talk.db, [card], member, talk.now, key=key, kind="question", rests=True)
