"""What the bot can do, where people are found, and a word in return for a greeting."""

import re
from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime

from handlers import questions, short, sides
from handlers.opening import hours, hours_on
from handlers.question_cards import officer_name
from handlers.talk import Arguments, Phrase, Talk, anybody, examples, menu, on, press
from handlers.understanding.lexicon import Lexicon
from handlers.understanding.reading import Reading
from models import duty, place
from models.asking import LONGEST
from models.card import Article, Card, Choice
from models.database import Db
from models.member import Person
from models.text import Several, Text, as_said, prose

# More sentences than these are read by nobody who comes for the first time.
_OFFERED = 3
# More lines than these are read by nobody at one time; the others are one press away.
_SHOWN = 8
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
_MORE = (
    Phrase(
        r"^(?:还有)?(?:更多|其他|别的)(?:的)?说法[!.。]?$|^还(?:能|可以)(?:怎么)?说(?:什么|些什么|啥)?[?。]?$|^more examples[.?]?$",
        weight=4,
    ),
)
# In either script, since what is said with it is passed on as it is.
_PEOPLE = r"人工|真人|客服|工作人[员員]|(?:社[区區]|街道|居委)的?(?:人|同志)"
_TURN = (
    rf"(?:(?:我要|我想|想|[请請]|[帮幫]我|麻[烦煩])*(?:[转轉]|找|[联聯][系繫]|接|[问問])(?:一下|一?[个個]|到)?(?:{_PEOPLE})|人工)"
    r"(?:服[务務]|客服)?"
)
_SPEAK = r"(?:(?:i(?:'d| would)? (?:like|want) to |can i |please )?(?:talk|speak) (?:to|with) (?:a |an )?(?:real )?(?:person|human|staff|someone|somebody)|ask a person)"
_PERSON = (
    Phrase(rf"^(?:{_TURN}[吧啊呀了。.!?~\s]*$|{_TURN}\s*[:,]|转人工)", weight=6),
    Phrase(rf"^{_SPEAK}(?:[.!?\s]*$|\s*[:,])", weight=6),
)
_TOLD = re.compile(
    rf"^\s*(?:{_TURN}\s*[:：,，]\s*|[转轉]人工\s*(?=\S)(?!服[务務]|客服)|{_SPEAK}\s*[:：,，]\s*)(?P<words>.*\w.*)$",
    re.DOTALL | re.IGNORECASE,
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
    if talk.in_group:
        return short.helped()
    card = greeting(of_staff=bool(duty.places(talk.db, talk.person.id)))
    return replace(card, choices=sides.first(talk.person, card.choices))


@on("help", head="alone", allow=anybody, private=True, scans=True)
def alone(talk: Talk) -> Card:
    """What the way from a group into the private chat leads to."""
    return greeting()


def greeting(*, of_staff: bool = False) -> Card:
    """What is said most: also what somebody sees who has not said anything yet."""
    text = Text("您好，要办什么直接说就行，比如：\n{lines}", lines=_lines(examples()[:_SHOWN]))
    if of_staff:
        text = _with_staffs(text, examples(for_staff=True)[:_SHOWN])
    return Card(text, choices=(*menu(), Choice(Text("更多说法"), press("sayings"))))


@on("help", head="sayings", allow=anybody, private=True, phrases=_MORE)
def sayings(talk: Talk) -> Card:
    """The others: with those of the help, an example of each thing that can be asked for."""
    text = Text("还可以这样说：\n{lines}", lines=_lines(examples()[_SHOWN:]))
    if duty.places(talk.db, talk.person.id):
        text = _with_staffs(text, examples(for_staff=True)[_SHOWN:])
    return Card(text, choices=menu())


def _with_staffs(text: Text, said: Iterable[Text]) -> Text:
    besides = Text("您是工作人员，还可以说：\n{lines}", lines=_lines(said))
    return Text("{text}\n{besides}", text=text, besides=besides)


def _lines(said: Iterable[Text]) -> Several:
    return Several(tuple(Text("· {example}", example=example) for example in said), lines=True)


def first_words(name: str) -> Card:
    """What somebody reads who has said nothing yet: two lines, and sentences that one press says."""
    said = tuple(Choice(example, example.message) for example in examples()[:_OFFERED])
    text = Text("您好，这里是{name}。\n要办什么，直接说一句就行，比如：", name=as_said(name))
    return Card(text, choices=said)


def reception(db: Db, lexicon: Lexicon, person: Person | None, now: datetime) -> Text | None:
    """Where people can be asked today, and until when; None where there is no station with hours."""
    station, _ = lexicon.station(*((person.work_id, person.home_id) if person else ()))
    if station is None:
        return None
    row = place.whole(db, station.id)
    today = row and hours_on(db, row, now.astimezone(lexicon.zone).date(), lexicon.zone)
    if today is None:
        return Text("{station} · 今天休息", station=prose(station.name))
    return Text("{station} · 今天{hours}有人", station=prose(station.name), hours=today)


@on("smalltalk", head="hello", allow=anybody, phrases=_GREETING)
def greet(talk: Talk) -> Card:
    return Card(Text("您好！要办什么，直接说就行。"), choices=menu())


def _said(reading: Reading) -> Arguments:
    """What follows at once: `转人工：空调坏了谁管`."""
    found = _TOLD.match(reading.said)
    return {"said": found["words"]} if found else {}


@on(
    "help",
    head="person",
    allow=anybody,
    example=Text("转人工"),
    rank=26,
    private=True,
    phrases=_PERSON,
    reads=_said,
)
def person(talk: Talk, said: str | None = None) -> Card:
    """A question to a person in the chat, and where one is found."""
    to = questions.nearest(talk)
    if to is None:
        return people(talk)
    questions.check_room(talk)
    if said is None:
        station, near = _station(talk)
        asks = Text("请说您的问题，我们转给{officer}。", officer=officer_name(to))
        if station and near:
            asks = Text("{asks}想当面问，请到离您最近的服务站。", asks=asks)
        elif station:
            asks = Text("{asks}想当面问，请到这里。", asks=asks)
        said = talk.ask("words", asks, check=questions.words, about=(station,) if station else ())
    return questions.put(talk, said, to)


@on("help", head="handover", allow=anybody, private=True)
def hand_over(talk: Talk) -> Card:
    """What was said last and not understood goes to a person, in one press; pressed again it asks for the next."""
    to = questions.nearest(talk)
    if to is None or not talk.memory.missed:
        return person(talk)
    done = questions.put(talk, "\n".join(talk.memory.missed)[:LONGEST], to)
    talk.memory.missed = []
    return done


def people(talk: Talk) -> Card:
    """Where somebody can be asked: an officer in the chat, and the nearest station with address and hours."""
    to = questions.nearest(talk)
    choices = (Choice(Text("转人工"), press("handover")), *menu()) if to else menu()
    station, near = _station(talk)
    if station is None:
        text = Text("请从下面选一个。")
    elif near:
        text = Text("想当面问，请到离您最近的服务站；也可以从下面选一个。")
    else:
        text = Text("想当面问，请到这里；也可以从下面选一个。")
    if to:
        text = Text("点“转人工”，刚才的话就转给{officer}。\n{text}", officer=officer_name(to), text=text)
    return Card(text, choices=choices, articles=(station,) if station else ())


def _station(talk: Talk) -> tuple[Article | None, bool]:
    """The station with address and hours, and whether it is near to where he lives or works."""
    station, near = talk.lexicon.station(talk.person.work_id, talk.person.home_id)
    if station is None:
        return None, False
    facts = [(Text("地址"), as_said(station.address))] if station.address else []
    facts.append((Text("开放时间"), hours(station.opening or "")))
    return Article(prose(station.name), f"place:{station.code}", facts=tuple(facts)), near
