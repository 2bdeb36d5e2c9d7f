"""One member of whom all stands at the stations: bookings, a number, a case, a consultation, papers, days, visits."""

from pathlib import Path
from typing import Any

from sqlalchemy import select

from bot import community
from models.booking import BOOKING
from models.closure import CLOSURE
from models.database import transaction
from models.guide import GUIDE
from models.need import NEED
from models.need_line import LINE
from models.renewal import RENEWAL
from models.ticking import MATERIAL_TICK
from models.visit import VISIT
from models.window_case import WINDOW_CASE
from tests import windows
from tests.chat import Chat
from tests.door import on_screen, scan
from tests.handlers.needs import member_of

NAME, PHONE, MATTER, SENT, ASKED = "岳麓山", "13900001111", "工伤赔偿怎么谈", "SF7654321", "高新企业怎么认定"
# What nobody reads of him but who serves him; what he asked stands at the office that he asked, and above it.
SECRETS = (NAME, "岳*", PHONE, MATTER, SENT, ASKED)
PACK = f"""
[[member]]
id = "yue"
handle = "console:yue"
name = "{NAME}"
work = "tower"

[[member]]
id = "far"
handle = "console:far"
name = "远站长"
roles = ["staff@estate"]

[[service]]
id = "tour"
kind = "visit"
category = "参观"
name = "低碳角参观"
stations = ["tower-station"]
party = 30
guides = 2
slots = "Mon-Fri 10:00-12:00/60min x30"
"""


def fill(say: Chat, folder: Path) -> None:
    """His are the numbers 1 of all of it but the tour, which another group booked and he guides."""
    windows.load(say.engine, folder)
    (folder / "attended.toml").write_text(PACK, "utf-8")
    community.load(say.engine, [folder / "attended.toml"])
    said = (
        *("预约今天12点的律师咨询", MATTER, "确认预约"),
        *("预约明天上午9点居住证办理", "确认预约"),
        "取号",
        "居住证办理",
        *("跨省办事", "安徽", "安徽婚姻档案查询", "登记"),
        *("居住证办理的材料清单", "1", "居住证2027年3月1日到期提醒我"),
        *(f"企业提问：{ASKED}，打我电话{PHONE}", "发送"),
    )
    for line in said:
        say(line, "yue")
    for line in ("专1 验好了", f"专1 寄出 {SENT}"):
        say(line, "clerk")
    say("预约周三10点低碳角参观，12个人", "he"), say("确认预约", "he")
    for line in ("我想当讲解员", "1", "我来讲解"):
        say(line, "yue")
    scan(say, "yue", on_screen(say, "tower-station"))
    say("云杉服务站12月1日下午关门，停电", "officer"), say("确认关门", "officer")


def all_of_it(say: Chat) -> dict[str, list[tuple[Any, ...]]]:
    """Every row of it, whole."""
    yue, officer = member_of(say, "yue"), member_of(say, "officer")
    asked = select(NEED.c.id).where(NEED.c.reporter_id == yue)
    whose = {
        **{str(table.name): table.select().where(table.c.member_id == yue) for table in _HIS},
        "need": select(NEED).where(NEED.c.id.in_(asked)),
        "need line": select(LINE).where(LINE.c.need_id.in_(asked)),
        "closure": select(CLOSURE).where(CLOSURE.c.by_id == officer),
    }
    with transaction(say.engine) as db:
        return {name: [tuple(row) for row in db.rows(query)] for name, query in whose.items()}


_HIS = (BOOKING, WINDOW_CASE, MATERIAL_TICK, RENEWAL, GUIDE, VISIT)
