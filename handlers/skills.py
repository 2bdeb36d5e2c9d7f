"""Skills that some roles take: somebody says that he has one, staff confirm it once, and may take it back."""

import re
from typing import Any

from sqlalchemy import Row

from handlers.activity_cards import BROWSE
from handlers.talk import Arguments, Option, Phrase, Talk, anybody, menu, on, press
from handlers.understanding.reading import Reading
from models import activity, duty, notice, shift_role, skill
from models.card import Article, Card, Choice, State
from models.folding import clean
from models.refusal import Refusal
from models.shift_role import Role
from models.text import Several, Text, as_said, prose

# So many of the staff are asked to confirm one; of a list so many are shown.
_ASKED = 3
_LISTED = 10
_TO = r"(?:给|是|属于|for|of|to)"
_GRANT = re.compile(
    rf"^(?:请|帮我)?(?:确认|认可|登记|confirm)(?:一下)?\s*(?:技能|skill)\s*(?P<what>.+?)\s*{_TO}\s*(?P<whom>[^,，。.!！]{{1,20}}?)[。.!！\s]*$",
    re.IGNORECASE,
)
_CONFIRM = (Phrase(_GRANT.pattern, weight=7), Phrase(r"^(?:确认技能|confirm (?:a )?skill)[。.!]*$", weight=6))
_LIST = (
    Phrase(
        r"^(?:看看|查看|查)?(?:技能名单|技能列表|谁有(?:什么)?技能|待确认的?技能)[。.!?]*$|^(?:skills? list|list of skills|who has which skills?)[.!?]*$",
        weight=6,
    ),
)
_MINE = (
    Phrase(
        r"^(?:看看|查看|查)?我(?:的|有(?:什么|哪些))技能[。.!?]*$|^(?:what are )?my skills[.!?]*$", weight=6
    ),
)
_CLAIM = (Phrase(r"^我有这个技能[。.!]*$|^i have this skill[.!]*$", weight=6),)
_YES = Option("yes", Text("确认技能"), ("确认", "是", "对", "好", "yes", "confirm"))
_NO = Option("no", Text("先不确认"), ("不", "不是", "不确认", "no"))


# Whoever has one.


@on("skill.claim", head="skilled", allow=anybody, private=True, phrases=_CLAIM)
def claim(talk: Talk, number: int | None = None) -> Card:
    """`number` is the role that takes it: its staff are asked."""
    found = shift_role.find(talk.db, number) if number else None
    if found is None or found[0].skill is None:
        return Card(Text("请先选一个要技能的岗位，再点“我有这个技能”。"), choices=(BROWSE,), tone="notice")
    role, key = found
    assert role.skill is not None
    wanted, name = activity.held(talk.db, key), prose(role.skill)
    if skill.has(talk.db, talk.person.id, role.skill):
        text = Text("现在就可以报，您的{skill}已经确认过了。", skill=name)
        return Card(
            text, choices=(Choice(Text("报名"), press("register", wanted.number)),), refs=(wanted.ref,)
        )
    made = skill.go(talk.db, talk.person.id, role.skill, "said", wanted.place_id, talk.person.id, talk.now)
    if made is None:
        text = Text("请等工作人员确认您会{skill}，已经问过他们了。确认了我们告诉您。", skill=name)
        return Card(text, choices=menu(), refs=(wanted.ref,))
    if not _ask_staff(talk, made, role, wanted.place_id, wanted.title):
        text = Text("请带上证书，到服务站请工作人员确认一次您会{skill}。确认了就能报。", skill=name)
        return Card(text, choices=(BROWSE,), refs=(wanted.ref,))
    text = Text(
        "已经请工作人员确认您会{skill}。确认了我们告诉您，只要确认一次。有证书的话，可以带到服务站。",
        skill=name,
    )
    return Card(text, choices=(BROWSE,), tone="done", refs=(wanted.ref,))


def _ask_staff(talk: Talk, key: int, role: Role, place: int, title: str) -> bool:
    """The nearest of the staff; False where there is none. In the demo nobody else is asked."""
    officers = duty.officers(talk.db, place)[:_ASKED]
    if duty.plays(talk.db, talk.person.id) or not officers:
        return False
    found = skill.find(talk.db, key)
    assert found is not None
    text = Text(
        "请确认一次：{name}说会{skill}，想报「{title}」的「{role}」。见过证书、认识本人，再点确认。",
        name=_called(found),
        skill=prose(found.name),
        title=prose(title),
        role=prose(role.name),
    )
    card = Card(text, choices=_decisions(key), tone="notice")
    for officer in officers:
        told = f"skill:{key}:{officer.id}:{talk.now:%Y%m%d}"
        notice.tell_member(
            talk.db, [card], officer.id, talk.now, key=told, kind="answer", still=f"skill {key}", rests=True
        )
    return True


def _decisions(key: int) -> tuple[Choice, ...]:
    return Choice(Text("确认技能"), press("skillok", key)), Choice(Text("不确认"), press("skillno", key))


@on("skill.show", head="myskills", allow=anybody, private=True, phrases=_MINE)
def mine(talk: Talk) -> Card:
    found = line(talk)
    if found is None:
        text = Text("您还没有确认过的技能。报要技能的岗位时点“我有这个技能”，工作人员确认一次就行。")
        return Card(text, choices=(BROWSE,))
    return Card(Text("您的技能：{skills}", skills=found), choices=(BROWSE,))


def line(talk: Talk) -> Text | None:
    """One's own skills, each with how it stands; None where there are none."""
    found = [
        prose(row.name) if row.state == "known" else Text("{skill}（等确认）", skill=prose(row.name))
        for row in skill.of(talk.db, talk.person.id)
    ]
    return Text("{skills}", skills=Several(tuple(found))) if found else None


# Staff.


def _called(found: Row[Any]) -> Text:
    return as_said(found.whose) if found.whose else Text("一位邻居")


def _theirs(talk: Talk, number: int | None) -> Row[Any]:
    """One that this person may decide about. Raises Refusal, the same for all that he may not."""
    found = skill.find(talk.db, number) if number else None
    if found is None or not duty.covers(talk.db, talk.person.id, found.place_id):
        raise Refusal("skill.unknown", Text("请看看“技能名单”，没有找到这一条，或者不归您管。"))
    if found.member_id != talk.person.id:
        duty.check_real(talk.db, talk.person.id)
    return found


def _said(reading: Reading) -> Arguments:
    found = _GRANT.match(clean(reading.said))
    return {"what": found["what"], "whom": found["whom"]} if found else {}


@on("skill.confirm", head="skillok", allow=anybody, private=True, phrases=_CONFIRM, reads=_said)
def confirm(talk: Talk, number: int | None = None, what: str | None = None, whom: str | None = None) -> Card:
    if number:
        found = _theirs(talk, number)
        return _confirmed(talk, found.member_id, found.name, found.place_id, _called(found))
    here = duty.places(talk.db, talk.person.id)
    if not here:
        raise Refusal("duty.other", Text("请找服务站的工作人员，技能由他们确认。"))
    name = skill.named(talk.db, what or "")
    if name is None or not whom:
        sentence = Text("请这样说：确认技能 急救 给 王敏。技能要是岗位上写的。")
        talk.leave(Refusal("skill.which", sentence), Choice(Text("技能名单"), press("skills")))
    found_ones = skill.people(talk.db, duty.everywhere(talk.db, talk.person.id), whom)
    if len(found_ones) != 1:
        sentence = Text("请让本人在岗位上点“我有这个技能”，再来确认。按名字没有找到正好一位。")
        talk.leave(Refusal("skill.whom", sentence), Choice(Text("技能名单"), press("skills")))
    one = found_ones[0]
    if one.id != talk.person.id:
        duty.check_real(talk.db, talk.person.id)
    question = Text(
        "确认{name}会{skill}，以后都能报要这个的岗位，对吗？", name=as_said(one.name), skill=prose(name)
    )
    if talk.ask("sure", question, _YES, _NO) == "no":
        return Card(Text("好的，没有确认。"), choices=menu())
    return _confirmed(talk, one.id, name, here[0], as_said(one.name))


def _confirmed(talk: Talk, member: int, name: str, where: int, called: Text) -> Card:
    made = skill.go(talk.db, member, name, "known", where, talk.person.id, talk.now)
    if made is None:
        return Card(Text("不用再点，{name}的{skill}已经确认过了。", name=called, skill=prose(name)))
    text = Text("确认了，{name}会{skill}。已经告诉本人。", name=called, skill=prose(name))
    if member != talk.person.id:
        told = Text("现在可以报要{skill}的岗位了，工作人员确认了您会。", skill=prose(name))
        next_one = skill.wanted(talk.db, name, talk.now)
        steps = (Choice(Text("报名"), press("register", next_one.number)),) if next_one else ()
        _tell(talk, member, made, Card(told, choices=(*steps, BROWSE), tone="notice"))
    return Card(text, choices=(Choice(Text("技能名单"), press("skills")),), tone="done")


@on("skill.refuse", head="skillno", allow=anybody, private=True)
def refuse(talk: Talk, number: int | None = None) -> Card:
    """Not confirmed, or not any more: what he is registered for stays."""
    found = _theirs(talk, number)
    name, called = prose(found.name), _called(found)
    made = skill.go(talk.db, found.member_id, found.name, "unknown", found.place_id, talk.person.id, talk.now)
    if made is None:
        return Card(Text("不用再点，{name}的{skill}现在没有确认。", name=called, skill=name))
    if found.member_id != talk.person.id:
        told = Text("请带证书到服务站，工作人员这次没有确认您会{skill}。已经报上的班还在。", skill=name)
        _tell(talk, found.member_id, made, Card(told, choices=(BROWSE,), tone="notice"))
    text = Text("好的，{name}的{skill}没有确认。已经报上的班还在，已经告诉本人。", name=called, skill=name)
    return Card(text, choices=(Choice(Text("技能名单"), press("skills")),), tone="done")


def _tell(talk: Talk, member: int, key: int, card: Card) -> None:
    told = f"skilled:{key}:{talk.now.isoformat()}"
    notice.tell_member(talk.db, [card], member, talk.now, key=told, kind="answer", rests=True)


@on("skill.list", head="skills", allow=anybody, private=True, phrases=_LIST)
def listed(talk: Talk) -> Card:
    places = duty.everywhere(talk.db, talk.person.id)
    if not places:
        raise Refusal("duty.other", Text("请找服务站的工作人员，名单由他们看。您自己的，说“我的技能”。"))
    said, known = skill.at(talk.db, places, "said"), skill.at(talk.db, places, "known")
    if not said and not known:
        return Card(Text("现在没有要确认的技能，也没有确认过的。"), choices=menu())
    articles = [_row(row, State(Text("待确认"), "warning"), _decisions(row.id)) for row in said]
    articles += [_row(row, State(Text("已确认"), "good"), _withdrawal(row.id)) for row in known]
    text = Text("待确认{said}条，已确认{known}条：", said=len(said), known=len(known))
    return Card(text, articles=tuple(articles[:_LISTED]))


def _withdrawal(key: int) -> tuple[Choice, ...]:
    return (Choice(Text("撤回确认"), press("skillno", key)),)


def _row(row: Row[Any], state: State, choices: tuple[Choice, ...]) -> Article:
    title = Text("{name} · {skill}", name=_called(row), skill=prose(row.name))
    return Article(title, "", state=state, choices=choices)
