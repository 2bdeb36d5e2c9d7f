"""讲解员: volunteers who show groups round sign up for a slot, and group and guide get each other's word."""

from typing import Any

from sqlalchemy import Row

from handlers import checks, guide_cards
from handlers.guide_cards import MINE, OTHERS
from handlers.talk import Option, Phrase, Talk, anybody, menu, on, press
from models import duty, guide, local_words, notice
from models.card import Card, Choice
from models.refusal import Refusal
from models.text import Moment, Text, as_said, prose

_PAGE = 8
_GUIDE = r"(?:讲解员?|导览员?|导览|带队讲解)"
_WANTS = (
    Phrase(
        rf"(?:我?(?:想|要|来|愿意|可以|能)(?:去|来)?(?:当|做|报名)?|报名(?:当|做)?|缺|哪些.{{0,6}}|有没有.{{0,6}}|招)(?:志愿)?{_GUIDE}",
        weight=6,
        unless="没有讲解|没讲解|谁|名单|我的讲解|取消|来不了|去不了|想找|帮我找",
    ),
    Phrase(
        r"\b(?:be|become|volunteer as|sign up as) (?:a )?guide\b|\bguides? (?:wanted|needed)\b|\bneeds? (?:a )?guides?\b",
        weight=6,
    ),
)
_MINE = (
    Phrase(r"我的讲解|我(?:要|报了|报名了)?讲解(?:的)?(?:场次|哪些|哪几场)", weight=7),
    Phrase(r"^my (?:guided )?(?:tours|guiding)[.!?]*$", weight=7),
)
_GAPS = (
    Phrase(
        rf"(?:哪些|哪几场|哪场|什么).{{0,8}}(?:参观|场次|团队|团).{{0,8}}(?:没有|缺|没|差){_GUIDE}|"
        rf"(?:参观|场次).{{0,6}}{_GUIDE}(?:安排|情况|名单)|{_GUIDE}(?:安排|名单|缺口)",
        weight=8,
    ),
    Phrase(r"\b(?:tours?|visits?|groups?|slots?) (?:without|that lack|lacking) (?:a )?guides?\b", weight=8),
)
_YES = Option("yes", Text("我来讲解"), ("确认", "是", "好", "来", "yes", "ok"))
_NO = Option("no", Text("先不报"), ("不", "算了", "no"))
_LEAVE = Option("yes", Text("确认不来"), ("确认", "是", "不来", "yes", "ok"))
_STAY = Option("no", Text("还是来"), ("不", "来", "no"))


@on(
    "guide.list",
    head="guides",
    allow=anybody,
    private=True,
    example=Text("我想当讲解员"),
    rank=67,
    phrases=_WANTS,
)
def wanted(talk: Talk) -> Card:
    """Slots with groups that lack a guide, soonest first."""
    found = guide.lacking(talk.db, talk.now)
    if not found:
        mine = (MINE,) if guide.of(talk.db, talk.person.id, talk.now) else ()
        return Card(Text("过几天再来看看，现在每一场都有讲解员。"), choices=(*mine, *menu()))
    rows = tuple(
        guide_cards.slot(each, Choice(Text("我来讲解"), press("guideslot", each.id)))
        for each in found[:_PAGE]
    )
    return Card(Text("有{count}场参观缺讲解员：", count=len(found)), articles=rows)


@on("guide.join", head="guideslot", allow=anybody, private=True)
def sign_up(talk: Talk, number: int = 0) -> Card:
    one = _slot(talk, number)
    own = _signed(talk, one)
    if own is not None:
        return Card(Text("不用再报，您已经报了。"), articles=(guide_cards.own(talk.db, own),))
    if one.has >= one.wanted:
        raise Refusal("guide.full", Text("请看看别的场次，这一场的讲解员齐了。"), guide_cards.ref(one))
    question = Text("来讲解这一场，对吗？团队会看到您的名字，看不到电话。")
    if talk.ask("sure", question, _YES, _NO, about=(guide_cards.slot(one),)) == "no":
        return Card(Text("好的，没有报。"), choices=(OTHERS,))
    duty.check_real(talk.db, talk.person.id)
    made = guide.sign(talk.db, one, talk.person.id, talk.now)
    if made is None:
        talk.leave(
            Refusal("guide.full", Text("请看看别的场次，这一场的讲解员齐了。"), guide_cards.ref(one)), OTHERS
        )
    guide_cards.tell_coming(talk.db, made, talk.now)
    return Card(
        Text("记下了，请提前15分钟到。团队有变化，我们告诉您。"),
        articles=(guide_cards.own(talk.db, made),),
        choices=(MINE,),
        tone="done",
    )


def _slot(talk: Talk, number: int) -> Row[Any]:
    """A slot that is still to come, with groups. Raises Refusal."""
    one = guide.slot(talk.db, number)
    if one is None or one.starts <= talk.now:
        raise Refusal("guide.over", Text("请看看别的场次，这一场没有团队或者已经开始。"))
    return one


def _signed(talk: Talk, one: Row[Any]) -> Row[Any] | None:
    found = guide.of_slot(talk.db, one.service_id, one.place_id, one.starts)
    return next((each for each in found if each.member_id == talk.person.id), None)


@on("guide.list", head="myguides", allow=anybody, private=True, phrases=_MINE)
def mine(talk: Talk) -> Card:
    found = guide.of(talk.db, talk.person.id, talk.now)
    if not found:
        return Card(Text("您还没有报讲解。"), choices=(Choice(Text("看缺人场次"), press("guides")),))
    rows = tuple(guide_cards.own(talk.db, each) for each in found)
    return Card(Text("您要讲解的：") if len(found) > 1 else Text("您要讲解这一场："), articles=rows)


def _own(talk: Talk, number: int) -> Row[Any]:
    """One of one's own. Raises Refusal."""
    one = guide.find(talk.db, number)
    if one is None or one.member_id != talk.person.id:
        raise Refusal("guide.unknown", Text("请看看“我的讲解”，没有找到这一场。"))
    return one


@on("guide.leave", head="unguide", allow=anybody, private=True)
def leave(talk: Talk, number: int = 0) -> Card:
    one = _own(talk, number)
    if one.state != "signed" or one.starts <= talk.now:
        return Card(Text("不用再点，这一场：{state}。", state=guide.STATES[one.state]), choices=(MINE,))
    question = Text("这一场不来讲解了，对吗？我们会再找一位。")
    if talk.ask("sure", question, _LEAVE, _STAY, about=(guide_cards.own(talk.db, one),)) == "no":
        return Card(Text("好的，还是您来。"), choices=(MINE,))
    if not guide.withdraw(talk.db, one, talk.now):
        return Card(Text("不用再点，这一场已经退了。"), choices=(MINE,))
    text = Text(
        "{starts}参观「{name}」照常，讲解员有变化，我们再找一位。",
        starts=Moment(one.starts),
        name=prose(one.name),
    )
    guide_cards.tell_groups(talk.db, one, talk.now, text, f"guide:{one.id}:left", answers=False)
    gaps = Choice(Text("缺讲解员的"), press("guidegaps"))
    for officer in duty.officers(talk.db, one.place_id)[:1]:
        text = Text(
            "请再找一位讲解员：{starts}参观「{name}」，有人来不了。",
            starts=Moment(one.starts),
            name=prose(one.name),
        )
        card = Card(text, choices=(gaps,), tone="notice", refs=(guide_cards.ref(one),))
        notice.tell_member(
            talk.db,
            [card],
            officer.id,
            talk.now,
            key=f"guide:{one.id}:left:officer",
            kind="answer",
            rests=True,
        )
    return Card(Text("好的，这一场您不用来了。"), tone="done", choices=(OTHERS,))


def _word(talk: Talk, question: Text) -> Text:
    """Words for somebody else: read once more by our own list before they go, and without numbers."""
    said = talk.ask("word", question, check=checks.words)
    why, _ = local_words.judge(said)
    if why is not None:
        raise Refusal(
            "guide.word", Text("请改一改再说一次，这样的内容我们不转：{why}。", why=local_words.WHY[why])
        )
    duty.check_real(talk.db, talk.person.id)
    return as_said(local_words.public(said))


@on("guide.word", head="guidesay", allow=anybody, private=True)
def say_to_groups(talk: Talk, number: int = 0) -> Card:
    """A guide's word to the groups of his slot."""
    one = _own(talk, number)
    if one.state != "signed" or one.starts <= talk.now:
        raise Refusal("guide.over", Text("请看看“我的讲解”，这一场不再捎话。"))
    said = _word(talk, Text("捎什么话给团队？比如在哪里集合。别写电话。"))
    text = Text("{guide}捎话：{words}", guide=guide_cards.named(one), words=said)
    told = guide_cards.tell_groups(
        talk.db, one, talk.now, text, f"guide:{one.id}:said:{talk.now:%Y%m%d%H%M%S}"
    )
    return Card(Text("话带到了{count}个团队。", count=told), tone="done", choices=(MINE,))


@on("guide.word", head="groupsay", allow=anybody, private=True)
def say_to_guide(talk: Talk, number: int = 0) -> Card:
    """A group's word to its guide."""
    one = guide.find(talk.db, number)
    found = [] if one is None else guide.groups(talk.db, one.service_id, one.place_id, one.starts)
    own = next((row for row in found if row.member_id == talk.person.id), None)
    if one is None or own is None or one.state != "signed" or one.starts <= talk.now:
        raise Refusal("guide.unknown", Text("请看看“我的预约”，这一场没有可以捎话的讲解员。"))
    said = _word(talk, Text("捎什么话给讲解员？比如有几个孩子、想多看什么。别写电话。"))
    who = as_said(own.organization or f"约{own.id}")
    text = Text("{group}（{count}人）捎话：{words}", group=who, count=own.party, words=said)
    card = Card(
        text,
        choices=(Choice(Text("给团队捎话"), press("guidesay", one.id)),),
        tone="notice",
        refs=(guide_cards.ref(one),),
    )
    key = f"guide:{one.id}:heard:{own.id}:{talk.now:%Y%m%d%H%M%S}"
    notice.tell_member(
        talk.db, [card], one.member_id, talk.now, key=key, kind="answer", rests=True, expires=one.starts
    )
    return Card(Text("话带到了。"), tone="done")


@on("staff.guides", head="guidegaps", allow=anybody, private=True, phrases=_GAPS)
def gaps(talk: Talk) -> Card:
    """For staff: the slots of their places with groups, who guides them, and which lack somebody."""
    own = set(duty.everywhere(talk.db, talk.person.id))
    if not own:
        return wanted(talk)
    found = [each for each in guide.upcoming(talk.db, talk.now) if each.place_id in own]
    if not found:
        return Card(Text("现在没有要讲解的参观。"), choices=menu())
    found.sort(key=lambda each: (each.has >= each.wanted, each.starts, each.id))
    rows = []
    for each in found[:_PAGE]:
        names = tuple(guide.of_slot(talk.db, each.service_id, each.place_id, each.starts))
        rows.append(guide_cards.slot(each, Choice(Text("详情"), press("guideslot", each.id)), names=names))
    lack = sum(each.has < each.wanted for each in found)
    return Card(
        Text("有{total}场参观，缺讲解员的在前，有{count}场：", total=len(found), count=lack),
        articles=tuple(rows),
    )
