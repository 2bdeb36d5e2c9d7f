"""Clubs: which there are, joining and leaving in one tap, and who belongs, for who leads."""

from datetime import timedelta

from handlers import activity_cards
from handlers.subscriptions import choose_subjects
from handlers.talk import Arguments, Option, Phrase, Talk, anybody, menu, on, press
from handlers.understanding.reading import Reading
from models import club, notice
from models.activity import Listing
from models.card import Article, Attachment, Card, Choice
from models.club import Club
from models.folding import fold
from models.refusal import Refusal
from models.text import Moment, Several, Text, as_said, prose

# What a club did in this time tells what it is about.
_LATELY = timedelta(days=180)
_MOST = 10
_MOST_NAMES = 50
FILE = "club.attendance"
_CLUB = r"(?:社团|俱乐部|兴趣小?组|兴趣班|兴趣团体|社群|clubs?\b)"
_ENDS = r"(?:社|团|队|会|俱乐部|小组|班|club)"
_NOT = r"(?:不|别)(?:想|要|打算)*"
_OTHER = "投票|工会|党|委员会|群聊|报名|通知|活动|签到|取消关注|关注|小区|志愿者|项目"
_SEARCH = (
    Phrase(_CLUB, weight=3, unless=f"{_OTHER}|加入|退出|名单|成员|报修|吵|join|leave"),
    Phrase(
        r"(?:有没有|有什么|有哪些|有啥|找|想找).{0,8}(?:跑团|歌队|唱团|舞蹈队|球队|[一-鿿]社)(?:[吗呢嘛?]|$)",
        weight=4,
        unless=_OTHER,
    ),
)
_JOIN = (
    Phrase(
        rf"(?<!不)(?:加入|入社|入会|入团|进).{{0,20}}{_ENDS}|(?:怎么|如何|我想|我要|想)(?:能)?加入.{{2,20}}$",
        weight=5,
        unless=rf"{_NOT}加入|{_OTHER}|加入了|社区|日历|说法",
    ),
    Phrase(
        r"^(?:i(?:'d| would)? (?:like|want) to |can i |please )?join (?:the |a )?.{2,30}\b(?:club|choir|team|group)\b",
        weight=5,
    ),
)
_LEAVE = (
    Phrase(
        rf"(?:退出|退社|不想?再?参加|离开).{{0,20}}{_ENDS}[了吧]*[!.。]*$",
        weight=6,
        unless="投票|群聊|登录|活动",
    ),
    Phrase(
        r"^(?:i(?:'d| would)? (?:like|want) to |please )?leave (?:the )?.{2,30}\b(?:club|choir|team|group)\b",
        weight=6,
    ),
)
_MINE = (
    Phrase(
        r"我(?:的|加入了?(?:哪些|什么|的))(?:社团|俱乐部|小组)|我(?:在|是)(?:哪些|什么)(?:社团|俱乐部)",
        weight=6,
    ),
    Phrase(r"^(?:my clubs|which clubs am i in)\??$", weight=6),
)
_NAMES = (
    Phrase(
        rf"{_ENDS}(?:里|内)?(?:的)?(?:成员|会员|社员|队员|团员)(?:名单|都?有(?:谁|哪些))|(?:社团|俱乐部)(?:成员|名单)",
        weight=6,
        unless="通知|群发|导出报名",
    ),
    Phrase(r"^(?:members|member list) of (?:the |my )?.{2,30}\bclub\b", weight=6),
)
_CAME = (
    Phrase(
        r"(?:支部|党支部|社团|俱乐部|我们社|我们队|我们单位|成员)(?:的)?(?:出勤|到会|参加情况|签到(?:表|情况|记录))",
        weight=6,
    ),
    Phrase(r"^(?:attendance of|who came of) my (?:club|branch|members)\b", weight=6),
)


def _named(reading: Reading) -> Arguments:
    """The clubs by name, and the topics and places by which others may be meant."""
    text, codes = reading.text, []
    for each in reading.lexicon.clubs:
        said = next((word for word in each.says if word in text), None)
        if said:
            codes.append(each.code)
            text = text.replace(said, "\n")
    topics = [word for name in reading.topics for word in (name, *reading.lexicon.topics[name])]
    places = list(reading.places or ())
    return {"codes": codes, "topics": topics, "places": places}


def _codes(reading: Reading) -> Arguments:
    return {"codes": _named(reading)["codes"]}


@on(
    "club.search",
    head="clubs",
    allow=anybody,
    example=Text("有什么社团"),
    rank=60,
    phrases=_SEARCH,
    reads=_named,
)
def find(
    talk: Talk,
    codes: list[str] | None = None,
    topics: list[str] | None = None,
    places: list[int] | None = None,
) -> Card:
    every = club.every(talk.db)
    if not every:
        return Card(Text("还没有社团，过几天再来看看。"), choices=menu())
    found = [each for each in every if each.code in (codes or ())]
    if not found and topics:
        found = _about(talk, every, [fold(each) for each in topics])
        if not found:
            choices = tuple(Choice(as_said(each.name), press("club", each.id)) for each in every[:_MOST])
            return Card(Text("没有正好这样的社团。现有的是："), choices=choices)
    if not found:
        found = [each for each in every if each.place_id in (places or ())] or every
    if len(found) == 1:
        return show(talk, found[0].id)
    rows = tuple(_row(talk, each) for each in found[:_MOST])
    return Card(Text("有{count}个社团：", count=len(found)), articles=rows)


def _about(talk: Talk, every: list[Club], topics: list[str]) -> list[Club]:
    """Those whose name, or whose activities, are about one of these."""
    words = club.words(talk.db, every, talk.now - _LATELY)
    says = {each.code: " ".join(each.says) for each in talk.lexicon.clubs}
    return [
        each
        for each in every
        if any(topic in says.get(each.code, "") or topic in words.get(each.id, "") for topic in topics)
    ]


@on("club.search", head="club", allow=anybody, scans=True)
def show(talk: Talk, number: int = 0) -> Card:
    one = club.find(talk.db, number)
    coming = club.coming(talk.db, one, talk.now)
    facts = [*_facts(one), *_next(coming)]
    choices = [*_choices(talk, one), *(_open(each) for each in coming)]
    return Card(
        Text("社团："),
        articles=(Article(as_said(one.name), one.ref, facts=tuple(facts), choices=tuple(choices)),),
    )


@on("club.search", head="myclubs", allow=anybody, private=True, phrases=_MINE)
def mine(talk: Talk) -> Card:
    found = club.mine(talk.db, talk.person.id)
    if not found:
        return Card(Text("您还没有加入社团。"), choices=(Choice(Text("看看社团"), press("clubs")),))
    if len(found) == 1:
        return show(talk, found[0].id)
    return Card(
        Text("您在{count}个社团里：", count=len(found)), articles=tuple(_row(talk, each) for each in found)
    )


def _row(talk: Talk, one: Club) -> Article:
    choices = (Choice(Text("详情"), press("club", one.id)), *_choices(talk, one)[:1])
    return Article(as_said(one.name), one.ref, facts=_facts(one), choices=choices)


def _facts(one: Club) -> tuple[tuple[Text, Text], ...]:
    """Where it is at home, and how many belong to it, where that tells nothing of one of them."""
    where = ((Text("地点"), as_said(one.place)),) if one.place else ()
    if one.members < club.FEWEST:
        return where
    return (*where, (Text("成员"), Text("{count}位", count=one.members)))


def _next(coming: list[Listing]) -> tuple[tuple[Text, Text], ...]:
    if not coming:
        return ()
    lines = tuple(activity_cards.label(each) for each in coming)
    return ((Text("接下来"), Text("{lines}", lines=Several(lines, lines=len(lines) > 1))),)


def _open(one: Listing) -> Choice:
    return Choice(activity_cards.label(one), press("show", one.number))


def _choices(talk: Talk, one: Club) -> list[Choice]:
    """In or out, which is nobody else's business in a group."""
    if talk.in_group:
        return []
    belongs = club.belongs(talk.db, one, talk.person.id)
    turn = (
        Choice(Text("退出社团"), press("leaveclub", one.id))
        if belongs
        else Choice(Text("加入社团"), press("joinclub", one.id))
    )
    found = [turn, Choice(Text("关注活动"), press("followclub", one.id))]
    if club.leads(talk.db, talk.person.id, one.id):
        found.append(Choice(Text("成员名单"), press("clubmembers", one.id)))
    return found


@on("club.join", head="joinclub", allow=anybody, private=True, phrases=_JOIN, reads=_codes)
def join(talk: Talk, number: int | None = None, codes: list[str] | None = None) -> Card:
    """At once: it is undone by one tap."""
    one = _which(talk, number, codes, Text("加入哪个社团？"), club.every(talk.db))
    again = not club.join(talk.db, one, talk.person.id, talk.now)
    if not again:
        _tell_leaders(talk, one)
    name = as_said(one.name)
    text = (
        Text("您已经在{name}里了。", name=name)
        if again
        else Text("欢迎加入{name}。负责人发的通知会发给您，随时可以退出。", name=name)
    )
    coming = club.coming(talk.db, one, talk.now)
    leave_it = Choice(Text("退出社团"), press("leaveclub", one.id))
    return Card(text, choices=(*(_open(each) for each in coming), leave_it), tone="done", refs=(one.ref,))


def _tell_leaders(talk: Talk, one: Club) -> None:
    text = Text("有人加入了{name}。", name=as_said(one.name))
    look = Choice(Text("成员名单"), press("clubmembers", one.id))
    for leader in club.leaders(talk.db, one):
        if leader != talk.person.id:
            card = Card(text, choices=(look,), refs=(one.ref,))
            key = f"joined:{one.id}:{talk.person.id}:{talk.now.date().isoformat()}"
            notice.tell_member(
                talk.db, [card], leader, talk.now, key=f"{key}:{leader}", kind="answer", rests=True
            )


@on("club.leave", head="leaveclub", allow=anybody, private=True, phrases=_LEAVE, reads=_codes)
def leave(talk: Talk, number: int | None = None, codes: list[str] | None = None) -> Card:
    """At once, and what was under way to him is not sent any more."""
    mine = club.mine(talk.db, talk.person.id)
    one = _which(talk, number, codes, Text("退出哪个社团？"), mine)
    try:
        left = club.leave(talk.db, one, talk.person.id, talk.now)
    except Refusal as refusal:
        talk.leave(refusal, Choice(Text("转人工"), "person"))
    name = as_said(one.name)
    text = (
        Text("好的，您已退出{name}，不再发它的通知。", name=name)
        if left
        else Text("您不在{name}里。", name=name)
    )
    again = Choice(Text("加入社团"), press("joinclub", one.id))
    return Card(text, choices=(again, Choice(Text("看看社团"), press("clubs"))), tone="done", refs=(one.ref,))


@on("subscription.edit", head="followclub", allow=anybody, private=True)
def follow(talk: Talk, number: int = 0) -> Card:
    return choose_subjects(talk, [f"club:{club.find(talk.db, number).code}"])


def _which(
    talk: Talk, number: int | None, codes: list[str] | None, question: Text, offered: list[Club]
) -> Club:
    """The one that is meant; asked for where none is named, or several are."""
    if number is not None:
        return club.find(talk.db, number)
    every = club.every(talk.db)
    named = [each for each in every if each.code in (codes or ())]
    if len(named) == 1:
        return named[0]
    offered = (named or offered)[:_MOST]
    if not offered:
        text = Text("请先看看有哪些社团，这里还没有。")
        talk.leave(Refusal("club.none", text), Choice(Text("看看社团"), press("clubs")))
    options = [Option(each.id, as_said(each.name)) for each in offered]
    chosen = talk.ask(
        "which", question, *options, about=tuple(Article(as_said(each.name), each.ref) for each in offered)
    )
    return club.find(talk.db, chosen)


# For who leads.


@on("club.members", head="clubmembers", allow=anybody, private=True, phrases=_NAMES, reads=_codes)
def members(talk: Talk, number: int | None = None, codes: list[str] | None = None) -> Card:
    """Seen by its leader and by staff alone."""
    led = {row.id for row in club.led(talk.db, talk.person.id, clubs=True)}
    own = [each for each in club.every(talk.db) if each.id in led]
    one = (
        own[0]
        if number is None and not codes and len(own) == 1
        else _which(talk, number, codes, Text("看哪个社团的名单？"), own)
    )
    club.check_names(talk.db, one, talk.person.id)
    names = club.names(talk.db, one)
    known = [as_said(name) for name in names if name]
    lines = [Text("{name}有{count}位成员：", name=as_said(one.name), count=len(names))]
    lines += [Text("{names}", names=Several(tuple(known[:_MOST_NAMES])))] if known else []
    unnamed = len(names) - len(known[:_MOST_NAMES])
    lines += [Text("还有{count}位没有列出。", count=unnamed)] if unnamed else []
    came = Choice(Text("出勤表"), press("clubcame", one.id))
    return Card(Text("{lines}", lines=Several(tuple(lines), lines=True)), choices=(came,), refs=(one.ref,))


@on("club.attendance", head="clubcame", allow=anybody, private=True, phrases=_CAME)
def attendance(talk: Talk, number: int | None = None) -> Card:
    """Who of one's own members was there: a representative's own organization, and nobody else's."""
    led = club.led(talk.db, talk.person.id)
    chosen = [row for row in led if number is None or row.id == number]
    if not chosen:
        text = Text("请找这个组织的负责人，出勤表只给负责人看。")
        talk.leave(Refusal("club.other", text), *menu())
    one = chosen[0]
    if len(chosen) > 1:
        options = [Option(row.id, as_said(row.name)) for row in chosen]
        key = talk.ask("which", Text("看哪个组织的出勤？"), *options)
        one = next(row for row in chosen if row.id == key)
    rows = club.attended(talk.db, one.id, talk.now, _MOST_NAMES)
    if not rows:
        return Card(Text("{name}还没有出勤记录。", name=as_said(one.name)), choices=menu())
    lines = tuple(
        Text(
            "{when} {title}：{member} {state}",
            when=Text("{at}", at=Moment(each.starts)),
            title=prose(each.title),
            member=as_said(each.member or "—"),
            state=STATES[each.came],
        )
        for each in rows[-_MOST:]
    )
    lead = Text("{name}最近的出勤，全部在表里：", name=as_said(one.name))
    file = Attachment("file", Text("{name}.xlsx", name=Text("出勤表")), FILE, (one.id,))
    return Card(
        Text("{lines}", lines=Several((lead, *lines), lines=True)), choices=menu(), attachments=(file,)
    )


STATES = {True: Text("来了"), False: Text("没到场"), None: Text("没有签到记录")}
