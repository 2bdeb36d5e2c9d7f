"""A small catalogue for tests: at the tower one to book, one that nobody checked for long; one at the estate."""

from pathlib import Path

from bot import community
from tests.chat import Chat

PACK = """
[[service]]
id = "relief"
category = "民政"
name = "临时救助申请"
aliases = ["临时救助", "temporary relief"]
stations = ["tower-station"]
materials = ["身份证原件", "困难说明", "户口簿"]
fee = "免费"
slots = "Mon-Fri 09:00-11:30/30min x1"
checked = 2026-05-27

[[service]]
id = "copyright"
category = "知识产权"
name = "作品版权登记"
stations = ["tower-station"]
checked = 2026-05-26

[[service]]
id = "seal"
category = "企业"
name = "公章刻制备案"
aliases = ["刻章"]
stations = ["estate-station"]
materials = ["营业执照"]
checked = 2026-04-01
"""


def load(say: Chat, folder: Path, text: str = PACK) -> None:
    file = folder / "services.toml"
    file.write_text(text, "utf-8")
    community.load(say.engine, [file], say.clock)
