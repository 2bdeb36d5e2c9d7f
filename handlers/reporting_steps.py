"""What is asked of a report: where it is and what it is about, as few questions as its words leave open."""

from collections.abc import Sequence

from handlers.checks import bare
from handlers.talk import ACTIONS, Option, Talk
from handlers.understanding import whereat
from handlers.understanding.intents import understand
from handlers.understanding.matcher import without
from handlers.understanding.reading import Reading, read
from models import category, reporting
from models.category import Sort
from models.folding import clean, fold
from models.refusal import Refusal
from models.text import Text, as_said, prose

_PAGE = 6
_LIKELY = 3
_LONGEST = 200
_TREE, _MORE = 0, -1
# One category is clear where it says so much more than the next one.
_CLEARLY = 1.3
_UNTOLD = ("跳过", "不知道", "不清楚", "说不清", "说不清楚", "没有", "不填", "随便", "提交", "匿名提交", "skip", "don't know", "i don't know", "not sure", "none", "submit")  # fmt: skip


class Anything:
    """Whatever somebody writes, as it stands; what is clearly another request is none of it."""

    wants = "choice"

    def __init__(self, talk: Talk) -> None:
        self._talk = talk

    def __call__(self, text: str) -> str:
        words = clean(text)
        talk = self._talk
        reading = read(words, talk.now, talk.person, talk.lexicon)
        meant = None if self._takes(reading) else understand(reading, ACTIONS)
        if not words or (meant is not None and meant.action.head != "report"):
            raise Refusal("report.other", Text("请从下面选一个，或者接着写。"))
        if len(words) > _LONGEST * 5:
            raise Refusal("report.long", Text("请写短一些，最多{count}个字。", count=_LONGEST * 5))
        return words

    def _takes(self, reading: Reading) -> bool:
        """Whether it is an answer whatever else it could mean."""
        return False


class Somewhere(Anything):
    """The same where it is asked for a place: a name alone is one, and no search."""

    def _takes(self, reading: Reading) -> bool:
        return reading.subject and reading.places is not None and reading.when is None


class Kind:
    """A category by its name, or by words that say it."""

    wants = "choice"

    def __init__(self, talk: Talk) -> None:
        self._talk = talk

    def __call__(self, text: str) -> str:
        plain = fold(text)
        for each in category.everything(self._talk.db).values():
            if plain in (fold(each.name), fold(each.english or "")):
                return each.code
        likely = reporting.categories(self._talk.db, text)
        if not likely:
            raise Refusal("report.category", Text("请从下面选一个，都不像就选“其他”。"))
        return likely[0][0].code


def category_name(talk: Talk, one: Sort) -> Text:
    """In the reader's language, where the pack has it."""
    english = talk.person.language == "en" and one.english
    return as_said(one.english or "") if english else prose(one.name)


def ask_category(talk: Talk, name: str, words: str, lead: Text | None, *, list_all: bool = False) -> Sort:
    """What it is about: found where the words say it clearly, and else chosen."""
    known = category.everything(talk.db)
    likely = reporting.categories(talk.db, _without_places(talk, words))
    if likely and not list_all and (len(likely) == 1 or likely[0][1] >= likely[1][1] * _CLEARLY):
        return likely[0][0]
    shown = [each for each, _ in likely[:_LIKELY]]
    if shown:
        more = Option("", Text("都不是"), ("不是", "没有", "none", "更多", "more"))
        chosen = talk.ask(
            name, _led(Text("请选一类，好找对人办："), lead), *_kinds(talk, shown), more, check=Kind(talk)
        )
        if chosen:
            return known[chosen]
    others = [each for each in known.values() if each not in shown]
    return known[_from_groups(talk, name, others, lead)]


def _without_places(talk: Talk, words: str) -> str:
    """The words but for the names of places: a shed that leaks is about leaks."""
    reading = read(words, talk.now, talk.person, talk.lexicon)
    places = [match for match in reading.matches if match.found.sort == "place"]
    return without(reading.untimed, places)


def _from_groups(talk: Talk, name: str, sorts: Sequence[Sort], lead: Text | None) -> str:
    """First the group, where there are many, and then one of it."""
    groups = list(dict.fromkeys(each.group or each.name for each in sorts))
    question = _led(
        Text(
            "请选一类，也可以直接写：",
        ),
        lead,
    )
    if len(sorts) <= _PAGE or len(groups) == 1:
        return talk.ask(f"{name}-all", question, *_kinds(talk, sorts), check=Kind(talk))
    options = [Option(f"+{each}", _group_name(talk, sorts, each), (bare(each),)) for each in groups]
    chosen = talk.ask(f"{name}-group", question, *options, check=Kind(talk))
    inner = [each for each in sorts if f"+{each.group or each.name}" == chosen]
    if not inner:
        return chosen
    if len(inner) == 1:
        return inner[0].code
    return talk.ask(f"{name}-one", question, *_kinds(talk, inner), check=Kind(talk))


def _group_name(talk: Talk, sorts: Sequence[Sort], group: str) -> Text:
    inner = [each for each in sorts if (each.group or each.name) == group]
    if talk.person.language == "en":
        return as_said(" / ".join(each.english or each.name for each in inner[:2]))
    return prose(group)


def _kinds(talk: Talk, sorts: Sequence[Sort]) -> list[Option[str]]:
    return [
        Option(each.code, category_name(talk, each), (bare(each.name), bare(each.english or each.name)))
        for each in sorts
    ]


def place_of(
    talk: Talk, words: str, here: tuple[float, float] | None, near: int | None, lead: Text | None
) -> tuple[int | None, str | None]:
    """Where it is, and where in it: by the words, by a sent location, or asked."""
    said = whereat.find(read(words, talk.now, talk.person, talk.lexicon))
    if len(said.places) == 1:
        return said.places[0], said.spot
    # Where he has said it already, a location only tells where on the map.
    asked = talk.form is not None and "place" in talk.form.answers
    if here is not None and not said.places and not asked:
        known = whereat.nearest(talk.lexicon, here)
        # Far from all that has a name it is where the map says, and the subdistrict's.
        return known or whereat.root_of(talk.lexicon, here=here), said.spot
    if near is not None and not said.places and not asked:
        return near, said.spot
    if said.places:
        question = _led(Text("是哪一处？"), lead)
        return talk.ask("which", question, *_places(talk, said.places[:_PAGE])), said.spot
    return ask_place(talk, "place", said.spot, lead)


def ask_place(
    talk: Talk, name: str, spot: str | None, lead: Text | None = None
) -> tuple[int | None, str | None]:
    """His home and workplace first; typed in any words, sent from the map, or found down the tree."""
    person = talk.person
    own = list(dict.fromkeys(place for place in (person.home_id, person.work_id) if place is not None))
    question = _led(Text("在哪里？点一个，或者写清楚，比如“3号楼三楼楼道”，也可以发定位。"), lead)
    tree: Option[int | str] = Option(_TREE, Text("从列表里选"), ("列表", "list"))
    options: list[Option[int | str]] = [*_named(talk, own), tree]
    answer = talk.ask(name, question, *options, check=Somewhere(talk))
    if answer == _TREE:
        return _down(talk, name, None), spot
    if isinstance(answer, int):
        return answer, spot
    return _typed(talk, name, answer, spot)


def _typed(talk: Talk, name: str, answer: str, spot: str | None) -> tuple[int | None, str | None]:
    """A place by its name; other words stay as they are, and say where it is in the subdistrict.

    Who says that he does not know it has said nothing of where.
    """
    found = whereat.find(read(answer, talk.now, talk.person, talk.lexicon))
    if len(found.places) == 1:
        return found.places[0], found.spot or spot
    if found.places:
        return talk.ask(f"{name}-which", Text("是哪一处？"), *_places(talk, found.places[:_PAGE])), spot
    root = whereat.root_of(talk.lexicon, talk.person.home_id, talk.person.work_id)
    told = spot if bare(answer) in _UNTOLD else answer[:_LONGEST]
    return root or _down(talk, name, None), told


def _down(talk: Talk, name: str, inside: int | None) -> int:
    """One of the places in this one, a page at a time, and on to what lies in that."""
    nodes = talk.lexicon.places.values()
    inner = [node.id for node in nodes if node.parent == inside]
    if not inner and inside is not None:
        return inside
    if inside is None and len(inner) == 1:
        return _down(talk, name, inner[0])
    here = (Option(inside, Text("就选这里"), ("这里", "here")),) if inside is not None else ()
    more = Option(_MORE, Text("更多"), ("更多", "more"))
    for page in range(0, len(inner), _PAGE):
        rest = (more,) if page + _PAGE < len(inner) else ()
        shown = _places(talk, inner[page : page + _PAGE])
        answer = talk.ask(f"{name}-{inside or 0}-{page}", Text("在哪里？点一个。"), *here, *shown, *rest)
        if answer != _MORE:
            return answer if answer == inside else _down(talk, name, answer)
    raise AssertionError("the last page has no 更多")


def _places(talk: Talk, places: Sequence[int]) -> list[Option[int]]:
    names = [(place, talk.lexicon.places[place].name) for place in places]
    return [Option(place, as_said(name), (bare(name),)) for place, name in names]


def _named(talk: Talk, places: Sequence[int]) -> list[Option[int | str]]:
    return [Option(each.value, each.label, each.also) for each in _places(talk, places)]


def _led(text: Text, lead: Text | None) -> Text:
    return Text("{first}\n{then}", first=lead, then=text) if lead else text
