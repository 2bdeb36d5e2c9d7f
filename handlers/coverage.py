"""Where a tower's companies were visited: floor by floor, who was not visited for long, and the codes for the doors."""

from itertools import groupby

from handlers import activity_reading, outreach_reading
from handlers.outreach_reading import floor_text
from handlers.talk import Arguments, Option, Phrase, Talk, anybody, menu, on, press
from handlers.understanding.reading import Reading
from models import duty, outreach
from models.card import Attachment, Card, Choice
from models.outreach import Company
from models.refusal import Refusal
from models.text import Moment, Several, Text, as_said

# So many floors of a list stand on one card, and so many names of a floor.
_PAGE = 12
_NAMES = 30
_TOWERS = 8
_COVERAGE = (
    Phrase(
        r"(?:走访|扫楼)(?:了)?(?:的)?(?:情况|进度|覆盖|记录|多少|哪些)|哪些(?:公司|单位|企业).{0,4}(?:走访|扫)过",
        weight=8,
    ),
    Phrase(r"\boutreach (?:coverage|progress)\b", weight=8),
)
_LEFT = (
    Phrase(
        r"(?:未|没有?|还没有?)(?:走)?访(?:过|到)?(?:的)?(?!客)|(?:走访|扫楼)(?:还)?(?:剩|漏|没到)|哪些.{0,6}没(?:有)?(?:去|走访|扫)过?",
        weight=9,
        unless="访客",
    ),
    Phrase(r"\bnot visited\b|\bleft to visit\b", weight=9),
)
_DOOR = (Phrase(r"走访码|门口的?码|楼层(?:的)?(?:二维)?码|\bfloor codes?\b", weight=9),)


def _named(reading: Reading) -> Arguments:
    return {"place": next(iter(reading.named_places), None) or reading.own_place}


@on(
    "staff.visit",
    head="coverage",
    example=Text("走访情况"),
    for_staff=True,
    rank=126,
    allow=anybody,
    private=True,
    phrases=_COVERAGE,
    reads=_named,
)
def coverage(talk: Talk, number: int | None = None, place: int | None = None) -> Card:
    """Floors with how many companies there are and were visited within 90 days."""
    tower = _tower(talk, number, place)
    known = outreach.companies(talk.db, tower)
    name = as_said(talk.lexicon.places[tower].name)
    left = [each for each in known if outreach.is_left(each, talk.now)]
    go = Choice(Text("记走访"), press("visit"))
    if not known:
        return Card(Text("{tower}还没有公司，走访一家就记一家。", tower=name), choices=(go,))
    lines = [
        Text(
            "{tower}：{all}家公司，{days}天内走访了{visited}家，还有{left}家。",
            tower=name,
            all=len(known),
            days=outreach.LONG_AGO.days,
            visited=len(known) - len(left),
            left=len(left),
        )
    ]
    for floor, here in groupby(known, key=lambda each: each.floor):
        companies = list(here)
        open_here = sum(outreach.is_left(each, talk.now) for each in companies)
        lines.append(
            Text(
                "· {floor}：{visited}/{all}家",
                floor=_floor(floor),
                visited=len(companies) - open_here,
                all=len(companies),
            )
        )
    choices = (Choice(Text("还没走访的"), press("unvisited", tower)), go)
    return Card(Text("{lines}", lines=Several(tuple(lines), lines=True)), choices=choices)


def _floor(floor: int | None) -> Text:
    return Text("楼层不详") if floor is None else floor_text(floor)


@on("staff.visit", head="unvisited", allow=anybody, private=True, phrases=_LEFT, reads=_named)
def unvisited(talk: Talk, number: int | None = None, place: int | None = None, page: int = 0) -> Card:
    """Who was not visited for 90 days, by floor; a door at which nobody was stays on it."""
    if number is not None:
        page, number = divmod(number, outreach_reading.PLACES)
    tower = _tower(talk, number, place)
    left = [each for each in outreach.companies(talk.db, tower) if outreach.is_left(each, talk.now)]
    name = as_said(talk.lexicon.places[tower].name)
    if not left:
        text = Text("{tower}都走访过了，{days}天内没有漏的。", tower=name, days=outreach.LONG_AGO.days)
        return Card(text, choices=(Choice(Text("走访情况"), press("coverage", tower)),))
    floors = [(floor, list(here)) for floor, here in groupby(left, key=lambda each: each.floor)]
    shown = floors[page * _PAGE : (page + 1) * _PAGE]
    lines = [
        Text(
            "{tower}{days}天没走访的有{count}家：",
            tower=name,
            days=outreach.LONG_AGO.days,
            count=len(left),
        ),
        *(_left(floor, companies) for floor, companies in shown),
    ]
    choices = [Choice(Text("记走访"), press("visit"))]
    if len(floors) > (page + 1) * _PAGE:
        more = press("unvisited", (page + 1) * outreach_reading.PLACES + tower)
        choices.insert(0, Choice(Text("更多楼层"), more))
    return Card(Text("{lines}", lines=Several(tuple(lines), lines=True)), choices=tuple(choices))


def _left(floor: int | None, companies: list[Company]) -> Text:
    names = Several(tuple(_name(each) for each in companies[:_NAMES]))
    if len(companies) > _NAMES:
        return Text("· {floor}（{all}家）：{names}等", floor=_floor(floor), all=len(companies), names=names)
    return Text("· {floor}（{all}家）：{names}", floor=_floor(floor), all=len(companies), names=names)


def _name(one: Company) -> Text:
    """With when somebody was last there, or stood before a closed door."""
    name = as_said(one.name)
    if one.tried is not None and one.tried != one.seen:
        return Text("{name}（{at}没有人）", name=name, at=Moment(one.tried))
    if one.seen is not None:
        return Text("{name}（上次{at}）", name=name, at=Moment(one.seen))
    return name


@on("staff.visit", head="doorcode", allow=anybody, private=True, phrases=_DOOR, reads=_named)
def door_code(talk: Talk, number: int | None = None, place: int | None = None) -> Card:
    """A code to put up at the door of a floor; who scans it and is staff has tower and floor at once."""
    known = number if number in talk.lexicon.places else place
    if known is None:
        known = outreach_reading.only_tower(talk)
    if not duty.places(talk.db, talk.person.id):
        duty.check(talk.db, talk.person.id, known if known is not None else _any_root(talk))
    question = Text("要哪一层的码？请写楼名和楼层。")
    if known is not None:
        question = Text("要{tower}几楼的码？比如“12楼”。", tower=as_said(talk.lexicon.places[known].name))
    tower, floor = talk.ask("spot", question, check=outreach_reading.Spot(talk, known, None))
    duty.check(talk.db, talk.person.id, tower)
    name = Text("{tower}{floor}", tower=as_said(talk.lexicon.places[tower].name), floor=floor_text(floor))
    says = f"doorvisit {outreach.door(talk.vault, tower, floor)}"
    text = Text("请打印出来，贴在{where}门口。工作人员一扫，就能记这一层的走访。", where=name)
    again = Choice(Text("换一层"), press("doorcode", tower))
    return Card(text, choices=(again,), attachments=(Attachment("qr", name, says=says),))


def _any_root(talk: Talk) -> int:
    return next(node.id for node in talk.lexicon.places.values() if node.parent is None)


def _tower(talk: Talk, number: int | None, place: int | None) -> int:
    """The tower that is meant; where none is, the only one, or the officer chooses."""
    known = number if number in talk.lexicon.places else place
    if known is None:
        known = outreach_reading.only_tower(talk)
    if known is None:
        there = [talk.lexicon.places[key] for key in duty.everywhere(talk.db, talk.person.id)]
        towers = [node for node in there if node.kind == "building"]
        if not towers:
            text = Text("请找服务站的工作人员，走访情况由他们看。")
            talk.leave(Refusal("outreach.duty", text), *menu())
        options = [Option(node.id, as_said(node.name)) for node in towers[:_TOWERS]]
        known = talk.ask("tower", Text("看哪座楼？"), *options, check=_Tower(talk))
    assert known is not None
    duty.check(talk.db, talk.person.id, known)
    return known


class _Tower:
    """A place by its name, or by its number in the list."""

    wants = "choice"

    def __init__(self, talk: Talk) -> None:
        self._talk = talk

    def __call__(self, said: str) -> int:
        return activity_reading.place(self._talk, said)
