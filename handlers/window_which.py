"""Which case of the cross-province window is meant, and whether who speaks is its owner or works at the window."""

from typing import Any

from sqlalchemy import Row

from handlers import window_cards
from handlers.talk import Left, Option, Talk
from models import duty, service, window_case
from models.refusal import Refusal
from models.text import Text

# Its number as people write it: 专17, 专窗17号, window case 17.
CASE = r"(?:[专專](?:窗|窗件)?|\bwindow case)\s*[#＃]?\s*(?P<number>\d{1,9})\s*(?:号|號)?"


def mine(talk: Talk, number: int, *, owner: bool = False) -> tuple[Row[Any], bool]:
    """The case, and whether it is read for the window; without a number the only one of one's own, or it is asked.

    Leaves where it is neither's: nobody else learns that it is there. `owner`: it is its owner's alone to do.
    """
    one = window_case.find(talk.db, number) if number else _own(talk)
    if one is None:
        talk.leave(_unknown(number), window_cards.MINE, window_cards.START)
    if one.member_id == talk.person.id:
        return one, False
    if not works_there(talk, one):
        talk.leave(_unknown(number), window_cards.MINE, window_cards.START)
    if owner:
        text = Text("请让办事人自己说，这一步只有本人能办。")
        talk.leave(Refusal("window.owner", text, window_case.ref(one.id)), window_cards.LIST)
    return one, True


def at_window(talk: Talk, number: int) -> Row[Any]:
    """The case, for who works at its window. Leaves where he does not; its owner is shown how far it is."""
    one = window_case.find(talk.db, number) if number else None
    if one is None or not (works_there(talk, one) or one.member_id == talk.person.id):
        choices = (window_cards.LIST,) if duty.places(talk.db, talk.person.id) else (window_cards.MINE,)
        talk.leave(_unknown(number), *choices)
    if not works_there(talk, one):
        raise Left(window_cards.own(talk, one, Text("这一步由窗口来办，现在是：")))
    if one.member_id != talk.person.id:
        duty.check_real(talk.db, talk.person.id)
    return one


def works_there(talk: Talk, one: Row[Any]) -> bool:
    """Staff of the window's place, and who gives this service."""
    return duty.covers(talk.db, talk.person.id, one.place_id) or talk.person.id in service.hosts(
        talk.db, one.service_id
    )


def _own(talk: Talk) -> Row[Any] | None:
    """The only one of one's own that is not over; asks among several."""
    found = window_case.of_member(talk.db, talk.person.id)
    going = [each for each in found if each.state not in window_case.ENDED]
    if len(going) <= 1:
        return going[0] if going else None
    options = (Option(each.id, window_cards.name(talk.db, each)) for each in going)
    number = talk.ask("which", Text("哪一件？"), *options)
    return next(each for each in going if each.id == number)


def _unknown(number: int) -> Refusal:
    if not number:
        return Refusal("window.none", Text("请写上编号，比如“专17”。发“我的专窗件”，能看到您自己的。"))
    text = Text("请再看看编号，没有找到专{number}。发“我的专窗件”，能看到您自己的。", number=number)
    return Refusal("window.unknown", text)
