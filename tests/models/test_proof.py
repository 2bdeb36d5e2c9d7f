"""Whether a proof is genuine: its number and its whole code, and nothing less."""

from collections.abc import Sequence
from datetime import date, datetime

import pytest

from models import proof
from models.database import Db
from models.served import Line, Served
from tests.conftest import NOW
from tests.shifts import member

DAY = date(2026, 11, 23)


def _served(minutes: int) -> Served:
    at = datetime.fromisoformat("2026-11-22T08:00:00+08:00")
    return Served(
        (Line(1, 1, "gate", "值守", "云杉大厦", at, at, "proved", minutes, "screen", False, None, False),)
    )


def _made(db: Db) -> tuple[int, str]:
    number = proof.make(db, member(db, "lin"), "林一", None, _served(90), DAY, DAY, NOW)
    row = proof.own(db, member(db, "lin"), number)
    assert row is not None
    assert proof.own(db, member(db, "he"), number) is None
    return number, row.code


def _wrong(code: str) -> Sequence[str]:
    other = "3" if code[-1] == "2" else "2"
    return code[:-1] + other, other + code[1:], code.lower(), ""


def test_only_the_whole_code_is_genuine(db: Db) -> None:
    number, code = _made(db)
    genuine = proof.verify(db, number, code)
    assert genuine == proof.Genuine(number, DAY.isoformat(), DAY.isoformat(), 90, 1, NOW)
    assert [proof.verify(db, number, each) for each in _wrong(code)] == [None] * 4
    assert proof.verify(db, number + 1, code) is None


def test_without_comparing_the_code_a_wrong_one_is_genuine(db: Db, monkeypatch: pytest.MonkeyPatch) -> None:
    number, code = _made(db)
    monkeypatch.setattr("secrets.compare_digest", lambda *_: True)
    assert [proof.verify(db, number, each) is None for each in _wrong(code)] == [False] * 4


@pytest.mark.parametrize(
    ("said", "read"),
    [
        ("00000012ABCD2345", (12, "ABCD2345")),
        ("12 abcd-2345", (12, "ABCD2345")),
        ("００００００１２ ＡＢＣＤ－２３４５", (12, "ABCD2345")),
        ("12", None),
        ("ABCD2345", None),
        ("12 ABCD-2O45", None),
        ("一二 ABCD-2345", None),
    ],
)
def test_number_and_code_are_read_as_people_type_them(said: str, read: tuple[int, str] | None) -> None:
    assert proof.read(said) == read
