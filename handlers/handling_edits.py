"""What staff change of a need while it is handled: who sees it, what it is about, its due date, and notes for themselves."""

import re
from datetime import date
from typing import Any

from sqlalchemy import Row

from handlers import activity_reading, handling, handling_answers, handling_cards, need_cards, need_news
from handlers.handling_which import mine, past
from handlers.talk import Option, Talk, anybody, on
from handlers.understanding import times
from handlers.understanding.handling import EXTEND, HIDE, NOTE, OPEN, SORT
from models import addressee, category, duty, handling_due, need
from models import handling as rules
from models.card import Card
from models.category import Sort
from models.folding import fold
from models.refusal import Refusal
from models.text import Moment, Text, prose

_OFFERED = 10
# What stands behind it is the reason.
_MARK = re.compile(r"[,，;；。]")


@on("staff.need", head="hideneed", allow=anybody, private=True, phrases=HIDE.phrases, reads=HIDE)
def hide(talk: Talk, number: int | None = None) -> Card:
    """From now on only who reported it and staff see it."""
    one = mine(talk, number)
    if one.visibility != "public":
        return handling_cards.full(talk, one, Text("不用再设，别人本来就看不到这件。"))
    done = rules.edit(talk.db, one, "private", talk.person.id, talk.now, visibility="private")
    text = Text("设好了，只有反映的人和工作人员看得到。")
    if others := rules.supporters(talk.db, one.id):
        text = Text("{done}关注的{count}位不再收到进展。", done=text, count=others)
    return handling_cards.full(talk, done, text)


@on("staff.need", head="openneed", allow=anybody, private=True, phrases=OPEN.phrases, reads=OPEN)
def open_up(talk: Talk, number: int | None = None) -> Card:
    """Others may know of it again; what is private by its category stays so."""
    one = mine(talk, number)
    if one.visibility == "public":
        return handling_cards.full(talk, one, Text("不用再设，这件本来就是公开的。"))
    sort = category.everything(talk.db).get(one.category or "")
    if sort is not None and sort.private:
        text = Text("请先改分类，“{sort}”这一类不公开。", sort=prose(sort.name))
        talk.leave(Refusal("need.private", text, need.ref(one.id)), handling_cards.look(one))
    done = rules.edit(talk.db, one, "public", talk.person.id, talk.now, visibility="public")
    return handling_cards.full(talk, done, Text("设好了，大家能看到。反映人写的话，核对过才公开。"))


@on("staff.need", head="sortneed", allow=anybody, private=True, phrases=SORT.phrases, reads=SORT)
def sort(talk: Talk, number: int | None = None, kind: str | None = None) -> Card:
    """About something else than was thought: it starts anew with whose that is, and its due date with it."""
    one = mine(talk, number)
    if one.state not in handling_cards.MOVABLE or one.project_id is not None:
        past(talk, one)
    wanted = _sort(talk, one, kind)
    if wanted.code == one.category:
        text = Text("不用再改，分类本来就是{sort}。", sort=prose(wanted.name))
        return handling_cards.full(talk, one, text)
    done = rules.edit(talk.db, one, "category", talk.person.id, talk.now, **_as_new(talk, one, wanted))
    _tell_officer(talk, done)
    text = Text(
        "{need}改到“{sort}”这一类了。最晚{due}给您答复。",
        need=need_cards.name(done),
        sort=prose(wanted.name),
        due=Moment(done.due),
    )
    told = Card(text, choices=(need_cards.look(done),), tone="notice", refs=(need.ref(done.id),))
    need_news.tell(talk.db, done, told, rules.event(talk.db, done), talk.now, but=(talk.person.id,))
    return handling_cards.full(talk, done, Text("改好了。{told}", told=handling.told_whom(done)))


def _as_new(talk: Talk, one: Row[Any], wanted: Sort) -> dict[str, Any]:
    """Nobody has it any more; a title that was the category's name follows it.

    The time counts from when it was accepted, so that nothing is put off by turning it about.
    """
    before = category.everything(talk.db).get(one.category or "")
    titled = before is not None and one.title == before.name
    owed = {"due": one.due, "climbs": one.climbs}
    if one.state not in ("new", "reopened"):
        since = rules.since(talk.db, one)
        owed = handling_due.sorted_anew(talk.db, talk.schedule, one, wanted.code, since, talk.now)
    return {
        "category": wanted.code,
        "title": wanted.name if titled else one.title,
        "visibility": "private" if wanted.private else one.visibility,
        "urgent": one.urgent or wanted.urgent,
        "unit_id": None,
        "unit": None,
        "sent": "unsent",
        **owed,
    }


def _sort(talk: Talk, one: Row[Any], said: str | None) -> Sort:
    known = category.everything(talk.db)
    found = _called(known, said) if said else None
    if found is not None:
        return found
    options = [Option(each.code, prose(each.name)) for each in list(known.values())[:_OFFERED]]
    asked = Text("改成哪一类？点一个，或者写名称。")
    chosen = talk.ask("sort", asked, *options, check=_Sort(known), about=handling_cards.subject(one))
    return known[chosen]


class _Sort:
    """A category by its name, or by one of its words."""

    wants = "choice"

    def __init__(self, known: dict[str, Sort]) -> None:
        self._known = known

    def __call__(self, said: str) -> str:
        found = _called(self._known, said)
        if found is None:
            raise Refusal("need.sort", Text("请从下面选一个，没有这个分类。"))
        return found.code


def _called(known: dict[str, Sort], said: str) -> Sort | None:
    plain = fold(said).strip(' 。.的类"“”')
    names = {each.code: {fold(each.name), fold(each.english or ""), each.code} for each in known.values()}
    exact = [each for each in known.values() if plain in names[each.code]]
    near = [each for each in known.values() if plain and any(plain in name for name in names[each.code])]
    by_word = [each for each in known.values() if plain in {fold(word) for word in each.words}]
    for found in (exact, near, by_word):
        if len(found) == 1:
            return found[0]
    return None


def _tell_officer(talk: Talk, one: Row[Any]) -> None:
    """Whose it is now hears of it: of danger at once, at any hour."""
    if duty.plays(talk.db, talk.person.id):
        return
    to = addressee.nearest(talk.db, (one.place_id,), _some(one.reporter_id))
    whom = [each for each in (one.officer_id, to.id if to else None) if each not in (None, talk.person.id)]
    text = Text("请看一看，{need}换了分类，要重新派。", need=need_cards.name(one))
    told = Card(text, articles=(handling_cards.row(talk.db, one, talk.now),))
    step = rules.event(talk.db, one)
    need_news.tell_staff(talk.db, one.id, told, whom, step, talk.now, rests=not one.urgent)


def _some(key: int | None) -> set[int]:
    return set() if key is None else {key}


@on("staff.need", head="noteneed", allow=anybody, private=True, phrases=NOTE.phrases, reads=NOTE)
def note(talk: Talk, number: int | None = None, words: str | None = None) -> Card:
    """Staff alone read it; nobody is told."""
    one = mine(talk, number, reaches=False)
    asked = Text("备注写什么？只有工作人员看得到。")
    said = words or talk.ask("words", asked, check=handling_answers.words, about=handling_cards.subject(one))
    said = handling_answers.words(said)
    rules.say(talk.db, talk.vault, one.id, talk.person.id, "note", said, talk.now)
    return handling_cards.full(talk, one, Text("备注记下了，只有工作人员看得到。"))


@on("staff.need", head="extendneed", allow=anybody, private=True, phrases=EXTEND.phrases, reads=EXTEND)
def extend(talk: Talk, number: int | None = None, until: str | None = None) -> Card:
    """Once, with a reason that the reporter reads, and never longer than is allowed at all."""
    one = mine(talk, number)
    if one.state not in ("triaged", "in_progress") or one.due is None or one.project_id is not None:
        past(talk, one)
    if one.extended:
        text = Text("请先办结，或者写一条答复。需{number}已经延期过一次。", number=one.id)
        talk.leave(Refusal("need.extended", text, need.ref(one.id)), handling_cards.look(one))
    about, check = handling_cards.subject(one), _Until(talk, one)
    day, why = check.read(until) if until else (None, None)
    if day is None:
        asked = Text("延到哪一天？最晚到{latest}。", latest=Moment(check.latest))
        day = date.fromisoformat(talk.ask("until", asked, check=check, about=about))
    if why is None:
        asked = Text("为什么要延期？请写一句，反映的人会看到。")
        why = handling_answers.words(talk.ask("why", asked, check=handling_answers.words, about=about))
    due = handling_due.on_day(talk.schedule, day)
    done = rules.edit(
        talk.db,
        one,
        "extended",
        talk.person.id,
        talk.now,
        reason=rules.reason(why),
        due=due,
        extended=True,
        climbs=due,
        climbed=0,
    )
    why = rules.say(talk.db, talk.vault, done.id, talk.person.id, "answer", why, talk.now)
    text = Text(
        "{need}要多等几天，最晚{due}给您结果。原因：{why}",
        need=need_cards.name(done),
        due=Moment(done.due),
        why=why,
    )
    told = Card(text, choices=(need_cards.look(done),), tone="notice", refs=(need.ref(done.id),))
    need_news.tell(talk.db, done, told, rules.event(talk.db, done), talk.now, but=(talk.person.id,))
    return handling_cards.full(talk, done, Text("延期了。{told}", told=handling.told_whom(done)))


class _Until:
    """A day after the one that it is due on, and no later than is allowed."""

    wants = "time"

    def __init__(self, talk: Talk, one: Row[Any]) -> None:
        self._talk, self._one = talk, one
        self.latest = handling_due.latest(talk.db, talk.schedule, rules.since(talk.db, one))

    def read(self, said: str) -> tuple[date | None, str | None]:
        """The day, and the reason where it stands behind it: `12月10日，等材料`. Raises Refusal."""
        began = activity_reading.began(self._talk).astimezone(self._talk.zone)
        when, rest = times.find(fold(said), began)
        if when is None or when.last is None:
            return None, None
        self._check(when.last)
        parts = _MARK.split(said, maxsplit=1)
        why = (parts[1] if len(parts) > 1 else rest.strip(" 到至")).strip().lstrip(",.:;，。：；、")
        for word in ("因为", "原因是", "原因", "because of", "because"):
            why = why.removeprefix(word).strip(" ,:")
        return when.last, why or None

    def __call__(self, said: str) -> str:
        day, _ = self.read(said)
        if day is None:
            raise Refusal("need.until", Text("请写清楚日期，比如“12月10日”“下周五”。"))
        return day.isoformat()

    def _check(self, day: date) -> None:
        due = handling_due.on_day(self._talk.schedule, day)
        if due > self.latest:
            text = Text("请写早一点的日子，最晚到{latest}。", latest=Moment(self.latest))
            raise Refusal("need.until", text, need.ref(self._one.id))
        if due <= self._one.due:
            text = Text("请写晚一点的日子，现在的期限是{due}。", due=Moment(self._one.due))
            raise Refusal("need.until", text, need.ref(self._one.id))
