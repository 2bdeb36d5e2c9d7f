"""What came of an activity: its contact says a sentence and gives a photo, and the organiser reads the summary."""

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Row

from handlers import activity_cards, checks, photos
from handlers.talk import Arguments, Option, Phrase, Talk, anybody, on, press
from handlers.understanding.reading import Reading
from models import activity, concluding, duty, feedback, hours, notice, phone, result
from models.activity import Listing
from models.card import Article, Card, Choice
from models.database import Db
from models.feedback import BETTER
from models.refusal import Refusal
from models.text import Several, Text, as_said, prose

# So far back a summary is looked for by its title.
_BACK = timedelta(days=366)
_OFFERED = 5
_SUMMARY = (
    Phrase(
        r"(?:活动|这场|上场|上次)(?:的)?(?:小结|总结|情况汇总)|的(?:小结|总结)[!.。]*$|^(?:看)?小结[!.。]*$"
        r"|(?:写|补)(?:一?[个句份]|一下)?(?:活动)?(?:小结|总结)",
        weight=5,
        unless=r"不|周报|月报|年度|会议纪要",
    ),
    Phrase(r"\b(?:summary|wrap-?up) of\b|^activity summary[!.]*$", weight=6),
)
_SKIP = Option(0, Text("不发照片"), ("没有", "跳过", "不发", "skip", "no"))


def _meant(reading: Reading) -> Arguments:
    return {"named": reading.text}


def ask_how_it_went(db: Db, held: Listing, now: datetime) -> None:
    """Once, of its contact; where it has none, and somebody was checked in, of the nearest officer.

    Nobody is asked of what nobody registered for.
    """
    if not concluding.had_anybody(db, held.id, seen=held.contact_id is None):
        return
    whom = held.contact_id or next((row.id for row in duty.officers(db, held.place_id)), None)
    if whom is None:
        return
    text = Text(
        "「{title}」结束了，辛苦了。请写一句小结，再发一张照片，大家在活动里看得到。", title=prose(held.title)
    )
    choices = (
        Choice(Text("写小结"), press("wrapup", held.number)),
        Choice(Text("看小结"), press("summary", held.number)),
    )
    card = Card(text, choices=choices, refs=(held.ref,))
    notice.tell_member(db, [card], whom, now, key=f"result:{held.id}", kind="thanks", rests=True)


@on(
    "staff.activity",
    head="summary",
    example=Text("活动小结"),
    for_staff=True,
    rank=118,
    allow=anybody,
    private=True,
    phrases=_SUMMARY,
    reads=_meant,
)
def summary(talk: Talk, number: int | None = None, named: str = "", numbers: list[int] | None = None) -> Card:
    wanted = _which(talk, number, named, numbers)
    if wanted.contact_id != talk.person.id:
        duty.check(talk.db, talk.person.id, wanted.place_id, wanted.ref)
    return _shown(talk, wanted, Text("「{title}」的小结：", title=prose(wanted.title)))


def _which(talk: Talk, number: int | None, named: str, numbers: list[int] | None) -> Listing:
    """The one that is meant, of those that are over; the one that is named, or is asked for."""
    if number is not None:
        return activity.find(talk.db, number)
    if numbers is None:
        found = result.over(talk.db, talk.person.id, talk.now - _BACK, talk.now, named)
        numbers = [each.number for each in found[:_OFFERED]]
        talk.keep(numbers=numbers)
    over = activity.those(talk.db, numbers)
    if not over:
        text = Text("请等活动结束再看，您负责的活动还没有结束的。")
        talk.leave(Refusal("result.none", text), Choice(Text("找活动"), press("activities")))
    if len(over) == 1:
        return over[0]
    options = [Option(each.number, activity_cards.label(each)) for each in reversed(over)]
    about = tuple(Article(prose(each.title), each.ref) for each in reversed(over))
    chosen = talk.ask("which", Text("看哪一场的小结？"), *options, about=about)
    return next(each for each in over if each.number == chosen)


def _shown(talk: Talk, wanted: Listing, lead: Text) -> Card:
    told = result.summary(talk.db, wanted)
    label = Text("改小结") if told.result else Text("写小结")
    choices = [Choice(label, press("wrapup", wanted.number))]
    if told.result and told.result.state == "waiting" and _is_staff(talk, wanted):
        choices.insert(0, Choice(Text("公开小结"), press("showresult", _which_one(wanted, told.result))))
    words = feedback.words(talk.db, wanted.id) if _is_staff(talk, wanted) else []
    said = [_said(phone.open_in(each, talk.vault), name) for each, name in words]
    heads = [Text("大家写的：")] if said else []
    lines = Text("{lines}", lines=Several((lead, *heads, *said), lines=True))
    article = Article(prose(wanted.title), wanted.ref, facts=_facts(told), choices=tuple(choices))
    return Card(
        lines,
        articles=(article,),
        attachments=photos.attached(talk.db, told.result.photo_id) if told.result else (),
    )


def _said(words: str, name: str | None) -> Text:
    if name is None:
        return Text("· {words}", words=words)
    return Text("· {words}（{name}）", words=words, name=as_said(name))


def _facts(told: result.Summary) -> tuple[tuple[Text, Text], ...]:
    counts, figures = told.counts, told.figures
    found = [
        (Text("报名"), Text("{count}位", count=counts.registered)),
        (Text("来了"), Text("{count}位", count=counts.came)),
        (Text("现场加入"), Text("{count}位", count=told.walk_ins)),
        (Text("同行"), Text("{count}位", count=told.guests)),
        (Text("没来"), Text("{count}位", count=counts.absent)),
        (Text("志愿时长"), Text("{hours}小时", hours=hours.spoken(counts.minutes))),
        (Text("评价"), _average(figures)),
    ]
    if figures.better:
        parts = tuple(Text("{what}{count}票", what=BETTER(code), count=many) for code, many in figures.better)
        found.append((Text("可以更好"), Text("{parts}", parts=Several(parts))))
    if told.result:
        found.append((Text("小结"), as_said(told.result.words)))
    return tuple(found)


def _average(figures: feedback.Figures) -> Text:
    if figures.average is None:
        return Text("少于{count}份，不算平均", count=feedback.FEWEST)
    return Text(
        "{average}分（{count}份），{again}位说还来",
        average=f"{figures.average:.1f}",
        count=figures.answers,
        again=figures.again or 0,
    )


def _is_staff(talk: Talk, wanted: Listing) -> bool:
    """Who only plays it in the demo reads nobody's words."""
    there = duty.covers(talk.db, talk.person.id, wanted.place_id)
    return there and not duty.plays(talk.db, talk.person.id)


@on("staff.activity", head="wrapup", allow=anybody, private=True)
def wrap_up(talk: Talk, number: int = 0) -> Card:
    """One sentence, and a photo where there is one."""
    wanted = activity.find(talk.db, number)
    result.check(talk.db, wanted, talk.person.id, talk.now)
    about = (Article(prose(wanted.title), wanted.ref),)
    words = talk.ask("words", Text("请用一句话说办得怎么样，最多200字。"), check=_sentence, about=about)
    asked = Text("请发一张现场照片，没有可以跳过。拍到人的，请先问过本人。")
    picture = talk.ask("photo", asked, _SKIP, check=photos.Picture(), about=about)
    duty.check_real(talk.db, talk.person.id)
    state = result.give(talk.db, wanted, talk.person.id, words, picture or None, talk.now)
    if state == "shown":
        return _shown(talk, wanted, Text("写好了，大家在这场活动里看得到。"))
    _tell_officer(talk, wanted)
    return _shown(talk, wanted, Text("写好了，工作人员看过就公开。"))


def _sentence(words: str) -> str:
    return phone.without(checks.words(words))


def _tell_officer(talk: Talk, wanted: Listing) -> None:
    """Somebody looks at what a member wrote before everybody reads it."""
    officers = [] if duty.plays(talk.db, talk.person.id) else duty.officers(talk.db, wanted.place_id)
    for officer in officers[:1]:
        text = Text("请看一看「{title}」的小结，您公开了大家才看得到。", title=prose(wanted.title))
        look = Choice(Text("看小结"), press("summary", wanted.number))
        notice.tell_member(
            talk.db, [Card(text, choices=(look,), refs=(wanted.ref,))], officer.id, talk.now, kind="question"
        )


@on("staff.activity", head="showresult", allow=anybody, private=True)
def show_result(talk: Talk, number: int = 0) -> Card:
    """`number` says what was read too: what was written since then is read first."""
    of, seen = divmod(number, result.VERSIONS)
    wanted = activity.find(talk.db, of)
    try:
        shown = result.show(talk.db, wanted, seen, talk.person.id, talk.now)
    except Refusal as refusal:
        look = Choice(Text("看小结"), press("summary", wanted.number))
        talk.leave(refusal, *((look,) if refusal.code == "result.other" else ()))
    if shown:
        return _shown(talk, wanted, Text("公开了，大家在这场活动里看得到。"))
    return _shown(talk, wanted, Text("「{title}」的小结：", title=prose(wanted.title)))


def _which_one(wanted: Listing, one: Row[Any]) -> int:
    return wanted.number * result.VERSIONS + result.version(one)


def with_result(talk: Talk, wanted: Listing, card: Card) -> Card:
    """The card of an activity that is over, with what came of it, as everybody reads it."""
    found = result.shown(talk.db, wanted.id) if talk.now >= wanted.ends else None
    if found is None:
        return card
    said = (Text("小结"), as_said(found.words))
    articles = tuple(replace(each, facts=(*each.facts, said)) for each in card.articles)
    pictures = photos.attached(talk.db, found.photo_id)
    return replace(card, articles=articles, attachments=(*card.attachments, *pictures))
