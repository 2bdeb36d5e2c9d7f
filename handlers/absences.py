"""Who did not come is told once, mildly, with what it means and how to say that it is wrong; staff put it right."""

from datetime import datetime

from handlers import checks
from handlers.activity_cards import BROWSE
from handlers.hour_grants import Length
from handlers.hours import MINE
from handlers.jobs import job
from handlers.talk import Option, Phrase, Talk, anybody, on, press
from models import absence, activity, appeal, attendance, contact, entering, hours, notice, phone, served
from models.activity import Listing
from models.card import Card, Choice
from models.database import Db
from models.hours import spoken
from models.refusal import Refusal
from models.schedule import Schedule
from models.still import still
from models.text import Several, Text, as_said, prose

# So many are decided at once: whoever writes meanwhile waits for them.
_SLICE = 20
_OFFERED = 5
_CAME, _LATE = Text("我来了"), Text("临时有事")
_DONE = Text("请看看别的，这一条已经有人核对过了。")


@job("who came and who did not", next=lambda db, _schedule: attendance.next_due(db))
def close(db: Db, now: datetime, schedule: Schedule) -> bool:
    """One slice of an activity that has ended; where nobody was checked in, nobody is absent."""
    key, absent, more = attendance.close(db, now, _SLICE)
    if absent and key is not None:
        wanted = activity.held(db, key)
        for row in absent:
            if row.member_id is not None:
                card = Card(
                    _missed(db, wanted, row.member_id, schedule, now),
                    choices=_steps(row.id),
                    refs=(wanted.ref,),
                )
                # Once, in waking hours, and not after staff put it right.
                notice.tell_member(
                    db,
                    [card],
                    row.member_id,
                    now,
                    key=f"absent {row.id}",
                    kind="answer",
                    still=f"absent {row.id}",
                    rests=True,
                )
    return more


@still("absent")
def _is_absent(db: Db, key: int, _now: datetime) -> str | None:
    found = attendance.outcome(db, key)
    return None if found == "absent" else "it was put right"


def _missed(db: Db, wanted: Listing, member: int, schedule: Schedule, now: datetime) -> Text:
    lines = [
        Text("「{title}」没有看到您签到。来了或者临时有事，点一下告诉我们就行。", title=prose(wanted.title)),
        Text("下次来不了，提前点“来不了”，名额就能让给别人。"),
    ]
    if absence.is_often(db, member, now):
        if schedule.ask_absent:
            lines.append(Text("往后名额有限的活动，前一天先问您来不来。没有回复而有人候补，名额就让给他们。"))
        lines.append(Text("报名不受影响。这个记录只有您和工作人员看得到。"))
    return Text("{lines}", lines=Several(tuple(lines), lines=True))


def _steps(registration: int) -> tuple[Choice, ...]:
    return (Choice(_CAME, press("camehere", registration)), Choice(_LATE, press("appeal", registration)))


@on("hours.appeal", head="camehere", allow=anybody, private=True)
def came(talk: Talk, number: int = 0) -> Card:
    """One tap, and staff look into it."""
    about, which = appeal.check(talk.db, talk.person.id, number, "absent")
    return _hand_on(talk, number, about, activity.find(talk.db, which), Text("我来了"))


_WRONG = (
    Phrase(r"^(?:我的)?(?:志愿)?时长(?:不对|有误|错了)[了啊。.!]*$|^(?:my )?hours are wrong[.!]*$", weight=6),
)


@on("hours.appeal", head="appeal", allow=anybody, private=True, phrases=_WRONG)
def say_so(talk: Talk, number: int | None = None) -> Card:
    """Somebody says why, or what is wrong, in his own words."""
    number = number if number is not None else _which(talk)
    about, which = appeal.check(talk.db, talk.person.id, number)
    wanted = activity.find(talk.db, which)
    asked = (
        Text("「{title}」那天怎么了？写一句，工作人员会看。", title=prose(wanted.title))
        if about == "absent"
        else Text("「{title}」的时长应该是多少，为什么？写一句，工作人员会看。", title=prose(wanted.title))
    )
    words = talk.ask("words", asked, check=checks.words)
    return _hand_on(talk, number, about, wanted, as_said(words))


def _which(talk: Talk) -> int:
    found = served.of(talk.db, talk.person.id, talk.zone).counted[:_OFFERED]
    shown = {line.registration: line for line in found}
    if not shown:
        talk.leave(Refusal("appeal.nothing", Text("您现在没有志愿时长，没有要改的。")), BROWSE)
    options = [Option(key, prose(line.title)) for key, line in shown.items()]
    chosen = talk.ask("which", Text("哪一场的时长不对？"), *options)
    talk.keep(number=chosen)
    return chosen


def _hand_on(talk: Talk, registration: int, about: appeal.About, wanted: Listing, said: Text) -> Card:
    """To the contact of the activity, else to the office; each of them can put it right in one tap."""
    words = str(said.values["words"]) if "words" in said.values else said.message
    key = appeal.put(talk.db, talk.person.id, registration, about, phone.seal_in(words, talk.vault), talk.now)
    card = Card(*_for_staff(talk, key, about, wanted), refs=(wanted.ref,))
    for officer in contact.told(talk.db, wanted):
        if officer != talk.person.id:
            notice.tell_member(
                talk.db,
                [card],
                officer,
                talk.now,
                key=f"appeal {key} {officer}",
                kind="question",
                still=f"appeal {key}",
                rests=True,
            )
    text = Text("已经转给工作人员，核对好了告诉您。现在什么都不用做。")
    return Card(text, choices=(MINE,), tone="done", refs=(wanted.ref,))


@still("appeal")
def _is_open(db: Db, key: int, _now: datetime) -> str | None:
    return None if appeal.find(db, key).state == "open" else "somebody settled it"


def _for_staff(talk: Talk, key: int, about: str, wanted: Listing) -> tuple[Text, tuple[Choice, ...]]:
    found = appeal.find(talk.db, key)
    who = as_said(found.name) if found.name else Text("没留称呼的一位")
    words = phone.without(phone.open_in(found.words, talk.vault))
    if about == "absent":
        text = Text(
            "{name}说「{title}」那天不是没来：{words}", name=who, title=prose(wanted.title), words=words
        )
        return text, (
            Choice(Text("改成来了"), press("amend", key)),
            Choice(Text("算有原因"), press("excuse", key)),
            Choice(Text("不改"), press("uphold", key)),
        )
    text = Text("{name}说「{title}」的时长不对：{words}", name=who, title=prose(wanted.title), words=words)
    return text, (
        Choice(Text("改时长"), press("amend", key)),
        Choice(Text("不改"), press("uphold", key)),
    )


@on("staff.activity", head="amend", allow=anybody, private=True)
def amend(talk: Talk, number: int = 0) -> Card:
    """He came: a visit on the word of staff. Or he was there for another time, which they say."""
    one = appeal.find(talk.db, number)
    wanted = _checked(talk, one.member_id, one.number)
    words = phone.open_in(one.words, talk.vault)
    if one.state != "open":
        return Card(_DONE, choices=(BROWSE,), tone="notice")
    if one.about == "absent":
        absence.was_there(talk.db, wanted, one.registration_id, one.words, talk.person.id, talk.now)
        told = Text("改好了：「{title}」记您来了。", title=prose(wanted.title))
    else:
        asked = Text("{words}\n实际几小时？比如“1.5小时”。", words=phone.without(words))
        minutes = talk.ask("minutes", asked, check=Length())
        hours.correct(talk.db, one.registration_id, minutes, one.words, talk.person.id, talk.now)
        told = Text("改好了：「{title}」记{hours}小时。", title=prose(wanted.title), hours=spoken(minutes))
    return _settled(talk, number, "granted", wanted, told)


@on("staff.activity", head="excuse", allow=anybody, private=True)
def excuse(talk: Talk, number: int = 0) -> Card:
    one = appeal.find(talk.db, number)
    wanted = _checked(talk, one.member_id, one.number)
    if one.state != "open" or one.about != "absent":
        return Card(_DONE, choices=(BROWSE,), tone="notice")
    absence.excuse(talk.db, one.registration_id, talk.person.id, talk.now)
    told = Text("改好了：「{title}」不算没来。", title=prose(wanted.title))
    return _settled(talk, number, "excused", wanted, told)


@on("staff.activity", head="uphold", allow=anybody, private=True)
def uphold(talk: Talk, number: int = 0) -> Card:
    one = appeal.find(talk.db, number)
    wanted = _checked(talk, one.member_id, one.number)
    name = contact.name(talk.db, wanted)
    told = (
        Text("「{title}」核对过了，没有改。想问清楚，请找{name}。", title=prose(wanted.title), name=name)
        if name
        else Text("「{title}」核对过了，没有改。想问清楚，请到服务站。", title=prose(wanted.title))
    )
    return _settled(talk, number, "kept", wanted, told)


def _checked(talk: Talk, whose: int | None, number: int) -> Listing:
    wanted = activity.find(talk.db, number)
    entering.check_may(talk.db, talk.person.id, wanted)
    entering.check_other(talk.person.id, whose, wanted)
    return wanted


def _settled(talk: Talk, number: int, after: appeal.State, wanted: Listing, told: Text) -> Card:
    """Whose it is reads what holds; of two officers the first decides."""
    one = appeal.find(talk.db, number)
    if not appeal.settle(talk.db, one, after, talk.person.id, talk.now):
        return Card(_DONE, choices=(BROWSE,), tone="notice")
    if one.member_id is not None:
        card = Card(told, choices=(MINE,), refs=(wanted.ref,))
        key = f"appeal {number} settled"
        notice.tell_member(talk.db, [card], one.member_id, talk.now, key=key, kind="answer", rests=True)
    text = (
        Text("好的，记下了，也告诉了{name}。", name=as_said(one.name)) if one.name else Text("好的，记下了。")
    )
    return Card(text, choices=(BROWSE,), tone="done", refs=(wanted.ref,))
