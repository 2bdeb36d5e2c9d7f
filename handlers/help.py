"""What the bot can do, where people are found, and a word in return for a greeting."""

from datetime import datetime

from handlers.opening import hours, hours_on
from handlers.talk import Phrase, Talk, anybody, examples, menu, on
from handlers.understanding.lexicon import Lexicon
from models.card import Article, Card, Choice
from models.member import Person
from models.text import Several, Text, as_said, prose

# More sentences than these are read by nobody who comes for the first time.
_OFFERED = 3
_HELP = (
    Phrase(
        r"(?:能|会|可以)(?:干|做|帮我做|帮我)(?:些|点)?(?:什么|啥|嘛)|你会(?:些)?(?:什么|啥)|你是谁|你叫什么|(?:有)?(?:什么|啥)功能|怎么用|使用说明|怎么操作",
        weight=3,
    ),
    Phrase(
        r"what can you do|who are you|how (?:do|does) (?:i|this|it) (?:use|work)|^(?:please )?help(?: me)?[!.?]?$",
        weight=3,
    ),
    Phrase(r"^(?:帮助|菜单|功能|主菜单|帮帮我|打开菜单)[!.。]?$", weight=3),
)
_GREETING = (
    Phrase(
        r"^(?:你好|您好|侬好|嗨|哈喽|早上好|下午好|晚上好|早|在吗|在伐|hi|hello|hey|good (?:morning|evening))"
        r"[呀啊哦吗么!.。~,，\s]*(?:小同志|邻里)?[!.。~]*$",
        weight=3,
    ),
    Phrase(
        r"^(?:多)?(?:谢谢|感谢|谢了|辛苦了|好的|好|知道了|thanks|thank you|thx|ok|okay)[你您侬啦了呀啊!.。~\s]*$",
        weight=3,
    ),
    Phrase(r"^(?:再见|拜拜|明天见|bye|goodbye|see you)[!.。~\s]*$", weight=3),
)


@on("help", head="help", allow=anybody, phrases=_HELP)
def show(talk: Talk) -> Card:
    return greeting()


def greeting() -> Card:
    """What can be said, an example of each: also what somebody sees who has not said anything yet."""
    lines = tuple(Text("· {example}", example=example) for example in examples())
    return Card(
        Text("您好，要办什么直接说就行，比如：\n{lines}", lines=Several(lines, lines=True)), choices=menu()
    )


def first_words(name: str) -> Card:
    """What somebody reads who has said nothing yet: two lines, and sentences that one press says."""
    said = tuple(Choice(example, example.message) for example in examples()[:_OFFERED])
    text = Text("您好，这里是{name}。\n要办什么，直接说一句就行，比如：", name=as_said(name))
    return Card(text, choices=said)


def reception(lexicon: Lexicon, person: Person | None, now: datetime) -> Text | None:
    """Where people can be asked today, and until when; None where there is no station with hours."""
    station, _ = lexicon.station(*((person.work_id, person.home_id) if person else ()))
    if station is None:
        return None
    today = hours_on(station.opening or "", now.astimezone(lexicon.zone).date())
    if today is None:
        return Text("{station} · 今天休息", station=prose(station.name))
    return Text("{station} · 今天{hours}有人", station=prose(station.name), hours=today)


@on("smalltalk", head="hello", allow=anybody, phrases=_GREETING)
def greet(talk: Talk) -> Card:
    return Card(Text("您好！要办什么，直接说就行。"), choices=menu())


@on("help", head="person", allow=anybody)
def person(talk: Talk) -> Card:
    """Where somebody can be asked: the nearest station with address and hours."""
    station, nearest = talk.lexicon.station(talk.person.work_id, talk.person.home_id)
    if station is None:
        return Card(Text("请从下面选一个。"), choices=menu())
    facts = [(Text("地址"), as_said(station.address))] if station.address else []
    facts.append((Text("开放时间"), hours(station.opening or "")))
    place = Article(prose(station.name), f"place:{station.code}", facts=tuple(facts))
    text = (
        Text("想当面问，请到离您最近的服务站；也可以从下面选一个。")
        if nearest
        else Text("想当面问，请到这里；也可以从下面选一个。")
    )
    return Card(text, choices=menu(), articles=(place,))
