"""How much two names of things mean the same: the words in them, without what every such name has."""

import re
from functools import lru_cache

from models.folding import fold

# What is called so by one and so by the other; the first name stands for all.
_SAME = (
    ("讲师", "老师", "教师", "培训师", "讲者", "导师", "教练", "teacher", "lecturer", "trainer"),
    ("医生", "医师", "大夫", "牙医", "doctor"),
    ("志愿者", "义工", "volunteer"),
    ("会议室", "会议厅", "会场", "教室", "报告厅", "活动室"),
    ("口腔", "护牙", "牙齿", "牙科", "dental"),
    ("律师", "法律", "lawyer"),
    ("会计", "税务", "财税"),
    ("工程师", "程序员", "开发者", "developer", "engineer"),
)
_ALIAS = {other: names[0] for names in _SAME for other in names}
_ANY = re.compile("|".join(sorted(map(re.escape, _ALIAS), key=len, reverse=True)))
# Who it is says less than what for: two of these are alike only where nothing else is said, or the same.
_ROLES = frozenset(("讲师", "医生", "志愿", "愿者"))
# Nobody of one trade stands in for the other, whatever they are called besides.
_TRADES = frozenset(("讲师", "医生"))
# What a name says besides what it is.
_ASIDE = re.compile(r"[(（\[].*?[)）\]]|\d+")
_EMPTY = re.compile(
    r"我们|公司|员工|社区|居民|活动|公益|物资|用品|资源|场地|场所|专业|服务|若干|一些|免费|人员|人手|支持|的|和|及|等|\bthe\b|\ba\b|\bof\b"
)
_LATIN = re.compile(r"[a-z]+")
_CHINESE = re.compile(r"[一-鿿]+")


@lru_cache(maxsize=8192)
def words(name: str) -> frozenset[str]:
    """Latin words, and of Chinese every two signs beside each other."""
    plain = _EMPTY.sub(" ", _ASIDE.sub(" ", _ANY.sub(lambda found: f" {_ALIAS[found[0]]} ", fold(name))))
    found = {word.removesuffix("s") for word in _LATIN.findall(plain)}
    for run in _CHINESE.findall(plain):
        found |= {run[at : at + 2] for at in range(len(run) - 1)} or {run}
    return frozenset(found)


def likeness(one: str, other: str) -> float:
    """From 0, nothing in common, to 1; a name that says nothing of its own is like any other by half."""
    first, second = words(one), words(other)
    if not first or not second:
        return 0.5
    if (_TRADES & first) and (_TRADES & second) and not (_TRADES & first & second):
        return 0
    own, others = first - _ROLES, second - _ROLES
    if own and others and not own & others:
        return 0
    return 2 * len(first & second) / (len(first) + len(second))
