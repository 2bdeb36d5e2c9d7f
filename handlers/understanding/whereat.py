"""Where something is that somebody tells of: a place of the tree, however it is called at home, and where in it."""

import re
from dataclasses import dataclass

from handlers.understanding.lexicon import Lexicon, PlaceNode, Point, metres
from handlers.understanding.reading import Reading
from models.folding import fold
from models.member import Person

# So far from a place a sent location still means it.
NEAREST_METRES = 200
_WHOLE = ("estate", "building", "park")
_HOME = re.compile(
    r"(?:我|我们|阿拉|俺)(?:家|屋里|屋里厢|房间|房子|门口|楼上|楼下|隔壁|单元|小区|弄堂|院子)|家里|屋里|"
    r"(?:楼上|楼下|隔壁|对门)(?:邻居|人家|那家|的|天天|每天|半夜|老是|一直|又|装修|漏|吵|晚上)|邻居|睡不着|睡勿着|"
    r"\b(?:my|our) (?:home|flat|apartment|house|neighbou?rs?|compound|block)\b|\bat home\b|\bneighbou?rs?\b|\bupstairs\b|\bdownstairs\b"
)
_WORK = re.compile(
    r"(?:我|我们|阿拉)(?:公司|单位|办公室|工位|厂)|办公室|工位|茶水间|会议室|写字楼|早高峰|上班|"
    r"\b(?:my|our) (?:office|company|workplace|desk)\b|\bat work\b|\bpantry\b|\bmeeting room\b"
)
_OURS = re.compile(
    r"(?:我们|阿拉|我|咱们|本)(?:这)?(?:层|楼道|楼梯|电梯|大堂|幢|栋|楼|大楼|号楼|\d{1,3}(?:楼|层))|\b(?:my|our|this) (?:floor|lift|elevator|lobby|building|tower|corridor|hallway)\b"
)
_NUMERALS = {each: str(nth) for nth, each in enumerate("一二三四五六七八九", 1)}
_HOUSE = re.compile(
    r"(?<![\d一二三四五六七八九十])(\d{1,4}|[一二三四五六七八九]?十[一二三四五六七八九]?|[一二三四五六七八九])(?=(?:号楼|幢|栋))"
)
# Storeys and rooms that nobody is told by: they may stand in the bot's own words.
_STOREY = r"(?:(?:\d{1,3}|[一二三四五六七八九]?十[一二三四五六七八九]?|[一二三四五六七八九两])(?:楼|层)|负(?:一|二|三|1|2|3)(?:楼|层)|地下(?:一|二|三|\d)层)"
_ROOM = (
    r"(?:女厕所?|男厕所?|厕所|卫生间|洗手间|茶水间|楼道|走廊|过道|楼梯间|楼梯口|楼梯|电梯口|电梯厅|大堂|大厅|门厅|车库|地库|车棚|"
    r"天台|楼顶|平台|食堂|会议室|垃圾房|门口|地下室)"
)
_SPOT = re.compile(rf"{_STOREY}(?:的)?{_ROOM}?|{_ROOM}")
_SPOT_ENGLISH = re.compile(
    r"\b(?:\d{1,3}(?:st|nd|rd|th) floor|floor \d{1,3}|(?:ground|first|second|third|fourth|fifth|sixth|top) floor|basement|lobby|rooftop)\b"
)
_ROAD = re.compile(
    r"[\u4e00-\u9fff]{2,4}?(?:路|街|大道|弄)(?:[\u4e00-\u9fff]{1,4}(?:路|街))?(?:\d{1,5}(?:弄|号))?(?:路口|口|门口|转角|附近|上)?"
)


@dataclass(frozen=True, slots=True)
class Where:
    """`places` are those that are meant, one where it is clear; `spot` is where in it, in the words of a plan."""

    places: tuple[int, ...] = ()
    spot: str | None = None


def find(reading: Reading) -> Where:
    """What a sentence says of where it is; no place where it says none."""
    text, lexicon, person = reading.text, reading.lexicon, reading.person
    named = _innermost(lexicon, [match.found.key for match in reading.matches if match.found.sort == "place"])
    spot = _spot(text)
    own = _own(text, reading, person)
    within = [place for place in (*named, *own) if place is not None] or [
        place for place in (person.home_id, person.work_id) if place is not None
    ]
    called = _called(lexicon, text, within)
    if called is not None and (not named or any(_lies_in(lexicon, called, each) for each in named)):
        return _at(lexicon, (called,), spot)
    return _at(lexicon, tuple(named) or own or _at_road(lexicon, text), spot)


def _at(lexicon: Lexicon, places: tuple[int, ...], spot: str | None) -> Where:
    """What the place is called by already says nothing more of where."""
    told = spot is not None and any(spot in _numbered(fold(lexicon.places[each].name)) for each in places)
    return Where(places, None if told else spot)


def nearest(lexicon: Lexicon, here: Point) -> int | None:
    """The place that a sent location means; None where none is near. Of a tower and a room in it, the tower."""
    found = sorted(
        (metres(here, node.location), _depth(lexicon, node), node.id)
        for node in lexicon.places.values()
        if node.location is not None and node.kind not in ("subdistrict", "neighbourhood")
    )
    if not found or found[0][0] > NEAREST_METRES:
        return None
    return found[0][2]


def root_of(lexicon: Lexicon, *places: int | None, here: Point | None = None) -> int | None:
    """The subdistrict that one of these places lies in, or that is nearest to a location."""
    roots = [node for node in lexicon.places.values() if node.parent is None]
    if here is not None and roots:
        located = [node for node in roots if node.location is not None]
        if located:
            return min(located, key=lambda node: metres(here, node.location)).id
    place = next((each for each in places if each is not None), None)
    if place is not None:
        return [node.id for node in lexicon.above(place)][-1]
    return roots[0].id if len(roots) == 1 else None


def _innermost(lexicon: Lexicon, places: list[int]) -> list[int]:
    around = {node.id for place in places for node in lexicon.above(place) if node.id != place}
    return [place for place in dict.fromkeys(places) if place not in around]


def _own(text: str, reading: Reading, person: Person) -> tuple[int, ...]:
    """The speaker's own home or workplace, as far as the words tell which."""
    home, work = person.home_id, person.work_id
    if _HOME.search(text) and home is not None:
        return (home,)
    if _WORK.search(text) and work is not None:
        return (work,)
    if reading.own_place is not None:
        return (_whole(reading.lexicon, reading.own_place),)
    if _OURS.search(text):
        both = [place for place in (home, work) if place is not None]
        return tuple(_whole(reading.lexicon, place) for place in both)
    return ()


def _whole(lexicon: Lexicon, place: int) -> int:
    """The building around a station or a room."""
    return next((node.id for node in lexicon.above(place) if node.kind in _WHOLE), place)


def _called(lexicon: Lexicon, text: str, within: list[int]) -> int | None:
    """3号楼, 车棚, 中心花园: the end of a name, said by who lives there; None where several are called so."""
    plain = _numbered(text)
    found: dict[int, int] = {}
    for place in within:
        roots = [node.id for node in lexicon.above(place) if node.kind in _WHOLE]
        inside = lexicon.below[roots[-1] if roots else place]
        for key in inside:
            length = max(
                (len(end) for end in _ends(lexicon, lexicon.places[key]) if _stands(end, plain)), default=0
            )
            if length:
                found[key] = length
        if found:
            break
    best = [key for key, length in found.items() if length == max(found.values())]
    return best[0] if len(best) == 1 else None


def _ends(lexicon: Lexicon, node: PlaceNode) -> list[str]:
    """What is left of a name without the names of what it lies in."""
    name = _numbered(fold(node.name))
    ends = []
    for around in lexicon.above(node.parent):
        outer = _numbered(fold(around.name))
        if name.startswith(outer) and len(name) - len(outer) >= 2:
            ends.append(name.removeprefix(outer))
    return [end for end in ends if end not in ("服务站", "党群服务站")]


def _stands(end: str, plain: str) -> bool:
    at = plain.find(end)
    while at >= 0:
        if not (end[0].isdigit() and at and plain[at - 1].isdigit()):
            return True
        at = plain.find(end, at + 1)
    return False


def _numbered(text: str) -> str:
    """三号楼, 3幢 and 3栋 as 3号楼."""
    plain = _HOUSE.sub(lambda found: _arabic(found[1]), text)
    return re.sub(r"(?<=\d)(?:幢|栋)(?!楼)", "号楼", plain)


def _arabic(many: str) -> str:
    if many.isdigit():
        return many
    tens, ten, ones = many.rpartition("十")
    if not ten:
        return _NUMERALS[many]
    return (_NUMERALS[tens] if tens else "1") + (_NUMERALS[ones] if ones else "0")


def _spot(text: str) -> str | None:
    """三楼楼道, 2楼女厕所, 3rd floor; None where nothing of the kind is said."""
    found = [each[0] for each in _SPOT.finditer(text)] or _SPOT_ENGLISH.findall(text)
    return max(found, key=len) if found else None


def _at_road(lexicon: Lexicon, text: str) -> tuple[int, ...]:
    """What lies around all that has this road in its address."""
    road = _ROAD.search(text)
    if road is None:
        return ()
    found = [
        node
        for node in lexicon.places.values()
        if node.address and len(node.address) >= 3 and fold(node.address)[:3] in text
    ]
    if not found:
        return ()
    shared = [node.id for node in lexicon.above(found[0].id)]
    for node in found[1:]:
        around = {each.id for each in lexicon.above(node.id)}
        shared = [key for key in shared if key in around]
    return tuple(shared[:1])


def _lies_in(lexicon: Lexicon, inner: int, outer: int) -> bool:
    return any(node.id == outer for node in lexicon.above(inner))


def _depth(lexicon: Lexicon, node: PlaceNode) -> int:
    return len(list(lexicon.above(node.id)))
