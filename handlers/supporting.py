"""我也遇到: who supports a need hears what becomes of it, counts once, and may add words and photos of his own."""

import re
from collections.abc import Iterable
from typing import Any

from sqlalchemy import Row

from handlers import checks, need_cards, photos
from handlers.needs import END, NUMBER, find, pick
from handlers.talk import Arguments, Option, Phrase, Talk, anybody, on, press
from handlers.understanding.reading import Reading
from models import duty, need, need_reading, need_support, notice, phone
from models.card import Card, Choice
from models.refusal import Refusal
from models.text import Text

_SUPPORTS = r"(?:支持|附议|我?也?关注|顶|加一|\+1)"
_SUPPORT = (
    Phrase(rf"^(?:我)?(?:要|想|也)*{_SUPPORTS}(?:一下)?\s*{NUMBER}{END}", weight=8, unless="活动|项目|项"),
    Phrase(rf"^{NUMBER}\s*(?:我也|我)?(?:要|想)?{_SUPPORTS}{END}", weight=8, unless="活动|项目|项"),
    Phrase(
        rf"^(?:我)?(?:附议|\+1|加一|支持一下|我也遇到(?:了|过)?|我家?也(?:是|一样)|我们?(?:这里|这边|家)?也(?:有|是)这样){END}",
        weight=6,
    ),
    Phrase(
        r"(?:那个|这个|那件|这件|那条|这条)(?:问题|事情?|诉求).{0,4}(?:我)?也?(?:要|想)?(?:\+\s*1|加一|附议|支持)",
        weight=7,
    ),
    Phrase(
        r"^(?:i )?support (?:need )?#?\d{1,9}[.!]*$|^\+1(?: (?:to )?(?:need )?#?\d{1,9})?[.!]*$|^me too[.!]*$",
        weight=8,
    ),
)
_ANY_NUMBER = re.compile(r"(?<![+\d])(\d{1,9})(?!\d)")
_SUPPORT_FILL = re.compile(
    r"我们?|那个|这个|那件|这件|那条|这条|问题|事情?|诉求|也|要|想|的|支持|附议|加一|\+\s*1|关注|[\s,.。!?]"
)


def _supported(reading: Reading) -> Arguments:
    found = _ANY_NUMBER.search(re.sub(r"\+\s*1(?!\d)", " ", reading.text))
    return {"number": int(found[1])} if found else {"words": _SUPPORT_FILL.sub("", reading.text)}


@on("need.support", head="support", allow=anybody, private=True, phrases=_SUPPORT, reads=_supported)
def support(talk: Talk, number: int | None = None, words: str = "") -> Card:
    """Once a person; who likes adds his own words or a photo, which wait for the check."""
    if number is None:
        number = _which(talk, words)
    one, known = find(talk, number)
    about = (need_cards.article(talk.db, one, choices=(need_cards.look(one), *need_cards.add_choice(one))),)
    if known == "reporter":
        return Card(Text("这一件就是您反映的，有进展就告诉您。"), articles=about)
    if not need_reading.is_public(one):
        talk.leave(need_reading.unknown(number), need_cards.BROWSE)
    try:
        new = need_support.support(talk.db, one, talk.person.id, talk.now)
    except Refusal as refusal:
        talk.leave(refusal, need_cards.REPORT, need_cards.look(one))
    text = (
        Text("算上您了，有进展就告诉您。想补充情况，点“补充几句”。")
        if new
        else Text("您已经关注了，有进展就告诉您。")
    )
    leave = Choice(Text("不再关注"), press("unsupport", one.id))
    return Card(text, articles=about, choices=(leave,), tone="done")


def _which(talk: Talk, words: str) -> int:
    """The one that was shown last, or that the words name; asks among several. Leaves where there is none."""
    if number := _shown(talk):
        return number
    found, _ = need_reading.search(talk.db, words=pairs(words), most=5) if words else ([], 0)
    if not found:
        text = Text("请写上编号，比如“支持17”。编号在每件诉求前面。")
        talk.leave(Refusal("need.which", text), need_cards.BROWSE, need_cards.REPORT)
    if len(found) == 1:
        return int(found[0].id)
    talk.keep(words=words)
    options = [Option(each.id, need_cards.name(each)) for each in found]
    about = tuple(need_cards.article(talk.db, each) for each in found)
    return int(talk.ask("which", Text("支持哪一件？"), *options, about=about))


def _shown(talk: Talk) -> int | None:
    """The only need that can be supported by a button of what was shown last."""
    says = {sentence for _, sentence in talk.shown.menu if re.fullmatch(r"support \d+", sentence)}
    return int(says.pop().split()[1]) if len(says) == 1 else None


def pairs(words: str) -> list[str]:
    """Two signs by two; a word of two signs is one, and letters stay words."""
    if re.fullmatch(r"[a-z ]+", words):
        return [word for word in words.split() if len(word) > 3]
    return [words[at : at + 2] for at in range(len(words) - 1)][:12]


_UNSUPPORT = (
    Phrase(
        rf"^(?:我)?(?:不再?|取消|别再?)(?:要|想)?(?:支持|关注|附议)\s*(?:需求?|诉求|#)?\s*\d{{1,9}}(?:号)?{END}",
        weight=9,
    ),
    Phrase(r"^(?:unfollow|stop following|unsupport) (?:need )?#?\d{1,9}[.!]*$", weight=9),
)


@on("need.support", head="unsupport", allow=anybody, private=True, phrases=_UNSUPPORT, reads=_supported)
def unsupport(talk: Talk, number: int = 0, words: str = "") -> Card:
    from_ = need_support.leave(talk.db, talk.person.id, number)
    if not from_:
        talk.leave(Refusal("need.unfollowed", Text("没有要取消的，这一件您没有关注。")), need_cards.MINE)
    text = Text("好的，需{number}有进展不再告诉您。", number=number)
    again = Choice(Text("我也遇到"), press("support", number))
    return Card(text, choices=(again, need_cards.MINE), tone="done", refs=(need.ref(number),))


# Saying more.

_ADD = (
    Phrase(rf"^(?:我要|我想)?补充(?:几句|一下|情况){END}|^add something[.!]*$", weight=5),
    Phrase(r"^(?:补充|给.{0,2}补充|补充一下)\s*(?:需求?|诉求|#)?\s*\d{1,9}(?:号)?(?:[:：,\s].*)?$", weight=8),
    Phrase(r"^add to (?:need )?#?\d{1,9}\b", weight=8),
)
_ADDED = re.compile(
    r"^\s*(?:给.{0,2})?(?:补充(?:一下)?|add to)\s*(?:需求?|诉求|need)?\s*#?\s*(?P<number>\d{1,9})\s*号?(?:\s*[:：,，]\s*|\s+|$)(?P<words>.*)$",
    re.DOTALL | re.IGNORECASE,
)
_SKIP = Option(0, Text("不发照片"), ("没有", "跳过", "不发", "skip", "no"))


def _addition(reading: Reading) -> Arguments:
    found = _ADDED.match(reading.said)
    if found is None:
        return {}
    return {"number": int(found["number"]), "said": found["words"].strip() or None}


@on("need.support", head="addto", allow=anybody, private=True, phrases=_ADD, reads=_addition)
def add(talk: Talk, number: int | None = None, said: str | None = None) -> Card:
    """More about a need that one reported or follows: the officer reads it at once, others once it was checked."""
    if number is None:
        nothing = Text("请写上编号，比如“补充17”。您没有正在办的诉求。")
        number = pick(talk, lambda one: one.state not in need.ENDED, Text("补充哪一件？"), nothing)
    one, known = find(talk, number)
    if known == "other" and not need_reading.follows(talk.db, one, talk.person.id):
        support(talk, number)
    about = (need_cards.article(talk.db, one),)
    words = said or talk.ask("words", Text("请写几句要补充的情况。"), check=checks.words, about=about)
    asked = Text("有照片就发一张，没有可以跳过。拍到人的，请先问过本人。")
    picture = talk.ask("photo", asked, _SKIP, check=photos.Picture(), about=about)
    stored = phone.seal_in(checks.words(words), talk.vault)
    line = need_support.add(talk.db, one, talk.person.id, stored, picture or None, talk.now)
    tell_officer(
        talk,
        one,
        Text("请看一看需{number}，有人补充了情况：\n{words}", number=one.id, words=stored),
        f"added {line}",
    )
    text = Text("补充好了，办理的人现在就看得到。别人要等核对过才看得到。")
    return Card(text, articles=about, tone="done", choices=(need_cards.look(one),))


def tell_officer(
    talk: Talk, one: Row[Any], text: Text, event: str, whom: Iterable[int] = (), *choices: Choice
) -> None:
    """Who has the need, else who is nearest to its place, and those of `whom`; each once."""
    if duty.plays(talk.db, talk.person.id):
        return
    has = need_reading.officer(talk.db, one, but=talk.person.id)
    card = Card(text, choices=choices or (need_cards.look(one),), tone="notice", refs=(need.ref(one.id),))
    for officer in dict.fromkeys(each for each in (has, *whom) if each is not None):
        if officer != talk.person.id:
            notice.tell_member(
                talk.db,
                [card],
                officer,
                talk.now,
                key=f"need:{one.id}:{event}:{officer}",
                kind="answer",
                rests=True,
            )
