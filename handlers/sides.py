"""切换: who works here and lives here chooses which of both comes first, in one message."""

import re

from handlers.talk import Arguments, Phrase, Talk, anybody, menu, on, press
from handlers.understanding.reading import Reading
from models import member
from models.card import Card, Choice
from models.member import Person
from models.text import Text, as_said

# What each side looks for first, by the heads of the menu.
_FIRST = {"work": ("search", "projects", "checkin"), "home": ("report", "needs", "clubs")}
_HOME = re.compile(r"小区|家|居住|居民|社区|邻里|home|estate|neighbou?rhood")
_WORK = re.compile(r"园区|上班|单位|公司|楼里|办公|work|office|park")
_SWITCH = (
    Phrase(
        r"^(?:帮我|请|我要|我想)?(?:切换|切到|换到|换成|转到)(?:一下|到|成|为)?(?:我)?(?:在)?(?:小区|家里?|居住|居民|社区|园区|上班|单位|公司|楼里|办公)?(?:那边|这边|那一边|这一边|侧|端|模式|视角|的?菜单)?[了吧。!]*$",
        weight=6,
    ),
    Phrase(
        r"^(?:switch|change) (?:sides?|to (?:my )?(?:home|work|office|estate|park)(?: side)?)[.!]*$", weight=6
    ),
)


def _said(reading: Reading) -> Arguments:
    if _HOME.search(reading.text):
        return {"side": "home"}
    return {"side": "work"} if _WORK.search(reading.text) else {}


@on("profile.side", head="side", allow=anybody, private=True, phrases=_SWITCH, reads=_said)
def switch(talk: Talk, number: int | None = None, side: str | None = None) -> Card:
    """To the other side, or to the one that is said: 1 is work, 2 is home."""
    person = talk.person
    wanted = {1: "work", 2: "home"}.get(number or 0) or side
    wanted = wanted or ("work" if person.side == "home" else "home")
    here = person.home_id if wanted == "home" else person.work_id
    if here is None:
        text = (
            Text("请先填住处，才能换到小区这边。")
            if wanted == "home"
            else Text("请先填单位，才能换到上班这边。")
        )
        fill = Choice(Text("填写"), press("livein" if wanted == "home" else "workat"))
        return Card(text, choices=(fill, Choice(Text("我的资料"), press("profile"))))
    if person.side != wanted:
        member.stand(talk.db, person.id, wanted, talk.now)
    name = as_said(talk.lexicon.places[here].name)
    text = (
        Text("换到小区这边了：“附近”“我们楼”先看{place}。", place=name)
        if wanted == "home"
        else Text("换到上班这边了：“附近”“我们楼”先看{place}。", place=name)
    )
    back = Choice(Text("换回去"), press("side", 1 if wanted == "home" else 2))
    ordered = first(Person(person.id, person.language, person.home_id, person.work_id, side=wanted), menu())
    return Card(
        text, choices=(*ordered, back), tone="done", refs=(f"place:{talk.lexicon.places[here].code}",)
    )


def first(person: Person, choices: tuple[Choice, ...]) -> tuple[Choice, ...]:
    """The menu with what his side looks for first; of who chose no side as it is."""
    wanted = _FIRST.get(person.side or "", ())
    return tuple(sorted(choices, key=lambda each: each.says not in wanted))
