"""The expressions of time in a sentence, in order, and how the words around them take them."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date

from handlers.understanding.times import days_chinese, days_english, festivals, hours
from handlers.understanding.times.days import Days, Expression
from handlers.understanding.times.hours import Clock, Part


@dataclass(frozen=True, slots=True)
class Piece:
    """One expression of time, and how the words around it take it."""

    begin: int
    end: int
    kind: str
    found: re.Match[str]
    what: Days | Clock | Part
    # How it is joined to the piece before: "to", "and", "near", or not at all.
    joint: str = ""
    # "from" and "by" make it the only bound; "between" makes bounds of two clock times.
    mark: str = ""
    unwanted: bool = False
    # What is cut out with it, and where the words begin that refuse it.
    cut: tuple[int, int] = (0, 0)
    refusal: int | None = None


_Table = Mapping[str, str]

# Words that look like a time and are none; they hide what they contain.
_NO_TIME = {"no_time": r"离[^,。;!?\s]{0,8}?最近"}
_NO_TIME_ENGLISH = {
    "no_time_english": r"good (?:morning|afternoon|evening|night)|the day (?:before|after)(?! tomorrow| yesterday)"
}
# Words that set no bounds.
_VAGUE = {
    "vague": r"最近(?:几[天周])?|近[期来日]|近几[天周]|[这过]几[天周日]|这些[天日]子?|过两天|这一?(?:阵子?|段时间|段日子)|"
    r"(?<![楼房子门])后面|以后|接下[来去](?:的?几[天周])?|往后|今后|随后|未来几(?:天|周|个月)|每[天日]|天天"
}
_VAGUE_ENGLISH = {
    "vague_english": r"coming up|upcoming|recently|lately|soon|later on|later(?= today| this| tonight)|"
    r"in the (?:near )?future|these days|(?:(?:in|over|for|during) )?the (?:next|coming) few (?:days|weeks)|"
    r"in the coming (?:days|weeks)|from now on|every day|daily"
}


def _table(*expressions: tuple[Expression, ...]) -> dict[str, str]:
    return {expression.kind: expression.pattern for group in expressions for expression in group}


# What may begin with a digit, with a letter, and with another sign. The order within each decides.
_BY_DIGIT: _Table = (
    _table(days_chinese.NUMERIC, days_chinese.NUMBERED, days_english.NUMBERED)
    | hours.NUMERIC
    | hours.NUMBERED
    | hours.ENGLISH_NUMBERED
)
_BY_LETTER: _Table = (
    _NO_TIME_ENGLISH
    | _table(days_english.NUMBERED, days_english.WORDS, festivals.ENGLISH_WORDS)
    | hours.ENGLISH_WORDS
    | hours.ENGLISH_NUMBERED
    | _VAGUE_ENGLISH
)
_BY_SIGN: _Table = (
    _NO_TIME
    | _table(festivals.WORDS, days_chinese.NUMBERED, days_chinese.WORDS)
    | hours.WORDS
    | hours.NUMBERED
    | hours.BARE
    | _VAGUE
)
# The signs that begin any expression: most places of a sentence need no closer look.
_FIRST = (
    "一二两三四五六七八九十廿卅零半这搿迭格葛本当今明后昨前大上中下未接往最近每工平周星礼双月年去元除春小正清劳端国冬立夏圣跨"
    "腊重妇儿植教情母父感万农阴凌晌午早晚傍夜黄擦深白头晨过随以天离"
)
_EACH = {
    kind: re.compile(pattern if table is not _BY_LETTER else f"(?:{pattern})(?![a-z])")
    for table in (_BY_LETTER, _BY_SIGN, _BY_DIGIT)
    for kind, pattern in table.items()
}
_DAYS = (
    *(days_chinese.NUMERIC + days_chinese.NUMBERED + days_chinese.WORDS),
    *(days_english.NUMBERED + days_english.WORDS),
    *(festivals.WORDS + festivals.ENGLISH_WORDS),
)
DAYS = {expression.kind: expression for expression in _DAYS}


def _either(table: _Table, script: str) -> str:
    """One pattern for all of a table, each in a group of its name; the names of their own parts would clash."""
    return "|".join(
        f"(?P<{kind}__{script}>{re.sub(r'[?]P<[a-z_]+>', '?:', pattern)})" for kind, pattern in table.items()
    )


# One expression finds the places and the kinds; each kind's own, with the names of its parts, then reads the place.
_ANY = re.compile(
    rf"(?=[{_FIRST}])(?:{_either(_BY_SIGN, 'sign')})|(?=[0-9])(?:{_either(_BY_DIGIT, 'digit')})|"
    rf"(?=[a-z])(?<![a-z])(?:{_either(_BY_LETTER, 'letter')})(?![a-z])"
)

_JOINT = re.compile(
    r"\s*(?:(?P<to>(?:起|开始|以?后)?\s?(?:[-–—~]{1,2}|一?直?到|至|(?:to|through|until|till)(?![a-z]))\s*(?:on |the )*|开始[,、\s]*)|"
    r"(?P<and>(?:[、/&]|以及|和|跟|与|及|或者?是?|还有|还是|(?:and|or)(?![a-z]))\s*(?:on |in |at |the )*)|"
    r"(?P<near>的?\s*(?:(?:in|on|at|during|of|the)\s+)*))"
)
_MARK_BEFORE = re.compile(
    r"(?:(?P<from>自?从|打从|过[了完]|晚于|迟于|不早于|(?<![a-z])(?:after|from|since|starting(?: from| on| at)?|as of|"
    r"later than|no earlier than|not before))|"
    r"(?P<by>截至|截止到?|从?现在到|直到|一直到|赶在|早于|不晚于|不迟于|(?<![a-z])(?:by|until|till|before|through|up to|no later than|"
    r"not later than|not after|earlier than))|(?P<between>(?<![a-z])between)|(?P<weak>[打自到在]))\s*(?:the |on |at )*$"
)
_MARK_AFTER = re.compile(
    r"\s?(?:(?P<from>以后|之后|过后|往后|起(?![来床点步名跑源])|后(?![面台天续来期勤半门备悔])|"
    r"(?:onwards?|or later|and later)(?![a-z]))|"
    r"(?P<by>为止|之前|以前|前(?![面台天往来排后任提言门])|截止|止(?![痛血咳])|(?:or earlier)(?![a-z]))|"
    r"(?P<between>之间)|(?P<weak>开始))"
)
_REFUSED_BEFORE = re.compile(
    r"(?:除[了去开却]|(?<![是要能会想])(?:不(?:要|想要?|含|包括|包含|算|在|选|考虑|是|用)|别要)|(?<![特级分区个性告类识])别(?:的?是)?|"
    r"(?<![并莫无])非)(?:安排)?[在是选]?\s*$|"
    r"(?<![a-z])(?:not|no|never|except(?: for)?|excluding|without|other than|apart from|anything but|besides|can't do|"
    r"cannot do|don't want|avoid)\s+(?:(?:on|in|at|during|for|any|the|to)\s+)*$"
)
_REFUSED_AFTER = re.compile(
    r"\s?的?\s?(?:除外|以外|之外|不算|不行|不可以|没有?空|没时间|不方便|不要(?=$|[,。!?;了])|(?:is|are) out(?![a-z])|excluded)"
)
_FINE = re.compile(r"\s?(?:可以|都?行|也行|有空|没问题|没关系)")
_BESIDES = re.compile(r"\s?的?(?:以外|之外|外(?![面国地]))")
# What follows a refused time and is itself refused, so that the word of refusal must stay.
_MORE_REFUSED = re.compile(
    r"\s*(?:[和跟与及、或/]|(?:and|or)(?![a-z])|"
    r"的(?!$|[,。!?;、\s]|活动|节目|场|安排|有|还|都|就|可以|时候|时间|那|吧|呀|啊|哦|了|我|请|谢|最好|别|也|外|以外|之外))"
)
_NO_WHAT = re.compile(
    r"\s+(?!(?:please|thanks|activities|events|ones|but|for|at|in|on|near|with|if|is|are|any)(?![a-z]))[a-z]"
)
_REACH = 24


def find_pieces(text: str, today: date) -> tuple[list[Piece], list[tuple[int, int]]]:
    """The expressions of time, and what is cut out though it sets no bounds."""
    pieces: list[Piece] = []
    vague: list[tuple[int, int]] = []
    for found in _ANY.finditer(text):
        kind = (found.lastgroup or "").partition("__")[0]
        if kind.startswith("vague"):
            vague.append(found.span())
        elif not kind.startswith("no_time") and (piece := _piece(kind, text, found.start(), pieces, today)):
            pieces.extend(_parts(piece))
    return (_refused(text, pieces) if pieces else pieces), vague


def _parts(piece: Piece) -> tuple[Piece, ...]:
    """Tonight is a day and a part of it."""
    if piece.kind != "tonight":
        return (piece,)
    evening = hours.read("evening", piece.found)
    assert isinstance(evening, Part)
    return piece, replace(piece, kind="evening", what=evening, joint="near", mark="", refusal=None)


def _piece(kind: str, text: str, begin: int, before: list[Piece], today: date) -> Piece | None:
    found = _EACH[kind].match(text, begin)
    what = _what(kind, found, before, today) if found else None
    if found is None or what is None:
        return None
    end = found.end()
    floor = max(before[-1].cut[1] if before else 0, begin - _REACH)
    joint = _joint(text, before[-1], begin, what) if before else ""
    mark, first, last = _mark(text, begin, end, floor, joint)
    refusal = _REFUSED_BEFORE.search(text[floor:first])
    start = floor + refusal.start() if refusal else None
    return Piece(begin, end, kind, found, what, joint, mark, refusal is not None, (first, last), start)


def _what(kind: str, found: re.Match[str], before: list[Piece], today: date) -> Days | Clock | Part | None:
    if kind in DAYS:
        return DAYS[kind].read(found, today, today)
    text, begin = found.string, found.start()
    beside = type(before[-1].what) if before and not text[before[-1].end : begin].strip() else None
    return hours.read(kind, found) if hours.believable(kind, text, begin, found.end(), beside) else None


def _joint(text: str, piece: Piece, begin: int, what: Days | Clock | Part) -> str:
    if begin == piece.end and all(isinstance(one, Days) and one.weekdays for one in (piece.what, what)):
        return "and"
    found = _JOINT.fullmatch(text, piece.end, begin) if begin - piece.end <= _REACH else None
    return (found and found.lastgroup) or ""


def _mark(text: str, begin: int, end: int, floor: int, joint: str) -> tuple[str, int, int]:
    """从, 之前, until and their like, and what is cut with them."""
    before = _MARK_BEFORE.search(text[floor:begin]) if joint not in ("to", "and") else None
    after = _MARK_AFTER.match(text, end)
    first, last = before and before.lastgroup, after and after.lastgroup
    if last == "weak" and first not in ("from", "weak"):
        after = last = None
    if first == "weak" and last is None:
        before = first = None
    mark = next((said for said in (last, first) if said and said != "weak"), "from" if last else "")
    return mark, floor + before.start() if before else begin, after.end() if after else end


def link(pieces: list[Piece], place: int, sort: type[Days] | type[Clock]) -> str:
    """How a piece is joined to the last of its sort: in 周六下午到周日上午 the two days are."""
    while pieces[place].joint == "near" and not isinstance(pieces[place - 1].what, sort):
        place -= 1
    return pieces[place].joint


def _refused(text: str, pieces: list[Piece]) -> list[Piece]:
    """The pieces with every refusal: forward over what is joined to one, backward from 除外."""
    _turned_around(text, pieces)
    for place in range(1, len(pieces)):
        if pieces[place - 1].unwanted and _reaches(pieces[place - 1], pieces[place]):
            pieces[place] = replace(pieces[place], unwanted=True)
    for place in range(len(pieces) - 1, -1, -1):
        piece = pieces[place]
        following = pieces[place + 1] if place + 1 < len(pieces) else None
        after = _REFUSED_AFTER.match(text, piece.cut[1])
        if not piece.unwanted and after:
            pieces[place] = replace(piece, unwanted=True, cut=(piece.cut[0], after.end()))
        elif (
            following
            and following.unwanted
            and following.refusal is None
            and _is_refused_with(piece, following)
        ):
            pieces[place] = replace(piece, unwanted=True)
    return _cut_refusals(text, pieces)


def _turned_around(text: str, pieces: list[Piece]) -> None:
    """In 早上不要下午可以 it is the morning that is refused."""
    for place in range(1, len(pieces)):
        before, piece = pieces[place - 1], pieces[place]
        if piece.refusal == before.cut[1] and _FINE.match(text, piece.cut[1]):
            pieces[place - 1] = replace(before, unwanted=True, cut=(before.cut[0], piece.cut[0]))
            pieces[place] = replace(piece, unwanted=False, refusal=None)


def _is_refused_with(piece: Piece, following: Piece) -> bool:
    """周六晚上没空 refuses some of Saturday, but 这周晚上没空 still asks for the week."""
    if following.joint in ("to", "and"):
        return True
    days = piece.what
    return following.joint == "near" and isinstance(days, Days) and days.first == days.last


def _reaches(piece: Piece, following: Piece) -> bool:
    """不要周六晚上 and 不要周六和周日 refuse on; except mornings this week does not."""
    if following.joint in ("to", "and"):
        return True
    return following.joint == "near" and _depth(piece) < _depth(following)


def _depth(piece: Piece) -> int:
    return (Days, Part, Clock).index(type(piece.what))


def _cut_refusals(text: str, pieces: list[Piece]) -> list[Piece]:
    """Refusing words go out with the times, unless something else is refused with them."""
    for place, piece in enumerate(pieces):
        if piece.refusal is None:
            continue
        last = place
        while last + 1 < len(pieces) and pieces[last + 1].unwanted and pieces[last + 1].refusal is None:
            last += 1
        end = pieces[last].cut[1]
        alone = not _MORE_REFUSED.match(text, end)
        if text.startswith("no ", piece.refusal):
            alone = alone and not _NO_WHAT.match(text, end)
        if alone:
            pieces[place] = replace(piece, cut=(piece.refusal, pieces[place].cut[1]))
            besides = _BESIDES.match(text, end)
            pieces[last] = replace(pieces[last], cut=(pieces[last].cut[0], besides.end() if besides else end))
    return pieces
