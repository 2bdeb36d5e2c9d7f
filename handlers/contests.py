"""Contests of ideas: staff post a topic, teams of all sides form by a code and hand in a plan, the jury's word is entered."""

import re
from typing import Any

from sqlalchemy import Row

from handlers import checks, draft_questions
from handlers.activity_reading import read_in
from handlers.contest_cards import asked, entry_card, line, topic_article
from handlers.project_drafts import check_staff
from handlers.talk import Arguments, Option, Phrase, Talk, anybody, menu, on, press
from handlers.understanding.reading import Reading
from models import board, contest, contest_code, duty, phone, project_editing, project_making, unit
from models.card import Card, Choice
from models.refusal import Refusal
from models.text import Text, as_said, prose

_NO = ("不", "算了", "no")
_SHOWN = 10
_POST = (
    Phrase(
        r"^(?:发布|出|发起|新增)(?:一个|个)?(?:比赛|竞赛|大赛|创新|征集)?(?:的)?题目|^post (?:a )?(?:contest )?topic",
        weight=7,
    ),
)
_TOPICS = (
    Phrase(
        r"^(?:看看?|有什么|有哪些|现在有哪些)?(?:公益|创新|比赛|竞赛|大赛|参赛|征集)*(?:的)?题目(?:有哪些|列表)?[!.。?]*$"
        r"|^(?:我想|怎么)?(?:参赛|参加比赛|报名参赛)|^(?:contest )?topics[!.?]*$",
        weight=6,
    ),
)
_JURY = (Phrase(r"^(?:录入|登记|填)?(?:评审|评委)(?:会)?(?:的)?结果|^jury results?", weight=7),)
_LENGTH = 500


def _nothing(_reading: Reading) -> Arguments:
    return {}


@on(
    "contest.post",
    head="topicpost",
    example=Text("出一个题目"),
    for_staff=True,
    rank=133,
    allow=anybody,
    private=True,
    phrases=_POST,
)
def post(talk: Talk) -> Card:
    """A topic for teams to work on, with the day until which they hand in their plans."""
    check_staff(talk)
    contests = board.everything(talk.db, "contest")
    if not contests:
        text = Text("请先在社区资料里写好比赛，现在一个也没有。")
        talk.leave(Refusal("contest.none", text), *menu())
    options = [Option(row.id, prose(row.name)) for row in contests]
    of = talk.ask("contest", Text("放在哪个比赛？"), *options) if len(contests) > 1 else contests[0].id
    title = talk.ask("title", Text("题目叫什么？"), check=draft_questions.name)
    summary = draft_questions.summary(talk)
    (place, *_rest) = draft_questions.places(talk)
    closes = talk.ask("closes", Text("方案交到哪天为止？比如“12月20日”。"), check=_Until(talk))
    until = draft_questions.end_of(talk, closes)
    yes, no = Option("yes", Text("发布题目"), ("发布", "yes")), Option("no", Text("先不发"), _NO)
    about = (topic_article(prose(title), until, summary),)
    if talk.ask("sure", Text("这样发布，对吗？"), yes, no, about=about) == "no":
        return Card(Text("好的，没有发布。"), choices=menu())
    duty.check_real(talk.db, talk.person.id)
    number = contest.post(
        talk.db, of, title, talk.person.id, talk.now, summary=summary, place_id=place, closes=until
    )
    return show(talk, number)


class _Until:
    """A day to come, as it is written in a stored answer."""

    wants = "time"

    def __init__(self, talk: Talk) -> None:
        self._talk = talk

    def __call__(self, said: str) -> str:
        reading = read_in(self._talk, said)
        day = (reading.when.last or reading.when.first) if reading.when else None
        if day is None or day < self._talk.now.astimezone(self._talk.zone).date():
            raise Refusal("contest.until", Text("请写一个以后的日期，比如“12月20日”。"))
        return day.isoformat()


@on("contest.list", head="topiclist", allow=anybody, phrases=_TOPICS, reads=_nothing)
def topics(talk: Talk) -> Card:
    """Those that still take plans, the newest first."""
    open_ones = [row for row in contest.topics(talk.db) if row.closes > talk.now][:_SHOWN]
    if not open_ones:
        return Card(Text("过几天再来看看，现在没有开放的题目。"), choices=menu())
    if len(open_ones) == 1:
        return show(talk, open_ones[0].id)
    return Card(
        Text("有{count}个题目：", count=len(open_ones)), articles=tuple(line(row) for row in open_ones)
    )


@on("contest.show", head="topicshow", allow=anybody)
def show(talk: Talk, number: int = 0) -> Card:
    of = _topic(talk, number)
    shown = topic_article(prose(of.title), of.closes, of.summary)
    choices = [Choice(Text("组队"), press("entryform", of.id), private=True)] if of.closes > talk.now else []
    entries = contest.entries(talk.db, of.id)
    mine = [each for each in entries if _is_in(talk, each.id)]
    choices += [Choice(Text("我们的队"), press("entryshow", each.id), private=True) for each in mine[:1]]
    if duty.places(talk.db, talk.person.id) and not talk.in_group:
        choices.append(Choice(Text("看方案"), press("entryjury", of.id)))
    text = Text("{sides}各出一家单位，一起组队。", sides=asked(talk.db, of.board_id))
    return Card(text, articles=(shown,), choices=tuple(choices))


def _topic(talk: Talk, number: int) -> Row[Any]:
    of = contest.topic(talk.db, number)
    if of is None:
        raise Refusal("contest.unknown", Text("请从题目里选一个，没有找到这一个。"))
    return of


def _is_in(talk: Talk, project: int) -> bool:
    own = {row.id for row in unit.represented(talk.db, talk.person.id)}
    return any(row.organization_id in own for row in contest.team(talk.db, project))


def _unit(talk: Talk) -> Row[Any]:
    """The unit for which somebody acts; asked for where he stands for several."""
    own = unit.represented(talk.db, talk.person.id)
    if not own:
        text = Text("请单位的联系人来组队；还没登记的，到服务站登记一下。")
        talk.leave(Refusal("contest.nobody", text), *menu())
    if len(own) == 1:
        return own[0]
    options = [Option(row.id, as_said(row.name)) for row in own]
    chosen = talk.ask("unit", Text("代表哪家单位？"), *options)
    return next(row for row in own if row.id == chosen)


@on("contest.form", head="entryform", allow=anybody, private=True)
def form(talk: Talk, number: int = 0) -> Card:
    """A team begins with one unit, and a code for the others."""
    of = _topic(talk, number)
    own = _unit(talk)
    title = talk.ask("title", Text("方案叫什么？"), check=draft_questions.name)
    duty.check_real(talk.db, talk.person.id)
    key = contest.found(talk.db, of, title, own, talk.person.id, talk.now)
    return entry_card(talk, key, Text("队建好了。把码发给别的单位的联系人，对方发给我就加入。"))


@on("contest.team", head="entryshow", allow=anybody, private=True)
def team(talk: Talk, number: int = 0) -> Card:
    one = _own(talk, number)
    return entry_card(talk, one.id, Text("您的队："))


@on("contest.join", head="entryjoin", allow=anybody, private=True, scans=True)
def join(talk: Talk, code: str = "") -> Card:
    """Whoever was given the code brings in the unit that he stands for."""
    number = contest_code.read(talk.vault, code)
    one = project_making.find(talk.db, number) if number is not None else None
    if one is None:
        raise Refusal("contest.code", Text("请让队里的人再发一次，这个码我们没认出来。"))
    own = _unit(talk)
    yes, no = Option("yes", Text("加入"), ("好", "yes")), Option("no", Text("先不加入"), _NO)
    sure = Text("{unit}加入「{title}」，对吗？", unit=as_said(own.name), title=prose(one.title))
    if talk.ask("sure", sure, yes, no) == "no":
        return Card(Text("好的，没有加入。"), choices=menu())
    duty.check_real(talk.db, talk.person.id)
    if not contest.join(talk.db, one, own, talk.person.id, talk.now):
        return entry_card(talk, one.id, Text("已经在队里了。"))
    return entry_card(talk, one.id, Text("加入了。"))


def _own(talk: Talk, number: int) -> Row[Any]:
    """An entry of one's own team. Raises Refusal."""
    one = project_making.find(talk.db, number)
    if one is None or one.kind != "entry" or not _is_in(talk, one.id):
        raise Refusal("contest.other", Text("请找队里单位的联系人，这个方案由他们来办。"))
    return one


@on("contest.submit", head="entryplan", allow=anybody, private=True)
def submit(talk: Talk, number: int = 0) -> Card:
    """The plan and what it needs, in words; only a team of all sides hands one in."""
    one = _own(talk, number)
    if one.state != "draft":
        return entry_card(talk, one.id, Text("方案已经交了，等评审的结果。"))
    try:
        contest.check_complete(talk.db, one, talk.now)
    except Refusal as refusal:
        talk.leave(refusal, Choice(Text("看队伍"), press("entryshow", one.id)))
    plan = talk.ask("plan", Text("方案怎么做？写一段话，最多{count}个字。", count=_LENGTH), check=_plan)
    plans = draft_questions.parts(talk)
    yes, no = Option("yes", Text("交方案"), ("交", "提交", "yes")), Option("no", Text("先不交"), _NO)
    if talk.ask("sure", Text("这样交，对吗？交了就不能再改。"), yes, no) == "no":
        return Card(Text("好的，还没有交。"), choices=(Choice(Text("看队伍"), press("entryshow", one.id)),))
    duty.check_real(talk.db, talk.person.id)
    project_editing.set_parts(talk.db, one, plans, talk.person.id, talk.now)
    if not contest.submit(talk.db, one, plan, talk.person.id, talk.now):
        # What was planned of parts just now is undone with it.
        raise Refusal("contest.submitted", Text("不用再交，队里刚交过一份方案。"), f"project:{one.code}")
    return entry_card(talk, one.id, Text("方案交了，评审完告诉您。"))


def _plan(said: str) -> str:
    words = phone.without(said.strip())
    if not words:
        return checks.words(said)
    if len(words) > _LENGTH:
        raise Refusal("check.long", Text("请写短一些，最多{count}个字。", count=_LENGTH))
    return re.sub(r"\s+", " ", words)


@on("contest.jury", head="juryqueue", allow=anybody, private=True, phrases=_JURY, reads=_nothing)
def waiting(talk: Talk) -> Card:
    """The topics of which somebody waits for the jury's word."""
    check_staff(talk)
    having = [
        row
        for row in contest.topics(talk.db)
        if any(each.state in _JUDGED for each in contest.entries(talk.db, row.id))
    ]
    if not having:
        return Card(Text("现在没有等结果的方案。"), choices=(Choice(Text("看题目"), press("topiclist")),))
    articles = tuple(line(row, Choice(Text("看方案"), press("entryjury", row.id))) for row in having[:_SHOWN])
    return Card(Text("这些题目有方案在等结果："), articles=articles)


_JUDGED = ("submitted", "shortlisted")
