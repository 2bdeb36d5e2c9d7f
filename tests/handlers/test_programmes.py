"""A round table: drafts by field, all of them published at once or none, and every invited unit told once."""

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from sqlalchemy import func, insert, select

from models import board, board_sums, pack_file, project_label, project_making, store
from models.board import BOARD
from models.board_invitation import INVITATION
from models.change import CHANGE
from models.database import Db, transaction
from models.member import ROLE
from models.organization import ORGANIZATION
from models.project import PROJECT
from models.project_making import PartPlan
from tests import crowd, programme
from tests.chat import Chat
from tests.conftest import PACK
from tests.handlers.officers import rows

UNITS, DRAFTS = 60, 20


@pytest.fixture
def say(say_on_both: Chat, tmp_path: Path) -> Chat:
    programme.load(say_on_both, tmp_path)
    return say_on_both


def drafts(db: Db, say: Chat, many: int = DRAFTS, **columns: object) -> list[int]:
    """So many drafts, half of them in each field."""
    plans = [PartPlan("people", "志愿者", 5, "人")]
    return [
        project_making.make(
            db,
            f"项目{nth}",
            plans,
            crowd.member(db, "chief"),
            say.clock.now(),
            board=("economy", "culture")[nth % 2],
            place_id=crowd.place(db, "tower"),
            **columns,
        )
        for nth in range(many)
    ]


def invited(db: Db, say: Chat, many: int = UNITS) -> None:
    """So many units with a contact each, and one who stands for two."""
    for nth in range(many):
        unit = db.insert(
            insert(ORGANIZATION), code=f"unit-{nth}", kind="company", name=f"单位{nth}", aliases=[]
        )
        who = crowd.add(db, f"contact-{nth}", "tower") if nth else crowd.member(db, "qing")
        db.insert(insert(ROLE), member_id=who, kind="representative", organization_id=unit)
        here = {"board_id": table(db), "organization_id": unit, "state": "invited"}
        db.insert(insert(INVITATION), **here, at=say.clock.now(), changed=say.clock.now())


def table(db: Db) -> int:
    return int(db.value(select(BOARD.c.id).where(BOARD.c.code == "table")))


def test_twenty_drafts_are_published_together_and_sixty_units_told_once(say: Chat) -> None:
    with transaction(say.engine) as db:
        made = drafts(db, say)
        invited(db, say)
    seen = say("发布全部20个", "chief")
    assert seen.text.startswith("一次发布这20个项目吗？60家受邀单位会各收到一条。")
    assert {programme.state(say, key) for key in made} == {"draft"}
    done = say.press("全部发布", "chief")
    assert (done.did, done.text) == ("staff.project", "发布了20个项目，告诉了60家单位。")
    assert {programme.state(say, key) for key in made} == {"claiming"}
    told = say.told()
    assert set(told) == {"qing", *(f"contact-{nth}" for nth in range(1, UNITS))}
    assert {each.text for each in told.values()} == {"请挑一个认领：长桌会刚发布了20个项目。"}
    assert say.press("看项目", "contact-7").text.startswith("有21个项目：")
    # Nothing is left to publish, and nobody is told again.
    assert say("发布全部20个", "chief").text == "请先准备草稿，现在没有可以一起发布的。"
    assert say.told() == {}


def test_one_that_cannot_be_keeps_all_of_them_back(say: Chat, monkeypatch: pytest.MonkeyPatch) -> None:
    with transaction(say.engine) as db:
        made = drafts(db, say, 4)
        invited(db, say, 2)
        odd = drafts(db, say, 1, kind="charity")
    refused = say("发布全部5个", "chief")
    assert refused.text.startswith("请先写谁在什么时候核实过「项目0」")
    # Also where that turns out in the middle.
    real, checked = project_making.check_verified, Counter[str]()

    def late(one: object) -> None:
        checked["times"] += 1
        if checked["times"] > 10:
            real(one)

    monkeypatch.setattr(project_making, "check_verified", late)
    say("发布全部5个", "chief")
    assert say.press("全部发布", "chief").text.startswith("请先写谁在什么时候核实过「项目0」")
    assert {programme.state(say, key) for key in (*made, *odd)} == {"draft"}
    assert say.told() == {}
    # The twin: where a refusal undid nothing, the first ones would be out.
    checked.clear()
    say("发布全部5个", "chief")
    monkeypatch.setattr(Db, "savepoint", undoing_nothing)
    say.press("全部发布", "chief")
    assert Counter(programme.state(say, key) for key in made) == {"claiming": 4}


@contextmanager
def undoing_nothing(_db: Db, _name: str = "step") -> Iterator[None]:
    yield


def test_the_board_by_field_and_who_may(say: Chat) -> None:
    with transaction(say.engine) as db:
        drafts(db, say, 5)
        number = table(db)
    shown = say(f"programme {number}", "chief")
    assert shown.text.splitlines()[:4] == [
        "长桌会",
        "街区商业：已发布0个，有人认领0个，草稿3个",
        "邻里人文：已发布1个，有人认领0个，草稿2个",
        "合计：已发布1个，有人认领0个，草稿5个",
    ]
    assert shown.labels == ["看项目", "邀请单位", "全部发布"]
    public = say(f"programme {number}", "lin")
    assert "草稿" not in public.text
    assert public.labels == ["看项目"]
    assert (
        say(f"pubbatch {number}", "lin").text == "请找服务站的工作人员，项目由他们发起；有想法可以直接反映。"
    )
    assert say("有哪些板块", "lin").text.startswith("项目按这些分：")
    # A field finds what is labelled so, whatever board it stands on.
    assert say("邻里人文有什么项目", "lin").refs == ["project:walk"]


def generated() -> str:
    """Six boards with 21 projects and 44 small ones, and a field on each."""
    boards = "".join(
        f'[[board]]\nid = "b{nth}"\nname = "板块{nth}"\nparent = "programme"\n' for nth in range(6)
    )
    fields = "".join(f'[[board]]\nid = "f{nth}"\nkind = "field"\nname = "领域{nth}"\n' for nth in range(6))
    projects = "".join(
        f'[[project]]\nid = "p{nth}"\ntitle = "事{nth}"\nboard = "b{nth % 6}"\nlabels = ["f{nth % 5}"]\nplace = "estate"\n'
        f'parts = [{{ key = "hands", kind = "people", name = "人手", quantity = {nth + 1} }}]\n'
        for nth in range(65)
    )
    return f'[[board]]\nid = "programme"\nname = "民心项目"\n{boards}{fields}{projects}'


def test_a_pack_brings_six_boards_with_21_and_44_projects(say_on_both: Chat, tmp_path: Path) -> None:
    say, pack = say_on_both, tmp_path / "many.toml"
    pack.write_text(generated(), encoding="utf-8")
    for _ in range(2):
        with transaction(say.engine) as db:
            store.store(db, pack_file.read([PACK, pack]))
            parent = db.value(select(BOARD.c.id).where(BOARD.c.code == "programme"))
            inner = [row for row in board.everything(db) if row.parent_id == parent]
            assert (len(inner), board_sums.of(db, parent).public) == (6, 21 + 44)
            assert sum(board_sums.of(db, row.id).public for row in inner) == 65
            everything = db.rows(select(PROJECT).where(PROJECT.c.state == "claiming"))
            counts = project_label.counts(db, "field", everything)
            assert (sum(counts.values()), counts[None], len(counts)) == (66, 1, 6)
            changes = db.value(select(func.count()).select_from(CHANGE))
    # Another name is there everywhere at once, and is nobody's history.
    pack.write_text(generated().replace("板块3", "邻里情"), encoding="utf-8")
    with transaction(say.engine) as db:
        store.store(db, pack_file.read([PACK, pack]))
        assert db.value(select(func.count()).select_from(CHANGE)) == changes
    found = say("邻里情有什么项目")
    assert found.text.startswith("有11个项目")
    assert "板块：邻里情" in say(f"project {programme.number(say, 'p3')}").text
    assert rows(say, select(PROJECT.c.board).where(PROJECT.c.code == "p3"))[0].board == "b3"
