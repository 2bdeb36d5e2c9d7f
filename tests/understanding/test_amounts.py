"""How much a sentence says; the number of a project or a need is no amount."""

import pytest

from handlers.understanding import amounts


@pytest.mark.parametrize(
    ("words", "found"),
    [
        ("认领项30的护牙包300套", [(300, "套")]),
        ("认领项30的护牙包", []),
        ("claim 40 kits of project 7", [(40, "")]),
        ("需17要两个人", [(2, "个人")]),
        ("三百份和一千二百张", [(300, "份"), (1200, "张")]),
        ("12月4日前30", [(30, "")]),
    ],
)
def test_an_amount_is_what_is_counted(words: str, found: list[tuple[int, str]]) -> None:
    assert amounts.find(words) == found
