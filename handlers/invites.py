"""How staff get in: an administrator gives a one-time code, which binds the account that says it."""

import re
from collections.abc import Sequence
from typing import Any

from sqlalchemy import Row

from handlers.accounts import roles
from handlers.checks import bare
from handlers.talk import Arguments, Option, Phrase, Talk, administrators, menu, on, press
from handlers.understanding.reading import Reading
from models import invite
from models.card import Attachment, Card, Choice
from models.refusal import Refusal
from models.text import Moment, Text, as_said

_BEGIN = r"^(?:我要|我想|请|帮我|麻烦)*"
_WHOM = re.compile(rf"{_BEGIN}(?:邀请码?|invite)[\s:,]*(?P<whom>.{{0,40}}?)[。.!]*$")
_WHOSE = re.compile(
    rf"{_BEGIN}(?:撤销|收回|取消|作废|revoke)(?: the)?(?:邀请码?| ?invit\w*)(?: (?:of|for))?[\s:,]*(?P<whom>.{{0,40}}?)[。.!]*$"
)
_WHOSE_IT_IS = re.compile(
    rf"{_BEGIN}(?:撤销|收回|取消|作废|revoke )(?:给|the )?(?P<whom>(?!我|my).{{1,20}}?)(?:的|'s )(?:邀请码?|invit\w*)[。.!]*$"
)
_ELSEWHERE = r"参加|活动|朋友|一起|报名|来玩|怎么|什么|\d[\d .,\-]{4}|friend|my |us\b|code"
_INVITE = (Phrase(_WHOM.pattern, weight=4, unless=_ELSEWHERE),)
_REVOKE = tuple(Phrase(each.pattern, weight=5, unless=_ELSEWHERE) for each in (_WHOSE, _WHOSE_IT_IS))
_YES = Option("yes", Text("发邀请码"), ("确认", "是", "好", "好的", "yes", "confirm"))
_NO = Option("no", Text("先不发"), ("不", "不发", "不要", "no"))


def _whom(reading: Reading) -> Arguments:
    found = _WHOM.search(reading.text)
    return {"said": found["whom"] or None} if found else {}


def _whose(reading: Reading) -> Arguments:
    found = _WHOSE.search(reading.text) or _WHOSE_IT_IS.search(reading.text)
    return {"said": found["whom"] or None} if found else {}


class Listed:
    """Who is meant of those whom a pack brought, by name or by id there; a Refusal of anything else."""

    wants = "name"

    def __init__(self, people: Sequence[Row[Any]]) -> None:
        self._people = people

    def __call__(self, text: str) -> int:
        said = bare(text)
        found = [each for each in self._people if said in (bare(each.code), bare(each.name or ""))]
        if len(found) == 1:
            return int(found[0].id)
        if found:
            codes = "、".join(each.code for each in found)
            raise Refusal("invite.several", Text("请发编号，有几位叫这个名字：{codes}", codes=as_said(codes)))
        raise Refusal(
            "invite.unknown", Text("请再看看名字，社区资料里没有“{said}”。", said=as_said(text[:20]))
        )


@on("staff.invite", head="invite", allow=administrators, private=True, phrases=_INVITE, reads=_whom)
def give(talk: Talk, said: str | None = None) -> Card:
    key = _who(talk, said)
    whom = next(each for each in invite.invitable(talk.db) if each.id == key)
    name, may = as_said(whom.name or whom.code), roles(talk, key)
    question = (
        Text("给{name}发邀请码吗？谁用它，谁就是{name}，职责有：{roles}。", name=name, roles=may)
        if may
        else Text("给{name}发邀请码吗？谁用它，谁就是{name}。", name=name)
    )
    if talk.ask("sure", question, _YES, _NO) == "no":
        return Card(Text("好的，没有发。"), choices=menu())
    made = invite.make(talk.db, talk.vault, key, talk.person.id, "staff", talk.now)
    text = Text(
        "{name}的邀请码：{code}\n请只交给本人，在自己的微信或别的账号里发给我们，也可以扫下面的码。"
        "{until}前有效，只能用一次；之前没用的码作废了。",
        name=name,
        code=as_said(str(made)),
        until=Moment(made.expires),
    )
    return Card(
        text,
        choices=(Choice(Text("撤销邀请"), press("uninvite", made.id)),),
        tone="done",
        attachments=(Attachment("qr", Text("邀请码"), says=made.says),),
    )


def _who(talk: Talk, said: str | None) -> int:
    people = invite.invitable(talk.db)
    question = Text("邀请谁？请发名字，或者社区资料里的编号。")
    if said:
        try:
            return Listed(people)(said)
        except Refusal as refusal:
            question = Text("{complaint}\n{question}", complaint=refusal.sentence, question=question)
    return talk.ask("who", question, check=Listed(people))


@on("staff.invite", head="uninvite", allow=administrators, private=True, phrases=_REVOKE, reads=_whose)
def take_back(talk: Talk, number: int | None = None, said: str | None = None) -> Card:
    """An unused code is void from now on; who used one stays who it made them."""
    given = invite.open_ones(talk.db, talk.now)
    if number is not None:
        given = [each for each in given if each.id == number]
    elif said:
        key = Listed(invite.invitable(talk.db))(said)
        given = [each for each in given if each.member_id == key]
    if not given:
        return Card(Text("没有要撤销的，没用过的邀请码一个也没有。"), choices=menu(), tone="notice")
    meant = given[0]
    if len(given) > 1:
        options = [Option(each.id, _label(each)) for each in given]
        chosen = talk.ask("which", Text("撤销哪一个？"), *options)
        meant = next(each for each in given if each.id == chosen)
    invite.revoke(talk.db, meant.member_id, talk.person.id, "staff", talk.now)
    return Card(
        Text("撤销了，{name}的邀请码不能用了。", name=as_said(meant.name)), choices=menu(), tone="done"
    )


def _label(given: Row[Any]) -> Text:
    return Text("{name}，{until}前有效", name=as_said(given.name), until=Moment(given.expires))
