"""派给: a need is given to an officer or to a unit, whose contact is told and says that it arrived."""

from typing import Any

from sqlalchemy import Row

from handlers import handling, handling_cards, handling_units, need_cards, need_news
from handlers.handling_which import mine, past, units_contacts
from handlers.talk import Option, Talk, anybody, on
from handlers.understanding.handling import ASSIGN, TAKE
from models import duty, handling_people
from models import handling as rules
from models.card import Card
from models.handling_people import Whom
from models.refusal import Refusal
from models.text import Text, as_said

_OFFERED = 8
_BEFORE = ("new", "triaged", "reopened", "in_progress")


@on("staff.need", head="assignneed", allow=anybody, private=True, phrases=ASSIGN.phrases, reads=ASSIGN)
def assign(talk: Talk, number: int | None = None, whom: str | None = None) -> Card:
    """To whom is said, or chosen; what is new is accepted with it, and the reporter hears of it once."""
    one = mine(talk, number)
    if one.state not in _BEFORE or one.project_id is not None:
        past(talk, one)
    return given(talk, one, _whom(talk, one, whom))


@on("staff.need", head="takeneed", allow=anybody, private=True, phrases=TAKE.phrases, reads=TAKE)
def take(talk: Talk, number: int | None = None) -> Card:
    """Back from whoever has it outside, or from a colleague: this officer has it now."""
    one = mine(talk, number)
    if one.state not in (*_BEFORE, "referred") or one.project_id is not None:
        past(talk, one)
    return given(talk, one, Whom("officer", talk.person.id, ""))


def _whom(talk: Talk, one: Row[Any], said: str | None) -> Whom:
    """Who is called so; where several are, or nobody, he is asked."""
    found = handling_people.named(talk.db, one, talk.person.id, said) if said else []
    if len(found) == 1:
        return found[0]
    question = Text("派给谁？点一个，或者写名字。")
    if said and not found:
        question = Text("派给谁？没有找到“{said}”，请点一个，或者再写一次名字。", said=said)
    elif found:
        question = Text("是哪一个？“{said}”有好几个。", said=said or "")
    offered = found or [
        Whom("officer", talk.person.id, ""),
        *handling_people.near(talk.db, one, talk.person.id),
    ]
    options = [Option(each.value, _name(each)) for each in offered[:_OFFERED]]
    chosen = talk.ask("whom", question, *options, check=_Whom(talk, one), about=handling_cards.subject(one))
    return _still(talk, one, chosen)


class _Whom:
    """One by his name, where that is clear."""

    wants = "choice"

    def __init__(self, talk: Talk, one: Row[Any]) -> None:
        self._talk, self._one = talk, one

    def __call__(self, said: str) -> str:
        found = handling_people.named(self._talk.db, self._one, self._talk.person.id, said)
        if len(found) != 1:
            raise Refusal("need.whom", Text("请把单位或同事的名字写全。"))
        return found[0].value


def _still(talk: Talk, one: Row[Any], value: str) -> Whom:
    found = handling_people.find(talk.db, one, talk.person.id, value)
    if found is None:
        talk.leave(Refusal("need.whom", Text("请重新选一位，这位现在不管这里了。")), handling_cards.look(one))
    return found


def _name(whom: Whom) -> Text:
    return as_said(whom.name) if whom.name else Text("派给我")


def given(talk: Talk, one: Row[Any], whom: Whom) -> Card:
    """It is theirs from now on; whom it concerns is told once."""
    unit = whom.id if whom.kind == "unit" else None
    officer = talk.person.id if unit is not None else whom.id
    has = (one.unit_id, one.unit) == (unit, None) and (unit is not None or one.officer_id == officer)
    if has and one.state in ("triaged", "in_progress"):
        return handling_cards.full(talk, one, Text("不用再派，现在就是他们在办。"))
    values = {
        "unit_id": unit,
        "unit": None,
        "sent": "unsent" if unit is None else "sent",
        "officer_id": officer,
    }
    done = _moved(talk, one, values)
    contacts = units_contacts(talk, done)
    if unit is None and whom.id != talk.person.id:
        _tell_colleague(talk, done, whom.id)
    handling_units.tell(talk, done, contacts)
    told = handling.told_accepted(talk, done, before=one.state in ("triaged", "in_progress"))
    step = rules.event(talk.db, done)
    need_news.tell(talk.db, done, told, step, talk.now, but=(talk.person.id,))
    return handling_cards.full(talk, done, _said(talk, done, whom, bool(contacts)))


def _moved(talk: Talk, one: Row[Any], values: dict[str, Any]) -> Row[Any]:
    """In the state in which somebody has it; accepted with it where it was not before."""
    me = talk.person.id
    if one.state in ("new", "reopened", "referred"):
        done = handling.accepted(talk, one, **values)
        rules.note(talk.db, done.id, "assigned", me, talk.now)
        return done
    return rules.edit(talk.db, one, "assigned", me, talk.now, **values, climbs=one.due, climbed=0)


def _said(talk: Talk, one: Row[Any], whom: Whom, told: bool) -> Text:
    name = handling_cards.who_has_it(talk.db, one) or Text("同事")
    reporter = handling.told_whom(one)
    if whom.kind == "unit" and not told:
        return Text(
            "派给{name}了，请打电话告诉他们：这里还没有他们的联系人。{told}", name=name, told=reporter
        )
    return Text("派给{name}了。{told}", name=name, told=reporter)


def _tell_colleague(talk: Talk, one: Row[Any], officer: int) -> None:
    if duty.plays(talk.db, talk.person.id):
        return
    text = Text("请看一看，{need}派给了您。", need=need_cards.name(one))
    row = handling_cards.row(talk.db, one, talk.now)
    need_news.tell_staff(
        talk.db, one.id, Card(text, articles=(row,)), [officer], rules.event(talk.db, one), talk.now
    )
