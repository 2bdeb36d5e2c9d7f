"""The parts of a project from one free line: “场地1个、志愿者10人、急救培训师2名”."""

import re
from collections.abc import Sequence

from models.folding import clean, fold
from models.project_making import PartPlan
from models.project_part import PartKind
from models.refusal import Refusal
from models.text import Several, Text, as_said

MOST = 20
_LONGEST_NAME = 30
_LARGEST = 2**31 - 1
_DIGIT = {"零": 0, **{word: nth for nth, word in enumerate("一二三四五六七八九", 1)}, "两": 2, "俩": 2}
_POWER = {"十": 10, "百": 100, "千": 1000}
_NUMBER = r"(?:\d+(?:\.\d+)?|[零一二两俩三四五六七八九十百千]+)\s*[万千]?"
_UNIT = (
    r"平方米|课时|小时|人次|[个人名位份套件间处次台箱本瓶元块张只把辆组支袋盒桶米斤项节天顶双副棵盆场幅篮包面条顿桌"
    r"]|公斤"
)
_NAME_FIRST = re.compile(rf"(?P<name>.*?\D)\s*[×x*:]?\s*(?P<many>{_NUMBER})\s*(?P<unit>{_UNIT})?")
_NUMBER_FIRST = re.compile(rf"(?P<many>{_NUMBER})\s*(?P<unit>{_UNIT})?(?:的|\s+of\s+)?\s*(?P<name>\D+)")
# 和 is a part of many names: it only separates what comes after a number.
_BETWEEN = re.compile(
    r"[、,;\n+]+|(?<=\d)和|(?<=[个人名位份套件间台箱本元])[和及与]"
    rf"|[和及与](?={_NUMBER}\s*(?:{_UNIT}))|(?<=\w)\s+and\s+"
)
_LEAD = re.compile(
    r"^(?:我们|还)?(?:需要|需|要|缺|还缺|还要|缺口是?|needs?|we need|missing)[:：]?\s*", re.IGNORECASE
)
_LEAST = re.compile(
    r"[(]?(?:每[份家]|每个单位)?(?:至少|最少|不少于|at least)\s*(\d+)[^\d()]{0,2}[)]?|[(](\d+)[^\d()]?起[)]?"
)
_MAY_MISS = re.compile(
    r"[(]?(?:可选|可以没有|可有可无|不是必须的?|不必须|最好有|optional)[)]?", re.IGNORECASE
)
_KINDS: tuple[tuple[PartKind, re.Pattern[str]], ...] = (
    ("people", re.compile(r"志愿|义工|人手|帮手|工作人员|参与者|volunteer|helper")),
    ("money", re.compile(r"资金|善款|经费|捐款|赞助|钱$|\b(?:money|funds?|yuan|donations?)\b")),
    (
        "expertise",
        re.compile(
            r"师$|师傅|医生|护士|专家|教练|顾问|培训|指导|主持|辅导|咨询|设计|讲座|急救"
            r"|doctor|nurse|lawyer|train(?:er|ing)|coach|teach|expert|consult|design|photographer"
        ),
    ),
    (
        "venue",
        re.compile(r"场地|会议室|教室|房间|场馆|活动室|大厅|场所|礼堂|广场|\b(?:venue|room|space|hall)s?\b"),
    ),
)


_OF_PEOPLE = (None, "人", "名", "位", "人次", "个", "次", "场", "节", "小时", "课时", "天", "项")


class Parts:
    """What a project needs, as somebody types it in one line: `talk.ask(…, check=Parts())` gives the plans."""

    wants = "parts"

    def __call__(self, said: str) -> tuple[PartPlan, ...]:
        return read(said)


def read(said: str) -> tuple[PartPlan, ...]:
    """Every part that the line says. Raises Refusal naming the first one that is not understood."""
    pieces = _pieces(said)
    if not pieces:
        raise Refusal("parts.none", _EXAMPLE)
    plans = []
    for piece in pieces:
        plan = _part(piece)
        if plan is None:
            raise Refusal(
                "parts.unclear", Text("请把“{piece}”写成名称加数量，比如“志愿者10人”。", piece=piece)
            )
        plans.append(plan)
    if len(plans) > MOST:
        raise Refusal("parts.many", Text("请写少一些，一个项目最多{count}样。", count=MOST))
    return _each_once(plans)


def find(said: str) -> tuple[PartPlan, ...]:
    """The parts that a longer sentence says; what is none of them is passed over."""
    return _each_once([plan for piece in _pieces(said) if (plan := _part(piece)) is not None][:MOST])


def written(plans: Sequence[PartPlan]) -> str:
    """The same as one line that `read` understands."""
    return "、".join(_written(plan) for plan in plans)


def said(plans: Sequence[PartPlan]) -> Text:
    """As it is shown: 场地1个、志愿者10人."""
    return Text("{parts}", parts=Several(tuple(as_said(_written(plan)) for plan in plans)))


_EXAMPLE = Text("请写需要什么、要多少，比如“场地1个、志愿者10人”。")


def _written(plan: PartPlan) -> str:
    least = f"（至少{plan.least}）" if plan.least > 1 else ""
    return f"{plan.name}{plan.quantity}{plan.unit or ''}{least}{'' if plan.mandatory else '（可选）'}"


def _pieces(line: str) -> list[str]:
    plain = _typed(line)
    return [piece for each in _BETWEEN.split(plain) if (piece := each.strip(" .。!:"))]


def _typed(line: str) -> str:
    """As it was typed, with the marks that separate and count brought to one form."""
    marks = str.maketrans("，；：（）×　０１２３４５６７８９", ",;:()x 0123456789")
    return _LEAD.sub("", clean(line).translate(marks).strip())


def _part(piece: str) -> PartPlan | None:
    mandatory = _MAY_MISS.search(piece) is None
    piece = _MAY_MISS.sub("", piece)
    least = _LEAST.search(piece)
    piece = _LEAST.sub("", piece).strip()
    # A number in the name (1号场地1间) is none: the last one counts.
    found = _NAME_FIRST.fullmatch(piece) or _NUMBER_FIRST.fullmatch(piece)
    many = _quantity(found["many"]) if found else None
    if found is None or many is None:
        return None
    name = found["name"].strip(" :x*()的") or ""
    if not name or len(name) > _LONGEST_NAME:
        return None
    unit = found["unit"] or ("元" if kind_of(name) == "money" else None)
    smallest = min(int(next(filter(None, least.groups()))), many) if least else 1
    return PartPlan(kind_of(name, unit), name, many, unit, max(1, smallest), mandatory)


def kind_of(name: str, unit: str | None = None) -> PartKind:
    """What sort of thing it is, by its name and how it is counted."""
    words = fold(name)
    for kind, pattern in _KINDS:
        # 急救包500套 are things, whoever else is called so.
        if pattern.search(words) and (kind != "expertise" or unit in _OF_PEOPLE):
            return kind
    if unit in ("元", "块"):
        return "money"
    return "people" if unit in ("人", "名", "位", "人次") else "supplies"


def _quantity(words: str) -> int | None:
    """A whole number of one and more: 300, 三百, 5万."""
    plain = words.strip()
    times = {"万": 10_000, "千": 1000}.get(plain[-1], 1) if plain[:1].isdigit() else 1
    times = 10_000 if plain.endswith("万") else times
    number = plain.rstrip("万千 ") if times > 1 else plain
    value = float(number) if number[:1].isdigit() else float(_chinese(number))
    many = value * times
    return int(many) if many == int(many) and 1 <= many <= _LARGEST else None


def _chinese(words: str) -> int:
    total, ones = 0, 0
    for word in words:
        if word in _POWER:
            total, ones = total + (ones or 1) * _POWER[word], 0
        else:
            ones = _DIGIT[word]
    return total + ones


def _each_once(plans: Sequence[PartPlan]) -> tuple[PartPlan, ...]:
    """Two that are called the same would be told apart by nobody."""
    names = [fold(plan.name) for plan in plans]
    for nth, name in enumerate(names):
        if name in names[:nth]:
            raise Refusal("parts.twice", Text("请把“{name}”合成一样，它写了两次。", name=plans[nth].name))
    return tuple(plans)
