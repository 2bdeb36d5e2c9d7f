"""How people ask for a slot of a service, for what they booked, for another time, and how they give it back."""

import re
from typing import Any

from handlers.checks import read_number
from handlers.talk import Arguments, Phrase
from handlers.understanding.reading import Reading

_NUMBER = re.compile(r"约\s*#?(\d{1,9})(?!\d|[点:月号日.])")
_ELSE = (
    r"报名|投票|议题|项目|社团|俱乐部|订阅|退订|推送|提醒我|发布|导出|统计|报表|名单|"
    r"(?:怎么|如何|怎样|要不要|需要|用不用|是不是要|可不可以|能不能|可以)(?:先)?预约(?:吗|嘛|么|不)?[?]?$|要预约吗|预约吗|"
    r"教我|谁能|今天的预约|预约的人|how (?:do|can) i book"
)
_GIVES_BACK = r"取消|退掉|退了|不约了|不去了|去不了|来不了|不要了|撤销|cancel"
_CHANGES = r"改(?:约|期|时间|到|成|在|一?下)|换(?:个|一个|成|到)?(?:时间|时段|日子)|推迟到|提前到|reschedule|another (?:time|slot)"
_MINE = (
    r"我的(?:预约|号)|我(?:都|已经)?(?:预)?约了(?:哪些|什么|啥|几|吗|没)|我约的|约了没|凭证|my appointments?"
)
# Of these one says as well that they are booked.
_ACTIVITIES = r"\b(?:activit(?:y|ies)|events?|class(?:es)?|courses?|workshops?)\b"
ROOM = r"会议室|场地|房间|活动室|教室|排练厅|多功能厅|舞蹈房|书画室|\bmeeting room\b|\broom\b"
_PEOPLE = r"(?:\d{1,3}|[一二两三四五六七八九十]{1,3})(?:来|多)?(?:个人|个|人|位|名)"
_LONG = re.compile(
    r"(?:(?P<hours>\d{1,2}|[一二两三四五六七八九十])\s*个?)?(?P<half>半)?个?\s*(?:小时|钟头|hours?\b)"
    r"|(?P<minutes>\d{2,3})\s*(?:分钟|min(?:ute)?s?\b)"
)
_SPAN = re.compile(
    r"(?P<first>\d{1,2}|[一二两三四五六七八九]|十[一二]?)(?:点|时|:00|:(?=30)| ?[ap]m)?(?P<half>半|30)?\s*(?:到|至|-|–|—|~|to|until)\s*"
    r"(?:下午|晚上|中午)?(?P<last>\d{1,2}|[一二两三四五六七八九]|十[一二]?)(?:点|时|:00|:(?=30)| ?[ap]m\b)(?P<tail>半|30)?"
)
BOOK = (
    Phrase(
        r"预约|预订|(?:帮我|给我|替我|我想|我要|想|要|能|能不能|可以)约(?!束)|(?:帮|给|替)我?.{1,4}约|约(?:个|一个|一下|一次|位)|挂个号|"
        r"\b(?:book|make|get|need|want|arrange|schedule) (?:me )?(?:a|an|the|my)?.{0,40}(?:appointment|slot)|\bbook (?:a|an|the)\b|\bappointment (?:for|to|with)\b",
        weight=5,
        unless=f"{_ELSE}|{_GIVES_BACK}|{_CHANGES}|{_MINE}",
    ),
    Phrase(
        rf"(?:借用?|订|租|用|定)(?:一下|一个|一间|个|间)?.{{0,12}}(?:{ROOM})|(?:{ROOM}).{{0,6}}(?:借|订)|\b(?:borrow|use|reserve|rent|book)\b.{{0,20}}\broom\b|\brooms? (?:to (?:book|borrow|use|rent)|for (?:hire|rent))\b",
        weight=5,
        needs="bookable",
        unless=f"{_ELSE}|{_GIVES_BACK}|{_CHANGES}|{_MINE}|有人|谁|提供|出借|我们有|我有",
    ),
    # Who says when and how many come to visit wants a slot, not the list.
    Phrase(
        rf"参观.{{0,16}}{_PEOPLE}|{_PEOPLE}.{{0,16}}参观|\bvisit\b.{{0,60}}\b(?:with|for|of) \d{{1,3}}\b",
        weight=5,
        needs="bookable",
        unless=f"{_ELSE}|{_GIVES_BACK}|{_CHANGES}|{_MINE}|讲解|志愿|活动|参观人数|多少|几个?人|最多",
    ),
)
MINE = (
    Phrase(
        r"我(?:的|都|已经|现在)*(?:预约|约了|约的)(?:了)?(?:哪些|什么|啥|几个|几点|什么时候)?[?!.。了吗没]*$|我的(?:全部|所有)?预约|我(?:预约|约)的.{0,12}(?:几点|什么时候|在哪|哪天)|查(?:一下|看)?(?:我的)?预约|看(?:一下|看)?我的预约|"
        r"\bmy (?:appointments?|bookings?)\b|\bwhat appointments\b|\bwhat (?:have|did) i book(?:ed)?\b",
        weight=6,
        unless=f"{_GIVES_BACK}|{_CHANGES}|报名|想预约|要预约|帮我|{_ACTIVITIES}",
    ),
)
TICKET = (
    Phrase(
        r"(?:预约|约\d+)的?(?:凭证|二维码|码|票)|^(?:看)?(?:凭证|我的凭证)[!.。]*$|\bmy ticket\b", weight=7
    ),
    Phrase(r"^约\s*#?\d{1,9}[!.。?]*$", weight=7),
    # A button that was pressed twice: it is booked by then.
    Phrase(r"^确认(?:预约|候补|改)[!.。]*$|^confirm (?:booking|change)|^join waiting list[!.]*$", weight=9),
)
MOVE = (
    Phrase(
        rf"(?:预约|约\d+|约的|约好的).{{0,20}}(?:{_CHANGES})|(?:{_CHANGES}).{{0,12}}预约|改约|^(?:我想|我要|想|帮我)?改(?:一下)?预约|"
        r"\breschedule\b|\b(?:move|change) (?:my|the) (?:appointment|booking|slot)\b",
        weight=7,
        unless="活动|报名|取消",
    ),
)
CANCEL = (
    Phrase(
        rf"(?:{_GIVES_BACK}).{{0,20}}(?:预约|约\s*\d+|约的|的号|取的号|候补预约)|(?:预约|约\s*\d+|约的|取的号|我的号).{{0,20}}(?:{_GIVES_BACK})|不约了|"
        r"\bcancel (?:my |the )?.{0,30}(?:appointment|booking|slot)s?\b|\b(?:appointment|booking)\b.{0,20}\bcancel",
        weight=7,
        unless=f"活动|报名|账号|推送|订阅|{_ACTIVITIES}",
    ),
)


def wished(reading: Reading) -> Arguments:
    """What is said of the time, of how many come and where; which service it is, the words tell."""
    when = reading.when
    said: dict[str, Any] = {"said": reading.text, "party": reading.party, "minutes": _minutes(reading)}
    if reading.places is not None:
        said["places"] = list(reading.places)
    if when is None:
        return said
    times = {
        "first": when.first and when.first.isoformat(),
        "last": when.last and when.last.isoformat(),
        "clock": when.clock and when.clock.isoformat(),
        "after": when.after and when.after.isoformat(),
        "before": when.before and when.before.isoformat(),
    }
    return {**said, "times": {name: value for name, value in times.items() if value}}


def _minutes(reading: Reading) -> int | None:
    """How long: 两个小时, 一个半小时, 90分钟, or from two to four."""
    if found := _LONG.search(reading.text):
        number = read_number(found["hours"] or found["minutes"] or "")
        if found["half"] and found["hours"] is None:
            return 30
        if number is None:
            return None
        return number if found["minutes"] else number * 60 + (30 if found["half"] else 0)
    found = _SPAN.search(reading.text)
    if found is None:
        return None
    first, last = (read_number(found[name]) for name in ("first", "last"))
    if first is None or last is None:
        return None
    # 上午11点到1点, or 下午2点到16点, whichever way either is counted.
    minutes = (last - first) % 12 * 60 + (30 if found["tail"] else 0) - (30 if found["half"] else 0)
    return minutes if minutes > 0 else None


def about(reading: Reading) -> Arguments:
    """A booking that is named by its number or by what it is for, and the time that is said."""
    found = _NUMBER.search(reading.text)
    given = wished(reading)
    return {"said": given["said"], "number": int(found[1]) if found else None, "times": given.get("times")}


def named(reading: Reading) -> Arguments:
    found = about(reading)
    return {"said": found["said"], "number": found["number"]}
