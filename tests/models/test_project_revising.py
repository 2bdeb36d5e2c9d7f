"""A pack asks for less or more while people give already: what is given stays, and a pack that forgets it is refused."""

from pathlib import Path

import pytest
from sqlalchemy import select

from models import pack_file, store
from models.database import transaction
from models.pack import PackError
from models.project import PROJECT
from models.project_part import PART
from tests.chat import Chat
from tests.conftest import PACK
from tests.handlers.given import PROJECTS, claimed, load, part, quarter, state
from tests.handlers.officers import rows

__all__ = ["quarter"]


def test_what_is_given_stays_given_and_the_rest_makes_room(quarter: Chat, tmp_path: Path) -> None:
    say = quarter
    claimed(say, "枫叶认领急救包300套", "bo")
    say.told()
    say.press("接受", "officer")
    claimed(say, "雪松认领急救包100套", "wen")
    claimed(say, "白鸽诊所认领急救包100套", "qin")
    say.told()
    # Less than was given: nothing of that pack is written, whatever else it says.
    for quantity, says in (
        ("200", "project corner: parts: kits: quantity: 300 are given already; write at least so many"),
        (None, "project corner: parts: kits was claimed; keep it in the pack, its claims are its record"),
    ):
        text = PROJECTS.replace("大堂急救角", "另一个名字")
        line = next(each for each in text.splitlines() if 'key = "kits"' in each)
        text = text.replace(line, line.replace("500", quantity) if quantity else "")
        with pytest.raises(PackError, match=says):
            load(say, tmp_path, text)
    assert rows(say, select(PROJECT.c.title).where(PROJECT.c.code == "corner"))[0].title == "大堂急救角"
    # Less than is asked for: the newest waits, and is told.
    load(say, tmp_path, PROJECTS.replace("quantity = 500", "quantity = 400"))
    assert part(say, "kits") == (100, 300, "partly")
    assert (state(say, 2), state(say, 3)) == ("offered", "waiting")
    told = say.told()
    assert list(told) == ["qin"]
    assert told["qin"].text.startswith("请等一等：项2「大堂急救角」要的少了，您的认3（急救包100套）先排队")
    # More again: who waits is asked first.
    load(say, tmp_path, PROJECTS.replace("quantity = 500", "quantity = 600"))
    told = say.told()
    assert sorted(told) == ["officer", "qin"]
    assert told["qin"].text.startswith("轮到您了：")
    assert (state(say, 3), part(say, "kits")) == ("offered", (200, 300, "partly"))
    # A full one that needs more is open again.
    load(say, tmp_path, PROJECTS.replace("quantity = 500", "quantity = 500"))
    assert part(say, "kits") == (200, 300, "partly")
    assert rows(say, select(PART.c.quantity).where(PART.c.code == "kits"))[0].quantity == 500


def test_without_a_clock_a_pack_moves_no_claim(quarter: Chat, tmp_path: Path) -> None:
    say = quarter
    claimed(say, "枫叶认领急救包300套", "bo")
    pack = tmp_path / "less.toml"
    pack.write_text(PROJECTS.replace("quantity = 500", "quantity = 200"), "utf-8")
    with (
        pytest.raises(PackError, match="300 are claimed; write at least so many"),
        transaction(say.engine) as db,
    ):
        store.store(db, pack_file.read([PACK, pack]))
    assert (state(say, 1), part(say, "kits")) == ("offered", (300, 0, "open"))
