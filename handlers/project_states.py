"""Staff move a project: begun, paused, gone on with, cancelled, filed; everybody whom it concerns hears why."""

from typing import Any

from sqlalchemy import Row

from handlers import checks, claim_news, project_cards, project_news, project_staff
from handlers.project_meant import public
from handlers.talk import Option, Phrase, Talk, anybody, on
from handlers.understanding.reading import Reading
from models import duty, moves, project, project_flow, project_needs, project_people
from models.card import Card
from models.project_making import find as find_project
from models.text import Text

_NO = Option("", Text("先不"), ("不", "不要", "算了", "no"))
_NUMBER = r"(?:项目?\s*#?\d{1,9}|project\s*#?\d{1,9})"
_STOP = (
    Phrase(rf"^(?:请|把)?取消{_NUMBER}|^{_NUMBER}.{{0,4}}取消|^cancel {_NUMBER}", weight=8),
    Phrase(r"^取消(?:这个|那个)?.{0,20}项目$", weight=6, needs="project"),
)
_PAUSE = (Phrase(rf"^暂停{_NUMBER}|^{_NUMBER}.{{0,4}}暂停|^pause {_NUMBER}", weight=8), Phrase(r"^暂停.{0,20}项目$", weight=6, needs="project"))  # fmt: skip
_START = (Phrase(rf"^{_NUMBER}.{{0,4}}开工|^开工{_NUMBER}|^start {_NUMBER}", weight=8), Phrase(r"项目.{0,4}开工[了吧]*$", weight=6, needs="project"))  # fmt: skip


def _named(reading: Reading) -> dict[str, Any]:
    return {"number": reading.projects[0]} if len(reading.projects) == 1 else {}


def mine(talk: Talk, number: int) -> Row[Any]:
    """A project that this member looks after. Raises Refusal."""
    one = public(talk, number)
    project_people.check(talk.db, one, talk.person.id)
    duty.check_real(talk.db, talk.person.id)
    return one


def stands(talk: Talk, one: Row[Any], text: Text | None = None) -> Card:
    """How it stands now, with what can be done."""
    found = find_project(talk.db, one.id)
    assert found is not None
    said = text or Text(
        "{project}现在是：{state}。", project=project_cards.name(found), state=project.STATES[found.state]
    )
    choices = (*project_staff.choices(talk, found), project_cards.look(found))
    return Card(said, choices=choices, tone="done" if text else "plain", refs=(project_cards.ref(found),))


@on("staff.project", head="startproject", allow=anybody, private=True, phrases=_START, reads=_named)
def start(talk: Talk, number: int = 0) -> Card:
    one = mine(talk, number)
    if one.state != "ready" or not project.go(talk.db, one, "running", talk.person.id, talk.now):
        return stands(talk, one)
    return stands(talk, one, Text("开工了。有进展随时点“报进度”，关注的人会收到。"))


@on("staff.project", head="goonproject", allow=anybody, private=True)
def go_on(talk: Talk, number: int = 0) -> Card:
    """A paused one runs again; who was told that it rests is told that too."""
    one = mine(talk, number)
    if one.state != "paused" or not project.go(talk.db, one, "running", talk.person.id, talk.now):
        return stands(talk, one)
    text = Text("{project}继续了，谢谢您等着。", project=project_cards.name(one))
    _tell(talk, one, text, f"goes on {moves.event(talk.db, project.MACHINE, one.id)}")
    claim_news.settle(talk.db, one.id, talk.person.id, talk.now)
    return stands(talk, one, Text("继续了，参加的人都收到了。"))


@on("staff.project", head="pauseproject", allow=anybody, private=True, phrases=_PAUSE, reads=_named)
def pause(talk: Talk, number: int = 0) -> Card:
    one = mine(talk, number)
    if one.state != "running":
        return stands(talk, one)
    why = _reason(talk, one, Text("暂停的原因写什么？参加和关注的人都会看到。"))
    if not why:
        return stands(talk, one)
    if not project.go(talk.db, one, "paused", talk.person.id, talk.now, reason=why):
        return stands(talk, one)
    text = Text("{project}暂停了。原因：{reason}\n已经给的先保管着，继续时告诉您。", project=project_cards.name(one), reason=why)  # fmt: skip
    _tell(talk, one, text, f"paused {moves.event(talk.db, project.MACHINE, one.id)}")
    return stands(talk, one, Text("暂停了，参加的人都收到了原因。"))


@on("staff.project", head="stopproject", allow=anybody, private=True, phrases=_STOP, reads=_named)
def cancel(talk: Talk, number: int = 0) -> Card:
    """With the reason and what becomes of what was given already; its needs are handled anew."""
    one = mine(talk, number)
    if one.state not in ("published", "claiming", "ready", "running", "paused"):
        return stands(talk, one)
    why = _reason(talk, one, Text("取消的原因写什么？参加和关注的人都会看到。"))
    if not why:
        return stands(talk, one)
    # Whoever gave something already reads what becomes of it.
    goods = talk.ask(
        "goods",
        Text("已经到位的东西怎么办？"),
        Option("退还给各家", Text("退还给各家")),
        Option("留给同类项目", Text("留给同类项目")),
        Option("还没有东西送到", Text("还没有到位")),
        check=checks.words,
        about=(project_cards.subject(talk.db, one),),
    )
    contacts, coming = project_news.concerned(talk.db, one), project_needs.of(talk.db, one.id)
    if project_flow.cancel(talk.db, one, why, talk.person.id, talk.now) is None:
        return stands(talk, one)
    text = Text("{project}取消了。原因：{reason}\n已经给的：{goods}。", project=project_cards.name(one), reason=why, goods=goods)  # fmt: skip
    project_news.stopped(talk.db, one, coming, contacts, text, "cancelled", talk.now)
    project_needs.give_back(talk.db, talk.schedule, one.id, why, talk.person.id, talk.now)
    return stands(talk, one, Text("取消了，参加的人都收到了原因；相关的诉求回到了已受理。"))


@on("staff.project", head="fileproject", allow=anybody, private=True)
def file(talk: Talk, number: int = 0) -> Card:
    one = mine(talk, number)
    if one.state != "reported" or not project.go(talk.db, one, "archived", talk.person.id, talk.now):
        return stands(talk, one)
    return stands(talk, one, Text("归档了，还能在“成果展示”里找到。"))


def _reason(talk: Talk, one: Row[Any], text: Text) -> str:
    about = (project_cards.subject(talk.db, one),)
    return talk.ask("reason", text, _NO, check=checks.words, about=about)


def _tell(talk: Talk, one: Row[Any], text: Text, event: str) -> None:
    needs, contacts = project_needs.of(talk.db, one.id), project_news.concerned(talk.db, one)
    project_news.stopped(talk.db, one, needs, contacts, text, event, talk.now)
