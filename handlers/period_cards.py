"""A report of a period in groups: what each figure is called, and the records that it counts."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Row

from models import board, category, need, period_report, project
from models.database import Db
from models.period_report import Records
from models.text import Text, as_said, prose

NO_BOARD = Text("不分板块")
_KINDS = {
    "people": Text("人力"),
    "supplies": Text("物资"),
    "venue": Text("场地"),
    "expertise": Text("专业"),
    "money": Text("资金"),
}


@dataclass(frozen=True, slots=True)
class Group:
    """One figure: what it counts, and the records, each by its number and what it is."""

    name: Text
    records: tuple[tuple[str, Text], ...]
    # Where it is a sum and no count.
    total: int | None = None

    @property
    def figure(self) -> int:
        return len(self.records) if self.total is None else self.total


Section = tuple[Text, tuple[Group, ...]]


def sections(db: Db, found: Records) -> tuple[Section, ...]:
    """Everything that the report says, in its order; a number stands nowhere without its records."""
    names = {code: each.name for code, each in category.everything(db).items()}
    needs, projects = found.needs, found.projects
    in_time = [row for row in needs if period_report.is_in_time(row)]
    late = [row for row in needs if not period_report.is_in_time(row)]
    return (
        (
            Text("诉求，按类别"),
            _grouped(
                needs,
                lambda row: (
                    prose(names.get(row.category, row.category or "")) if row.category else Text("其他")
                ),
                _need,
            ),
        ),
        (Text("诉求，按现在的状态"), _grouped(needs, lambda row: need.STATES[row.state], _need)),
        (
            Text("诉求，按时没按时"),
            (_group(Text("按时"), in_time, _need), _group(Text("过了时限"), late, _need)),
        ),
        (Text("项目，按板块"), _grouped(projects, lambda row: _board(db, row), _project)),
        (Text("项目，按状态"), _grouped(projects, lambda row: project.STATES[row.state], _project)),
        (Text("认领，按种类"), _claims(found.claims)),
        (Text("出力的单位"), _units(found)),
        (Text("志愿者"), _people(found)),
    )


def _board(db: Db, row: Row[Any]) -> Text:
    return prose(str(board.name(db, row.board))) if row.board else NO_BOARD


def _need(row: Row[Any]) -> tuple[str, Text]:
    return f"需{row.id}", as_said(row.title)


def _project(row: Row[Any]) -> tuple[str, Text]:
    return f"项{row.id}", prose(row.title)


def _claim(row: Row[Any]) -> tuple[str, Text]:
    share = Text("{part}{many}{unit}", part=prose(row.part), many=row.quantity, unit=row.unit or "")
    who = as_said(row.organization) if row.organization else Text("居民")
    return f"认{row.id}", Text("{who}：{share}，{title}", who=who, share=share, title=prose(row.title))


def _group(name: Text, rows: Iterable[Row[Any]], record: Callable[[Row[Any]], tuple[str, Text]]) -> Group:
    return Group(name, tuple(record(row) for row in rows))


def _grouped(
    rows: Sequence[Row[Any]], name: Callable[[Row[Any]], Text], record: Callable[[Row[Any]], tuple[str, Text]]
) -> tuple[Group, ...]:
    """The most first."""
    by_name: dict[Text, list[Row[Any]]] = {}
    for row in rows:
        by_name.setdefault(name(row), []).append(row)
    groups = [_group(each, several, record) for each, several in by_name.items()]
    return tuple(sorted(groups, key=lambda group: -len(group.records)))


def _claims(rows: Sequence[Row[Any]]) -> tuple[Group, ...]:
    """How many claims there are of each kind, and of each thing how much."""
    counts = _grouped(rows, lambda row: Text("{kind}（项）", kind=_KINDS[row.part_kind]), _claim)
    sums: dict[tuple[str, str | None], list[Row[Any]]] = {}
    for row in rows:
        sums.setdefault((row.part, row.unit), []).append(row)
    things = tuple(
        Group(
            Text("{part}（{unit}）", part=prose(part), unit=unit) if unit else prose(part),
            tuple(_claim(row) for row in several),
            sum(row.quantity for row in several),
        )
        for (part, unit), several in sums.items()
    )
    return (*counts, *things)


def _units(found: Records) -> tuple[Group, ...]:
    records = tuple((f"{nth}", as_said(name)) for nth, name in enumerate(found.organizations.values(), 1))
    return (Group(Text("单位（家）"), records),) if records else ()


def _people(found: Records) -> tuple[Group, ...]:
    """Who gave time, and how much of it; who it was reads staff in the file alone."""
    if not found.credits:
        return ()
    named = {row.member_id or -row.id: _credit(row) for row in found.credits}
    records = tuple(_credit(row) for row in found.credits)
    return (
        Group(Text("志愿者（位）"), tuple(named.values())),
        Group(Text("时长（分钟）"), records, found.minutes),
    )


def _credit(row: Row[Any]) -> tuple[str, Text]:
    said = Text(
        "{title}，{day}，{minutes}分钟",
        title=prose(row.title),
        day=f"{row.day:%Y-%m-%d}",
        minutes=row.minutes,
    )
    return row.member or "-", said
