"""Which language somebody is answered in: Simplified, Traditional or English."""

from dataclasses import replace

from handlers.talk import Arguments, Option, Phrase, Talk, anybody, menu, on
from handlers.understanding.reading import Reading
from models import member
from models.card import Card
from models.folding import is_traditional
from models.member import Language
from models.text import Text

_OPTIONS: tuple[Option[Language], ...] = (
    Option("zh-Hans", Text("简体中文"), ("中文", "普通话", "简体", "chinese", "simplified")),
    Option("zh-Hant", Text("繁體中文"), ("繁体", "繁体中文", "traditional", "繁体字")),
    Option("en", Text("English"), ("英语", "英文", "english")),
)
LANGUAGES = {option.value: option.label for option in _OPTIONS}
_NAMES = r"(?:英文|英语|中文|简体|繁体|普通话|汉语|english|(?:traditional |simplified )?chinese)"
_PHRASES = (
    Phrase(rf"^(?:{_NAMES})(?:中文|字)?[,\s]*(?:please|pls|谢谢)?[!.。]?$", weight=4),
    Phrase(
        rf"(?:用|说|讲|换|换成|换回|切换|切换到|切换成|改成|改用|转成|变成)(?:回)?{_NAMES}(?!角|歌|课|书)",
        weight=4,
        unless="报名|活动",
    ),
    Phrase(rf"(?:switch|change|speak|reply|answer|talk|set).{{0,20}}\b{_NAMES}\b", weight=4, unless="corner"),
    Phrase(r"^(?:语言|换语言|切换语言|language|change language)$", weight=4),
)


def _which(reading: Reading) -> Arguments:
    """简体, 繁体 and 英文 name one; 中文 is the script that the sentence itself is written in."""
    text = reading.text
    if "繁体" in text or "traditional" in text:
        return {"language": "zh-Hant"}
    if "简体" in text or "simplified" in text:
        return {"language": "zh-Hans"}
    if "英" in text or "english" in text:
        return {"language": "en"}
    if "中文" in text or "普通话" in text or "汉语" in text or "chinese" in text:
        return {"language": "zh-Hant" if is_traditional(reading.said) else "zh-Hans"}
    return {}


@on(
    "language.set",
    head="language",
    allow=anybody,
    menu=Text("语言 Language"),
    example=Text("请用繁体字回复"),
    rank=90,
    private=True,
    phrases=_PHRASES,
    reads=_which,
)
def choose(talk: Talk, language: Language | None = None) -> Card:
    chosen = language if language else talk.ask("language", Text("用哪种语言？"), *_OPTIONS)
    member.speak(talk.db, talk.person.id, chosen, talk.now)
    talk.person = replace(talk.person, language=chosen)
    return Card(Text("好的，之后都用{language}。", language=LANGUAGES[chosen]), choices=menu(), tone="done")
