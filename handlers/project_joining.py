"""Who wants to help with a project registers for its activities, gives a hand as one person, or hears when there is something."""

from typing import Any

from sqlalchemy import Row

from handlers import activity_cards, claim_cards, claim_form, claims, editions, project_cards
from handlers.project_meant import one_meant, public
from handlers.talk import Arguments, Option, Phrase, Talk, anybody, on, press
from handlers.understanding.reading import Reading
from models import claiming_parts, duty, follow, project_part, project_volunteers
from models.card import Card, Choice
from models.claiming_parts import open_parts
from models.refusal import Refusal
from models.text import Text, prose

_MOST = 5
_JOIN = (
    Phrase(
        r"(?:加入|参加|报名|参与|帮忙|出力|当志愿者|做志愿者|出一份力|帮个忙|算我一个).{0,24}项目|项目.{0,12}(?:报名|参加|加入|帮忙|志愿者|出力|算我一个)",
        weight=6,
        needs="project",
        unless=r"谁|(?:不|别|没)(?:想|要|能)?(?:加入|参加|报名)|退出|取消|多少|缺|哪些|认领|情况|进展",
    ),
    Phrase(r"^(?:我)?(?:想|要|来)?(?:加入|参加|报名)(?:一个|个)?(?:社区|公益)?项目[!.。]*$", weight=6),
    Phrase(r"(?:加入|参加|参与).{2,20}$", weight=6, needs="plain_project", unless=r"不|活动|谁|取消|退出"),
    Phrase(
        r"\b(?:join|help (?:with|out)|volunteer (?:for|in|on)|take part in|sign up for)\b.{0,40}\bprojects?\b|"
        r"\bproject\b.{0,20}\b(?:join|help|volunteer)\b",
        weight=6,
        unless=r"\bwhich\b|\bwhat\b|\bany\b",
    ),
)


def _named(reading: Reading) -> Arguments:
    return {"numbers": reading.projects}


@on("project.join", head="joinproject", allow=anybody, private=True, phrases=_JOIN, reads=_named)
def join(talk: Talk, number: int | None = None, numbers: list[int] | None = None) -> Card:
    one = public(talk, number) if number else one_meant(talk, numbers or [])
    claiming_parts.check_open(one)
    coming = project_volunteers.upcoming(talk.db, one.id, talk.now)
    if coming:
        rows = tuple(activity_cards.row(each, talk.now) for each in coming[:_MOST])
        text = Text("{project}有这些活动要人，选一场报名：", project=project_cards.name(one))
        return Card(text, articles=rows, choices=(project_cards.look(one),), refs=(project_cards.ref(one),))
    hands = [
        part
        for part in open_parts(project_part.of(talk.db, one.id))
        if part.kind in ("people", "expertise") and part.least == 1
    ]
    return _give_a_hand(talk, one, hands) if hands else _follow(talk, one)


def _give_a_hand(talk: Talk, one: Row[Any], hands: list[Row[Any]]) -> Card:
    """One person, for himself, on what still needs people; asked which where it needs several sorts."""
    about = (project_cards.subject(talk.db, one),)
    part = hands[0]
    if len(hands) > 1:
        options = [Option(each.id, prose(each.name)) for each in hands[:_MOST]]
        chosen = talk.ask("part", Text("您想做哪一项？"), *options, about=about)
        part = next(each for each in hands if each.id == chosen)
    mine = claiming_parts.same(talk.db, part.id, talk.person.id, None)
    if mine:
        text = Text("已经有您了：认{number}。", number=mine[-1].id)
        return Card(text, choices=(claim_cards.look(mine[-1]),), refs=(project_cards.ref(one),))
    try:
        claiming_parts.check_reserved(talk.db, one, talk.person.id, None, talk.now)
    except Refusal as refusal:
        talk.leave(refusal, editions.wait_for(one))
    yes = Option("yes", Text("确认参加"), ("确认", "好", "是", "对", "参加", "yes", "ok"))
    no = Option("no", Text("先不参加"), ("不", "算了", "no"))
    by = claim_form.usual_day(talk, one)
    question = Text(
        "参加{project}，做“{part}”，对吗？", project=project_cards.name(one), part=prose(part.name)
    )
    if talk.ask("sure", question, yes, no, about=about) == "no":
        return Card(Text("好的，没有参加。"), choices=(project_cards.look(one),))
    duty.check_real(talk.db, talk.person.id)
    return claims.put(talk, one, part, None, 1, by, waits=False)


def _follow(talk: Talk, one: Row[Any]) -> Card:
    new = follow.follow(talk.db, talk.person.id, talk.now, project=one.id)
    text = Text("现在不缺人，替您关注了{project}，有事就告诉您。", project=project_cards.name(one))
    if not new:
        text = Text("现在不缺人。您已经关注了{project}，有事就告诉您。", project=project_cards.name(one))
    choices = (project_cards.look(one), Choice(Text("不再关注"), press("leaveproject", one.id)))
    return Card(text, choices=choices, tone="done", refs=(project_cards.ref(one),))
