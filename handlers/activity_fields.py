"""What staff write of an activity, field by field: how it is asked for, read and shown; publishing and editing share it."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Any

from handlers import activity_reading as reading
from handlers.activity_cards import KINDS
from handlers.checks import bare
from handlers.talk import Option, Talk
from models import contact, duty, eligibility, organization
from models.activity_publishing import Plan
from models.card import Article
from models.database import Db
from models.folding import fold
from models.refusal import Refusal
from models.text import Moment, Several, Text, as_said, prose

Read = Callable[[Talk, Plan, str], Any]
Show = Callable[[Db, Any], Text]
_OFFICERS = 5
_YES, _NO = ("要", "是", "yes"), ("不要", "不用", "不", "没有", "no")
# What is left out, as people type it.
NONE = ("跳过", "没有", "无", "不用", "不要", "不设", "none", "no", "skip")


@dataclass(frozen=True, slots=True)
class Wanted:
    """A field: `label` names it, `asks` asks for it, `nothing` is what it is called where there is none."""

    column: str
    label: Text
    asks: Text
    read: Read | None
    show: Show
    nothing: Text | None = None
    options: tuple[Option[Any], ...] = ()
    wants: str = "text"
    says: str = ""

    def ask(self, talk: Talk, name: str, plan: Plan, about: tuple[Article, ...]) -> Any:
        """Its value, for a plan that has the rest; `name` is the question's."""
        options = list(self.options)
        if self.column == "contact_id":
            options = _officers(talk, plan)
        if self.nothing is not None:
            options.append(Option(None, self.nothing, NONE))
        if self.read is None:
            return talk.ask(name, self.asks, *options, about=about)
        return talk.ask(name, self.asks, *options, check=self.reader(talk, plan), about=about)

    def told(self, talk: Talk, plan: Plan, said: str) -> tuple[Any] | None:
        """The value that these words are, in brackets, since it may be none; None where they are not understood."""
        plain = bare(said)
        options = _officers(talk, plan) if self.column == "contact_id" else list(self.options)
        if self.nothing is not None:
            options.append(Option(None, self.nothing, NONE))
        for option in options:
            if plain in (bare(str(option.label.values.get("words", option.label.message))), *option.also):
                return (option.value,)
        if self.read is None:
            return None
        try:
            return (self.reader(talk, plan)(said),)
        except Refusal:
            return None

    def reader(self, talk: Talk, plan: Plan) -> Callable[[str], Any]:
        return _Check(self.wants, partial(_read, self.read, talk, plan))

    def shown(self, db: Db, value: Any) -> Text:
        if value in (None, (), {}):
            return self.nothing or Text("没有")
        return self.show(db, value)


class _Check:
    """A check of an answer; what `wants` no text gives way to what it cannot read."""

    def __init__(self, wants: str, read: Callable[[str], Any]) -> None:
        self.wants, self._read = wants, read

    def __call__(self, said: str) -> Any:
        return self._read(said)


def _read(read: Read | None, talk: Talk, plan: Plan, said: str) -> Any:
    assert read is not None
    return read(talk, plan, said)


def _plain(read: Callable[[str], Any]) -> Read:
    return lambda _talk, _plan, said: read(said)


def _host(talk: Talk, _plan: Plan, said: str) -> int:
    found = organization.named(talk.db, fold(said))
    if not found:
        raise Refusal("activity.host", Text("请写一个这里有的组织，比如工会、社团的名字。"))
    return found[0][1]


def _eligible(talk: Talk, _plan: Plan, said: str) -> dict[str, Any]:
    places = reading.read_in(talk, said).named_places
    organizations = [key for _, key in organization.named(talk.db, fold(said))]
    found = eligibility.dump(list(places), organizations)
    if found is None:
        raise Refusal("activity.eligible", Text("请写一个这里有的楼、小区或组织，或者发“大家”。"))
    return found


def _contact(talk: Talk, plan: Plan, said: str) -> int:
    named = fold(said)
    keys = [option.value for option in _officers(talk, plan) if fold(option.label.values["words"]) == named]
    if not keys:
        raise Refusal("activity.contact", Text("请写这里一位工作人员的名字。"))
    return int(keys[0])


def _officers(talk: Talk, plan: Plan) -> list[Option[Any]]:
    found = [row for row in duty.officers(talk.db, plan.place_id) if row.name]
    return [Option(row.id, as_said(row.name)) for row in found[:_OFFICERS]]


def _moment(_db: Db, value: datetime) -> Text:
    return Text("{at}", at=Moment(value))


def _words(_db: Db, value: str) -> Text:
    return prose(value)


def _member(db: Db, value: int) -> Text:
    return as_said(contact.name_of(db, value) or "")


def _people(_db: Db, value: int) -> Text:
    return Text("{number}人", number=value)


def _asked(_db: Db, value: tuple[dict[str, Any], ...]) -> Text:
    asks = tuple(
        Text("{ask}（可不填）", ask=prose(each["ask"])) if each.get("optional") else prose(each["ask"])
        for each in value
    )
    return Text("{asks}", asks=Several(asks))


def _either(yes: Text, no: Text) -> Show:
    return lambda _db, value: yes if value else no


def _tags(_db: Db, value: tuple[str, ...]) -> Text:
    return Text("{tags}", tags=Several(tuple(as_said(tag) for tag in value)))


def _hours(_db: Db, value: float) -> Text:
    return Text("{hours}小时", hours=value) if value else Text("不算时长")


def _flag(column: str, label: Text, asks: Text, yes: Text, no: Text, says: str) -> Wanted:
    options = (Option(True, yes, _YES), Option(False, no, _NO))
    return Wanted(column, label, asks, None, _either(yes, no), options=options, says=says)


_KIND_OPTIONS = tuple(Option(kind, label) for kind, label in KINDS.items())
TITLE = Wanted(
    "title",
    Text("标题"),
    Text("标题写什么？"),
    _plain(reading.title),
    _words,
    says="标题|名称|名字|title|name",
)
KIND = Wanted(
    "kind",
    Text("类型"),
    Text("是哪个类型？"),
    None,
    lambda _db, value: KINDS[value],
    options=_KIND_OPTIONS,
    says="类型|类别|kind|type",
)
CAPACITY = Wanted(
    "capacity",
    Text("名额"),
    Text("名额多少？发一个数，或者发“不限”。"),
    _plain(reading.capacity),
    _people,
    nothing=Text("不限"),
    wants="number",
    says="名额|人数上限|人数|capacity|seats",
)
SUMMARY = Wanted(
    "summary",
    Text("简介"),
    Text("简介写什么？一句话就行，也可以跳过。"),
    _plain(reading.short),
    _words,
    nothing=Text("跳过"),
    says="简介|介绍|说明|内容|summary|description",
)
OTHERS = (
    Wanted("fee", Text("费用"), Text("费用多少？比如“材料费80元”。"), _plain(reading.short), _words,
           nothing=Text("免费"), says="费用|收费|价格|fee|price"),
    Wanted("tags", Text("标签"), Text("标签写什么？几个用顿号隔开。"), _plain(reading.tags), _tags,
           nothing=Text("不写标签"), says="标签|tags?"),
    Wanted("registration_closes", Text("报名截止"), Text("报名什么时候截止？比如“提前2小时”。"), reading.moment,
           _moment, nothing=Text("开始时截止"), wants="time", says="报名截止|截止|closing|registration closes"),
    Wanted("questions", Text("报名问题"), Text("报名时问什么？一个问题一句，用分号隔开，可以不填的写上“可不填”。"),
           reading.questions, _asked, nothing=Text("不问"), says="报名问题|问题|questions?"),
    Wanted("registration_opens", Text("报名开始"), Text("报名什么时候开始？比如“提前7天”。"), reading.moment,
           _moment, nothing=Text("马上开始"), wants="time", says="报名开始|开放报名|registration opens"),
    Wanted("series", Text("系列"), Text("属于哪个系列？"), _plain(reading.short), _words,
           nothing=Text("不属于系列"), says="系列|series"),
    Wanted("host_id", Text("主办"), Text("谁主办？写组织的名字。"), _host,
           lambda db, value: as_said(organization.name(db, value)), nothing=Text("不写主办"), says="主办|host"),
    Wanted("companions", Text("可带人数"), Text("每人最多带几位？"), _plain(reading.companions),
           lambda _db, value: Text("最多带{number}位", number=value), nothing=Text("不限几位"), wants="number",
           says="可带人数|带几位|companions?"),
    _flag("approval", Text("审核"), Text("报名要审核吗？"), Text("要审核"), Text("不用审核"),
          "审核|approval"),
    Wanted("minimum", Text("最少人数"), Text("最少几人才办？"), _plain(reading.least), _people,
           nothing=Text("多少人都办"), wants="number", says="最少人数|最少|minimum"),
    Wanted("decides", Text("定办不办"), Text("什么时候定办不办？比如“提前1天”。"), reading.moment, _moment,
           nothing=Text("不用定"), wants="time", says="定办不办|decision"),
    Wanted("eligible", Text("谁能报"), Text("哪些人能报名？写楼、小区或组织，或者发“大家”。"), _eligible,
           eligibility.named, nothing=Text("大家"), says="谁能报|范围|eligib"),
    Wanted("contact_id", Text("联系人"), Text("联系人是谁？"), _contact, _member,
           says="联系人|contact"),
    _flag("checks_out", Text("签退"), Text("走的时候要签退吗？"), Text("要签退"), Text("不用签退"), "签退|check-?out"),
    Wanted("private_note", Text("报名后可见"), Text("写给报名的人看什么？比如怎么进门。"), _plain(reading.short), _words,
           nothing=Text("不写"), says="报名后可见|note"),
    Wanted("hours", Text("志愿时长"), Text("志愿时长几小时？"), _plain(reading.hours), _hours,
           nothing=Text("不算时长"), wants="number", says="志愿时长|时长|hours"),
)  # fmt: skip
ALL = (TITLE, KIND, CAPACITY, SUMMARY, *OTHERS)
BY_COLUMN = {field.column: field for field in ALL}
