"""Projects as staff prepare them: drafts with their parts, edited and published in the chat."""

import re
from dataclasses import replace
from typing import Any

from sqlalchemy import Row

from handlers import draft_questions, editions, project_cards
from handlers.draft_questions import verification
from handlers.talk import Arguments, Option, Phrase, Talk, anybody, menu, on, press
from handlers.understanding import parts
from handlers.understanding.reading import Reading
from models import duty, project_editing, project_making, project_people, project_place
from models.card import Article, Card, Choice
from models.project_making import PartPlan
from models.refusal import Refusal
from models.text import Text, prose

_NO = ("不", "算了", "不要", "no")
_LISTED = 10
_NEW = (
    Phrase(
        r"^(?:我要|我想|帮我|请)?(?:发起|新建|新增|建一个|建个|起草|拟一个)(?:一个|个)?(?:新的?)?(?:公益|慈善)?项目"
        r"|^(?:create|start|draft|new) (?:a |an )?(?:new |charity )?project\b",
        weight=7,
    ),
)
_LIST = (
    Phrase(
        r"^(?:看看?|打开)?(?:项目|我的|全部|所有)?(?:的)?草稿(?:箱|列表|有哪些)?[!.。]*$|^(?:project )?drafts[!.]*$",
        weight=7,
    ),
)
_EDIT = (Phrase(r"^(?:修改|改一?改?|编辑)项?目?草稿\s*(?:项|#)?\d+|^edit draft #?\d+", weight=8),)
_PUBLISH = (
    Phrase(
        r"^发布(?:项目)?草稿\s*(?:项|#)?\d+|^发布项目?\s*#?\d+|^publish (?:draft|project) #?\d+", weight=8
    ),
)
_NUMBER = re.compile(r"\d{1,9}")
_LINE = re.compile(r"项目\s*[:：,，]?\s*(.*)$|project\s*[:,]?\s+(.*)$", re.IGNORECASE | re.DOTALL)


def _numbered(reading: Reading) -> Arguments:
    found = _NUMBER.search(reading.text)
    return {"number": int(found[0])} if found else {}


def _said(reading: Reading) -> Arguments:
    """The title behind the word, and the parts where they stand behind it."""
    found = _LINE.search(reading.said)
    line = ((found[1] or found[2] or "") if found else "").strip()
    title, _, rest = re.sub(r"[，,；;]", "\n", line, count=1).partition("\n")
    charity = re.search(r"公益|慈善|charity", reading.text) is not None
    try:
        given = {"title": draft_questions.name(title)} if title.strip() else {}
        return {**given, "needs": rest if rest and parts.read(rest) else "", "charity": charity}
    except Refusal:
        return {"charity": charity}


def check_staff(talk: Talk) -> None:
    if duty.places(talk.db, talk.person.id):
        return
    text = Text("请找服务站的工作人员，项目由他们发起；有想法可以直接反映。")
    talk.leave(Refusal("project.staff", text), *menu())


@on(
    "staff.project",
    head="newproject",
    example=Text("发起项目"),
    for_staff=True,
    rank=131,
    allow=anybody,
    private=True,
    phrases=_NEW,
    reads=_said,
)
def new(talk: Talk, title: str = "", needs: str = "", charity: bool = False) -> Card:
    """A new project, as a draft or published at once."""
    check_staff(talk)
    name = title or draft_questions.title(talk)
    summary = draft_questions.summary(talk)
    label = draft_questions.label(talk)
    places = draft_questions.places(talk)
    plans = parts.read(needs) if needs else draft_questions.parts(talk)
    verified = verification(talk) if charity else None
    seen = _planned(talk, name, summary, label, places, plans, verified)
    publish = Option("publish", Text("发布"), ("发布吧", "publish"))
    keep = Option("draft", Text("存草稿"), ("草稿", "保存", "save"))
    offered = (keep,) if charity and verified is None else (publish, keep)
    no = Option("no", Text("不要了"), _NO)
    wanted = talk.ask("sure", Text("这样可以吗？发布了大家就能认领。"), *offered, no, about=(seen,))
    if wanted == "no":
        return Card(Text("好的，没有保存。"), choices=menu())
    if wanted == "publish":
        duty.check_real(talk.db, talk.person.id)
    number = project_making.make(
        talk.db,
        name,
        plans,
        talk.person.id,
        talk.now,
        kind="charity" if charity else "project",
        board=label,
        summary=summary,
        place_id=places[0],
        proposer_id=talk.person.id,
        officer_id=talk.person.id,
        verified_by=verified[0] if verified else None,
        verified_at=verified[1] if verified else None,
    )
    project_place.set_to(talk.db, number, places[1:])
    return (
        _publish(talk, _found(talk, number))
        if wanted == "publish"
        else draft_card(talk, number, Text("存好了，还没有发布。"))
    )


def _planned(
    talk: Talk,
    name: str,
    summary: str | None,
    label: str | None,
    places: list[int],
    plans: Any,
    verified: Any,
) -> Article:
    """What is about to be saved."""
    facts = [(Text("板块"), project_cards.board_name(talk.db, label))] if label else []
    facts.append((Text("地点"), project_cards.place_names(talk.db, places)))
    facts.append((Text("需要"), parts.said(plans)))
    facts += project_cards.verified(talk.db, *verified) if verified else []
    return Article(prose(name), "", facts=tuple(facts), body=prose(summary) if summary else None)


@on("staff.project", head="drafts", allow=anybody, private=True, phrases=_LIST)
def drafts(talk: Talk) -> Card:
    """The drafts of one's own places."""
    check_staff(talk)
    mine = [
        one
        for one in project_editing.drafts(talk.db)
        if project_people.looks_after(talk.db, one, talk.person.id)
    ]
    if not mine:
        return Card(
            Text("还没有草稿。说“发起项目”就能写一个。"),
            choices=(Choice(Text("发起项目"), press("newproject")),),
        )
    articles = tuple(_line(one) for one in mine[:_LISTED])
    return Card(Text("有{count}份草稿：", count=len(mine)), articles=articles)


def _line(one: Row[Any]) -> Article:
    return Article(project_cards.name(one), project_cards.ref(one), choices=_choices(one))


def _choices(one: Row[Any]) -> tuple[Choice, ...]:
    return (
        Choice(Text("改草稿"), press("editdraft", one.id)),
        Choice(Text("发布"), press("pubdraft", one.id)),
        Choice(Text("删草稿"), press("dropdraft", one.id)),
    )


def draft_card(talk: Talk, number: int, lead: Text) -> Card:
    one = _found(talk, number)
    shown = replace(project_cards.article(talk.db, one), choices=_choices(one))
    return Card(lead, articles=(shown,), tone="done")


def _found(talk: Talk, number: int) -> Row[Any]:
    one = project_making.find(talk.db, number)
    if one is None:
        raise Refusal("project.unknown", Text("请再看看编号，没有找到这个项目。"))
    return one


def mine(talk: Talk, number: int) -> Row[Any]:
    """The draft that this officer looks after. Raises Refusal."""
    one = _found(talk, number)
    project_people.check(talk.db, one, talk.person.id)
    if one.state != "draft":
        text = Text("请看看项目，「{title}」已经不是草稿。", title=prose(one.title))
        talk.leave(Refusal("project.published", text, project_cards.ref(one)), project_cards.look(one))
    return one


@on("staff.project", head="editdraft", allow=anybody, private=True, phrases=_EDIT, reads=_numbered)
def edit(talk: Talk, number: int = 0) -> Card:
    """One thing at a time."""
    one = mine(talk, number)
    seen = (project_cards.article(talk.db, one),)
    what = [
        Option("title", Text("名称")),
        Option("summary", Text("简介")),
        Option("board", Text("板块")),
        Option("places", Text("地点")),
        Option("parts", Text("需要什么")),
        Option("verified", Text("核实")),
    ]
    chosen = talk.ask("what", Text("改哪一样？"), *what, about=seen)
    if chosen == "places":
        places = draft_questions.places(talk)
        project_editing.edit(talk.db, one, "place_id", places[0], talk.now)
        project_place.set_to(talk.db, one.id, places[1:])
    elif chosen == "parts":
        plans: tuple[PartPlan, ...] = draft_questions.parts(talk)
        project_editing.set_parts(talk.db, one, plans, talk.person.id, talk.now)
    elif chosen == "verified":
        _verify(talk, one)
    elif chosen == "title":
        project_editing.edit(talk.db, one, "title", draft_questions.title(talk), talk.now)
    elif chosen == "summary":
        project_editing.edit(talk.db, one, "summary", draft_questions.summary(talk), talk.now)
    else:
        project_editing.edit(talk.db, one, "board", draft_questions.label(talk), talk.now)
    return draft_card(talk, number, Text("改好了，还没有发布。"))


def _verify(talk: Talk, one: Row[Any]) -> None:
    """Whoever enters who verified it makes it a charity project."""
    given = verification(talk)
    if given is not None:
        project_editing.verify(talk.db, one, *given, talk.now)
        project_editing.edit(talk.db, one, "kind", "charity", talk.now)


@on("staff.project", head="pubdraft", allow=anybody, private=True, phrases=_PUBLISH, reads=_numbered)
def publish(talk: Talk, number: int = 0) -> Card:
    one = mine(talk, number)
    duty.check_real(talk.db, talk.person.id)
    try:
        return _publish(talk, one)
    except Refusal as refusal:
        talk.leave(refusal, Choice(Text("改草稿"), press("editdraft", one.id)))


def _publish(talk: Talk, one: Row[Any]) -> Card:
    if not project_making.publish(talk.db, one, talk.person.id, talk.now):
        text = Text("请看看项目，「{title}」已经不是草稿。", title=prose(one.title))
        raise Refusal("project.published", text, project_cards.ref(one))
    done = _found(talk, one.id)
    lead = editions.announce(talk, done) or Text("发布了，现在就能认领。")
    shown = replace(project_cards.article(talk.db, done), choices=(project_cards.look(done),))
    return Card(lead, articles=(shown,), tone="done")


@on("staff.project", head="dropdraft", allow=anybody, private=True)
def drop(talk: Talk, number: int = 0) -> Card:
    """A draft that is not wanted any more."""
    one = mine(talk, number)
    yes, no = Option("yes", Text("删草稿"), ("删", "yes")), Option("no", Text("不删了"), _NO)
    asked = Text("删掉「{title}」的草稿吗？删了不能恢复。", title=prose(one.title))
    if (
        talk.ask("sure", asked, yes, no, about=(Article(project_cards.name(one), project_cards.ref(one)),))
        == "no"
    ):
        return Card(Text("好的，没有删，一切照旧。"), articles=(_line(one),))
    project_making.drop(talk.db, one, talk.person.id, talk.now)
    return Card(Text("草稿删了。"), tone="done", choices=menu())
