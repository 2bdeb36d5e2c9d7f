"""What is not everybody's to read leaves by no way out: every action by every outsider, notices, files, pages and logs."""

import logging
from pathlib import Path

import pytest

from bot import deliveries
from bot.configuration import Configuration
from bot.inbound import Inbound
from handlers import recipes
from handlers.recipes import Maker
from handlers.talk import ACTIONS
from models import member as members
from models import need_reading
from models.database import transaction
from models.need import NEED
from tests import street
from tests.bot.test_calendar import client_of
from tests.chat import VAULT, Chat
from tests.handlers.needs import reported
from tests.handlers.test_consultations import ask
from tests.handlers.test_plans_wanted import wish
from tests.shifts import member
from tests.street import rows

# Nobody says these words by chance: of a consultation, a plan, a private need, and one that nobody looked at yet.
ASKED, WISHED, PRIVATE, UNCHECKED = "鹦鹉螺被辞退", "要投影", "水母家漏水", "海星灯不亮"
EVERYTHING = (ASKED, WISHED, PRIVATE, UNCHECKED, "劳动法")
# Of the staff of the tower only the consultation is kept; its asker's place says nothing about it.
OUTSIDERS = {
    "he": EVERYTHING,
    "accountant": EVERYTHING,
    "estate-officer": EVERYTHING,
    "chief": (ASKED, "劳动法"),
}
SENTENCES = (
    *("大家反映的", "云杉大厦有什么问题", "社区项目", "看看大家的资源", "成果展示", "周报", "报告", "收件箱"),
    *(
        "待办诉求",
        "待核对",
        "我的诉求",
        "我的咨询",
        "我的策划",
        "辞退",
        "漏水",
        "灯不亮",
        "投影",
        "导出我的数据",
    ),
)


@pytest.fixture
def say(say: Chat, tmp_path: Path) -> Chat:
    street.load(say.engine, tmp_path)
    ask(say, words=ASKED)
    wish(say)
    reported(say, PRIVATE, visibility="private", spot=None)
    reported(say, UNCHECKED, spot=None)
    say.told()
    return say


def everything(who: str) -> list[str]:
    """Each head with the number of the consultation; of a resident, who may read least, with the other ones too."""
    plain = [head for head, action in ACTIONS.items() if not action.signed]
    numbered = [head for head in plain if ACTIONS[head].numbered]
    numbers = (1, 2, 3, 4) if who == "he" else (1,)
    return [*SENTENCES, *plain, *(f"{head} {number}" for number in numbers for head in numbered)]


def leaks(text: str, line: str, kept: tuple[str, ...]) -> list[str]:
    """What is kept and was read, where the line itself did not say it."""
    return [word for word in kept if word in text and word not in line]


@pytest.mark.parametrize("who", OUTSIDERS)
def test_no_action_tells_an_outsider(say: Chat, who: str) -> None:
    for line in everything(who):
        shown = say(line, who)
        assert leaks(shown.text, line, OUTSIDERS[who]) == [], line
        for each in (one for _, part in shown.messages for one in part.attachments):
            assert leaks(f"{each.name} {each.says}", line, OUTSIDERS[who]) == [], line
    assert rows(say, NEED.c.id, NEED.c.kind, NEED.c.state)[0] == (1, "consultation", "new")
    for to, told in say.told("2026-12-20T10:00:00+08:00").items():
        if to in OUTSIDERS:
            assert leaks(told.text, "", OUTSIDERS[to]) == [], to


def test_a_group_hears_nothing(say: Chat) -> None:
    for who, line in ((who, line) for who in ("lin", "lawyer", "officer") for line in SENTENCES):
        reply = say.send(Inbound("console", who, line, group="g1"))
        for to, shown in reply.messages:
            assert not to.startswith("group:") or leaks(shown.text, line, EVERYTHING) == [], (who, line)


def test_the_walk_finds_what_is_told(say: Chat, monkeypatch: pytest.MonkeyPatch) -> None:
    """The twin: with the one condition gone the list of everybody tells it."""
    monkeypatch.setattr(need_reading, "reader", lambda *_: "staff")
    assert any(leaks(say(f"need {number}", "he").text, "", EVERYTHING) for number in (1, 2, 3, 4))


async def test_no_page_no_figure_and_no_line_of_the_log(say: Chat, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    say("consultreply 1", "lawyer"), say("带着合同来", "lawyer"), say("reopen 1"), say("stuff", "officer")
    async with client_of(say) as client:
        paths = [f"requests/{number}.json" for number in (1, 2, 3)]
        found = [await client.get(f"/open311/v2/{path}") for path in paths]
        pages = [
            await client.get(path)
            for path in ("/open311/v2/requests.json", "/open311/v2/services.json", "/metrics", "/healthz")
        ]
    assert [each.status_code for each in found] == [404, 404, 404]
    assert [one["service_request_id"] for one in pages[0].json()] == ["4"]
    written = "".join(each.text for each in (*found, *pages)) + caplog.text
    assert leaks(written, "", (*EVERYTHING, "带着合同来")) == []


def test_what_is_asked_about_deliveries_and_reports(say: Chat, monkeypatch: pytest.MonkeyPatch) -> None:
    say("consultreply 1", "lawyer"), say("带着合同来", "lawyer")
    with transaction(say.engine) as db:
        for who in ("estate-officer", "chief"):
            person = members.person(db, member(db, who))
            maker = Maker(person, say.clock.now(), say.equipment.schedule.zone, VAULT)
            cells = str(_cells(recipes.RECIPES["period"](db, maker, 202611)().data))
            assert leaks(cells, "", EVERYTHING) == [], who
    monkeypatch.setattr(deliveries, "open_current", lambda _url: say.engine)
    lines = [line for number in (None, 1, 2, 3) for line in deliveries.report(Configuration(), number)]
    assert len(lines) > 3
    assert leaks("\n".join(lines), "", (*EVERYTHING, "带着合同来")) == []


def _cells(data: bytes) -> list[object]:
    from io import BytesIO

    from python_calamine import CalamineWorkbook

    book = CalamineWorkbook.from_filelike(BytesIO(data))
    return [book.get_sheet_by_name(name).to_python() for name in book.sheet_names]
