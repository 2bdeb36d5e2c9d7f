"""What a sentence says about telling many: to whom, when, and the words that they are to read."""

import re
from dataclasses import dataclass
from datetime import datetime, time, timedelta

from handlers.understanding import times
from handlers.understanding.lexicon import Lexicon
from handlers.understanding.matcher import without
from handlers.understanding.reading import Reading
from handlers.understanding.times import When
from models import activity, organization
from models.audience import Audience
from models.database import Db
from models.folding import clean, fold, is_traditional
from models.member import Language, Person

# The words stand behind a colon, though not that of an hour, or behind 大家 and a comma.
_COLON = re.compile(r"(?P<head>(?:\d{1,2}[:：]\d{2}|[^:：\n])+?)\s*[:：]\s*(?P<words>\S.*)", re.DOTALL)
_EVERYBODY = (
    r"(?:全体|全體|大家|所有人|每个人|每個人|各位)"
    r"(?:住户|住戶|居民|员工|員工|同事|业主|業主|成员|成員|会员|會員|邻居|鄰居)?"
)
_COMMA = re.compile(rf"(?P<head>.*?{_EVERYBODY})\s*[,，\s]\s*(?P<words>\S.*)", re.DOTALL)
_EVERYONE = re.compile(r"(?P<head>[^,，]{0,30}大家)(?P<words>\S{2,}.*)", re.DOTALL)
# 通知瑜伽班的人明天停水: what follows those people, or the verb, is what they are to read.
_FOLKS = r"(?:居民|住户|住戶|业主|業主|员工|員工|同事|成员|成員|会员|會員|邻居|鄰居|朋友|老人|家长|家長|志愿者|志願者|企业|企業|公司|单位|單位|商户|商戶|白领|白領|租户|租戶)们?"
_THOSE = rf"(?:的人|[的里裡](?:各位|所有)?{_FOLKS}|的?(?:居民|住户|业主|同事|成员|员工|邻居|朋友|白领)们|报名者|報名者|参加者|參加者)"
_PEOPLE_END = re.compile(
    rf"(?P<head>.*?(?:通知|告诉|告訴|告知|提醒|发给|發給|推送给|推送給|给|給|跟|向).*?{_THOSE}(?:都)?(?:通知一?下|说一?声|說一?聲)?)"
    r"\s*[,，]?\s*(?!和|及|以及|、|还有|還有|跟|与|與|发|發|群|推|通知|说一|說一|\s|,|，|$)(?P<words>\S.*)",
    re.DOTALL,
)
_PEOPLE_FIRST = re.compile(
    r"(?P<head>[^,，]*?(?:的人|全体|全體|大家|居民|住户|业主|们)都?通知一?下)\s*[,，]?\s*(?P<words>\S.*)",
    re.DOTALL,
)
_SENT = re.compile(
    r"(?P<head>.*?(?:(?:发|發|拟|擬|写|寫)(?:一?[个個条條则則份])?(?:通知|公告|消息|群发|群發)(?:[给給][^,，:：\s]++)?+|[说說]一[声聲下]|[广廣]播一下))"
    r"[\s,，。]*(?P<words>\S.*)",
    re.DOTALL,
)
_BREAK = re.compile(
    r"(?P<head>[^,，:：]*?(?:通知|告诉|告訴|告知|推送给|推送給|发给|發給|群发给|群發給)(?:一?下)?\s*[^,，:：\s]{2,30})[,，\s]+(?P<words>\S.+)",
    re.DOTALL,
)
# 就说 and the like introduce the words, and are none of them.
_SAYING = re.compile(
    r"^(?:[就让讓叫][说說]|[说說](?!明(?![天早晚日])|法|话|話|好|不)|[说說]一[声聲下])[,，:：\s]*"
)
_VERB = re.compile(r".*(?:通知|告诉|告知|提醒|发)")
_TOLD = re.compile(r".*?(?:通知|告诉|告知|广播)(?:一?下)?(?:全体|所有|整个)?")
# So near to each other stand the places of one enumeration, and to the verb.
_NEAR = 2
_THAT = re.compile(r"(?P<head>.+?)\s+that\s+(?P<words>\S.*)", re.DOTALL | re.IGNORECASE)
_LANGUAGE = re.compile(
    r"^\s*(?P<name>english|英文版?|英语|英語|繁体|繁體|繁体版|繁體版|traditional|简体|簡體|中文|chinese)\s*[:：]\s*",
    re.IGNORECASE | re.MULTILINE,
)
_LANGUAGES: tuple[tuple[str, Language], ...] = (
    ("english", "en"),
    ("英", "en"),
    ("繁", "zh-Hant"),
    ("traditional", "zh-Hant"),
    ("", "zh-Hans"),
)
_PEOPLE = r"(?:的?(?:人|居民|同事|朋友|会员|成员|住户|员工|志愿者|家长|老人|各位|大家|全体|people|members))"
_TAKES_PART = re.compile(
    rf"(?:报名(?!的|者)|报了(?!名)|报了名|参加(?!的|者))了?(?P<before>[^,、]+?)(?:{_PEOPLE}|$)"
    rf"|(?P<behind>[^,、和与及给向对]+?)的?(?:报名者|参加者|参与者|报名{_PEOPLE}|参加{_PEOPLE})"
    r"|(?:signed up for|registered for|registrants of|participants of) (?P<english>.+?)(?= and |,|$)"
)
_FOLLOWS = re.compile(
    rf"(?:关注|订阅)了?(?P<before>[^,、]+?)(?:{_PEOPLE}|$)"
    r"|(?P<behind>[^,、和与及给向对]+?)的?(?:关注者|订阅者|粉丝)"
    r"|(?:followers of|following|who follow) (?P<english>.+?)(?= and |,|$)"
)
_FILLER = re.compile(
    r"(?:通知|告诉|告知|广播|说)一?下|[发写拟]一?[个条则份]|大楼|白领|商户|租户|全(?:街道|社区)|那个|就说|[喂嗯呃哎]|这[个条]|把|往|群里|都|"
    r"请|麻烦|帮我|帮忙|给我|替我|我要|我想|向|给|对|跟|和|与|以及|及|还有|加上|"
    r"发布|发送|发出|发|群发|推送|广播|通知|公告|消息|告知|告诉|说一声|说|到|至|一下|一[条个则份]|"
    r"全体|大家|所有|每个|各位|整栋|整个|整幢|全楼|全|里面|里|内|的|人|们|住户|居民|员工|同事|业主|成员|会员|邻居|朋友|企业|公司|单位|"
    r"我们楼|咱们楼|本楼|我们小区|我们公司|我们|咱们|楼|小区|"
    r"\b(?:please|notify|tell|inform|announce|broadcast|send|an?|notice|message|to|everybody|everyone|all|people|members|of|in|at|"
    r"the|and|residents?|staff|our|my|building|estate|company|who|that)\b"
)
# Not its people but who stands for the units below it.
_UNITS = re.compile(
    r"(?:的)?(?:各|所有|全体)?(?:成员|会员|下属|理事|各)单位(?:的)?(?:联系人|负责人|代表)?|(?:的)?单位联系人|\bmember (?:units|organi[sz]ations|companies)(?: of)?\b"
)
_NOTIFY = re.compile(r"\b(?:notify|notification|notice)\b")
_PUNCTUATION = re.compile(r"[\s,.;:!?。、·~\-'\"()“”]+")
_NUMBERS = {"半": 0.5, "一": 1, "两": 2, "二": 2, "三": 3, "四": 4, "五": 5, "六": 6, "八": 8, "十": 10}
_AFTER = re.compile(
    r"(?P<many>\d{1,3}|[半一两二三四五六八十])\s*个?(?P<half>半)?(?P<unit>小时|钟头|刻钟|分钟)(?:以|之)?后"
    r"|\bin (?P<number>\d{1,3}) (?P<english>hours?|minutes?)\b"
)
_MORNING, _AFTERNOON, _EVENING = time(9), time(14), time(18)


@dataclass(frozen=True, slots=True)
class Said:
    """`head` says to whom and when, `words` are what they are to read; None where that was not said."""

    head: str
    words: str | None


@dataclass(frozen=True, slots=True)
class Whom:
    """`audience` is what was found; of `several` activities one may be meant; `left` was not understood."""

    audience: Audience
    several: tuple[int, ...] = ()
    left: str = ""


def split(said: str) -> Said:
    """The head and the words of a line; the words stay as they were typed."""
    line = clean(said)
    if found := _COLON.fullmatch(line):
        return Said(found["head"].strip(), found["words"].strip())
    for pattern in (_SENT, _PEOPLE_FIRST, _PEOPLE_END, _COMMA, _EVERYONE, _THAT, _BREAK):
        if found := pattern.fullmatch(line):
            words = _SAYING.sub("", found["words"].strip())
            return Said(found["head"].strip(), words or None)
    return Said(line.rstrip(":： "), None)


def split_behind_place(said: str, lexicon: Lexicon) -> Said:
    """The same, also for 通知云杉大厦明天停水, where only the names of the places tell where the words begin."""
    parts, line = split(said), clean(said)
    plain = fold(line)
    verb = _TOLD.match(plain)
    if parts.words is not None or verb is None or len(plain) != len(line):
        return parts
    end = None
    for match in lexicon.words.find(plain):
        if match.found.sort == "place" and 0 <= match.begin - (end or verb.end()) <= _NEAR:
            end = match.end
    words = line[end:].strip(" ,，。") if end else ""
    left = _PUNCTUATION.sub("", _FILLER.sub(" ", fold(words)))
    return Said(line[:end], words) if end is not None and len(left) >= _NEAR else parts


def by_language(words: str) -> dict[str, str]:
    """The words in each language that was typed: `中文 … / English: …`, on lines of their own."""
    texts: dict[str, str] = {}
    marks = list(_LANGUAGE.finditer(words))
    first = words[: marks[0].start()] if marks else words
    if first.strip():
        texts[language_of(first)] = first.strip()
    ends = [mark.start() for mark in marks[1:]] + [len(words)] * bool(marks)
    for mark, end in zip(marks, ends, strict=True):
        part = words[mark.end() : end].strip()
        if part:
            named = next(language for name, language in _LANGUAGES if mark["name"].lower().startswith(name))
            texts[named] = part
    return texts


def language_of(words: str) -> Language:
    """The language in which something was typed."""
    letters = [letter for letter in words if letter.isalpha()]
    if letters and all(letter.isascii() for letter in letters):
        return "en"
    return "zh-Hant" if is_traditional(words) else "zh-Hans"


def whom(head: str, db: Db, person: Person, lexicon: Lexicon, now: datetime) -> Whom:
    """Who is meant by the head of a line, as far as this community has them."""
    # "notify" is no negation.
    rest = _NOTIFY.sub(" ", fold(head))

    def read(words: str) -> Reading:
        return Reading(words, now, person, lexicon)

    numbers: list[int] = []
    series: list[str] = []
    for pattern in (_FOLLOWS, _TAKES_PART):
        for found in pattern.finditer(rest):
            inner = read(next(part for part in found.groups() if part))
            if pattern is _FOLLOWS and inner.series:
                series.append(inner.series)
                rest = rest.replace(found[0], " ")
            elif pattern is _TAKES_PART and inner.titles:
                numbers += [title.number for title in inner.titles]
                rest = rest.replace(found[0], " ")
    organizations = organization.named(db, rest)
    for name, _ in organizations:
        rest = rest.replace(name, " ")
    units: tuple[int, ...] = ()
    if organizations and _UNITS.search(rest):
        units, organizations = tuple(key for _, key in organizations), []
        rest = _UNITS.sub(" ", rest)
    there = read(rest)
    places = there.named_places or _own(there)
    if units:
        return Whom(Audience(units=units), (), _left(there))
    if places or organizations or series or numbers:
        return _found(db, places, organizations, series, numbers, _left(there))
    return _found(db, (), [], *_untold(there), _left(there))


def _own(reading: Reading) -> tuple[int, ...]:
    """我们楼 of who works at a station or in a room of it is the building around."""
    if reading.own_place is None:
        return ()
    around = reading.lexicon.above(reading.own_place)
    whole = (node.id for node in around if node.kind not in ("station", "venue"))
    return (next(whole, reading.own_place),)


def _untold(reading: Reading) -> tuple[list[str], list[int]]:
    """A series or an activity alone means who follows it, or takes part."""
    if reading.series:
        return [reading.series], []
    return [], [title.number for title in reading.titles]


def _found(
    db: Db,
    places: tuple[int, ...],
    organizations: list[tuple[str, int]],
    series: list[str],
    numbers: list[int],
    left: str,
) -> Whom:
    keys = tuple(each.id for each in activity.those(db, list(dict.fromkeys(numbers))))
    several = keys if len(keys) > 1 else ()
    audience = Audience(
        tuple(places),
        tuple(key for _, key in organizations),
        tuple(dict.fromkeys(series)),
        () if several else keys,
    )
    return Whom(audience, several, left)


def _left(reading: Reading) -> str:
    """What nothing was made of: it is said, so that nobody thinks that it was heard."""
    zone = reading.lexicon.zone
    _, plain = times.find(_AFTER.sub(" ", reading.text), reading.now.astimezone(zone))
    plain = fold(plain)
    there = Reading(plain, reading.now, reading.person, reading.lexicon)
    named = [match for match in there.matches if match.found.sort in ("place", "series")]
    return _PUNCTUATION.sub("", _FILLER.sub(" ", without(plain, named)))


def when(head: str, now: datetime, person: Person, lexicon: Lexicon) -> datetime | None:
    """The time that the head names at which it is to go out; None for now."""
    if (found := _AFTER.search(fold(head))) is not None:
        return now + _span(found)
    meant = Reading(_without_people(head), now, person, lexicon).when
    if meant is None:
        return None
    here = now.astimezone(lexicon.zone)
    day = meant.first or here.date()
    at = datetime.combine(day, _hour(meant), lexicon.zone)
    if at <= here and meant.first is None and meant.clock:
        at += timedelta(days=1)
    return at if at > here else None


def _without_people(head: str) -> str:
    """Without whom it is for: 报名周四瑜伽的人 says when the yoga is, and not when they are to be told."""
    plain = fold(head)
    for pattern in (_FOLLOWS, _TAKES_PART):
        plain = pattern.sub(_verb_alone, plain)
    return plain


def _verb_alone(found: re.Match[str]) -> str:
    verb = _VERB.match(found[0])
    return verb[0] if verb else " "


def is_past(head: str, now: datetime, person: Person, lexicon: Lexicon) -> bool:
    """Whether the head names a time that is over: who said so meant another one."""
    named = Reading(_without_people(head), now, person, lexicon).when is not None
    return named and when(head, now, person, lexicon) is None


def _span(found: re.Match[str]) -> timedelta:
    """半小时, 两个半小时, 20 minutes."""
    many = found["many"] or found["number"]
    number = float(many) if many.isdigit() else _NUMBERS[many]
    unit = found["unit"] or found["english"]
    half = 0.5 if found["half"] else 0
    return timedelta(
        minutes=(number + half)
        * (60 if unit.startswith(("小时", "钟头", "hour")) else 15 if unit == "刻钟" else 1)
    )


def _hour(meant: When) -> time:
    if meant.clock:
        return meant.clock
    if meant.after is None or meant.after < _MORNING:
        return _MORNING
    if meant.after >= _EVENING:
        return _EVENING
    return _AFTERNOON if meant.after >= time(12) else meant.after
