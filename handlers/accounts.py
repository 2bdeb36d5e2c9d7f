"""Which accounts are one person: a one-time code joins two of them, what is not one's own is removed again."""

from datetime import datetime
from typing import Any

from sqlalchemy import Row

from handlers.checks import find_code
from handlers.talk import Arguments, Option, Phrase, Talk, anybody, menu, on, press
from handlers.understanding.reading import Reading
from models import change, erasure, handover, invite, joining, member, notice, profile
from models.card import Attachment, Card, Choice
from models.refusal import Refusal
from models.text import Moment, Several, Text, as_said

# As their users call them; another one is called by its own name.
_CHANNELS = {
    "console": Text("终端"),
    "page": Text("网页"),
    "telegram": Text("Telegram"),
    "wechat": Text("微信"),
}
_DIGITS = r"\d(?:[ .,\-]{0,3}\d){8}(?![ .,\-]?\d)"
_SAID = (
    Phrase(
        rf"(?:邀请码|关联码|绑定码|验证码|一次性码|口令|代码|我的码|的码|码是|^码|\bcode|\binvit\w*|\bjoin)\D{{0,12}}{_DIGITS}"
        rf"|{_DIGITS}\D{{0,6}}(?:邀请码|关联码|绑定码|\bcode\b)",
        weight=6,
        unless="(?<![请联定证]码)号码|手机|电话|身份证|护照|邮编|phone|passport|zip",
    ),
)
_LINK = (
    Phrase(
        r"(?:关联|绑定|合并|打通|连接|连上)(?:一下|到|我的?|另一个|两个|别的|其他的?|微信|电报|telegram)*"
        r"(?:账号|帐号|账户|微信|电报|telegram)(?![a-z\u3400-\u9fff]*(?:码|密码))",
        weight=4,
        unless=rf"取消|解除|解绑|不要|别|手机|{_DIGITS}",
    ),
    Phrase(r"^(?:关联|绑定|关联码|绑定码)[吧了!。.]?$", weight=4),
    Phrase(
        r"\b(?:link|connect|merge|join|combine|bind)\b (?:my |both |the |two |other |another )*(?:accounts?|wechat|telegram)\b",
        weight=4,
        unless=rf"unlink|don'?t|do not|{_DIGITS}",
    ),
)
_NOT_ME = (
    Phrase(
        r"^(?:这|那)?(?:个)?(?:不是我|不是我的|不是我的账号|不是我加的|不是我本人)(?:加的|的)?[!。.]?$"
        r"|^(?:解绑|解除(?:关联|绑定)|取消(?:关联|绑定)|移出账号)(?:账号|微信|电报|telegram)?[!。.]?$",
        weight=5,
    ),
    Phrase(
        r"^(?:that|this|it)(?:'s| is|'s) not (?:me|mine|my account)[!.]?$|^not me[!.]?$"
        r"|\b(?:unlink|unbind|disconnect)\b (?:my |the |an? |other )*(?:accounts?|wechat|telegram)",
        weight=5,
    ),
)
_HERE = (
    Phrase(
        r"^(?:请|帮我|麻烦|以后|以后的|把|我的|所有)*(?:通知|消息|提醒)(?:以后|都|就|全)*(?:发|送|推)(?:到|在|来|给)*(?:这里|这儿|这边|这个账号)[吧了!。.]*$"
        r"|^(?:send|deliver) (?:me )?(?:my |all |the )*(?:notices?|notifications?|messages|reminders) here[!.]?$",
        weight=6,
    ),
)
_YES = Option("yes", Text("确认关联"), ("确认", "是", "是的", "好", "好的", "yes", "confirm"))
_NO = Option("no", Text("先不关联"), ("不", "不要", "不是", "取消关联", "no"))
_REMOVE = Option("yes", Text("确认移出"), ("确认", "是", "是的", "好", "移出", "yes", "confirm"))
_KEEP = Option("no", Text("先不移出"), ("不", "不要", "no"))


def channel_name(channel: str) -> Text:
    return _CHANNELS.get(channel) or as_said(channel)


def roles(talk: Talk, key: int) -> Text | None:
    """What a member may do, in words; None where it is what everybody may."""
    found = tuple(_role(row) for row in invite.roles(talk.db, key))
    return Text("{roles}", roles=Several(found)) if found else None


def _role(row: Row[Any]) -> Text:
    if row.kind == "staff":
        return Text("{place}工作人员", place=as_said(row.place))
    if row.kind == "door":
        return Text("{place}签到员", place=as_said(row.place))
    if row.kind == "moderator":
        return Text("{place}审核员", place=as_said(row.place))
    if row.kind == "operator":
        return Text("{place}记录员", place=as_said(row.place))
    if row.kind == "representative":
        return Text("{organization}代表", organization=as_said(row.organization))
    return Text("管理员")


# One's own other account.


@on(
    "account.link",
    head="link",
    allow=anybody,
    example=Text("关联我的另一个账号"),
    rank=78,
    private=True,
    phrases=_LINK,
)
def link(talk: Talk) -> Card:
    """A code to be said in the other account."""
    made = invite.make(talk.db, talk.vault, talk.person.id, talk.person.id, "joining", talk.now)
    text = Text(
        "请在您的另一个账号里，把这9位数字发给我们：{code}\n"
        "{until}前有效，只能用一次。别给别人看，谁发了它，谁就和您合成一个账号。",
        code=as_said(str(made)),
        until=Moment(made.expires),
    )
    return Card(text, attachments=(Attachment("qr", Text("关联码"), says=made.says),))


def _code_said(reading: Reading) -> Arguments:
    return {"number": find_code(reading.said)}


@on(
    "account.join",
    head="join",
    allow=anybody,
    private=True,
    scans=True,
    in_group="bindgroup",
    phrases=_SAID,
    reads=_code_said,
)
def join(talk: Talk, number: int | None = None, given: int | None = None) -> Card:
    """Binds this account to whom the code was given for. `given` is the invite, once its code was heard."""
    if number is None and given is None:
        return Card(Text("请把9位数字的码发来，比如“123 456 789”。"), tone="notice")
    if given is None and (until := invite.locked_until(talk.db, talk.person.id, talk.now)):
        return Card(Text("请在{at}以后再试，说错的码太多了。", at=Moment(until)), tone="notice")
    found = invite.get(talk.db, given) if given else invite.find(talk.db, talk.vault, number or 0)
    if found is None or not invite.is_open(found, talk.now):
        if number and handover.with_code(talk.db, talk.vault, number):
            text = Text("请点一下，看看是哪个班：这是同事转给您的接班码。")
            return Card(text, choices=(Choice(Text("看看再接"), press("takeover", number)),))
        if found and found.member_id == talk.person.id:
            return Card(Text("不用再发了，这个码已经用过，或者已经过期。"), choices=menu(), tone="notice")
        return _void(talk, counts=given is None)
    if found.purpose == "group":
        return _for_a_group(talk, found)
    # From here on the code is not remembered, only which one it was.
    talk.keep(number=None, given=found.id)
    _, goes = _parties(talk, found.member_id)
    if found.purpose == "joining" and talk.ask("sure", _question(talk, found.member_id), _YES, _NO) == "no":
        return Card(Text("好的，没有关联，一切照旧。"), choices=menu())
    return _joined(talk, found.id, found.member_id, goes)


def _for_a_group(talk: Talk, found: Row[Any]) -> Card:
    """Said to us alone it binds nothing, and joins nobody."""
    if found.member_id != talk.person.id:
        return _void(talk, counts=True)
    return Card(Text("请到要绑定的群里@我们，再发这个群码。"), tone="notice")


def _parties(talk: Talk, given_for: int) -> tuple[int, int]:
    try:
        stays, goes = joining.check(talk.db, given_for, talk.person.id)
    except Refusal as refusal:
        talk.leave(refusal, *menu())
    return stays.id, goes.id


def _void(talk: Talk, *, counts: bool) -> Card:
    """A code that is none, or none any more; nobody is told which."""
    text = Text("请再看看这个码。它不对，或者用过了、过期了。")
    if counts and not invite.miss(talk.db, talk.person.id, talk.now):
        until = Moment(talk.now + invite.LOCKED)
        text = Text("请在{at}以后再试，说错的码太多了。", at=until)
    return Card(text, choices=menu(), tone="notice")


def _question(talk: Talk, given_for: int) -> Text:
    """What happens, and whose account it is, so that nobody joins with a stranger unawares."""
    there = [channel_name(row.channel) for row in member.addresses(talk.db, given_for)]
    where = Several(tuple(dict.fromkeys(there)))
    name = profile.find(talk.db, given_for).name
    whose = (
        Text("「{name}」在{where}的账号", name=as_said(name), where=where)
        if name
        else Text("在{where}的那个账号", where=where)
    )
    return Text(
        "把这里和{whose}合成一个人吗？两边都是您本人的才点确认。合了以后，报名和资料不能再分回去。\n"
        "两边的报名和预约都留着；同一场、同一项有两次的，只算早的那次，名额不相加。资料和订阅合成一份。",
        whose=whose,
    )


def _joined(talk: Talk, given: int, given_for: int, goes: int) -> Card:
    added = [row for row in member.addresses(talk.db, goes) if row.closed is None]
    stays = joining.join(talk.db, given_for, talk.person.id, talk.person.id, talk.now)
    _tell_others(talk, stays, [(row.id, row.channel) for row in added])
    if not invite.use(talk.db, given, talk.now):
        # Somebody else had it in the moment between: all of this is undone.
        talk.leave(Refusal("invite.used", Text("请再看看这个码。它不对，或者用过了、过期了。")), *menu())
    talk.person = member.person(talk.db, stays)
    name, may = profile.find(talk.db, stays).name, roles(talk, stays)
    lines = [
        Text("关联好了，{name}。", name=as_said(name)) if name else Text("关联好了。"),
        *([Text("您的职责：{roles}。", roles=may)] if may else []),
        _told_where(talk, stays),
    ]
    return Card(Text("{lines}", lines=Several(tuple(lines), lines=True)), choices=menu(), tone="done")


def _told_where(talk: Talk, stays: int) -> Text:
    """To which of several accounts notices go from now on."""
    channels = {row.id: row.channel for row in member.addresses(talk.db, stays)}
    chosen = member.address_for(talk.db, stays)
    if chosen in (None, talk.address):
        return Text("以后的通知都发到这里；想换，就在另一个账号说“通知发到这里”。")
    alike = channels[chosen] == channels.get(talk.address)
    there = Text("另一个账号") if alike else channel_name(channels[chosen])
    return Text("以后的通知都发到{there}；想换，就在这里说“通知发到这里”。", there=there)


def _tell_others(talk: Talk, stays: int, added: list[tuple[int, str]]) -> None:
    """Everywhere else where the person is reached, with a way to undo it."""
    others = [
        row.id for row in member.addresses(talk.db, stays) if row.closed is None and row.id != talk.address
    ]
    channels = Several(tuple(dict.fromkeys(channel_name(channel) for _, channel in added)))
    come = {address for address, _ in added}
    text = Text("请看一眼：您的账号关联了{channels}。不是您本人办的，就点“不是我”。", channels=channels)
    choices = tuple(Choice(Text("不是我"), press("unbind", address)) for address, _ in added[:1])
    told = Card(text, choices=choices, tone="notice")
    plain = Card(Text("关联好了，您的两个账号现在是一个人。"), tone="notice")
    for card, addresses in (
        (told, [each for each in others if each not in come]),
        (plain, [each for each in others if each in come]),
    ):
        if addresses:
            notice.tell(talk.db, [card], addresses, talk.now, kind="account")


# Not one's own.


@on("account.unbind", head="unbind", allow=anybody, private=True, in_group="ungroup", phrases=_NOT_ME)
def unbind(talk: Talk, number: int | None = None) -> Card:
    """Takes an account out that was joined later than the one that says so."""
    own = {row.id: row for row in member.addresses(talk.db, talk.person.id)}
    here = own[talk.address]
    later = [
        row
        for row in own.values()
        if row.joined is not None and (here.joined is None or row.joined > here.joined)
    ]
    if number is None and len(later) > 1:
        options = [Option(row.id, _when_joined(row.channel, row.joined)) for row in later]
        number = talk.ask("which", Text("要移出哪一个？"), *options)
    meant = [row for row in later if number in (None, row.id)]
    if not meant:
        text = Text("没有可以移出的。先有的账号能移出后来关联的，反过来不行。有疑问，请到服务站问一问。")
        return Card(text, choices=menu(), tone="notice")
    what = _when_joined(meant[0].channel, meant[0].joined)
    question = Text("把{what}的账号移出去吗？那边会当新朋友从头来，您的报名和资料都留在这里。", what=what)
    if talk.ask("sure", question, _REMOVE, _KEEP) == "no":
        return Card(Text("好的，没有移出，一切照旧。"), choices=menu())
    erasure.forget_address(talk.db, meant[0].id)
    change.record(
        talk.db, "member", talk.person.id, None, "account removed", talk.person.id, talk.now, meant[0].channel
    )
    return Card(Text("移出去了。那个账号再发消息，和您没有关系。"), choices=menu(), tone="done")


def _when_joined(channel: str, joined: datetime) -> Text:
    return Text("{channel}（{at}关联）", channel=channel_name(channel), at=Moment(joined))


@on("profile.edit", head="here", allow=anybody, private=True, phrases=_HERE)
def here(talk: Talk) -> Card:
    """Who has several accounts is told things in the one where he said this."""
    member.choose_address(talk.db, talk.person.id, talk.address, talk.now)
    return Card(Text("好的，以后的通知都发到这里。"), tone="done")
