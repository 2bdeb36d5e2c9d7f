"""How staff say that an activity is to be published, and what one sentence says of it."""

import re

from handlers import activity_reading, moves
from handlers.activity_cards import KINDS
from handlers.checks import read_number
from handlers.talk import Arguments, Phrase
from handlers.understanding.matcher import without
from handlers.understanding.reading import Reading, read
from models.folding import clean, fold
from models.refusal import Refusal

_QUESTION = r"怎么|如何|吗|嘛|\?|什么时候|谁(?:能|可以)|哪些|how (?:do|can|to)|can i|when"
_POLITE = r"(?:[,，。 ]|请|麻烦|帮我|帮忙|我要|我想|我们|给我|想)*"
# A kind instead of the word 活动, and which it is.
_CALLED = {
    "沙龙": "salon",
    "讲座": "lecture",
    "课程": "course",
    "社团活动": "club",
    "志愿活动": "volunteering",
    "志愿服务": "volunteering",
    "公益活动": "charity",
    "会议": "meeting",
    "便民服务": "outreach",
}
_NEW = rf"{_POLITE}(?:发布|发起|新建|创建|新增|添加|发)(?:一|1)?(?:个|场|次|下)?新?的?"
_WHAT = rf"(?:活动|(?P<kind>{'|'.join(_CALLED)})(?=\s*(?:[:,]|$)))"
# The request itself may stand behind all that it is about.
_BEHIND = (
    r"[,。 ]+(?:请|麻烦|帮我|帮忙|给我)+(?:把?它?|把活动)?(?:发布|发出去|发一下)(?:一下|出去|吧)*[。.! ]*$"
)
PUBLISH = (
    Phrase(
        rf"^{_NEW}{_WHAT}(?!报名|通知|提醒|结果|反馈)|"
        r"^(?:please )?(?:publish|create|post|add|set up) (?:an? |the )?(?:new )?(?:event|activity)\b|^new (?:event|activity)\b",
        weight=7,
        unless=_QUESTION,
    ),
    Phrase(rf"(?:办|举办|举行|开|搞).*{_BEHIND}", weight=7, unless=_QUESTION),
)
PROPOSE = (
    Phrase(
        rf"^{_POLITE}(?:由)?(?:我们?|我们公司|我们社团)?来?(?:办|搞|组织)(?:一|1)?(?:场|个|次)(?:活动|沙龙|讲座|[。.!]*$|[:：])|"
        r"^(?:i|we)(?:'d| would)? (?:like to |want to )?(?:host|hold|organi[sz]e) (?:an? )?(?:event|activity|salon|talk)",
        weight=7,
        unless=_QUESTION,
    ),
)
_HEAD = re.compile(
    rf"^{_NEW}{_WHAT}\s*[:,-]?\s*|"
    rf"^{_POLITE}(?:由)?(?:我们?|我们公司|我们社团)?来?(?:办|搞|组织)(?:一|1)?(?:场|个|次)(?:活动|沙龙|讲座)?\s*[:,-]?\s*|"
    r"^(?:please )?(?:publish|create|post|add|set up) (?:an? |the )?(?:new )?(?:event|activity)\s*[:,-]?\s*|^new (?:event|activity)\s*[:,-]?\s*|"
    r"^(?:i|we)(?:'d| would)? (?:like to |want to )?(?:host|hold|organi[sz]e) (?:an? )?(?:event|activity|salon|talk)\s*[:,-]?\s*"
)
_TAIL = re.compile(_BEHIND)
# For which project it is: 项5, 项目 5, project 5.
_PROJECT = re.compile(r"(?:给|为|for )?(?:项目?|project)\s*#?(\d{1,9})(?:号)?")
_PART = re.compile(r"[,，;；。\n]+|(?<=\S)\s{2,}")
# Between what is left of a part: where time or place was cut out, and where Chinese words stand apart.
_APART = re.compile(r"\s{2,}|(?<=[一-鿿])\s+(?=[一-鿿\d])")
_CLOSES = re.compile(
    r"^(?:报名截止(?:时间|日期)?|截止(?:报名|时间|日期)?|registration closes|deadline)\s*[:：是为]?\s*(?P<words>.+)$",
    re.IGNORECASE,
)
_LABEL = re.compile(
    r"^(?P<name>活动名称|标题|名称|主题|时间|日期|地点|场地|类型|类别|名额|人数|简介|介绍|说明|费用|标签|title|time|when|place|where|venue|"
    r"type|kind|seats|capacity|summary|about|fee|tags?)\s*(?:[:：是为]|\s)\s*(?P<words>.+)$",
    re.IGNORECASE,
)
_TITLES = ("活动名称", "标题", "名称", "主题", "title")
_SUMMARIES = ("简介", "介绍", "说明", "summary", "about")
_KINDS = {fold(label.message): kind for kind, label in KINDS.items()} | {kind: kind for kind in KINDS}
_SEATS = re.compile(
    r"(?:名额|限额?|人数|共|最多|上限|需要|招募?|capacity|up to)*\s*:?\s*\d{1,6}\s*(?:个|位|名|人|名额|志愿者|people|seats|places)+|(?:名额|限|人数|capacity|seats)\s*:?\s*\d{1,6}"
)
_FEE = re.compile(
    r"免费|free|(?:费用|收费|材料费|门票|每人|人均)?\s*:?\s*\d{1,5}\s*(?:元|块|rmb|yuan)(?:/人|一人|每人)?"
)
_WEEKLY = re.compile(
    r"每(?:个)?(?:周|星期|礼拜)|\bevery (?:week|mon|tues|wednes|thurs|fri|satur|sun)|\bweekly\b"
)
_EVERY = re.compile(
    r"每个?(?=(?:周|星期|礼拜)[一二三四五六日天])|每个?(?:周|星期|礼拜)|\bevery (?:week\b|(?=\w))|\bweekly\b",
    re.IGNORECASE,
)
_TIMES = re.compile(
    r"(?:办|共|一共|连续|连办)*\s*(?P<many>\d{1,2}|[一二两三四五六七八九十])\s*(?:次|期|场|周|weeks|times)"
)
_AROUND = re.compile(
    r"^[\s在于到]+|^室(?=办|举|开|做)|^(?:(?:on|at|in|from)\b\s*)+|[\s在于到]*(?:举办|举行|开展|进行|开始|办|开|做)?[\s在于到的]*$|(?:\s*\b(?:on|at|in|from))+$"
)
_VERB = re.compile(r"^(?:举办|举行|开展|进行|办|开)(?:一|1)?(?:场|个|次)?")


def said(reading: Reading) -> Arguments:
    """The values that the sentence gives, as far as it does; the rest is asked."""
    line = clean(reading.said)
    plain = fold(line)
    head, tail = _HEAD.match(plain), _TAIL.search(plain)
    # Folded it is as long, but for what is rare: the rest stays as it was typed.
    end = tail.start() if tail else len(plain)
    rest = (line if len(plain) == len(line) else plain)[head.end() if head else 0 : end]
    kind = head and head.groupdict().get("kind")
    found = {"kind": _CALLED[kind]} if kind else {}
    return {"given": found | given(rest, reading)}


def given(words: str, reading: Reading) -> dict[str, object]:
    """Title, time, place, kind, seats, fee and weeks in a list of short parts."""
    found: dict[str, object] = {}
    wish: dict[str, object] = {}
    for part in (each.strip() for each in _PART.split(words)):
        if part:
            _take(part, found, wish, reading)
    if place := wish.pop("place", None):
        found["place"] = place
    if activity_reading.is_reversed(wish):
        # An end before the start is asked for again.
        del wish["until"]
    if wish:
        found["when"] = {name: wish[name] for name in ("day", "clock", "until", "minutes") if name in wish}
    return found


def _take(part: str, found: dict[str, object], wish: dict[str, object], reading: Reading) -> None:
    plain = fold(part)
    if numbered := _PROJECT.fullmatch(plain):
        found["project"] = int(numbered[1])
        return
    if closes := _CLOSES.match(part):
        found["closes"] = closes["words"]
        return
    if labelled := _LABEL.match(part):
        name, rest = labelled["name"].lower(), labelled["words"].strip()
        if name in _TITLES:
            found["title"] = rest
            return
        if name in _SUMMARIES:
            found["summary"] = rest
            return
        if name in ("标签", "tag", "tags"):
            found["tags"] = list(activity_reading.tags(rest))
            return
        part, plain = rest, fold(rest)
        if name in ("名额", "人数", "seats", "capacity"):
            plain = f"名额{plain}" if plain[:1].isdigit() else plain
    if not _is_value(part, plain, found, wish):
        _rest(part, found, wish, reading)


def _is_value(part: str, plain: str, found: dict[str, object], wish: dict[str, object]) -> bool:
    """Whether it is nothing but seats, a fee, a kind or how long it takes."""
    if activity_reading.UNLIMITED.fullmatch(plain):
        found["capacity"] = None
    elif _SEATS.fullmatch(plain):
        if (seats := _seats(plain)) is not None:
            found["capacity"] = seats
    elif _FEE.fullmatch(plain):
        found["fee"] = None if plain in ("免费", "free") else part
    elif plain in _KINDS:
        found["kind"] = _KINDS[plain]
    elif minutes := activity_reading.length(plain):
        wish["minutes"] = minutes
    else:
        return False
    return True


def _seats(plain: str) -> int | None:
    """None where they are none, or too many: then they are asked for."""
    digits = re.search(r"\d+", plain)
    try:
        return activity_reading.capacity(digits[0] if digits else plain)
    except Refusal:
        return None


def _rest(part: str, found: dict[str, object], wish: dict[str, object], reading: Reading) -> None:
    """A time, a place, both with a title in the middle, a title, or what it is about."""
    weekly, many = _WEEKLY.search(fold(part)), _TIMES.search(fold(part))
    if many and (weekly or _TIMES.fullmatch(fold(part).strip())):
        found["weeks"] = read_number(many["many"])
        part = part.replace(many[0], " ").strip()
    if weekly:
        # 每周三 is the next one first.
        found["weekly"] = True
        part = _EVERY.sub("", part).strip()
    if not part:
        return
    inner = read(part, reading.now, reading.person, reading.lexicon)
    told = moves.told(inner)
    told.pop("shift", None)
    left = _left(inner, part)
    if told and ("clock" in told or len(left[0]) < 2):
        wish |= told
        named = "title" in found
        for each in (words for words in left if len(words) >= 2):
            # What stands beside it is a part of its own: seats, a kind, a title.
            if not _is_value(each, fold(each), found, wish) and not named:
                _rest(each, found, wish, reading)
        return
    if "title" not in found:
        found["title"] = part
        wish |= {name: value for name, value in told.items() if name == "place"}
    else:
        found["summary"] = f"{found['summary']}，{part}" if "summary" in found else part


def _left(inner: Reading, part: str) -> list[str]:
    """What is left of it besides time and place, piece by piece, as it was typed; one empty piece where nothing is."""
    named = [match for match in inner.matches if match.found.sort == "place"]
    plain, found = without(inner.untimed, named), []
    for piece in _APART.split(_WEEKLY.sub("  ", plain)):
        trimmed = _VERB.sub("", _AROUND.sub("", piece.strip())).strip(" ,:-~到至")
        if trimmed:
            found.append(_as_typed(trimmed, part))
    return found or [""]


def _as_typed(words: str, part: str) -> str:
    """A reading is folded; a name is not."""
    at = fold(part).find(words)
    return words if at < 0 or len(fold(part)) != len(part) else part[at : at + len(words)]
