"""What a sentence says of an offer or a wish: what kind of thing, how much of it, what it is called, where and when."""

import re
from datetime import datetime, time, timedelta
from typing import Any

from handlers import checks
from handlers.activity_reading import read_in
from handlers.talk import Arguments, Talk
from handlers.understanding import amounts
from handlers.understanding.reading import Reading
from models import phone
from models.folding import fold
from models.refusal import Refusal
from models.text import Text

LONGEST_NAME = 40
MOST = 1_000_000
_KINDS = (
    (
        "money",
        r"资金|赞助费|捐款|捐钱|善款|经费|\d\s*万?元|\bmoney\b|\bfunds?\b|\bdonat(?:e|ion) of (?:rmb|money)",
    ),
    (
        "venue",
        r"场地|会议室|会议厅|会场|教室|展厅|报告厅|活动室|多功能厅|场所|球场|空房间|\bvenues?\b|\b(?:meeting )?rooms?\b|\bhall\b",
    ),
    (
        "expertise",
        r"讲师|医生|医师|大夫|律师|老师|培训师|专家|工程师|程序员|会计师?|顾问|教练|翻译|设计师|摄影师|专业|\bexperts?\b"
        r"|\blecturers?\b|\btrainers?\b|\bdoctors?\b|\blawyers?\b|\bdevelopers?\b|\bteachers?\b",
    ),
    ("people", r"志愿者|义工|人手|员工|人力|帮手|演员|\bvolunteers?\b|\bpeople\b|\bhelpers?\b"),
    (
        "supplies",
        r"物资|用品|材料|设备|器材|食品|饮料|水果|图书|书本|衣物|\d\s*[份套台箱卷包本瓶盒件杯袋把张]|\bsupplies\b|\bkits?\b|\bbooks?\b",
    ),
)
_VERB = (
    r"(?:能够|可以|可|能|愿意|打算|想要?|免费|无偿)*(?:给大家|给社区|为社区|向社区|给居民|对外)?(?:提供|捐赠|捐献|捐出|捐助|捐|出借|借出|拿出|派出|派|赞助"
    r"|想要|需要|缺|求|要|征集|寻找|找|借用|借|有|\bcan (?:offer|provide|give|lend|donate)\b|\boffer\b|\bprovide\b|\bdonate\b|\blend\b|\bneed\b|\bwant\b|\blooking for\b)"
)
_WHAT = re.compile(rf"{_VERB}(?:出|到|给)?(?P<what>[^,，。;；!！?？]+)")
# Who speaks, and not where it is.
_SPEAKER = re.compile(r"公司|单位|园区|\bcompany\b|\boffice\b|\bworkplace\b")
_EMPTY = re.compile(
    r"^(?:一些|一点|些|点|一批|若干|资源|东西|帮助|支持|什么|的|some|resources?|help|something|anything|an?|the|\s)*$"
)
_TAIL = re.compile(
    r"(?:给|用于|用来|来|去|在)(?:社区|大家|居民|老人|需要的人|有需要的).*$|(?:看(?:哪里|看)?|哪里)(?:用得上|需要|能用).*$"
    r"|(?:可以|能)?(?:免费)?(?:借|提供|捐)(?:给|出|用)?(?:大家|社区|出来)?(?:用)?$|(?:吗|吧|呢|啊|了|的)+$|\b(?:for|to) the (?:community|neighbou?rhood)\b.*$"
)
_SPELT = {
    word: nth
    for nth, word in enumerate(
        ("one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten"), 1
    )
}
_COUNTED = re.compile(rf"\b(?:{'|'.join(_SPELT)})\b(?= [a-z])")
_MEASURED = re.compile(
    r"(?P<many>\d{1,7}|[一二两三四五六七八九十百千]+)\s*(?P<unit>个人|人次|[个名位人份套件台箱本册瓶张只把辆组支袋盒桶条盏间处场副双卷包杯块])?\s*(?P<name>.*)"
)
_SEATS = re.compile(
    r"(?:(?:能|可以?|可)?(?:坐|容纳)(?:下|得下)?|(?:seats|for))\s*(?P<many>\d{1,4}|[一二两三四五六七八九十百]+)\s*(?:个?人|位|people)?"
)
_PEOPLE = re.compile(r"(?P<many>\d{1,4}|[一二两三四五六七八九十百]+)\s*(?:个?人|位)(?:以上|左右|的)?")


def meant(reading: Reading) -> Arguments:
    """Everything that can be told of the sentence; None or missing is asked for."""
    return {"said": said(reading)}


def said(reading: Reading) -> dict[str, Any]:
    found = thing(reading.untimed)
    if reading.named_places:
        found["place"] = reading.named_places[0]
    elif reading.own_place is not None and not _SPEAKER.search(reading.text):
        found["place"] = reading.own_place
    when = reading.when
    if when is not None and (when.first or when.last):
        first, last = when.first or when.last, when.last or when.first
        assert first is not None
        assert last is not None
        found["dates"] = [first.isoformat(), last.isoformat()]
    return found


def thing(text: str) -> dict[str, Any]:
    """Kind, name, quantity, unit and capacity, as far as these words say them."""
    plain = _COUNTED.sub(lambda word: str(_SPELT[word[0]]), fold(text))
    found: dict[str, Any] = {}
    if kind := next((kind for kind, pattern in _KINDS if re.search(pattern, plain)), None):
        found["kind"] = kind
    if seats := _SEATS.search(plain):
        found["capacity"] = amounts.read(seats["many"])
        plain = plain.replace(seats[0], " ")
    elif kind == "venue" and (people := _PEOPLE.search(plain)):
        found["capacity"] = amounts.read(people["many"])
        plain = plain.replace(people[0], " ")
    spoken = _WHAT.search(plain)
    what = spoken["what"] if spoken else ""
    found |= named(what)
    return {name: value for name, value in found.items() if value}


def named(what: str) -> dict[str, Any]:
    """`两名口腔讲师` is a name, a quantity and a unit."""
    words = _TAIL.sub("", what.strip(" ,，。.!！")).strip()
    measured = _MEASURED.match(words)
    found: dict[str, Any] = {}
    if measured and measured["name"]:
        found["quantity"], found["unit"] = amounts.read(measured["many"]), measured["unit"]
        words = measured["name"]
    elif counted := amounts.find(words):
        # 口腔讲师2名
        many, unit = counted[-1]
        behind = re.match(rf"(?P<name>.*?\D)\s*(?:\d+|[一二两三四五六七八九十百千]+)\s*{unit}$", words)
        if behind:
            found["quantity"], found["unit"] = many, unit or None
            words = behind["name"]
    words = words.strip(" 的,，。.")
    if words and not _EMPTY.match(words) and len(words) <= LONGEST_NAME:
        found["name"] = words
    return found


class What:
    """A name, with how many where that is said: `300份护牙包`."""

    wants = "text"

    def __call__(self, said: str) -> dict[str, Any]:
        words = phone.without(checks.words(said))
        found = {**thing(words), **named(fold(words))}
        if "name" not in found:
            found["name"] = words[:LONGEST_NAME]
        return {name: value for name, value in found.items() if value}


class Amount:
    wants = "number"

    def __call__(self, said: str) -> dict[str, Any]:
        found = amounts.find(fold(said)) or [(amounts.read(fold(said).strip()) or 0, "")]
        many, unit = found[0]
        if not 1 <= many <= MOST:
            raise Refusal("check.number", Text("请发一个数字，比如“{example}”。", example="300份"))
        return {"quantity": many, "unit": unit or None}


class Where:
    wants = "choice"

    def __init__(self, talk: Talk) -> None:
        self._talk = talk

    def __call__(self, said: str) -> int:
        reading = read_in(self._talk, said)
        places = reading.named_places or ((reading.own_place,) if reading.own_place is not None else ())
        if not places:
            raise Refusal("check.place", Text("请发地点的名字，比如一个小区、一幢楼，或者点“哪里都可以”。"))
        return places[0]


class Dates:
    """From which day to which."""

    wants = "time"

    def __init__(self, talk: Talk) -> None:
        self._talk = talk

    def __call__(self, said: str) -> list[str]:
        when = read_in(self._talk, said).when
        if when is None or not (when.first or when.last):
            raise Refusal("check.dates", Text("请发日期，比如“12月1日到12月31日”，或者点“随时”。"))
        first, last = when.first or when.last, when.last or when.first
        assert first is not None
        assert last is not None
        if last < self._talk.now.astimezone(self._talk.zone).date():
            raise Refusal("check.dates", Text("请换个以后的日期，这个日期已经过了。"))
        return [first.isoformat(), last.isoformat()]


def instants(talk: Talk, dates: list[str] | None) -> tuple[datetime | None, datetime | None]:
    """From the first day's beginning to the last one's end, as instants."""
    if not dates:
        return None, None
    first, last = (datetime.fromisoformat(each).date() for each in dates)
    return (
        datetime.combine(first, time(), talk.zone),
        datetime.combine(last + timedelta(days=1), time(), talk.zone),
    )
