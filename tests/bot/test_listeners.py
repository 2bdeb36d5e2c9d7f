"""Listeners: woken at their own place, and all of them at the end."""

from bot.listeners import Listeners

HERE, THERE = ("page", "here"), ("page", "there")


def test_only_who_listens_there_is_woken() -> None:
    listeners = Listeners()
    with listeners.at(HERE) as one, listeners.at(HERE) as two, listeners.at(THERE) as other:
        listeners.wake(HERE)
        assert [event.is_set() for event in (one, two, other)] == [True, True, False]


def test_who_has_gone_is_not_kept() -> None:
    listeners = Listeners()
    with listeners.at(HERE):
        pass
    listeners.wake(HERE)
    assert listeners._at == {}


def test_at_the_end_everybody_is_woken_also_who_comes_later() -> None:
    listeners = Listeners()
    with listeners.at(HERE) as event:
        assert listeners.all_gone is False
        listeners.send_home()
        assert (event.is_set(), listeners.all_gone) == (True, True)
    with listeners.at(THERE) as late:
        assert late.is_set()
