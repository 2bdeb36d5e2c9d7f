"""The questions of a claim: for whom, which part, how much, until when."""

from collections.abc import Callable
from datetime import date, datetime, time, timedelta
from typing import Any

from sqlalchemy import Row

from handlers import activity_reading, claim_cards, project_cards
from handlers.talk import Option, Talk
from handlers.understanding import amounts
from models import claiming_parts, organization, project_part, standing
from models.card import Article
from models.claiming_parts import open_parts, unit
from models.folding import fold
from models.refusal import Refusal
from models.text import Moment, Text, as_said, prose

# Who says no day promises it for the start of the project, or in two weeks.
_USUAL = timedelta(days=14)
# A day that is just over is not meant as the same one next year.
_FURTHEST = timedelta(days=184)
_CLOSES = time(18)
_PEOPLE = ("个人", "人", "名", "位", "人次")
# Who claims for himself.
_ALONE = 0


def for_whom(talk: Talk, one: Row[Any], said: str, *, behalf: bool) -> int | None:
    """The organization for which somebody claims; None for himself. Raises Refusal where he does not stand for it."""
    own = standing.of(talk.db, talk.person.id)
    named = [key for _, key in organization.named(talk.db, said.replace(fold(one.title), " "))]
    if named:
        ours = [key for key in named if key in own]
        if not ours:
            talk.leave(_stranger(talk, one, named[0]), project_cards.look(one))
        return ours[0]
    if not own:
        if behalf:
            talk.leave(_stranger(talk, one, None), project_cards.look(one))
        return None
    if len(own) == 1:
        return own[0]
    options = [Option(key, as_said(organization.name(talk.db, key))) for key in own]
    chosen = talk.ask("whom", Text("代表哪一家认领？"), *options, Option(_ALONE, Text("我自己")))
    return chosen or None


def _stranger(talk: Talk, one: Row[Any], key: int | None) -> Refusal:
    """Says who may: its representative; and who of the staff enters one."""
    officer = claim_cards.officer_name(talk.db, one)
    ref = project_cards.ref(one)
    if key is None:
        text = Text("请先到服务站登记为单位负责人，再替单位认领。也可以以个人名义认领。")
        if officer is not None:
            text = Text(
                "请找{officer}登记为单位负责人，再替单位认领。也可以以个人名义认领。", officer=officer
            )
        return Refusal("claim.stranger", text, ref)
    name = as_said(organization.name(talk.db, key))
    if officer is None:
        text = Text(
            "请让{organization}的负责人来认领，也可以到服务站登记。您还没有登记为它的负责人。",
            organization=name,
        )
        return Refusal("claim.stranger", text, ref)
    text = Text(
        "请让{organization}的负责人来认领，或者找{officer}登记。您还没有登记为它的负责人。",
        organization=name,
        officer=officer,
    )
    return Refusal("claim.stranger", text, ref)


def which_part(
    talk: Talk, one: Row[Any], said: str, counted: list[list[Any]], about: tuple[Article, ...]
) -> Row[Any]:
    """The part that is meant: by its name, by what is counted, the only one that is open, or as he says."""
    parts = [part for part in project_part.of(talk.db, one.id) if part.state not in ("expired", "delivered")]
    if not parts:
        raise Refusal("part.none", Text("看看别的项目吧，这个项目什么都不缺了。"), project_cards.ref(one))
    named = claiming_parts.meant(parts, said, one.title)
    if len(named) == 1:
        return named[0]
    candidates = named or parts
    if not named and any(word in _PEOPLE for _, word in counted):
        candidates = [part for part in parts if part.kind in ("people", "expertise")] or parts
    if len(candidates) == 1:
        return candidates[0]
    wanted = open_parts(candidates)
    if len(wanted) == 1 and not named:
        return wanted[0]
    offered = wanted or candidates
    options = [Option(part.id, _label(part)) for part in offered]
    chosen = talk.ask("part", Text("认领哪一项？"), *options, about=about)
    return next(part for part in offered if part.id == chosen)


def _label(part: Row[Any]) -> Text:
    if left := project_part.left(part):
        return Text("{part}（还缺{left}{unit}）", part=prose(part.name), left=left, unit=unit(part))
    return Text("{part}（满了，可以排队）", part=prose(part.name))


class Share:
    """How much of a part, as 30, 三十个 or 300份."""

    wants = "number"

    def __init__(self, check: Callable[[int], None]) -> None:
        self._check = check

    def __call__(self, said: str) -> int:
        found = amounts.find(fold(said))
        many = found[0][0] if found else amounts.read(fold(said).strip(" .。"))
        if not many:
            raise Refusal("check.number", Text("请发一个数字，比如“30”。"))
        self._check(many)
        return many


def how_much(
    talk: Talk, part: Row[Any], counted: list[list[Any]], about: tuple[Article, ...], name: str = "share"
) -> tuple[int, bool]:
    """How much of it, and whether he waits for it because so much is not left."""
    left = project_part.left(part)
    many = _counted(part, counted) if name == "share" else None
    if left == 0:
        return _in_line(talk, part, many, about, name)
    if many is not None:
        if min(part.least, left) <= many <= left:
            return many, False
        if many > left:
            return _too_much(talk, part, many, about)
    if left == 1 and name == "share":
        return 1, False
    check = Share(lambda share: claiming_parts.check_share(part, share))
    text = Text("认领多少？「{part}」还缺{left}{unit}。", part=prose(part.name), left=left, unit=unit(part))
    if min(part.least, left) > 1:
        text = Text("{text}最少{least}{unit}。", text=text, least=min(part.least, left), unit=unit(part))
    return talk.ask(name, text, Option(left, Text("全部{left}{unit}", left=left, unit=unit(part))), check=check, about=about), False  # fmt: skip


def _too_much(talk: Talk, part: Row[Any], many: int, about: tuple[Article, ...]) -> tuple[int, bool]:
    """What is left, less, or in line for all of it."""
    left = project_part.left(part)
    options = [Option(left, Text("认领{left}{unit}", left=left, unit=unit(part)))]
    if many <= part.quantity:
        options.append(Option(-many, Text("排队等{many}{unit}", many=many, unit=unit(part))))
    text = Text(
        "「{part}」现在只缺{left}{unit}，您说的是{many}{unit}。认领多少？",
        part=prose(part.name),
        left=left,
        many=many,
        unit=unit(part),
    )
    check = Share(lambda share: claiming_parts.check_share(part, share))
    share = talk.ask("share", text, *options, check=check, about=about)
    return abs(share), share < 0


def _in_line(
    talk: Talk, part: Row[Any], many: int | None, about: tuple[Article, ...], name: str
) -> tuple[int, bool]:
    if many is not None and many <= part.quantity:
        return many, True
    check = Share(lambda share: claiming_parts.check_share(part, share, waiting=True))
    text = Text("「{part}」已经有人认领满了，可以排队，空出来先问您。要多少{unit}？", part=prose(part.name), unit=unit(part))  # fmt: skip
    return talk.ask(name, text, check=check, about=about), True


def _counted(part: Row[Any], counted: list[list[Any]]) -> int | None:
    """The number of the sentence that counts this part; of several the one whose word is the part's own."""
    if not counted:
        return None
    words = part.unit or ""
    fitting = [many for many, word in counted if word and (word == words or word in part.name)]
    people = (
        [many for many, word in counted if word in _PEOPLE] if part.kind in ("people", "expertise") else []
    )
    return int((fitting or people or [counted[-1][0]])[0])


def usual_day(talk: Talk, one: Row[Any]) -> datetime:
    """By when it is given, where nobody says."""
    for moment in (one.starts, one.ends):
        if moment is not None and moment > talk.now + timedelta(days=1):
            return moment  # type: ignore[no-any-return]
    return at_close(talk, (talk.now + _USUAL).astimezone(talk.zone).date())


def at_close(talk: Talk, day: date) -> datetime:
    """The end of that day, as an office counts it."""
    return datetime.combine(day, _CLOSES, talk.zone).astimezone(talk.now.tzinfo)


class Day:
    """A day from tomorrow on, or today while the office is open."""

    wants = "time"

    def __init__(self, talk: Talk) -> None:
        self._talk = talk

    def __call__(self, said: str) -> str:
        when = activity_reading.read_in(self._talk, said).when
        day = when and (when.last or when.first)
        if not day:
            raise Refusal("claim.day", Text("请写一个日期，比如“12月5日”。"))
        check_day(self._talk, day)
        return str(day.isoformat())


def check_day(talk: Talk, day: date) -> None:
    """Raises a Refusal where this day is over, or too far away."""
    at = at_close(talk, day)
    if not talk.now < at < talk.now + _FURTHEST:
        raise Refusal("claim.day", Text("请换一个日期，要在今天以后、半年以内。"))


def said_by(at: datetime) -> Text:
    return Text("{at}", at=Moment(at))
