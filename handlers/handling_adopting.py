"""立项: a need becomes a project with parts that others give, or joins one that there is; who reported it hears what is missing."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Row

from handlers import activity_reading, handling, handling_cards, need_cards, need_news, project_cards
from handlers.handling_which import mine, past
from handlers.talk import Option, Talk, anybody, on
from handlers.understanding import parts
from handlers.understanding.handling import ADOPT
from handlers.understanding.parts import Parts
from models import board, duty, handling_due, need, place, project_making, project_part
from models import handling as rules
from models.card import Article, Card
from models.project_making import PartPlan
from models.refusal import Refusal
from models.text import Several, Text, as_said, prose

_YES = Option("yes", Text("立项发布"), ("确认", "好", "是", "发布", "立项", "yes"))
_NO = Option("no", Text("先不立项"), ("不", "算了", "no"))
_BOARDS = 8
_PLACES = 4
_BEGUN = ("ready", "running", "paused")


@on("staff.need", head="adoptneed", allow=anybody, private=True, phrases=ADOPT.phrases, reads=ADOPT)
def adopt(talk: Talk, number: int | None = None, project: int | None = None) -> Card:
    """M8: its title, board, place and parts in four questions, published after the last one."""
    one = mine(talk, number)
    if one.state in ("adopted", "in_progress") and one.project_id is not None:
        text = Text("不用再立项，已经是项{project}了。", project=one.project_id)
        return handling_cards.full(talk, one, text)
    if not rules.can(one, "adopted"):
        past(talk, one)
    if project is not None:
        return _adopted(talk, one, _joined(talk, project))
    return _adopted(talk, one, _made(talk, one))


def _joined(talk: Talk, number: int) -> Row[Any]:
    """A project that is open to everybody, and this officer's. Raises Refusal."""
    found = project_making.find(talk.db, number)
    if found is None or found.state not in ("published", "claiming", *_BEGUN):
        raise Refusal(
            "project.unknown", Text("请核对编号，没有项{number}，或者它已经结束了。", number=number)
        )
    around = found.place_id if found.place_id is not None else place.roots(talk.db)[0]
    duty.check(talk.db, talk.person.id, around, project_cards.ref(found))
    return found


def _made(talk: Talk, one: Row[Any]) -> Row[Any]:
    about = handling_cards.subject(one)
    title = talk.ask(
        "title",
        Text("项目叫什么？大家会看到，比如“车棚换灯”。"),
        check=activity_reading.title,
        about=about,
    )
    label = _board(talk, about)
    where = _place(talk, one, about)
    asked = Text("要些什么？写在一行里，比如“场地1个、志愿者10人、急救培训师2名”。")
    plans = talk.ask("parts", asked, check=Parts(), about=about)
    preview = _preview(talk, one, title, label, where, plans)
    if talk.ask("sure", Text("这样立项，对吗？发布后就能认领。"), _YES, _NO, about=preview) == "no":
        talk.leave(Refusal("need.kept", Text("好的，没有立项，诉求还在您这里。")), handling_cards.look(one))
    number = project_making.make(
        talk.db,
        title,
        plans,
        talk.person.id,
        talk.now,
        origin="need",
        board=label,
        place_id=where,
        officer_id=talk.person.id,
    )
    draft = project_making.find(talk.db, number)
    assert draft is not None
    project_making.publish(talk.db, draft, talk.person.id, talk.now)
    made = project_making.find(talk.db, number)
    assert made is not None
    return made


def _board(talk: Talk, about: tuple[Article, ...]) -> str | None:
    """One of the boards that there are; where there is none, nothing is asked."""
    known = [each for each in board.everything(talk.db) if each.kind in ("board", "field")][:_BOARDS]
    if not known:
        return None
    none = Option("", Text("不归板块"), ("没有", "不归", "跳过", "skip", "none"))
    options = [Option(each.code, prose(each.name)) for each in known]
    chosen = talk.ask("board", Text("归到哪个板块？"), *options, none, about=about)
    return chosen or None


def _place(talk: Talk, one: Row[Any], about: tuple[Article, ...]) -> int | None:
    """Where it is, or wider: a lamp of one tower may be a project of the estate."""
    around = place.above(talk.db, one.place_id) if one.place_id is not None else place.roots(talk.db)
    own = [each for each in around if duty.covers(talk.db, talk.person.id, each)][:_PLACES]
    if not own:
        return None
    options = [Option(each, as_said(place.name(talk.db, each))) for each in own]
    return int(talk.ask("place", Text("放在哪里？"), *options, about=about))


def _preview(
    talk: Talk,
    one: Row[Any],
    title: str,
    label: str | None,
    where: int | None,
    plans: Sequence[PartPlan],
) -> tuple[Article, ...]:
    facts = []
    if label:
        facts.append((Text("板块"), prose(str(board.name(talk.db, label)))))
    if where is not None:
        facts.append((Text("地点"), as_said(place.name(talk.db, where))))
    facts.append((Text("要的"), parts.said(plans)))
    return (Article(as_said(title), need.ref(one.id), facts=tuple(facts)),)


def _adopted(talk: Talk, one: Row[Any], of: Row[Any]) -> Card:
    """The need goes along with the project from now on."""
    if one.state == "new":
        one = handling.accepted(talk, one)
    done = rules.go(
        talk.db,
        one,
        "adopted",
        talk.person.id,
        talk.now,
        detail={"project": of.id},
        project_id=of.id,
        **handling_due.NOTHING,
    )
    step = rules.event(talk.db, done)
    if of.state in _BEGUN:
        done = rules.go(talk.db, done, "in_progress", talk.person.id, talk.now)
    need_name, project_name = need_cards.name(done), project_cards.name(of)
    told = _told(
        talk, done, of, Text("您反映的{need}立项了：{project}。", need=need_name, project=project_name)
    )
    public = _told(
        talk, done, of, Text("您关注的{need}立项了：{project}。", need=need_name, project=project_name)
    )
    need_news.tell(talk.db, done, told, step, talk.now, followers=public, but=(talk.person.id,))
    lead = Text("立项了。{told}", told=handling.told_whom(done))
    shown = project_cards.article(talk.db, of)
    return Card(
        lead,
        articles=(shown,),
        choices=(project_cards.look(of), handling_cards.QUEUE),
        tone="done",
        refs=(need.ref(done.id),),
    )


def _told(talk: Talk, one: Row[Any], of: Row[Any], lead: Text) -> Card:
    open_ones = [part for part in project_part.of(talk.db, of.id) if project_part.left(part)]
    text = Text("{lead}现在什么都不缺了。", lead=lead)
    if open_ones:
        missing = tuple(_missing(part) for part in open_ones)
        text = Text("{lead}还缺：{parts}。", lead=lead, parts=Several(missing))
    return Card(
        text,
        choices=(project_cards.look(of), need_cards.look(one)),
        tone="notice",
        refs=(need.ref(one.id), project_cards.ref(of)),
    )


def _missing(part: Row[Any]) -> Text:
    unit = as_said(part.unit) if part.unit else Text("")
    return Text("{name}{left}{unit}", name=prose(part.name), left=project_part.left(part), unit=unit)
