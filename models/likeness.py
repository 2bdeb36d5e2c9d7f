"""Whether something was reported already: the open needs near a place that most likely say the same.

Compared is what two people would both name (models/likeness_words.py), what it is about and where.
"""

import math
from bisect import bisect_right
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import cache
from itertools import accumulate
from typing import Any

from sqlalchemy import Row, and_, bindparam, or_, select

from models import category as sorts
from models import phone
from models.database import Db
from models.folding import fold
from models.likeness_words import Tokens, differ, kind, marks, tokens
from models.need import ENDED, NEED
from models.need_line import LINE
from models.need_reading import IS_PUBLIC
from models.place import PLACE, above, below
from models.vault import Vault

MOST = 3
# Shorter words say too little to be compared.
FEWEST = 6
METRES = 250
# One degree of latitude; of longitude it is about that much at Shanghai.
_LATITUDE, _LONGITUDE = 111_200, 95_300
_WHOLE = ("estate", "building")
_CLOSE = 100  # so many of those that share anything are looked into
# So alike they are at least: of one category, and of two.
_LEAST, _LEAST_OTHER = 0.03, 0.06
_SAME_CATEGORY, _LIKELY_CATEGORY, _ITS_WORDS = 0.08, 0.04, 0.04
_SAME_PLACE, _AROUND = 0.12, 0.05
_OTHER_NUMBER = 0.55
# What one says in a language in which the other says nothing counts so much as something left unsaid.
_OTHER_LANGUAGE = 0.25
_SEEN = or_(
    NEED.c.place_id.in_(bindparam("places", expanding=True)),
    and_(
        NEED.c.latitude.between(bindparam("south"), bindparam("north")),
        NEED.c.longitude.between(bindparam("west"), bindparam("east")),
    ),
)
# What others may not see is never hinted at; what has ended is none that one could join.
_OPEN = (
    select(NEED.c.id, NEED.c.category, NEED.c.place_id, NEED.c.spot, LINE.c.text)
    .join(LINE, and_(LINE.c.need_id == NEED.c.id, LINE.c.kind == "report", LINE.c.text.is_not(None)))
    .where(
        IS_PUBLIC,
        NEED.c.state.not_in(ENDED),
        _SEEN,
    )
)
_THOSE = (
    select(NEED, LINE.c.id.label("line"))
    .outerjoin(LINE, and_(LINE.c.need_id == NEED.c.id, LINE.c.kind == "report", LINE.c.text.is_not(None)))
    .where(NEED.c.id.in_(bindparam("those", expanding=True)))
)
_KINDS = select(PLACE.c.id, PLACE.c.kind).where(PLACE.c.id.in_(bindparam("those", expanding=True)))
_NAMES = select(PLACE.c.name, PLACE.c.aliases).where(
    PLACE.c.id.in_(bindparam("those", expanding=True)), PLACE.c.kind.not_in(["venue", "station"])
)
_NEAR = select(PLACE.c.id).where(
    PLACE.c.latitude.between(bindparam("south"), bindparam("north")),
    PLACE.c.longitude.between(bindparam("west"), bindparam("east")),
    PLACE.c.kind.not_in(["subdistrict", "neighbourhood", "park"]),
)


def alike(
    db: Db,
    *,
    place: int | None,
    words: str,
    category: str | None = None,
    here: tuple[float, float] | None = None,
    vault: Vault | None = None,
    most: int = MOST,
) -> list[Row[Any]]:
    """The open public needs that most likely are the same matter, the likeliest first, those of its category before others.

    `place` is where it is (a key of the tree), `words` what somebody says of it, `category` the code that was found
    (told by the words where it is not given),
    `here` a sent location. `vault` opens words with a phone number in them, which are not compared without it.
    Each row is a whole need, and `line` the key of the line that its reporter said. None for less than FEWEST letters.
    """
    said = fold(words)
    if len(said.replace(" ", "")) < FEWEST:
        return []
    around = above(db, place) if place is not None else []
    found = _open(db, around, here)
    if not found:
        return []
    inner = frozenset(below(db, [place])) if place is not None else frozenset()
    outer = frozenset(around[1:])

    about = _About(db, said, category)

    @cache
    def worth(where: int | None, code: str | None) -> float:
        same = about.share(code)
        if where == place:
            return same + _SAME_PLACE
        return same + (_AROUND if where in inner or where in outer else 0.0)

    def bonus(row: Row[Any]) -> float:
        return worth(row.place_id, row.category)

    close = _close(said, found, bonus)
    scored = _scored(said, close, vault, _names_of(db, around))
    kept = [
        (scores + bonus(row) + about.said_of(row), about.is_same(row), row.id)
        for scores, row in scored
        if scores >= (_LEAST if about.is_same(row) else _LEAST_OTHER)
    ]
    best = sorted(kept, key=lambda each: (-each[0], each[2]))[:most]
    keys = [key for _, _, key in sorted(best, key=lambda each: (not each[1], -each[0]))]
    rows = {row.id: row for row in db.rows(_THOSE, those=keys)} if keys else {}
    return [rows[key] for key in keys]


class _About:
    """What the words are about, as it was chosen and as they may be taken too."""

    def __init__(self, db: Db, said: str, code: str | None) -> None:
        known = sorts.everything(db)
        likely = [each.code for each, _ in sorts.likely(known.values(), said)]
        self.code = code or next(iter(likely), None)
        self.likely = set(likely)
        self.words = known[self.code].words if self.code in known else ()

    def is_same(self, row: Row[Any]) -> bool:
        return self.code is not None and row.category == self.code

    def share(self, code: str | None) -> float:
        """How much another need is about the same."""
        if code is not None and code == self.code:
            return _SAME_CATEGORY
        return _LIKELY_CATEGORY if code in self.likely else 0.0

    def said_of(self, row: Row[Any]) -> float:
        """The same of its words, which takes longer."""
        if self.is_same(row):
            return 0.0
        return _ITS_WORDS if any(word in row.text for word in self.words) else 0.0


def _open(db: Db, around: Sequence[int], here: tuple[float, float] | None) -> list[Row[Any]]:
    """Those of the whole estate or tower that the place is in, of what it lies in, and within METRES of a location."""
    box = _box(here)
    places: set[int] = set(around)
    if around:
        kinds = {row.id: row.kind for row in db.rows(_KINDS, those=list(around))}
        whole = [each for each in around if kinds.get(each) in _WHOLE]
        places |= set(below(db, [whole[-1] if whole else around[0]]))
    if here is not None:
        places |= {row.id for row in db.rows(_NEAR, **box)}
    return list({row.id: row for row in db.rows(_OPEN, places=sorted(places), **box)}.values())


def _box(here: tuple[float, float] | None) -> dict[str, float | None]:
    """A square around a location: near enough to a circle for what two people call the same spot."""
    if here is None:
        return dict.fromkeys(("south", "north", "west", "east"), None)
    high, wide = METRES / _LATITUDE, METRES / _LONGITUDE
    return {
        **{"south": here[0] - high, "north": here[0] + high},
        **{"west": here[1] - wide, "east": here[1] + wide},
    }


def _close(said: str, found: list[Row[Any]], bonus: Callable[[Row[Any]], float]) -> list[Row[Any]]:
    """Those that are worth a look: by what of the words stands in them as it is, and by where and what they are."""
    if len(found) <= _CLOSE:
        return found
    texts = [fold(row.text).replace("\n", " ") for row in found]
    # All in one is looked through much faster than one by one.
    begins = list(accumulate((len(text) + 1 for text in texts), initial=0))
    whole = "\n".join(texts)
    holding = [{at for name in mark for at in _holding(name, whole, begins)} for mark in marks(said)]
    points = [0.0] * len(found)
    scale = 0.0
    for those in holding:
        weight = math.log(1 + len(found) / len(those)) if those else 0.0
        scale += weight
        for at in those:
            points[at] += weight
    order = sorted(range(len(found)), key=lambda at: -(points[at] / (scale or 1.0) + bonus(found[at])))
    return [found[at] for at in order[:_CLOSE]]


def _holding(name: str, whole: str, begins: list[int]) -> Iterator[int]:
    """In which of the texts a name stands, of all texts in one and where each of them begins."""
    at = whole.find(name)
    while at >= 0:
        nth = bisect_right(begins, at) - 1
        yield nth
        at = whole.find(name, begins[nth + 1])


def _names_of(db: Db, around: Sequence[int]) -> list[str]:
    """What everybody there may say besides, and says nothing of what it is: the names of the tower and of all around."""
    rows = db.rows(_NAMES, those=list(around)) if around else ()
    names = {fold(name) for row in rows for name in (row.name, *row.aliases)}
    return sorted((name for name in names if len(name) > 1), key=len, reverse=True)


def _scored(
    said: str, rows: list[Row[Any]], vault: Vault | None, names: Sequence[str]
) -> list[tuple[float, Row[Any]]]:
    """How much each says what the words say, from 0 to 1: what few of them say weighs more."""

    def nameless(words: str) -> str:
        for name in names:
            words = words.replace(name, " ")
        return words

    own = tokens(nameless(said))
    opened = [phone.open_in(row.text, vault) if vault else row.text for row in rows]
    texts = ["" if each.startswith(phone.SEALED) else each for each in opened]
    others = [
        tokens(nameless(fold(f"{text} {row.spot}" if row.spot else text)))
        for text, row in zip(texts, rows, strict=True)
    ]
    spread = Counter(token for each in others for token in each)
    many = len(others) + 1

    def weighed(said: Tokens) -> Tokens:
        return {token: weight * math.log(1 + many / (1 + spread[token])) for token, weight in said.items()}

    mine = weighed(own)
    lengths = _lengths(mine)
    scored = []
    for other, row in zip(others, rows, strict=True):
        score = _cosine(mine, lengths, weighed(other))
        scored.append((score * (_OTHER_NUMBER if differ(own, other) else 1.0), row))
    return scored


def _cosine(one: Tokens, lengths: Mapping[str, float], other: Tokens) -> float:
    """How much of what both say is said by both."""
    theirs = _lengths(other)
    shared = sum(one[token] * other[token] for token in one.keys() & other.keys())
    size = math.sqrt(_size(lengths, theirs) * _size(theirs, lengths))
    return shared / size if size else 0.0


def _lengths(said: Tokens) -> dict[str, float]:
    """How much is said in each kind of words, squared."""
    found: dict[str, float] = {}
    for token, weight in said.items():
        of = kind(token)
        found[of] = found.get(of, 0.0) + weight * weight
    return found


def _size(said: Mapping[str, float], other: Mapping[str, float]) -> float:
    """How much is said, where what the other has no words for counts less."""
    return sum(much if of == "all" or of in other else much * _OTHER_LANGUAGE for of, much in said.items())
