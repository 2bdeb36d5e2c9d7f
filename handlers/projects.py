"""Community projects: which there are, what each still needs, who gives what, and how far it is."""

import re
from dataclasses import replace
from typing import Any

from sqlalchemy import Row

from handlers import photos, project_cards, project_staff
from handlers.project_meant import BROWSE, public
from handlers.talk import Arguments, Phrase, Talk, anybody, menu, on, press
from handlers.understanding.reading import Reading
from models import (
    board,
    follow,
    pledging,
    project_flow,
    project_people,
    project_results,
    project_search,
    showcase,
    standing,
)
from models.card import NOTHING, Article, Card, Choice
from models.folding import fold
from models.project_search import OPEN, Query
from models.text import Text, prose

_PAGE = 5
_PROJECT = r"(?:项目|\bprojects?\b|\binitiatives?\b)"
_NOT = r"服务项目|收费项目|检查项目|体检项目|办理|预约|发布|新建|立项|我认领|我的认领|我们认领了|取消|暂停|认领队列"
_WHAT = r"(?:有什么|有哪些|有啥|有没有|哪些|哪几个|什么|看看|找|查|所有|全部|最近|现在|还有|推荐|想看|列)"
_SEARCH = (
    Phrase(rf"{_WHAT}.{{0,12}}{_PROJECT}", weight=5, unless=_NOT),
    Phrase(
        rf"{_PROJECT}.{{0,12}}(?:有哪些|有什么|可以认领|能认领|缺人|缺东西|还缺|需要(?:人|志愿者|公司|企业|单位))|"
        r"(?:可以|能)(?:让|给)?(?:公司|企业|单位|我们)?认领的|^(?:社区|公益)?项目[!.。]*$|还有什么(?:可以|能)认领",
        weight=5,
        unless=_NOT,
    ),
    Phrase(
        r"\b(?:which|what|any|show|list|find)\b.{0,40}\bprojects?\b|^(?:community )?projects?[!.?]*$",
        weight=5,
    ),
)
_SHOW = (
    Phrase(
        r"项目.{0,8}(?:情况|进展|进度|怎么样|如何|到哪|缺|需要什么|要什么|介绍|详情|是什么|谁)|"
        r"(?:情况|进展|进度|介绍|详情).{0,10}项目|谁(?:来)?(?:认领|参加|出)了?|(?:还)?缺(?:什么|多少|几|人|哪些)|认领(?:情况|了没有|了吗|的怎么样)|"
        r"\b(?:who (?:claimed|gives|took)|status|progress|still needs?|missing)\b",
        weight=6,
        needs="project",
        unless=r"诉求|我的认领|我要认领|想认领|活动",
    ),
    Phrase(
        r"^(?:看看?|查看|打开|介绍一下)?\s*项(?:目)?\s*#?\d{1,9}[号。.!?]*$|^(?:show )?project #?\d{1,9}[.!?]*$",
        weight=6,
    ),
    Phrase(r"项目[吧啊呀呢。.!?~]*$", weight=3, needs="project", unless=r"加入|参加|报名|认领|取消|暂停"),
)
_KINDS = (
    ("people", r"缺人|要人|需要人|人手|志愿者|义工|出人|people|volunteers?|hands\b"),
    ("supplies", r"物资|东西|捐物|实物|物品|supplies|goods|things|donations? of"),
    ("venue", r"场地|教室|会议室|房间|venues?|rooms?\b|space"),
    ("expertise", r"专业|医生|律师|老师|技能|技术|导师|师傅|expert|skills?|doctors?|lawyers?"),
    ("money", r"资金|出钱|捐款|善款|赞助|money|funds?\b|funding"),
)
_MISSING = re.compile(
    r"认领|缺|需要|要人|招募|能帮|可以帮|可以参加|能参加|出人|need|claim|missing|help|sponsor"
)
_CHARITY = re.compile(r"公益|慈善|charit")
_FINISHED = re.compile(r"完成了?的|办完|结束的|做完|已经完成|成果|finished|completed|done")


def _wanted(reading: Reading) -> Arguments:
    text = reading.text
    kinds = [kind for kind, words in _KINDS if re.search(words, text)]
    query = Query(
        kinds=tuple(kinds),
        places=reading.places or (),
        missing=bool(_MISSING.search(text)) or bool(kinds),
        finished=bool(_FINISHED.search(text)),
    )
    return {"query": project_search.dump(query), "said": text}


def _named(reading: Reading) -> Arguments:
    return {"numbers": reading.projects}


@on(
    "project.search",
    head="projects",
    allow=anybody,
    menu=Text("社区项目"),
    example=Text("有什么项目可以认领"),
    rank=36,
    phrases=_SEARCH,
    reads=_wanted,
)
def find(talk: Talk, query: dict[str, Any] | None = None, said: str = "") -> Card:
    """By board, kind of what is missing, place; without anything what one can still join."""
    wanted = project_search.load(query) if query else Query(missing=True)
    labels = [
        label for label in project_search.boards(talk.db) if fold(str(board.name(talk.db, label))) in said
    ]
    # A programme's name stands for all its boards, and a field for what is labelled so.
    labels += [each for row in board.named(talk.db, said) for each in board.labels(talk.db, row.id)]
    wanted = replace(wanted, boards=tuple(dict.fromkeys([*wanted.boards, *labels])))
    charity = replace(wanted, charity=True)
    # 公益 may stand in the name of a board.
    if not labels and _CHARITY.search(said) and project_search.search(talk.db, charity, limit=1)[0]:
        wanted = charity
    return _page(talk, wanted, 0)


@on("project.search", head="projectpage", allow=anybody)
def more(talk: Talk, number: int = 0) -> Card:
    """The next page of a search that is still remembered."""
    remembered = talk.shown.searches.get(str(number or talk.shown.searched))
    if remembered is None:
        return find(talk)
    return _page(talk, project_search.load(remembered["query"]), remembered["offset"] + _PAGE)


def _page(talk: Talk, query: Query, offset: int) -> Card:
    found, total = project_search.search(talk.db, query, limit=_PAGE, offset=offset)
    if not found:
        return _nothing(talk, query, offset)
    if total == 1:
        return _shown(talk, found[0])
    choices = []
    if total > offset + len(found):
        serial = talk.shown.remember_search(project_search.dump(query), offset)
        label = Text("更多（还有{count}个）", count=total - offset - len(found))
        choices.append(Choice(label, press("projectpage", serial)))
    if standing.of(talk.db, talk.person.id) and not talk.in_group:
        choices.append(Choice(Text("我的认领"), press("myclaims")))
    text = Text("有{count}个项目：", count=total)
    if query.missing:
        text = Text("有{count}个项目还缺人缺东西，公司、社团、个人都可以认领：", count=total)
    rows = tuple(project_cards.row(talk.db, each) for each in found)
    return Card(text, articles=rows, choices=tuple(choices))


def _nothing(talk: Talk, query: Query, offset: int) -> Card:
    if offset:
        return Card(Text("没有更多了。"), choices=(BROWSE,))
    nearest, _ = project_search.search(talk.db, Query(missing=query.missing), limit=_PAGE)
    if not nearest:
        return Card(Text("过几天再来看看，现在没有这样的项目。"), choices=menu())
    choices = tuple(Choice(prose(each.title), press("project", each.id)) for each in nearest)
    return Card(Text("没有正好这样的项目。别的有："), choices=choices)


@on("project.show", head="project", allow=anybody, scans=True, phrases=_SHOW, reads=_named)
def show(talk: Talk, number: int | None = None, numbers: list[int] | None = None) -> Card:
    if number:
        return _shown(talk, public(talk, number))
    found = project_search.those(talk.db, numbers or [])
    if not found:
        return _shown(talk, public(talk, numbers[0])) if numbers else find(talk)
    if len(found) == 1:
        return _shown(talk, found[0])
    rows = tuple(project_cards.row(talk.db, each) for each in found[:_PAGE])
    return Card(Text("有{count}个项目：", count=len(found)), articles=rows)


def _shown(talk: Talk, one: Row[Any]) -> Card:
    """Everything of one project, with what this reader can do."""
    said = project_cards.article(talk.db, one)
    facts = list(said.facts)
    if one.state in ("delivered", "reported", "archived"):
        facts.append((Text("数字"), figures(talk, one)))
    shown = Article(said.title, said.ref, said.state, tuple(facts), said.body, _choices(talk, one))
    staff = () if talk.in_group else project_staff.choices(talk, one)
    return Card(
        NOTHING,
        articles=(shown,),
        choices=staff,
        timeline=project_cards.timeline(talk.db, one),
        attachments=photos.attached(talk.db, _picture(talk, one)),
    )


def _picture(talk: Talk, one: Row[Any]) -> int | None:
    """Of the result: for everybody once staff said that who is on it agreed, before that for staff alone, and to them
    the newest one of its progress while there is none.
    """
    own = not talk.in_group and project_people.looks_after(talk.db, one, talk.person.id)
    if not own:
        return showcase.picture(talk.db, one)
    if one.result_photo_id is None and (last := project_flow.last_progress(talk.db, one.id)) is not None:
        return (last.detail or {}).get("photo")
    kept: int | None = one.result_photo_id
    return kept


def _choices(talk: Talk, one: Row[Any]) -> tuple[Choice, ...]:
    choices = []
    if one.state in OPEN:
        choices.append(Choice(Text("认领"), press("claimpart", one.id), private=True))
        choices.append(Choice(Text("我来参加"), press("joinproject", one.id), private=True))
        if pledging.parts(talk.db, one.id):
            choices.append(Choice(Text("捐款意向"), press("pledge", one.id), private=True))
    if not talk.in_group and talk.person.id in follow.followers(talk.db, project=one.id):
        choices.append(Choice(Text("不再关注"), press("leaveproject", one.id)))
    return tuple(choices)


def figures(talk: Talk, one: Row[Any]) -> Text:
    """What came of it, in numbers."""
    return project_cards.figures(project_results.figures(talk.db, one.id, talk.now))


@on("project.unfollow", head="leaveproject", allow=anybody, private=True)
def leave(talk: Talk, number: int = 0) -> Card:
    one = public(talk, number)
    follow.leave(talk.db, talk.person.id, project=one.id)
    text = Text("好的，{project}的消息不再发给您。", project=project_cards.name(one))
    return Card(text, choices=(project_cards.look(one),), tone="done", refs=(project_cards.ref(one),))
