"""How a broadcast looks: to its readers, to its author before it goes out, and to who may approve it."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

from sqlalchemy import Row

from handlers.talk import press
from models import audience as audiences
from models import broadcast, broadcast_people, group_notice, organization
from models.audience import Audience
from models.card import Card, Choice
from models.database import Db
from models.schedule import Schedule
from models.text import ByLanguage, Moment, Several, Text, as_said, prose

_LANGUAGES = {"zh-Hans": Text("简体中文"), "zh-Hant": Text("繁體中文"), "en": Text("English")}
_PARTS: dict[str, Callable[[str], Text]] = {
    "place": lambda name: Text("{name}的人", name=as_said(name)),
    "organization": lambda name: Text("{name}的成员", name=as_said(name)),
    "series": lambda name: Text("关注“{name}”的人", name=prose(name)),
    "activity": lambda name: Text("报名“{name}”的人", name=prose(name)),
    "waiting": lambda name: Text("候补“{name}”的人", name=prose(name)),
    "units": lambda name: Text("{name}各成员单位的联系人", name=as_said(name)),
}
# Of what was written so many characters tell one from another.
_SHORT = 16


def whom(db: Db, audience: Audience) -> Text:
    """An audience in words."""
    parts = tuple(_PARTS[sort](name) for sort, name in audiences.names(db, audience))
    return Text("{whom}", whom=Several(parts))


def short(found: Row[Any]) -> Text:
    """The beginning of what was written, by which its author knows it again."""
    words = ByLanguage(found.texts).read_in("zh-Hans").replace("\n", " ")
    return as_said(words if len(words) <= _SHORT else words[:_SHORT] + "…")


def as_read(db: Db, found: Row[Any]) -> Card:
    """What its readers get, each in his language as it was typed, with the ways out."""
    reply = Choice(Text("回复"), press("respond", found.number))
    stop = Choice(Text("不收这类通知"), press("nonotices", found.number))
    everything = Choice(Text("全部退订"), press("unsubscribe"))
    audience = Audience.load(found.audience)
    # A club is left in one tap: it is what its members joined themselves.
    clubs = audience.organizations if len(audience.organizations) == 1 else ()
    leave = tuple(
        Choice(Text("退出社团"), press("leaveclub", key)) for key in clubs if organization.is_club(db, key)
    )
    return Card(
        _words(found, ByLanguage(found.texts)),
        choices=(reply, *leave, stop, everything),
        source=source(db, found),
    )


def source(db: Db, found: Row[Any]) -> Text:
    """Who speaks: who it is, and of which place he is staff."""
    name, office = broadcast_people.speaker(db, found)
    if name is None:
        return as_said(office or "") if office else Text("工作人员")
    return Text("{office} · {name}", office=as_said(office), name=as_said(name)) if office else as_said(name)


def _words(found: Row[Any], words: ByLanguage) -> Text:
    text = Text("{words}", words=words)
    return Text("更正：{text}", text=text) if found.corrects_id else text


def seen(db: Db, found: Row[Any]) -> Text:
    """How it will be read, in each language that was typed."""
    speaks = source(db, found)
    # Typed words stay as they are, a telephone number in them too: whom to call is often what it is about.
    texts = [
        Text(
            "—— {language} ——\n【{source}】\n{text}",
            language=_LANGUAGES[language],
            source=speaks,
            text=_words(found, ByLanguage({language: words})),
        )
        for language, words in found.texts.items()
    ]
    return Text("{lines}", lines=Several(tuple(texts), lines=True))


def reach(db: Db, found: Row[Any], now: datetime, schedule: Schedule) -> list[Text]:
    """To whom, to how many, and when: line by line."""
    whom_it_is_for = whom(db, Audience.load(found.audience))
    if found.corrects_id:
        lines = [Text("发给收到上一条的人，{count}人会收到。", count=found.recipients)]
    elif found.recipients:
        lines = [Text("发给{whom}，{count}人会收到。", whom=whom_it_is_for, count=found.recipients)]
    else:
        lines = [Text("发给{whom}，现在没有人收得到。", whom=whom_it_is_for)]
    if found.unreachable:
        lines.append(Text("另有{count}人收不到：我们没有能给他们发消息的账号。", count=found.unreachable))
    if unreached := audiences.unreached(db, Audience.load(found.audience)):
        names = Several(tuple(as_said(name) for name in unreached))
        lines.append(Text("请另外通知没有联系人的单位：{names}。", names=names))
    if groups := group_notice.count(db, found):
        lines.append(Text("另发到{count}个群。", count=groups))
    begins = max(found.starts or now, now)
    if found.kind != "emergency" and schedule.rests(begins):
        lines.append(
            Text("那时是安静时间，{when}发出。", when=Text("{at}", at=Moment(schedule.awake(begins))))
        )
    elif found.starts and found.starts > now:
        lines.append(Text("{when}发出。", when=Text("{at}", at=Moment(found.starts))))
    return lines


def preview(db: Db, found: Row[Any], now: datetime, schedule: Schedule, *before: Text) -> Card:
    """What its author decides by: how it will be read, by how many, and what it takes to send it."""
    lines = [*before, *reach(db, found, now, schedule)]
    way = broadcast.way_of(db, found)
    if way == "type":
        lines.append(Text("人多，发之前请再输一次人数。"))
    elif way == "second":
        many = found.recipients > broadcast.TYPED
        lines.append(
            Text("超过500人，要另一位工作人员批准。") if many else Text("不止一栋楼，要另一位工作人员批准。")
        )
    send = Text("请人批准") if way == "second" else Text("确认发送")
    told = found.recipients or group_notice.count(db, found)
    choices = [Choice(send, press("sendout", found.number))] if told else []
    choices.append(Choice(Text("发给我看看"), press("tryout", found.number)))
    if "en" not in found.texts:
        choices.append(Choice(Text("加英文"), press("inenglish", found.number)))
    if "zh-Hant" not in found.texts:
        choices.append(Choice(Text("加繁体"), press("traditional", found.number)))
    choices += [
        Choice(Text("改内容"), press("reword", found.number)),
        Choice(Text("不发了"), press("halt", found.number)),
    ]
    lines.append(seen(db, found))
    return Card(
        Text("{lines}", lines=Several(tuple(lines), lines=True)),
        choices=tuple(choices),
        refs=(f"broadcast:{found.number}",),
    )


def asking_approval(db: Db, found: Row[Any], now: datetime, schedule: Schedule) -> Card:
    """What everybody gets who may approve it."""
    asks = Text("请看一遍，批准了才会发。{source}写的。", source=source(db, found))
    lines = [asks, *reach(db, found, now, schedule), seen(db, found)]
    choices = (
        Choice(Text("批准"), press("approvesend", found.number)),
        Choice(Text("退回"), press("sendback", found.number)),
    )
    text = Text("{lines}", lines=Several(tuple(lines), lines=True))
    return Card(text, choices=choices)


def held(db: Db, found: Row[Any], now: datetime, schedule: Schedule) -> Card:
    """What is told when it will go out: when that is, and how to stop it."""
    hold = int((found.due - now).total_seconds()) if found.state == "held" else 0
    if not found.recipients:
        return Card(
            _held_for_groups(db, found, now, schedule, hold),
            choices=controls(found),
            tone="done",
            refs=(f"broadcast:{found.number}",),
        )
    if found.state == "scheduled" or schedule.rests(found.due):
        when = Text("{at}", at=Moment(schedule.awake(found.due)))
        text = Text("好的，{when}发给{count}人。要停，随时点“停止”。", when=when, count=found.recipients)
    elif hold:
        text = Text(
            "好的，{seconds}秒后发给{count}人。要停，现在点“停止”。", seconds=hold, count=found.recipients
        )
    else:
        text = Text("好的，正在发给{count}人。", count=found.recipients)
    return Card(text, choices=controls(found), tone="done", refs=(f"broadcast:{found.number}",))


def _held_for_groups(db: Db, found: Row[Any], now: datetime, schedule: Schedule, hold: int) -> Text:
    """The same where nobody gets it but groups."""
    groups = group_notice.count(db, found)
    if found.state == "scheduled" or schedule.rests(found.due):
        when = Text("{at}", at=Moment(schedule.awake(found.due)))
        return Text("好的，{when}发到{count}个群。要停，随时点“停止”。", when=when, count=groups)
    if hold:
        return Text("好的，{seconds}秒后发到{count}个群。要停，现在点“停止”。", seconds=hold, count=groups)
    return Text("好的，正在发到{count}个群。", count=groups)


def controls(found: Row[Any]) -> tuple[Choice, ...]:
    """What can be done with it as it stands."""
    progress = Choice(Text("看进度"), press("progress", found.number))
    stop = Choice(Text("停止"), press("halt", found.number))
    pause = Choice(Text("暂停"), press("suspend", found.number))
    correct = Choice(Text("更正"), press("correct", found.number))
    by_state = {
        "draft": (Choice(Text("确认发送"), press("sendout", found.number)), stop),
        "proposed": (progress, stop),
        "held": (stop, progress),
        "scheduled": (stop, pause, progress),
        "running": (stop, pause, progress, correct),
        "paused": (Choice(Text("继续发"), press("goon", found.number)), stop, progress),
    }
    return by_state.get(found.state, (progress, correct) if found.began else (progress,))


def listed(names: list[Text]) -> Text:
    """Names in one line; 别的工作人员 where none has one."""
    return Text("{names}", names=Several(tuple(names))) if names else Text("别的工作人员")
