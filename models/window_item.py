"""What is done over the cross-province windows: the services for it, and the province that each is for."""

import re
from typing import Any

from sqlalchemy import Row

from models import service
from models.database import Db

# As they are called in a sentence; a pack may say 安徽 or 安徽省.
PROVINCES = (
    *("北京", "天津", "河北", "山西", "内蒙古", "辽宁", "吉林", "黑龙江", "上海", "江苏", "浙江", "安徽", "福建"),
    *("江西", "山东", "河南", "湖北", "湖南", "广东", "广西", "海南", "重庆", "四川", "贵州", "云南", "西藏"),
    *("陕西", "甘肃", "青海", "宁夏", "新疆"),
)  # fmt: skip
_NAMED = re.compile("|".join(PROVINCES))
# A pack that says nothing of kinds and provinces still calls its window so.
_WINDOW = re.compile(r"专窗|跨省")


def is_one(one: Row[Any]) -> bool:
    return one.kind == "window" or bool(one.province) or bool(_WINDOW.search(one.category))


def province(one: Row[Any]) -> str | None:
    """For which province it is, in two or three letters; None where it is for all of them."""
    return named(one.province) or str(one.province) if one.province else named(one.name)


def named(words: str) -> str | None:
    """The province that these words name first."""
    found = _NAMED.search(words)
    return found[0] if found else None


def everything(db: Db) -> list[Row[Any]]:
    """All of them that can be done at present, in the catalogue's order."""
    return [each for each in service.everything(db) if is_one(each) and not each.paused]


def of_province(items: list[Row[Any]], wanted: str | None) -> list[Row[Any]]:
    """Those for this province, and those for every one."""
    return [each for each in items if wanted is None or province(each) in (None, wanted)]


def provinces(items: list[Row[Any]]) -> list[str]:
    """The provinces that any of them is for, each once."""
    return list(dict.fromkeys(found for each in items if (found := province(each))))
