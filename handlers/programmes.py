"""Programmes of projects, as a round table: their boards with what is prepared, published and claimed, all published at once."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Row

from handlers import editions, project_cards, projects
from handlers.project_drafts import check_staff
from handlers.talk import Arguments, Option, Phrase, Talk, anybody, on, press
from handlers.understanding.reading import Reading
from models import (
    batch_told,
    board,
    board_invitation,
    board_sums,
    duty,
    project_making,
    project_people,
    project_search,
    publishing_together,
)
from models.card import Article, Card, Choice
from models.folding import fold
from models.project_search import Query
from models.refusal import Refusal
from models.text import Several, Text, prose

_NO = ("不", "算了", "no")
_SHOWN = 12
_NAMED = 10
_LIST = (
    Phrase(
        r"^(?:有哪些|看看?|所有|全部)?(?:项目)?(?:板块|领域)(?:有哪些|列表|统计|情况)?[!.。?]*$", weight=7
    ),
    Phrase(
        r"各(?:个)?(?:板块|领域)|按(?:板块|领域)(?:统计|看)|^(?:project )?(?:boards|fields)[!.?]*$",
        weight=6,
        unless="报告",
    ),
)
_PUBLISH = (
    Phrase(
        r"^(?:一次|一起)?发布(?:.{0,20}的)?(?:全部|所有)(?:的)?(?:\d+个?)?(?:项目|草稿|项目草稿)?[!.。]*$"
        r"|^(?:全部|所有)(?:草稿|项目)?(?:一起)?发布[!.。]*$|^publish all(?: \d+)?(?: drafts| projects)?[!.]*$",
        weight=8,
        unless="活动|通知",
    ),
)


def _said(reading: Reading) -> Arguments:
    return {"said": reading.text}


@on("board.list", head="boards", allow=anybody, phrases=_LIST)
def boards(talk: Talk) -> Card:
    """Every programme and board that has projects of its own, with how many."""
    known = board.everything(talk.db)
    if not known:
        return Card(Text("这里的项目还没有分板块。"), choices=(Choice(Text("社区项目"), press("projects")),))
    tops = [row for row in known if row.parent_id is None]
    articles = tuple(_line(talk, row) for row in tops[:_SHOWN])
    return Card(Text("项目按这些分："), articles=articles)


def _line(talk: Talk, row: Row[Any]) -> Article:
    sums = board_sums.of(talk.db, row.id)
    fact = (Text("公开的项目"), Text("{count}个", count=sums.public))
    return Article(
        prose(row.name), "", facts=(fact,), choices=(Choice(Text("看这个板块"), press("programme", row.id)),)
    )


@on("board.show", head="programme", allow=anybody)
def show(talk: Talk, number: int = 0) -> Card:
    """By field: how many are published and how many claimed; staff see the drafts too."""
    row = found(talk, number)
    staff = _is_staff(talk)
    children = [each for each in board.everything(talk.db) if each.parent_id == row.id]
    lines = [_sums(talk, each, staff=staff) for each in children]
    lines.append(_sums(talk, row, staff=staff, whole=True))
    lead = prose(row.name)
    choices = [Choice(Text("看项目"), press("boardlist", row.id))]
    if staff:
        replies = board_invitation.of(talk.db, row.id)
        if replies:
            lines.append(_replies(replies))
            choices.append(Choice(Text("看回复"), press("replies", row.id)))
        choices.append(Choice(Text("邀请单位"), press("inviteunits", row.id)))
        if publishing_together.drafts(talk.db, row.id):
            choices.append(Choice(Text("全部发布"), press("pubbatch", row.id)))
    return Card(Text("{lines}", lines=Several((lead, *lines), lines=True)), choices=tuple(choices))


def _sums(talk: Talk, row: Row[Any], *, staff: bool, whole: bool = False) -> Text:
    sums = board_sums.of(talk.db, row.id)
    name = Text("合计") if whole else prose(row.name)
    said = Text(
        "{name}：已发布{public}个，有人认领{claimed}个", name=name, public=sums.public, claimed=sums.claimed
    )
    return Text("{line}，草稿{drafts}个", line=said, drafts=sums.drafts) if staff else said


def _replies(invited: Sequence[Row[Any]]) -> Text:
    counts = [sum(each.state == state for each in invited) for state in board_invitation.STATES]
    return Text(
        "邀请了{count}家：参加{coming}，派代表{sent}，不参加{absent}，没回复{silent}",
        count=len(invited),
        coming=counts[1],
        sent=counts[2],
        absent=counts[3],
        silent=counts[0],
    )


@on("project.search", head="boardlist", allow=anybody)
def listed(talk: Talk, number: int = 0) -> Card:
    """The projects of this board and of its parts, page by page."""
    row = found(talk, number)
    labels = tuple(board.labels(talk.db, row.id))
    return projects.find(talk, project_search.dump(Query(boards=labels)))


def found(talk: Talk, number: int) -> Row[Any]:
    row = board.find(talk.db, number)
    if row is None:
        raise Refusal("board.unknown", Text("请从板块里选一个，没有找到这一个。"))
    return row


def _is_staff(talk: Talk) -> bool:
    return bool(duty.places(talk.db, talk.person.id))


@on("staff.project", head="pubbatch", allow=anybody, private=True, phrases=_PUBLISH, reads=_said)
def publish(talk: Talk, number: int = 0, said: str = "") -> Card:
    """All drafts of a programme in one go: every one of them or none."""
    check_staff(talk)
    row = _which(talk, number, said)
    drafts = publishing_together.drafts(talk.db, row.id)
    if not drafts:
        text = Text("请先准备草稿，{name}现在没有草稿。", name=prose(row.name))
        talk.leave(Refusal("batch.none", text), Choice(Text("发起项目"), press("newproject")))
    for one in drafts:
        project_people.check(talk.db, one, talk.person.id)
        project_making.check_verified(one)
    units = [each.organization_id for each in _invited(talk, row)]
    asked = Text(
        "一次发布这{count}个项目吗？{units}家受邀单位会各收到一条。", count=len(drafts), units=len(units)
    )
    articles = tuple(Article(project_cards.name(one), project_cards.ref(one)) for one in drafts[:_NAMED])
    yes, no = Option("yes", Text("全部发布"), ("发布", "好", "yes")), Option("no", Text("先不发布"), _NO)
    if talk.ask("sure", asked, yes, no, about=articles) == "no":
        return Card(
            Text("好的，还没有发布。"), choices=(Choice(Text("看这个板块"), press("programme", row.id)),)
        )
    duty.check_real(talk.db, talk.person.id)
    publishing_together.publish(talk.db, drafts, talk.person.id, talk.now)
    for one in drafts:
        done = project_making.find(talk.db, one.id)
        if done is not None:
            editions.announce(talk, done)
    told = _tell(talk, row, drafts, units)
    text = Text("发布了{count}个项目，告诉了{units}家单位。", count=len(drafts), units=told)
    return Card(text, tone="done", choices=(Choice(Text("看这个板块"), press("programme", row.id)),))


def _invited(talk: Talk, row: Row[Any]) -> list[Row[Any]]:
    """The units that were invited to this programme, or to the one that it is a part of."""
    known = [row.id, *([row.parent_id] if row.parent_id is not None else [])]
    return [each for key in known for each in board_invitation.of(talk.db, key)]


def _tell(talk: Talk, row: Row[Any], drafts: Sequence[Row[Any]], units: Sequence[int]) -> int:
    text = Text("请挑一个认领：{name}刚发布了{count}个项目。", name=prose(row.name), count=len(drafts))
    look = Choice(Text("看项目"), press("boardlist", row.id))
    key = f"batch:{row.id}:{drafts[0].id}:{len(drafts)}"
    return batch_told.tell(talk.db, dict.fromkeys(units), Card(text, choices=(look,)), talk.now, key)


def _which(talk: Talk, number: int, said: str) -> Row[Any]:
    """The programme that is meant: by its button, its name, or the only one that has drafts."""
    if number:
        return found(talk, number)
    named = board.named(talk.db, fold(said))
    if named:
        return named[0]
    tops = [row for row in board.everything(talk.db) if row.parent_id is None]
    having = [row for row in tops if publishing_together.drafts(talk.db, row.id)]
    if not having:
        text = Text("请先准备草稿，现在没有可以一起发布的。")
        talk.leave(Refusal("batch.none", text), Choice(Text("发起项目"), press("newproject")))
    if len(having) == 1:
        return having[0]
    options = [Option(row.id, prose(row.name)) for row in having]
    chosen = talk.ask("programme", Text("发布哪一批？"), *options)
    return found(talk, chosen)
