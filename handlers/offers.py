"""我有资源, 我要资源: what somebody can give or needs, asked for in a few questions and looked at before others see it."""

from typing import Any

from handlers import checks, matches, offer_approvals, offer_cards, offer_reading
from handlers.offer_cards import BROWSE, KINDS, MINE
from handlers.talk import Option, Phrase, Talk, anybody, menu, on, press
from models import duty, offering, organization, place, standing
from models.card import Card, Choice
from models.offering import Plan
from models.refusal import Refusal
from models.text import Text, as_said

_ELSEWHERE = r"吗[?。]*$|什么|哪些|有没有|证|材料清单|服务站|报名|签到|预约|投票|项目|认领|优惠|反馈|建议|意见|帮助我|发票|证明|提供的|有人提供|你们"
_GIVES = (
    Phrase(
        r"(?:我们?|本人|我司|我们公司|我们单位|我们社|公司|单位)[^,。?]{0,12}(?:可以|能|愿意|想|打算)[^,。?]{0,6}(?:提供|捐赠|捐献|捐出|捐|出借|借出|拿出|派出|派|赞助)"
        r"[^,。?]*(?:.*(?:用得上|需要))?",
        weight=5,
        unless=_ELSEWHERE,
    ),
    Phrase(
        r"^(?:你好[,]?|您好[,]?)?(?:我们?(?:公司|单位)?|本人)?(?:这里|这边)?(?:也|还)?有(?:一些|些|点)?(?:闲置|多余)?(?:的)?(?:资源|物资|场地|场所)"
        r"(?!吗|没有)(?:可以|想|要|能)?(?:提供|捐|借|出借|分享|共享|给大家)?.{0,10}$|^(?:提供|登记|贡献|分享|共享)(?:一下|一个|我的)?(?:资源|场地|物资|人力)[。!]*$",
        weight=6,
        unless=r"吗|什么|哪些|[?]$",
    ),
    Phrase(
        r"\b(?:we|i|our company|my company)\b(?: \w+){0,3} (?:can|could|would like to|want to|are able to|am able to) (?:offer|provide|donate|lend|give)\b",
        weight=5,
        unless=r"\bproject\b|feedback|\?$",
    ),
    Phrase(r"^(?:i have|we have|offer) (?:some )?resources?\b", weight=5, unless=r"\?$"),
)
_WANTS = (
    Phrase(
        r"^(?:我们?(?:公司|单位|小区|社区|社团)?|本人)?(?:想要?|要|需要|求|缺)(?:一些|点|些|找)?(?:资源|物资|场地|场所)(?:支持)?[。!]*$"
        r"|^(?:我们?(?:公司|单位|社团|小区|楼里|支部|协会|团队)|公司|单位)(?:想要|需要|缺|想找|想借|求)[^?。,]*(?:场地|物资|志愿者|讲师|老师|医生|律师|设备|\d+\s*[份套件箱])[^?]*$",
        weight=5,
        unless=_ELSEWHERE + "|报修|坏了|投诉|会议室一个小时|招募",
    ),
    Phrase(
        r"\b(?:we|our company|our club) (?:need|want|are looking for)\b.*\b(?:venue|room|supplies|kits|volunteers|lecturer|speaker|resources)\b",
        weight=5,
        unless=r"\?$",
    ),
    Phrase(r"^(?:i|we) (?:need|want) resources[.!]*$", weight=5),
)
_SHOWS = (
    Phrase(
        r"(?:有(?:什么|哪些|啥)|看看?(?:大家|有)?(?:的|什么|哪些)?|大家(?:的|有什么))(?:可用的?|现成的?)?(?:资源|物资)(?:可以用|能用)?[吗呢?。]*$|^(?:资源|物资)(?:列表|清单|库|池|目录)[。?]*$"
        r"|(?:哪些|什么|哪家)(?:单位|公司|企业)(?:能|可以)?(?:提供|有)(?:什么|哪些)?(?:资源|物资|场地|志愿者|讲师)",
        weight=5,
        unless="我的|我有|我要|推荐",
    ),
    Phrase(
        r"\b(?:what|which|show|list)\b.*\b(?:resources|offers)\b(?! near)",
        weight=4,
        unless=r"\bmy\b|\bour\b|job",
    ),
)
_OWN = (
    Phrase(r"^(?:看看?|查看|打开)?(?:我|我们|我们公司|我们单位)(?:提供)?的(?:资源|供需)[。?]*$", weight=6),
    Phrase(r"^(?:show |see )?(?:my|our) (?:resources|offers)[.?]*$", weight=6),
)
_SUBMIT = Option("yes", Text("提交"), ("确认", "好", "好的", "是", "对", "yes", "submit"))
_KIND = Option("kind", Text("改类别"), ("类别不对",))
_NO = Option("no", Text("先不提"), ("不", "不提", "算了", "no"))
_ANYWHERE = Option(0, Text("哪里都可以"), ("不限", "都可以", "anywhere"))
_ANYTIME: Option[list[str]] = Option([], Text("随时"), ("不限", "任何时间", "都可以", "anytime", "any time"))
_UNKNOWN = Option(0, Text("说不准"), ("不知道", "不限", "跳过", "skip"))
_MOST = 10
# Money is a pledge for a project.
_GIVEN = ("people", "supplies", "venue", "expertise")


@on("offer.make", head="provide", allow=anybody, example=Text("我们公司可以提供两名口腔讲师"), rank=62, private=True,
    phrases=_GIVES, reads=offer_reading.meant)  # fmt: skip
def give(talk: Talk, said: dict[str, Any] | None = None) -> Card:
    """我有资源."""
    return _form(talk, "offer", said or {})


@on("offer.want", head="wanted", allow=anybody, example=Text("我要资源"), rank=63, private=True,
    phrases=_WANTS, reads=offer_reading.meant)  # fmt: skip
def want(talk: Talk, said: dict[str, Any] | None = None) -> Card:
    """我要资源: what fits is shown at once."""
    return _form(talk, "want", said or {})


def _form(talk: Talk, side: str, known: dict[str, Any]) -> Card:
    plan = _asked(talk, side, known)
    about = (offer_cards.draft(talk.db, plan),)
    sure = talk.ask("sure", _question(side), _SUBMIT, _KIND, _NO, about=about)
    if sure == "kind":
        plan = _with_kind(talk, plan, _which_kind(talk, "again"))
        about = (offer_cards.draft(talk.db, plan),)
        sure = talk.ask("sure_again", _question(side), _SUBMIT, _NO, about=about)
    if sure == "no":
        return Card(Text("好的，没有提交。"), choices=menu())
    duty.check_real(talk.db, talk.person.id)
    return offer_approvals.put(talk, plan)


def _question(side: str) -> Text:
    if side == "offer":
        return Text("这样登记，对吗？工作人员看过，大家就能看到。您的电话不会公开。")
    return Text("这样登记，对吗？工作人员看过，能提供的人就能看到。您的电话不会公开。")


def _asked(talk: Talk, side: str, known: dict[str, Any]) -> Plan:
    """What the sentence did not say is asked for, one thing after another."""
    said = dict(known)
    if "name" not in said:
        kind = said.get("kind") or _which_kind(talk, "kind")
        _check_kind(talk, kind)
        said = {**said, **talk.ask("what", _what(side, kind), check=offer_reading.What()), "kind": kind}
    if "kind" not in said:
        said["kind"] = _which_kind(talk, "kind")
    _check_kind(talk, said["kind"])
    plan = Plan(
        side,
        said["kind"],
        said["name"],
        said.get("quantity") or 1,
        said.get("unit"),
        said.get("capacity") if said["kind"] == "venue" else None,
    )
    if plan.kind == "venue" and not plan.capacity:
        plan = _replaced(plan, capacity=talk.ask("seats", _seats(side), _UNKNOWN, check=Seats()) or None)
    if plan.kind != "venue" and not said.get("quantity"):
        question = Text("多少？比如“300份”“2名”。")
        plan = _replaced(plan, **talk.ask("many", question, check=offer_reading.Amount()))
    where = said["place"] if "place" in said else _where(talk, side, plan.kind)
    dates = said["dates"] if "dates" in said else _when(talk)
    begins, ends = offer_reading.instants(talk, dates)
    return _replaced(plan, place_id=where or None, begins=begins, ends=ends, organization_id=_for_whom(talk))


def _replaced(plan: Plan, **values: Any) -> Plan:
    return Plan(**{**{name: getattr(plan, name) for name in Plan.__slots__}, **values})


def _which_kind(talk: Talk, name: str) -> str:
    options = [Option(kind, KINDS[kind]) for kind in (*_GIVEN, "money")]
    return str(talk.ask(name, Text("是哪一类？"), *options))


def _with_kind(talk: Talk, plan: Plan, kind: str) -> Plan:
    _check_kind(talk, kind)
    return _replaced(plan, kind=kind, capacity=plan.capacity if kind == "venue" else None)


def _check_kind(talk: Talk, kind: str) -> None:
    if kind == "money":
        text = Text("请到项目里认捐，资金只能认捐给一个具体的项目，这里不收钱。")
        talk.leave(Refusal("offer.money", text), Choice(Text("找项目"), press("projects")))


def _what(side: str, kind: str) -> Text:
    examples = {
        "people": Text("10名志愿者"),
        "supplies": Text("300份护牙包"),
        "venue": Text("一间能坐30人的会议室"),
        "expertise": Text("2名急救培训师"),
    }
    example = examples.get(kind, examples["supplies"])
    if side == "offer":
        return Text("您能提供什么？比如“{example}”。", example=example)
    return Text("您想要什么？比如“{example}”。", example=example)


def _seats(side: str) -> Text:
    return Text("能坐几位？") if side == "offer" else Text("要坐几位？")


class Seats:
    wants = "number"

    def __call__(self, said: str) -> int:
        number = checks.read_number(said)
        if number is None:
            number = offer_reading.Amount()(said)["quantity"]
        if not number or number > 5000:
            raise Refusal("check.number", Text("请发一个数字，比如“{example}”。", example=30))
        return int(number)


def _where(talk: Talk, side: str, kind: str) -> int:
    question = Text("用在哪里？可以发小区或者楼的名字。")
    if kind == "venue" and side == "offer":
        question = Text("场地在哪里？请发楼或者小区的名字。")
    own = [key for key in dict.fromkeys((talk.person.work_id, talk.person.home_id)) if key is not None]
    options = [Option(key, as_said(place.name(talk.db, key))) for key in own]
    if not (kind == "venue" and side == "offer"):
        options.append(_ANYWHERE)
    return int(talk.ask("where", question, *options, check=offer_reading.Where(talk)))


def _when(talk: Talk) -> list[str]:
    question = Text("什么时候可以？比如“12月1日到12月31日”。")
    found: list[str] = talk.ask("when", question, _ANYTIME, check=offer_reading.Dates(talk))
    return found


def _for_whom(talk: Talk) -> int | None:
    """For the organization that he stands for; who stands for none offers it himself."""
    own = standing.of(talk.db, talk.person.id)
    if len(own) < 2:
        return own[0] if own else None
    options = [Option(key, as_said(organization.name(talk.db, key))) for key in own]
    myself = Option(0, Text("我个人"), ("自己", "个人", "myself"))
    return talk.ask("for", Text("以谁的名义？"), *options, myself) or None


@on("offer.search", head="offers", allow=anybody, example=Text("看看大家的资源"), rank=64, phrases=_SHOWS)
def browse(talk: Talk) -> Card:
    """What is open to everybody: what is offered first, then what is wanted."""
    given = offering.open_ones(talk.db, "offer", talk.now, _MOST)
    wanted = offering.open_ones(talk.db, "want", talk.now, _MOST)
    choices = (Choice(Text("我有资源"), press("provide")), Choice(Text("我要资源"), press("wanted")))
    if not given and not wanted:
        return Card(Text("还没有人登记，您可以第一个来。"), choices=choices)
    touch = Text("想联系")
    articles = [
        offer_cards.article(one, (Choice(touch, press("contactoffer", one.id)),)) for one in (*given, *wanted)
    ]
    return Card(Text("大家能提供的和想要的："), articles=tuple(articles), choices=choices)


@on(
    "offer.list",
    head="myoffers",
    allow=anybody,
    private=True,
    example=Text("我的资源"),
    rank=65,
    phrases=_OWN,
)
def mine(talk: Talk) -> Card:
    found = offering.own(talk.db, talk.person.id)
    choices = (Choice(Text("我有资源"), press("provide")), Choice(Text("我要资源"), press("wanted")))
    if not found:
        return Card(Text("您还没有登记过。说“我有资源”就能登记。"), choices=choices)
    articles = [offer_cards.article(one, _steps(one), own=True) for one in found]
    return Card(Text("您登记的："), articles=tuple(articles), choices=(*choices, BROWSE))


def _steps(one: Any) -> tuple[Choice, ...]:
    if one.state not in offering.LIVE:
        return ()
    look = (Choice(Text("看匹配"), press("offermatch", one.id)),) if one.kind != "project" else ()
    return (*look, Choice(Text("撤回资源"), press("dropoffer", one.id)))


@on("offer.withdraw", head="dropoffer", allow=anybody, private=True)
def drop(talk: Talk, number: int = 0) -> Card:
    one = offering.find(talk.db, number)
    offering.check_his(talk.db, one, talk.person.id)
    if one.state not in offering.LIVE:
        return Card(Text("不用撤回，这一条已经结束了。"), choices=(MINE,), refs=(offering.ref(one),))
    about = (offer_cards.article(one),)
    yes = Option("yes", Text("撤回资源"), ("确认", "好", "是", "yes"))
    no = Option("no", Text("先留着"), ("不", "不撤", "no"))
    if (
        talk.ask("sure", Text("要撤回吗？撤回后别人看不到，已经认领的不受影响。"), yes, no, about=about)
        == "no"
    ):
        return Card(Text("好的，没有撤回。"), choices=(MINE,))
    offering.go(talk.db, one, "withdrawn", talk.person.id, talk.now)
    return Card(Text("撤回了，别人看不到了。"), tone="done", choices=(MINE,), refs=(offering.ref(one),))


@on("offer.match", head="offermatch", allow=anybody, private=True)
def fitting(talk: Talk, number: int = 0) -> Card:
    """What fits one's own, with the reasons."""
    one = offering.find(talk.db, number)
    offering.check_his(talk.db, one, talk.person.id)
    return matches.card(talk, one)
