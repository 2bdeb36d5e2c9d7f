"""Reporting a need: what and where it is, whether it is known already, one card to look at, and its number at once."""

from dataclasses import dataclass, field
from datetime import datetime
from itertools import count
from typing import Any

from sqlalchemy import Row

from handlers import need_cards, reporting_news
from handlers.reporting_news import DANGER
from handlers.reporting_steps import Anything, ask_category, ask_place, category_name, place_of
from handlers.talk import Arguments, Option, Phrase, Talk, anybody, on
from handlers.understanding import complaint
from handlers.understanding.reading import Reading
from models import likeness, need, reporting
from models.card import Article, Card
from models.category import Sort
from models.refusal import Refusal
from models.reporting import MOST_PHOTOS, Report
from models.text import Text, as_said

_LONGEST = 1000
_TOO_LONG = Text("请写短一些，最多{count}个字。", count=_LONGEST)
_YES = ("提交", "确认", "是", "是的", "好", "好的", "对", "行", "可以", "没问题", "确定", "嗯", "发送", "报", "yes", "y", "ok", "okay", "sure", "confirm", "submit", "send")  # fmt: skip
_NO = ("不报了", "不用了", "不要了", "no", "no thanks")
_SAME = ("是", "是的", "对", "一样", "同一件", "是同一个", "就是它", "yes", "same", "that one")
_OTHER = ("不是,继续", "不是", "都不是", "不一样", "继续", "no", "none", "continue")
_SKIP = (
    "跳过",
    "没有",
    "不发",
    "不发了",
    "没照片",
    "没有照片",
    "提交",
    "匿名提交",
    "skip",
    "no",
    "none",
    "submit",
)
# Typed once more when it is done already: no word of anybody's form, so that it takes no answer.
_SENT = (
    Phrase(r"^(?:匿名)?提交(?:了|吧)?[.。!]*$|^(?:submit|send without my name)[.!]*$", weight=3, yields=True),
)


def _said(reading: Reading) -> Arguments:
    return {"said": complaint.words_of(reading.said)}


@dataclass(slots=True)
class _Draft:
    """What is known so far; each step adds to it."""

    words: str
    category: Sort
    place: int | None
    spot: str | None
    here: tuple[float, float] | None
    pictures: tuple[int, ...]
    urgent: bool = False
    anonymous: bool = False
    more: list[str] = field(default_factory=list)

    @property
    def report(self) -> Report:
        words = "\n".join((self.words, *self.more))
        return Report(
            words[:_LONGEST],
            self.category.code,
            self.place,
            self.spot,
            self.here,
            self.pictures,
            self.anonymous,
            self.urgent,
        )


@on(
    "need.report",
    head="report",
    allow=anybody,
    menu=Text("反映问题"),
    example=Text("反映问题：楼道的灯不亮"),
    rank=28,
    private=True,
    gathers=True,
    phrases=complaint.REPORTS,
    reads=_said,
)
def report(
    talk: Talk,
    said: str | None = None,
    photos: list[int] | None = None,
    here: list[float] | None = None,
    near: int | None = None,
) -> Card:
    """`said` is what was said already, `photos` came with it or since, `here` is a location that was sent, `near` the
    place that one means which was sent just before.
    """
    if photos is None:
        photos = reporting.photos_before(talk.db, talk.person.id, talk.now)
        near = _sent_before(talk)
        talk.keep(said=said, photos=photos, here=here, near=near)
    words = _asked_words(talk, said, bool(photos))
    _check_room(talk, words)
    draft = _drafted(talk, words, tuple(photos), (here[0], here[1]) if here else None, near)
    same = _ask_same(talk, draft)
    if same:
        return reporting_news.join(talk, draft.report, same)
    if _wants_photo(talk, draft):
        _ask_photo(talk, draft)
    if not _confirmed(talk, draft):
        text = Text("好的，没有提交。着急的事，可以直接打12345。")
        return Card(text, choices=(need_cards.REPORT,))
    return reporting_news.submit(talk, draft.report, draft.category)


@on("need.report", head="sentreport", allow=anybody, private=True, phrases=_SENT)
def sent(talk: Talk) -> Card:
    """Whoever says 提交 once more hears that it is done, and by which number."""
    number = reporting.sent_since(talk.db, talk.person.id, talk.now)
    if number is None:
        return Card(Text("请说一句是什么事、在哪里，现在没有等提交的。"), choices=(need_cards.REPORT,))
    text = Text("不用再提交，需{number}已经收到了。", number=number)
    one = need.find(talk.db, number)
    assert one is not None
    return Card(text, choices=(need_cards.look(one), need_cards.MINE), refs=(need.ref(number),))


def _sent_before(talk: Talk) -> int | None:
    """The place that he sent a location of a moment ago, as photos that came before the words belong to them."""
    if talk.memory.near is None:
        return None
    (place, at), talk.memory.near = talk.memory.near, None
    fresh = talk.now - datetime.fromisoformat(at) <= reporting.PHOTO_WAITS
    return int(place) if fresh and place in talk.lexicon.places else None


def _asked_words(talk: Talk, said: str | None, has_photos: bool) -> str:
    """What was said already, unless it is more than anybody reads: then he says it shorter."""
    if said and len(said) <= _LONGEST:
        return said
    question = _TOO_LONG if said else _what(has_photos)
    words: str = talk.ask("words", question, check=_words)
    return words


def _what(has_photos: bool) -> Text:
    if has_photos:
        return Text("照片收到了。请说是什么事、在哪里，一句话就行。")
    return Text("请说是什么事、在哪里，一句话就行，比如“三楼楼道的灯不亮”。有照片也可以先发。")


def _words(text: str) -> str:
    words = complaint.words_of(text)
    if not words:
        raise Refusal("report.empty", Text("请写几个字。"))
    if len(words) > _LONGEST:
        raise Refusal("report.long", _TOO_LONG)
    return words


def _check_room(talk: Talk, words: str) -> None:
    if talk.registrations_a_minute is None or reporting.is_urgent(talk.db, reporting.OTHER, words):
        return
    try:
        reporting.check_room(talk.db, talk.person.id, talk.now)
    except Refusal as refusal:
        talk.leave(refusal, need_cards.MINE)


def _drafted(
    talk: Talk,
    words: str,
    pictures: tuple[int, ...],
    here: tuple[float, float] | None,
    near: int | None,
) -> _Draft:
    """What it is about and where, asked only where the words do not say."""
    urgent = reporting.is_urgent(talk.db, reporting.OTHER, words)
    lead = DANGER if urgent else None
    place, spot = place_of(talk, words, here, near, lead)
    category = ask_category(talk, "category", words, lead)
    return _Draft(
        words, category, place, spot, here, pictures[:MOST_PHOTOS], _is_urgent(talk, category, words)
    )


def _is_urgent(talk: Talk, category: Sort, words: str) -> bool:
    return reporting.is_urgent(talk.db, category.code, words)


def _ask_same(talk: Talk, draft: _Draft) -> int:
    """The number of a need that it is the same as; 0 where it is none, or nothing is like it."""
    if draft.category.private:
        return 0
    found = likeness.alike(
        talk.db,
        place=draft.place,
        words=draft.words,
        category=draft.category.code,
        here=draft.here,
        vault=talk.vault,
    )
    if draft.urgent:
        # Who is in danger is not kept by what only looks alike.
        found = [one for one in found if one.category == draft.category.code]
    if not found:
        return 0
    articles = tuple(_known(talk, one) for one in found)
    text = Text("是下面这一件吗？看起来一样，已经有人报了。点“就是这个”，办到哪一步都告诉您。")
    labels = [Text("就是这个")]
    if len(found) > 1:
        text = Text("是下面哪一件吗？看起来一样，已经有人报了。点“就是这个”，办到哪一步都告诉您。")
        labels = [Text("就是这个（需{number}）", number=one.id) for one in found]
    options = [
        Option(int(one.id), label, (f"需{one.id}", *(_SAME if len(found) == 1 else ())))
        for one, label in zip(found, labels, strict=True)
    ]
    shown = {one.id for one in found}
    answer = talk.ask(
        "same", _led(text, draft), *options, Option(0, Text("不是同一件"), _OTHER), about=articles
    )
    return answer if answer in shown else 0


def _known(talk: Talk, one: Row[Any]) -> Article:
    """Another's report as everybody may read it: its words only once they were checked."""
    said = need_cards.public_words(talk, one)
    return need_cards.article(talk.db, one, spot=need_cards.public_spot(talk, one), words=said)


def _led(text: Text, draft: _Draft) -> Text:
    return Text("{first}\n{then}", first=DANGER, then=text) if draft.urgent else text


def _wants_photo(talk: Talk, draft: _Draft) -> bool:
    """Asked once, where one may help and none came; what was written instead is read again in each run."""
    answered = talk.form is not None and "photo" in talk.form.answers
    return answered or not (draft.pictures or draft.urgent or draft.category.private)


def _ask_photo(talk: Talk, draft: _Draft) -> None:
    asked = Text("请发一张照片，没有可以跳过，不影响办理。")
    words = talk.ask("photo", asked, Option("", Text("跳过"), _SKIP), check=_PhotoOrWords(talk))
    if words:
        draft.more.append(words)


class _PhotoOrWords(Anything):
    """A photo, which the form gathers; who writes instead says more of it."""

    wants = "photo"


def _confirmed(talk: Talk, draft: _Draft) -> bool:
    """One card with all of it: sent as it is, or changed first. What was written stays whatever else is changed."""
    send, nameless = (
        Option("yes", Text("提交"), _YES),
        Option("anonymous", Text("匿名提交"), ("匿名", "anonymous")),
    )
    kind, where = Option("category", Text("改类别")), Option("place", Text("改地点"))
    no = Option("no", Text("不报了"), _NO)
    for turn in count(1):
        answer = talk.ask(
            f"sure-{turn}",
            _led(_question(draft), draft),
            send,
            nameless,
            kind,
            where,
            no,
            check=Anything(talk),
            about=(_preview(talk, draft),),
        )
        if answer == "category":
            draft.category = ask_category(talk, f"category-{turn}", "", None, list_all=True)
            draft.urgent = draft.urgent or draft.category.urgent
        elif answer == "place":
            draft.place, draft.spot = ask_place(talk, f"place-{turn}", draft.spot)
        elif answer in ("yes", "anonymous", "no"):
            draft.anonymous = answer == "anonymous"
            return answer != "no"
        else:
            draft.more.append(answer)
    raise AssertionError("asked without end")


def _question(draft: _Draft) -> Text:
    public = (
        Text("别人看不到这一件，只有工作人员看。")
        if draft.category.private
        else Text("别人看不到您的名字；匿名的，工作人员也看不到。")
    )
    return Text("这样提交，对吗？要补充，直接写或再发照片、定位。\n{public}", public=public)


def _preview(talk: Talk, draft: _Draft) -> Article:
    report = draft.report
    facts = [(Text("地点"), reporting_news.where(talk, report)), (Text("内容"), as_said(report.words))]
    if draft.pictures:
        facts.append((Text("照片"), Text("{count}张", count=len(draft.pictures))))
    return Article(category_name(talk, draft.category), "", facts=tuple(facts))
