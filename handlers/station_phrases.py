"""How people ask for a station, for its hours and for what is on there."""

import re

from handlers.talk import Arguments, Phrase
from handlers.understanding.reading import Reading

_STATION = (
    r"(?:党群)?服务(?:站|中心|点)|党群中心|驿站|站点|居委会?|(?:办事|政务|便民)(?:服务)?(?:大厅|中心)|事务(?:受理)?中心|受理中心|"
    r"\b(?:service )?(?:stations?|centres?|centers?)\b"
)
_HOURS = (
    r"几[点时](?:开|关|上班|下班|营业|休息|结束)|(?:什么时候|何时|啥时候|啥辰光|几时)(?:开|关|上班|下班|营业)|开[着著]|开门|关门|营业|开放|"
    r"开到(?:几|什么|啥)|开不开|开没开|开了(?:吗|么|没|伐)|上班时间|下班|上班(?:吗|么|没|伐|不|了)|上不上班|有人(?:吗|么|没|伐|在)|"
    r"休息(?:吗|么|不|伐)|\b(?:open|opening|opens|close|closes|closed|hours)\b"
)
_ABOUT = (
    r"在哪|哪里|哪儿|怎么走|怎么去|地址|电话|联系方式|介绍|是(?:什么|啥)地方|(?:能|可以|管|是)(?:办|做|干)?(?:些|点)?(?:什么|啥)|"
    r"有(?:什么|哪些|啥)(?:功能|服务|窗口)"
)
_ASKED = rf"{_HOURS}|{_ABOUT}|\b(?:where|address|phone|how do i get)\b"
# 今天开吗: of a class it may be said too.
_JUST_OPEN = r"开(?:吗|么|伐|嘛|呢|不|没)[?。!]*$"
_OTHERWISE = (
    r"签到|预约|借|订|租|注册|会议室|房间|活动|沙龙|讲座|课|报表|周报|月报|人流|客流|取号|叫号|排号|名单|打印码|屏幕|停电|停水|坏|漏|反映|"
    r"投诉|认领|项目|发布|关门,|乱|堵|吵|脏|臭|积水|停车|不亮|没人管|社团|俱乐部|"
    r"\b(?:book|check in|checking in|activit|events?|what'?s on|report|figures|footfall)\b"
)
# Stations of another kind.
_NOT_OURS = (
    r"地铁|公交|车站|轻轨|加油|充电|消防|派出所|购物|商场|体育|健身|医院|医疗|卫生服务|"
    r"\b(?:metro|subway|train|bus|petrol|gas|charging|police|fire|shopping|sports?|fitness|medical|health|testing|eco|sorting|recycling|tours?)\b"
)
_ELSE = f"{_OTHERWISE}|{_NOT_OURS}"
_WHERE = r"哪里|哪儿|哪边|哪个地方|(?:什么|啥)地方|何处|边度|去哪|到哪"
# 办事 as it stands: no item of the catalogue is named.
_ERRANDS = r"办(?:点|个|些)?事(?!故|项|业|例)"
_DOOR = r"(?:家|公司|单位)(?:的)?(?:门口|楼下|楼里|边上|对面|跟前|对过)"
SEARCH = (
    Phrase(
        rf"(?:最近的?|附近|周边|旁边|{_DOOR}|离.{{1,12}}近).{{0,12}}(?:{_STATION})|(?:{_STATION}).{{0,6}}(?:最近|附近|离.{{1,10}}远)",
        weight=6,
        unless=_ELSE,
    ),
    Phrase(
        rf"(?:{_WHERE}).{{0,4}}(?:{_ERRANDS})|(?:{_ERRANDS}).{{0,4}}(?:{_WHERE}|的?地方|的?点$)|(?:附近|周边|旁边|{_DOOR}).{{0,6}}(?:{_ERRANDS})|"
        r"\bwhere\b.{0,20}\b(?:get (?:things|stuff|it|paperwork|official business) done|do (?:my |the )?paperwork|(?:find|get) public services)\b",
        weight=6,
        unless=_ELSE,
    ),
    Phrase(
        r"\b(?:stations?|(?:community|service|neighbou?rhood) (?:stations?|cent(?:er|re)s?))\b.{0,12}\b(?:near|nearest|closest|around|close to|by)\b|"
        r"\b(?:is|are) there (?:a|an|any)\b.{0,20}\b(?:stations?|cent(?:er|re)s?)\b",
        weight=6,
        unless=_ELSE,
    ),
    Phrase(r"^离(?:我|这里|这儿)最近的?[?。!]*$", weight=6),
    Phrase(r"(?:哪里|哪儿|谁)(?:现在)?还?开[着著]门?[?。!]*$", weight=5, needs="no_place", unless=_ELSE),
    Phrase(
        rf"(?:有哪些|有什么|有几个|哪些|哪个|哪几个|所有|全部|列出?|看看|找|什么地方有|哪里有|哪儿有).{{0,8}}(?:{_STATION})|"
        rf"(?:{_STATION})(?:有哪些|列表|名录|都有哪些|在哪|在哪里|在哪儿)?[?。!]*$",
        weight=4,
        unless=_ELSE,
        needs="no_place",
    ),
    Phrase(
        r"\b(?:nearest|closest|nearby|which|what|list|show|any|all|find)\b.{0,30}\b(?:community )?(?:service )?(?:stations?|centres?|centers?)\b",
        weight=5,
        unless=_ELSE,
    ),
    Phrase(rf"(?:{_STATION}).{{0,8}}(?:{_HOURS}|{_JUST_OPEN})", weight=4, needs="no_place", unless=_ELSE),
    Phrase(rf"(?:{_STATION}).{{0,4}}(?:{_ABOUT})", weight=4, needs="no_place", unless=f"{_ELSE}|材料"),
    Phrase(
        r"^(?:请问)?[^,。?]{2,10}在(?:哪里?|哪儿|什么地方)[?。!]*$",
        weight=6,
        needs="functions",
        unless=f"{_ELSE}|办|材料|登记",
    ),
    Phrase(
        r"^(?:我要|我想|帮我|请)?(?:找|寻|联系)|(?:哪里|哪儿|哪个站|什么地方|何处)(?:有|能|可以|做|找)|在哪|\b(?:where|find|looking for)\b",
        weight=3,
        needs="functions",
        unless=f"{_ELSE}|办理|办证",
    ),
)
SHOW = (
    Phrase(rf"{_ASKED}|(?:站|中心|厅).{{0,8}}{_JUST_OPEN}", weight=5, needs="stations", unless=_OTHERWISE),
    Phrase(
        rf"(?:{_STATION}).*(?:{_ASKED}|有吗|有没有|吗)|有.*(?:{_STATION})",
        weight=5,
        needs="own_stations",
        unless=_ELSE,
    ),
    # Its name alone; asked where something is, one answers so too.
    Phrase(rf"(?:{_STATION})[?。!]*$", weight=2, needs="stations", unless=_OTHERWISE, yields=True),
    Phrase(r"", weight=2, needs="station_named_alone", yields=True),
)
# What is on at the stations, where none is named.
PROGRAMME = (
    Phrase(
        rf"(?:{_STATION})[^,。?]{{0,6}}(?:有|开|上)(?:点|些)?(?:什么|啥|哪些)(?:活动|节目|安排|课|好玩的?)[?。!]*$|"
        rf"(?:{_STATION})(?:今[天日]|明[天日]|今晚|周末)有(?:点|些)?(?:什么|啥|哪些)[?。!]*$",
        weight=5,
        needs="no_place",
        unless=_NOT_OURS,
    ),
)
# A residents' committee is where one lives.
_HOME = re.compile(r"我?家(?:里)?|小区|居委|\b(?:home|where i live)\b")
_WORK = re.compile(r"公司|单位|上班的(?:地方|地点|楼)|\b(?:office|work|company)\b")
# Who asks for it means all the days that are off.
_FESTIVAL = re.compile(
    r"春节|过年|元旦|清明|五一(?!路)|劳动节|端午|中秋|国庆|十一(?!月|号|点|楼)|长假|假期|\bholidays?\b|festival|new year"
)
_OPEN_NOW = re.compile(r"(?:现在|还|正)?开[着著]|营业|现在开|开门的|没关|\bopen (?:now|right now)\b|\bopen\b")
_NEAREST_ONE = re.compile(r"最近|离.{1,12}[近远]|\b(?:nearest|closest)\b")
_AROUND = re.compile(rf"附近|周边|旁边|{_DOOR}|\bnear(?:by| me| here)?\b|around here|\bclose to\b")


def wanted(reading: Reading) -> Arguments:
    """Which stations are looked for: where, doing what, and open when."""
    text = reading.text
    return {
        "places": list(reading.named_places),
        "base": "home" if _HOME.search(text) else "work" if _WORK.search(text) else None,
        "nearest": bool(_NEAREST_ONE.search(text)),
        "near": bool(_AROUND.search(text)),
        "doing": list(reading.functions),
        "open_now": bool(_OPEN_NOW.search(text)),
        **_days(reading),
        "hours": _hours(reading),
    }


def named(reading: Reading) -> Arguments:
    """The stations that are named, or those in what is named; `own` where it is the speaker's own tower or estate."""
    numbers = list(reading.stations or reading.own_stations)
    return {"numbers": numbers, "own": not reading.named_places, **_days(reading)}


def programme(reading: Reading) -> Arguments:
    """On which days."""
    return _days(reading)


def _days(reading: Reading) -> Arguments:
    """From the first to the last day that is said; of 下周 and the like too."""
    when = reading.when
    first = when.first if when else None
    last = (when.last if when else None) or first
    return {
        "day": first and first.isoformat(),
        "last": last and last.isoformat(),
        "whole": first == last and bool(_FESTIVAL.search(reading.text)),
    }


def _hours(reading: Reading) -> list[str] | None:
    """From and to on the clock where it matters then: 晚上, 七点."""
    when = reading.when
    if when is None:
        return None
    if when.clock is not None:
        return [when.clock.isoformat(), (when.until or when.clock).isoformat()]
    if when.after is not None:
        return [when.after.isoformat(), (when.before or when.after).isoformat()]
    return None
