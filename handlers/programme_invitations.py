"""Units invited to a programme: staff invite, who stands for a unit says who comes, and staff see the replies."""

from handlers import checks, programmes
from handlers.project_drafts import check_staff
from handlers.talk import Arguments, Option, Phrase, Talk, anybody, menu, on, press
from handlers.understanding.reading import Reading
from models import batch_told, board, board_invitation, duty, organization, unit
from models.card import Card, Choice
from models.folding import fold
from models.refusal import Refusal
from models.text import Several, Text, as_said, prose

_NO = ("不", "算了", "no")
_SHOWN = 20
_KINDS = ("company", "party", "club", "social", "union", "property")
_INVITE = (
    Phrase(
        r"^邀请.{0,20}(?:单位|企业|公司).{0,6}参加|^invite (?:units|companies|organi[sz]ations)",
        weight=7,
        unless="活动",
    ),
)


def _said(reading: Reading) -> Arguments:
    return {"said": reading.text}


@on("staff.project", head="inviteunits", allow=anybody, private=True, phrases=_INVITE, reads=_said)
def invite(talk: Talk, number: int = 0, said: str = "") -> Card:
    """Those that are named, or all of one's own places; each is told once."""
    check_staff(talk)
    row = programmes.found(talk, number or _named(talk, said))
    everybody: Option[list[int]] = Option([], Text("全部单位"), ("全部", "所有", "all"))
    asked = Text("邀请哪些单位？写名称，用顿号隔开；也可以选全部。")
    chosen = talk.ask("units", asked, everybody, check=_Units(talk))
    units = chosen or organization.at(talk.db, duty.everywhere(talk.db, talk.person.id), _KINDS)
    for each in chosen:
        _check_own(talk, each)
    yes, no = Option("yes", Text("邀请"), ("好", "yes")), Option("no", Text("先不邀请"), _NO)
    sure = Text("邀请{count}家单位参加{name}，对吗？", count=len(units), name=prose(row.name))
    if talk.ask("sure", sure, yes, no) == "no":
        return Card(
            Text("好的，没有邀请。"), choices=(Choice(Text("看这个板块"), press("programme", row.id)),)
        )
    duty.check_real(talk.db, talk.person.id)
    new = board_invitation.invite(talk.db, row.id, units, talk.now)
    return _invited(talk, row.id, row.name, new)


def _named(talk: Talk, said: str) -> int:
    named = board.named(talk.db, fold(said))
    if named:
        return int(named[0].id)
    tops = [row for row in board.everything(talk.db) if row.parent_id is None]
    options = [Option(row.id, prose(row.name)) for row in tops]
    if not options:
        talk.leave(Refusal("board.none", Text("请先在社区资料里写好板块，现在一个也没有。")), *menu())
    return int(talk.ask("programme", Text("邀请到哪里？"), *options))


def _check_own(talk: Talk, organization_id: int) -> None:
    """A unit is invited by the staff of where it is."""
    around = organization.place(talk.db, organization_id)
    if around is not None:
        duty.check(talk.db, talk.person.id, around)


class _Units:
    wants = "units"

    def __init__(self, talk: Talk) -> None:
        self._talk = talk

    def __call__(self, said: str) -> list[int]:
        found = [key for _, key in organization.named(self._talk.db, fold(said))]
        if not found:
            raise Refusal("invite.units", Text("请写单位的全名，社区资料里没有找到这一家。"))
        return found


def _invited(talk: Talk, number: int, name: str, new: list[int]) -> Card:
    """Each unit's own invitation goes to all who stand for it."""
    known = batch_told.contacts(talk.db, new)
    for one in board_invitation.of(talk.db, number):
        if one.organization_id not in known:
            continue
        text = Text("请回复一下：{name}邀请{unit}参加。", name=prose(name), unit=as_said(one.name))
        card = Card(text, choices=_replying(one.id))
        batch_told.tell(talk.db, [one.organization_id], card, talk.now, f"invited:{one.id}")
    missing = [as_said(organization.name(talk.db, each)) for each in new if each not in known]
    choices = (Choice(Text("看这个板块"), press("programme", number)),)
    text = Text("邀请了{count}家单位。", count=len(new))
    if missing:
        text = Text(
            "邀请了{count}家单位。这几家还没有联系人，请打电话：{names}",
            count=len(new),
            names=Several(tuple(missing[:_SHOWN])),
        )
    return Card(text, tone="done", choices=choices)


def _replying(number: int) -> tuple[Choice, ...]:
    return (
        Choice(Text("参加"), press("boardcome", number)),
        Choice(Text("派代表"), press("boardsend", number)),
        Choice(Text("不参加"), press("boardabsent", number)),
    )


@on("board.reply", head="boardcome", allow=anybody, private=True)
def come(talk: Talk, number: int = 0) -> Card:
    return _reply(talk, number, "coming")


@on("board.reply", head="boardabsent", allow=anybody, private=True)
def absent(talk: Talk, number: int = 0) -> Card:
    return _reply(talk, number, "not_coming")


@on("board.reply", head="boardsend", allow=anybody, private=True)
def send(talk: Talk, number: int = 0) -> Card:
    """Somebody else comes for the unit, whose name staff read."""
    return _reply(talk, number, "delegated")


def _reply(talk: Talk, number: int, after: str) -> Card:
    one = board_invitation.find(talk.db, number)
    if one is None:
        raise Refusal("invite.unknown", Text("请等新的邀请，没有找到这一份。"))
    name = organization.name(talk.db, one.organization_id)
    unit.check(talk.db, talk.person.id, one.organization_id, name)
    who = (
        talk.ask("who", Text("派谁来？写姓名和职务。"), check=checks.words) if after == "delegated" else None
    )
    board_invitation.reply(talk.db, one, after, who, talk.person.id, talk.now)
    row = programmes.found(talk, one.board_id)
    text = _noted(after, as_said(name), prose(row.name), as_said(who or ""))
    others = tuple(each for each in _replying(one.id) if not each.says.startswith(_HEADS[after]))
    return Card(text, tone="done", choices=others)


def _noted(after: str, name: Text, programme: Text, who: Text) -> Text:
    if after == "delegated":
        return Text("记下了，{unit}派{who}参加{name}。", unit=name, who=who, name=programme)
    if after == "coming":
        return Text("记下了，{unit}参加{name}。", unit=name, name=programme)
    return Text("记下了，{unit}这次不参加{name}。", unit=name, name=programme)


_HEADS = {"coming": "boardcome", "not_coming": "boardabsent", "delegated": "boardsend"}


@on("staff.project", head="replies", allow=anybody, private=True)
def replies(talk: Talk, number: int = 0) -> Card:
    """Every invited unit with what it answered."""
    check_staff(talk)
    row = programmes.found(talk, number)
    invited = board_invitation.of(talk.db, row.id)
    lines = tuple(_line(each.name, each.state, each.words) for each in invited)
    if not lines:
        invite_first = Choice(Text("邀请单位"), press("inviteunits", row.id))
        return Card(Text("还没有邀请单位参加{name}。", name=prose(row.name)), choices=(invite_first,))
    lead = Text("{name}的回复：", name=prose(row.name))
    return Card(Text("{lines}", lines=Several((lead, *lines), lines=True)), articles=())


def _line(name: str, state: str, words: str | None) -> Text:
    said = Text("{unit}：{state}", unit=as_said(name), state=board_invitation.STATES[state])
    return Text("{line}（{who}）", line=said, who=words) if words else said
