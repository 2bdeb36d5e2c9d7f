"""A window for other provinces, an office for companies and a lawyer, beside the community of the tests."""

from pathlib import Path

from sqlalchemy import Engine

from bot import community

PACK = """
[[place]]
id = "gate-centre"
kind = "station"
name = "银杏受理中心"
parent = "ginkgo"
address = "银杏路8号"
opening = "Mon-Fri 09:00-17:00"
functions = ["跨省专窗"]

[[place]]
id = "desk-station"
kind = "station"
name = "云杉企业服务站"
parent = "tower"
address = "云杉路1号3楼"
opening = "Mon-Fri 09:00-18:00"
functions = ["杉管家企业服务", "公共法律服务"]

[[organization]]
id = "fern"
kind = "company"
name = "蕨叶科技"
place = "tower"

[[member]]
id = "clerk"
handle = "console:clerk"
name = "柜员甲"
roles = ["staff@gate-centre"]

[[member]]
id = "colleague"
handle = "console:colleague"
name = "柜员乙"
roles = ["staff@gate-centre"]

[[member]]
id = "steward"
handle = "console:steward"
name = "管家"
roles = ["staff@desk-station"]

[[member]]
id = "counsel"
handle = "console:counsel"
name = "方律师"

[[member]]
id = "boss"
handle = "console:boss"
name = "陈总"
work = "tower"
organizations = ["fern"]

[[service]]
id = "anhui-archive"
kind = "window"
category = "跨省专窗"
name = "安徽婚姻档案查询"
aliases = ["安徽结婚档案"]
province = "安徽"
stations = ["gate-centre"]
materials = ["身份证原件", "授权书"]
fee = "免费"
takes = "5个工作日"
slots = "Mon-Fri 09:00-11:00/30min x1"

[[service]]
id = "jiangsu-archive"
kind = "window"
category = "跨省专窗"
name = "江苏婚姻档案查询"
province = "江苏"
stations = ["gate-centre"]
materials = ["身份证原件"]

[[service]]
id = "check-papers"
kind = "window"
category = "跨省专窗"
name = "异地材料代验"
aliases = ["代验材料"]
stations = ["gate-centre"]
materials = ["原件材料"]

[[service]]
id = "lawyer"
kind = "consultation"
category = "公共法律服务"
name = "律师咨询"
aliases = ["问律师"]
stations = ["desk-station"]
hosts = ["counsel"]
slots = "Mon-Fri 12:00-14:00/20min x1"
"""


def load(engine: Engine, folder: Path, more: str = "") -> None:
    file = folder / "windows.toml"
    file.write_text(PACK + more, "utf-8")
    community.load(engine, [file])
