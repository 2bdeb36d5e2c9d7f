"""Where somebody lives and works: said in words, or found in the tree of places."""

import re
from collections.abc import Sequence
from dataclasses import replace

from handlers.checks import bare
from handlers.talk import Arguments, Option, Phrase, Talk, anybody, on, press
from handlers.understanding.lexicon import Lexicon, PlaceNode
from handlers.understanding.matcher import without
from handlers.understanding.reading import Reading
from models import consent, profile
from models.card import Card, Choice
from models.folding import clean, fold
from models.profile import Base
from models.refusal import Refusal
from models.text import Text, as_said

# So many places a question offers at once, before 更多.
_PAGE = 6
_NEAREST = 4
_LONGEST_NAME = 20
_GREETING = r"^(?:(?:你好|您好|小同志|同志|请|麻烦|帮我|那个|hi|hello)[,\s]*)*"
# How a sentence may end that says one thing: with courtesies.
END = (
    r"(?:了|啦|呢|的|哦|呀|now)*[\s,.。!~]*"
    r"(?:谢谢(?:您|你们?)?|多谢|辛苦了|thanks|thank you|(?:麻烦|请|帮我)*(?:更新|改|记|登记)一下)?[.。!]*$"
)
_WHEN = r"(?:已经|现在|目前|以后|刚|刚刚|最近|上周|上个月|这个月)*"
_LATER = (
    r"(?:(?:下个?月|下周|下星期|明年|明天|后天|年底|月底|过几天|过两天|过阵子|过段时间|\d{1,2}月份?)(?:就|才|要|会|准备|打算)*"
    r"|(?:要|会|快要?|马上要?|准备|打算|计划|将要?|即将)+)"
)
_I_NOW = r"(?:i|we)(?:'ve| have| just|'m| am| now)*\s*"


def _place(nth: int, most: int = 24) -> str:
    return rf"(?P<place_{nth}>[^,。?!]{{2,{most}}}?)"


_LIVES = re.compile(
    _GREETING
    + r"(?:(?:我|我们)?(?:搬家|换房子|换住处)了,)?"
    + rf"(?:(?:我|我们)?{_WHEN}不(?:再)?住(?:在)?[^,。?!]{{1,24}},(?:而是)?)?"
    + r"(?:把|将)?(?:我|我们|我家|我们家|阿拉)?"
    + _WHEN
    + r"(?:从[^,。?!]{2,24})?"
    + r"(?:我家)?(?:搬家?(?:到|进|去|至|来)|住在|住到|住(?=[^院不得的址处在到过])|家(?:住|在(?!装修|施工|办|找|卖|出租|搞))"
    + r"|的?(?:家庭)?(?:住址|地址|住处|小区)(?:是|改成|改为|换成|改到|:))(?:了)?"
    + _place(1)
    + r"(?:去|来)?"
    + END
    + rf"|{_GREETING}(?:i (?:don'?t|no longer) live (?:in |at )?[^,]{{2,40}},\s*(?:but )?)?"
    + rf"{_I_NOW}(?:moved? (?:in)?to|live (?:in|at)|living (?:in|at)|live)\s+{_place(2, 40)}{END}"
)
_MOVES_LATER = re.compile(
    rf"{_GREETING}(?:我|我们|我家|我们家)?{_LATER}(?:从[^,。?!]{{2,24}})?"
    rf"(?:搬家?(?:到|进|去|至)|住到|住进){_place(1)}(?:去|来)?(?:住)?{END}"
    rf"|{_GREETING}(?:i'm|i am|i'll|i will|we'll|we are|we're) (?:going to |about to )?(?:be )?(?:move|moving) (?:in)?to {_place(2, 40)}{END}"
)
_BOTH = re.compile(
    rf"{_GREETING}(?:我|我们)?{_WHEN}(?:家)?住(?:在)?{_place(1)},(?:我)?{_WHEN}(?:在|去|到){_place(2)}(?:上班|工作|办公){END}"
    rf"|{_GREETING}i live (?:in|at) {_place(3, 40)}(?:,| and|, and) (?:i )?work (?:in|at) {_place(4, 40)}{END}"
)
_WORKS = re.compile(
    _GREETING
    + rf"(?:我?{_WHEN}不在[^,。?!]{{1,24}}(?:上班|工作)(?:了)?,)?"
    + r"(?:我)?(?:换|调|跳)?(?:了)?(?:新)?(?:工作|单位|公司|槽)?(?:了)?[,\s]*(?:我)?(?:改)?"
    + _WHEN
    + rf"(?:我)?(?:在|去|到){_place(1)}(?:里|那边|那里)?(?:上班|工作|办公){END}"
    + rf"|{_GREETING}(?:把|将)?我?的?(?:单位|公司|上班地点|工作地点)(?:搬到|搬去|在|是|改成|换成)了?{_place(2)}{END}"
    + rf"|{_GREETING}{_I_NOW}(?:work(?:ing)? (?:in|at)|work)\s+{_place(3, 40)}{END}"
)
_MOVES_JOB = re.compile(rf"{_GREETING}(?:我)?{_WHEN}(?:跳槽|换工作|换|调)(?:到|去){_place(1)}{END}")
_ASKED = "什么|哪|吗|是不是|是否|怎么|多少|几|有没有|能不能|可以|坏|漏|堵|吵|停水|停电|停气|断网|没水|没电|装修|施工|着火|没人|报名|附近|活动|志愿|what|where|how|when|any"
_OTHER = re.compile(_ASKED)
_FILL = r"^(?:我|我要|帮我|我想)?(?:改|换|填|登记|更新)(?:一下|了)?(?:我的)?"
_LIVING = (
    Phrase(_BOTH.pattern, weight=5, unless=_ASKED),
    Phrase(_MOVES_LATER.pattern, weight=4, unless=_ASKED),
    Phrase(_LIVES.pattern, weight=3, unless=_ASKED),
    Phrase(
        rf"{_FILL}(?:住址|住处|家庭住址|小区)(?:了)?[。!]*$|^(?:我搬家了|搬家了)[。!]*$",
        weight=4,
    ),
    Phrase(
        r"^(?:change|update|set) my (?:home|home address|address)[.!]*$|^i(?:'ve| have)? moved[.!]*$",
        weight=4,
    ),
)
_WORKING = (
    Phrase(_WORKS.pattern, weight=4, unless=_ASKED),
    Phrase(_MOVES_JOB.pattern, weight=4, needs="named_places", unless=_ASKED),
    Phrase(rf"{_FILL}(?:单位|工作|工作地点|公司)(?:了)?[。!]*$|^我?换(?:工作|单位|公司)了[。!]*$", weight=4),
    Phrase(r"^(?:change|update|set) my (?:workplace|office|work address)[.!]*$", weight=4),
)


def _lives(reading: Reading) -> Arguments:
    if both := _BOTH.search(reading.text):
        home, work = (words for words in both.groups() if words)
        return {"said": home, "works": work}
    if _MOVES_LATER.search(reading.text):
        return {**_place_said(reading, _MOVES_LATER), "later": True}
    return _place_said(reading, _LIVES)


def _works(reading: Reading) -> Arguments:
    return _place_said(reading, _WORKS, _MOVES_JOB)


def _place_said(reading: Reading, *patterns: re.Pattern[str]) -> Arguments:
    """The place in the letters in which it was written, where folding kept their number."""
    said = clean(reading.said)
    for pattern in patterns:
        if found := pattern.search(reading.text):
            name = next(name for name, words in found.groupdict().items() if words)
            begin, end = found.span(name)
            return {"said": said[begin:end] if len(said) == len(reading.text) else found[name]}
    return {}


@on("profile.edit", head="livein", allow=anybody, example=Text("我搬家了"), rank=70, private=True,
    phrases=_LIVING, reads=_lives)  # fmt: skip
def live_in(talk: Talk, said: str | None = None, works: str | None = None, later: bool = False) -> Card:
    """`works` is where he said besides that he works; `later`: he is not there yet."""
    if later and said:
        text = Text("现在先不改。搬好了，再说一句“我搬到{place}了”。", place=as_said(said))
        return Card(text, choices=(Choice(Text("我的资料"), press("profile")),))
    question = Text(
        "您住在哪里？发小区或楼的名字，或者点一个。我们用来找附近的活动，给您发那里的通知；不填也行。"
    )
    place = _chosen(talk, "home", question, said)
    _settle(talk, "home", place)
    talk.person = replace(talk.person, home_id=place)
    where = talk.lexicon.places[place]
    if works:
        return _noted_both(talk, where, works)
    return _noted(talk, Text("记下了，您住在{place}。", place=as_said(where.name)), where, forget=1)


@on("profile.edit", head="workat", allow=anybody, private=True, phrases=_WORKING, reads=_works)
def work_at(talk: Talk, said: str | None = None) -> Card:
    question = Text(
        "您在哪里上班？发楼或园区的名字，或者点一个。我们用来找附近的活动，给您发那里的通知；不填也行。"
    )
    place = _chosen(talk, "work", question, said)
    _settle(talk, "work", place)
    talk.person = replace(talk.person, work_id=place)
    where = talk.lexicon.places[place]
    return _noted(talk, Text("记下了，您在{place}上班。", place=as_said(where.name)), where, forget=2)


def _noted_both(talk: Talk, home: PlaceNode, said: str) -> Card:
    """The workplace is stored with the home where its name is clear, and asked for by a button where not."""
    found = named(talk.lexicon, said)
    if len(found) != 1:
        text = Text(
            "记下了，您住在{place}。单位请再填一次，没有找到“{said}”。",
            place=as_said(home.name),
            said=as_said(said),
        )
        choices = (Choice(Text("填单位"), press("workat")), Choice(Text("我的资料"), press("profile")))
        return Card(text, choices=choices, tone="done", refs=(f"place:{home.code}",))
    _settle(talk, "work", found[0])
    talk.person = replace(talk.person, work_id=found[0])
    work = talk.lexicon.places[found[0]]
    text = Text("记下了，您住在{home}，在{work}上班。", home=as_said(home.name), work=as_said(work.name))
    card = _noted(talk, text, home, forget=1)
    return replace(card, refs=(*card.refs, f"place:{work.code}"))


# No place by its name: the words alone mean the stored one.
_THERE = re.compile(
    r"(?:在|这|那|原来|以前|老|的|个|里|边|儿|块|地方|小区|房子|家|公司|单位|there|here|in|at|any ?more|now|\s)*"
)


def another(talk: Talk, base: Base, said: str) -> PlaceNode | None:
    """The stored place, where these words name one that is neither it nor above or below it."""
    stored = talk.person.home_id if base == "home" else talk.person.work_id
    if stored is None or _THERE.fullmatch(fold(said)):
        return None
    around = {node.id for node in talk.lexicon.above(stored)}
    for place in named(talk.lexicon, said):
        if place in around or any(node.id == stored for node in talk.lexicon.above(place)):
            return None
    return talk.lexicon.places[stored]


def _settle(talk: Talk, base: Base, place: int) -> None:
    """Saying where one lives agrees to what the question and the answer say it is for."""
    consent.give(talk.db, talk.person.id, "whereabouts", talk.now)
    if not consent.answered(talk.db, talk.person.id, "notices"):
        consent.give(talk.db, talk.person.id, "notices", talk.now)
    profile.settle(talk.db, talk.person.id, base, place, talk.now)


def _noted(talk: Talk, noted: Text, where: PlaceNode, forget: int) -> Card:
    comes = consent.holds(talk.db, talk.person.id, "notices")
    used = (
        Text("我们用来找附近的活动，给您发那里的通知。")
        if comes
        else Text("我们用来找附近的活动；那里的通知现在不发给您。")
    )
    quiet = (Choice(Text("不收通知"), press("disallow", 3)),) if comes else ()
    choices = (
        *quiet,
        Choice(Text("删掉"), press("forget", forget)),
        Choice(Text("我的资料"), press("profile")),
    )
    return Card(
        Text("{noted}{used}", noted=noted, used=used),
        choices=choices,
        tone="done",
        refs=(f"place:{where.code}",),
    )


# What stands around the name of a place: house numbers, words for "in" and "there".
_HOUSE = re.compile(
    r"[\d一二三四五六七八九十零〇a-z#\-]*(?:号楼|号院|号|幢|栋|楼|层|室|弄|座|单元|期|小区|大厦|大楼)"
    r"|[\s,.。!、的在住里和与]|这边|那边|那里|这里|附近|\b(?:the|at|in|and)\b|\b[\da-z]{0,2}\d[\da-z]{0,3}\b"
)


class PlaceNamed:
    """Typed words that name a place, or nearly; a Refusal of what is none."""

    wants = "place"

    def __init__(self, lexicon: Lexicon) -> None:
        self._lexicon = lexicon

    def __call__(self, text: str) -> str:
        words = clean(text)
        if named(self._lexicon, words):
            return words
        if len(words) <= _LONGEST_NAME and not _OTHER.search(fold(words)) and nearest(self._lexicon, words):
            return words
        said = as_said(words[:_LONGEST_NAME])
        raise Refusal("place.unknown", Text("请换个叫法试试，没有找到“{said}”。", said=said))


def named(lexicon: Lexicon, words: str) -> list[int]:
    """The places that the words name, of one within another only the inner one.

    None where more is said than names and house numbers: it is another place, whose name begins like one.
    """
    said = fold(words)
    matches = [match for match in lexicon.words.find(said) if match.found.sort == "place"]
    if _HOUSE.sub("", without(said, matches)):
        return []
    places = list(dict.fromkeys(match.found.key for match in matches))
    around = {node.id for place in places for node in lexicon.above(place) if node.id != place}
    return [place for place in places if place not in around]


def nearest(lexicon: Lexicon, words: str) -> list[int]:
    """The places whose names share most letters in a row with the words."""
    said = _pairs(fold(words))
    scored = [
        (len(said & _pairs(fold(node.name))), -len(node.name), node.id) for node in lexicon.places.values()
    ]
    best = sorted((each for each in scored if each[0]), reverse=True)
    return [place for _, _, place in best[:_NEAREST]]


def _pairs(words: str) -> set[str]:
    return {words[at : at + 2] for at in range(len(words) - 1)}


def _chosen(talk: Talk, base: Base, question: Text, said: str | None) -> int:
    """The place that is meant: by its name, or by the way down the tree."""
    if said and (named(talk.lexicon, said) or nearest(talk.lexicon, said)):
        return _by_name(talk, said)
    if said:
        question = Text("没有找到“{said}”。{question}", said=as_said(said), question=question)
    answer = _pick(talk, "where", question, _roots(talk.lexicon, base))
    return _inside(talk, answer) if isinstance(answer, int) else _by_name(talk, answer)


def _by_name(talk: Talk, said: str) -> int:
    """The place that the words name; asked for where they name several, or only nearly one."""
    places = named(talk.lexicon, said)
    if len(places) == 1:
        return places[0]
    if places:
        return talk.ask("which", Text("是哪一个？"), *_options(talk.lexicon, places[:_PAGE]))
    none = Option(0, Text("都不是"), ("不是", "没有", "none", "no"))
    question = Text("没有找到“{said}”。是下面哪一个？", said=as_said(said))
    near = talk.ask("near", question, *_options(talk.lexicon, nearest(talk.lexicon, said)), none)
    if not near:
        again = Choice(Text("重新填"), press(talk.form.head)) if talk.form else None
        talk.leave(Refusal("place.unknown", Text("好的，先不改。")), *((again,) if again else ()))
    return near


def _pick(
    talk: Talk, name: str, question: Text, places: Sequence[int], first: int | None = None
) -> int | str:
    """One of these places by button, a page at a time, or the words that were typed."""
    whole = (Option(first, Text("就选这里"), ("就这里", "这里", "here")),) if first else ()
    more = Option(0, Text("更多"), ("更多", "more"))
    for page in range(0, max(len(places), 1), _PAGE):
        shown = _options(talk.lexicon, places[page : page + _PAGE])
        rest = (more,) if page + _PAGE < len(places) else ()
        answer: int | str = talk.ask(
            f"{name}-{page}", question, *whole, *shown, *rest, check=PlaceNamed(talk.lexicon)
        )
        if answer != 0:
            return answer
    raise AssertionError("the last page has no 更多")


def _options(lexicon: Lexicon, places: Sequence[int]) -> tuple[Option[int], ...]:
    names = {place: lexicon.places[place].name for place in places}
    return tuple(Option(place, as_said(name), (bare(name),)) for place, name in names.items())


def _inside(talk: Talk, place: int) -> int:
    """From a place chosen by button on to what lies in it."""
    lexicon = talk.lexicon
    inner = [node.id for node in lexicon.places.values() if node.parent == place and node.kind in _LIVED_IN]
    if not inner:
        return place
    question = Text("{place}的哪里？", place=as_said(lexicon.places[place].name))
    answer = _pick(talk, f"inside-{place}", question, inner, first=place)
    if isinstance(answer, str):
        return _by_name(talk, answer)
    return place if answer == place else _inside(talk, answer)


_LIVED_IN = ("park", "estate", "building")


def _roots(lexicon: Lexicon, base: Base) -> list[int]:
    """Where the way down begins: estates for a home, parks and office buildings for work."""
    begins = ("estate",) if base == "home" else ("park", "building")
    outermost = [
        node.id
        for node in lexicon.places.values()
        if node.kind in begins and not any(above.kind in _LIVED_IN for above in lexicon.above(node.parent))
    ]
    return outermost or [node.id for node in lexicon.places.values() if node.kind == "neighbourhood"]
