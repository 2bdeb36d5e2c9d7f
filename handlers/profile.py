"""What we know of somebody, on one card, and the words that change it."""

import re
from typing import Any

from sqlalchemy import Row

from handlers import skills, whereabouts
from handlers.language import LANGUAGES
from handlers.talk import Arguments, Phrase, Talk, anybody, on, press
from handlers.understanding.reading import Reading
from handlers.whereabouts import END
from models import consent, double_registration, phone, profile
from models.card import Article, Card, Choice, State
from models.consent import PURPOSES, Purpose
from models.folding import clean, fold
from models.refusal import Refusal
from models.text import Several, Text, as_said, prose

LONGEST_NAME = 20
MOST_INTERESTS = 20
PROFILE = Choice(Text("我的资料"), press("profile"))
# What `forget` takes back, by the number on its button; a number is never given another meaning.
_HOME, _WORK, _PHONE, _NAME, _INTERESTS, _WHEREABOUTS = range(1, 7)

_SHOW = (
    Phrase(
        r"^(?:请|帮我|我想|我要)?(?:看看|看一下|看下|看|查看|查一下|查|显示|打开|修改|改|更新|填写|填|完善)?(?:一下)?(?:我的个人|我个人的|我的|我|个人)(?:资料|信息|档案|设置|账号信息)"
        r"(?:是什么|有哪些|都有什么|长什么样)?[呢吗吧?。.!]*$",
        weight=5,
    ),
    Phrase(r"^(?:修改|完善|填写|更新)(?:个人)?资料[。!]*$", weight=5),
    Phrase(
        r"^我的(?:手机号?|电话|住址|住处|单位|称呼)(?:填的|登记的)?(?:是)?(?:多少|什么|哪里|哪个|几号)|"
        r"(?:别人|大家|其他人|邻居)(?:能|会|可以)?(?:看到|看见|看得到)我(?:的)?(?:什么|哪些|啥)",
        weight=4,
    ),
    Phrase(
        r"^(?:please )?(?:show |view |see |open )?(?:me )?my (?:profile|details|account|data|information|info)[?.!]*$",
        weight=5,
    ),
)
_NUMBER = r"(?P<said>[+(]?\d[\d ()\-]{3,18})"
_MINE = r"(?:我的?|本人的?|my )"
_PHONE_SAID = re.compile(
    rf"^(?:你好[,\s]*|请|帮我|麻烦)*(?:(?:把|将|更新|登记|改一下|改|记一下)\s*)?{_MINE}?(?:新)?(?:手机号码|手机号|手机|电话号码|电话|号码|联系方式|联系电话"
    rf"|(?:phone|mobile|telephone|cell)(?: number)?|number)\s*(?:换号了|换了|变了|现在|已经|,|:|改成|改为|换成|更新为|是|为|is|to|now|\s)*{_NUMBER}{END}"
)
_PHONE_ALONE = re.compile(
    r"^(?:我的)(?:手机号码|手机号|手机|电话号码|电话|联系电话|联系方式)[呢。.!?]*$|^my (?:phone|mobile)(?: number)?[.!?]*$"
)
_REACH = (
    Phrase(_PHONE_SAID.pattern, weight=5),
    Phrase(_PHONE_ALONE.pattern, weight=4),
    Phrase(
        r"^(?:我要|我想|帮我|请)?(?:换|改|填|登记|更新|绑定|留|换个|改个)(?:一下|个)?(?:我的)?(?:手机号码|手机号|手机|电话|联系方式)(?:了)?[。!]*$|^我换(?:手机号|号码|电话)了",
        weight=4,
    ),
    Phrase(r"^(?:change|update|add|set) my (?:phone|mobile|telephone)(?: number)?[.!]*$", weight=4),
)
_NOT_A_NAME = "什么|啥|吗|呢|怎么|谁|一下|一声|的时候|起床|起来|过来|过去|上来|下来|出来|回来|来|去|了|不|别|他|她|你|您|师傅|物业|警察|救护|快递|滚|when|if|back|later|please|\\bat\\b|\\?"
_CALLED = re.compile(
    r"^(?:你好|您好|以后|就|请|可以|改|[,，\s])*(?:叫我|称呼我为?|稱呼我為?|我叫|我的名字叫?是?|我名字叫|(?:please )?call me|my name is|my name's)\s*(?:做|为)?[「“\"]?(?P<said>[^,，。.!！」”\"]{1,20}?)[」”\"]?\s*(?:吧|就好|就行|好了)?[。.!！\s]*$",
    re.IGNORECASE,
)
_CALL = (
    Phrase(
        r"^(?:你好|您好|以后|就|请|可以|改|[,\s])*(?:叫我|称呼我为?|我叫|我的名字(?:叫|是)|我名字叫|(?:please )?call me|my name is|my name's)\s*\S.{0,24}$",
        weight=3,
        unless=_NOT_A_NAME,
    ),
    Phrase(r"^(?:我要|我想|帮我)?(?:改|换|填)(?:一下|个)?(?:我的)?(?:称呼|名字|昵称|姓名)[。!]*$", weight=4),
    Phrase(r"^change my name[.!]*$", weight=4),
)
_LIKES = (
    Phrase(
        r"^我(?:们)?(?:平时|最|很|比较|特别|也|一直|就|挺|还)*(?:喜欢|热爱|对.+感兴趣|的?(?:兴趣|爱好|兴趣爱好)是?)",
        weight=4,
        needs="topics",
        unless="什么|哪|吗|有没有|\\?|不喜欢|活动|报名",
    ),
    Phrase(
        r"^i(?:'m| am)? (?:really )?(?:like|love|enjoy|into|interested in)\b",
        weight=4,
        needs="topics",
        unless="what|any|\\?|event|activit",
    ),
    Phrase(r"^(?:我要|我想|帮我)?(?:改|换|填|更新)(?:一下)?(?:我的)?(?:兴趣|爱好|兴趣爱好)[。!]*$", weight=4),
)
_SHOW_PARTY = (
    Phrase(
        r"^(?:我|我要|我想|帮我|请|可以)*(?:亮(?:出|明)?|公开|显示)(?:一下)?(?:我的)?(?:党员|党组织)?身份[了吧。!]*$",
        weight=5,
    ),
    Phrase(r"^(?:please )?show my party (?:membership|badge)", weight=5),
)
_HIDE_PARTY = (
    Phrase(
        r"(?:不要?|别|取消|关闭|关掉|撤回|收回|撤销|停止|不想|不再)(?:再|让.{0,6}|给我)?(?:亮(?:出|明)?|公开|显示)(?:我的)?(?:党员|党组织)?身份"
        r"|隐藏(?:我的)?(?:党员|党组织)?身份|(?:别|不要|不想)让.{1,8}(?:看到|知道)我是党员"
        r"|(?:把)?(?:我的)?(?:党员|党组织)?身份(?:给我)?(?:藏起来|藏好|隐藏(?:起来|掉)?|收起来)"
        r"|亮身份(?:功能)?(?:要)?(?:怎么|如何|在哪里?)(?:关|取消|撤|收回|隐藏)|(?:怎么|如何)(?:关掉?|取消|撤回|收回)亮身份",
        weight=6,
    ),
    Phrase(r"(?:hide|stop showing|don'?t show) my party", weight=6),
)
_NO_MORE = (
    r"(?:删掉|删除|删了|清除|清空|去掉|移除|撤回|别存|不要存|不要保存|别留|抹掉"
    r"|不同意(?:再)?(?:你们|给你们|让你们)?(?:再)?(?:保存|存|记录|记|收集|使用|用|留)(?:着|了)?"
    r"|(?:不要|别|不许|不准|停止)(?:再)?(?:记录|记住|记着|记|收集|使用|用|留着|留)(?:了)?|delete|remove|forget|don'?t (?:use|store|keep))"
)
_BEFORE = r"^(?:我|我们)?(?:已经|现在|早就|早|都)*"
_LEFT_HOME = re.compile(
    rf"{_BEFORE}不(?:再)?住(?:在)?(?P<place_1>[^,。?!]{{0,24}}?)(?:了|啦)[。!]*$"
    rf"|{_BEFORE}从(?P<place_2>[^,。?!]{{2,24}}?)(?:搬走|搬出来|搬出去|搬出|搬离)(?:了|啦)?[。!]*$"
    rf"|{_BEFORE}(?:搬出|搬离)(?:了)?(?P<place_3>[^,。?!]{{2,24}}?)(?:了|啦)?[。!]*$"
    r"|^i (?:don'?t|no longer) live(?P<place_4>[^,?]{0,40}?)(?: any ?more| now)?[.!]*$"
)
_LEFT_WORK = re.compile(
    rf"{_BEFORE}不(?:再)?在(?P<place_1>[^,。?!]{{0,24}}?)(?:上班|工作)(?:了|啦)[。!]*$"
    r"|^i (?:don'?t|no longer) work(?P<place_2>[^,?]{0,40}?)(?: any ?more| now)?[.!]*$"
)
_TAKEN_BACK = {
    _PHONE: re.compile(
        rf"{_NO_MORE}(?:一下)?(?:你们)?(?:存的|保存的)?(?:我的|我| ?my )?(?:手机号码|手机号|手机|电话|联系方式|phone|mobile)"
        r"|(?:我的?)(?:手机号码|手机号|电话|联系方式)(?:给我)?(?:删掉|删了|删除|别存了|不要存了|别用了|不要用了|别再用了?)"
    ),
    _HOME: re.compile(
        rf"{_NO_MORE}(?:一下)?(?:我的|我| ?my )?(?:住址|住处|家庭住址|地址|小区|home)|^我(?:已经)?搬走了[。!]*$"
        rf"|{_NO_MORE}我?(?:家)?(?:住|住在|在)(?:哪里|哪儿|哪|什么地方)[。!]*$|{_NO_MORE} ?where i live"
        r"|(?:我的?)(?:住址|住处|地址)(?:给我)?(?:删掉|删了|删除)"
    ),
    _WORK: re.compile(
        rf"{_NO_MORE}(?:一下)?(?:我的|我| ?my )?(?:单位|公司|工作地点|workplace|office)|^我(?:已经)?(?:离职|辞职|退休)了[。!]*$"
        rf"|{_NO_MORE}我?在(?:哪里|哪儿|哪|什么地方)(?:上班|工作)|{_NO_MORE} ?where i work"
    ),
    _NAME: re.compile(rf"{_NO_MORE}(?:一下)?(?:我的|我| ?my )?(?:称呼|名字|姓名|昵称|name)"),
    _INTERESTS: re.compile(rf"{_NO_MORE}(?:一下)?(?:我的|我| ?my )?(?:兴趣|爱好|interests)"),
}
_FORGET = (
    Phrase(
        "|".join(pattern.pattern for pattern in _TAKEN_BACK.values()), weight=5, unless="吗|怎么|账号|\\?"
    ),
    Phrase(_LEFT_HOME.pattern, weight=5, unless="吗|怎么|\\?"),
    Phrase(_LEFT_WORK.pattern, weight=5, unless="吗|怎么|\\?"),
    Phrase(
        r"^(?:我|我要|我想|请|帮我|怎么|如何)*(?:撤回|取消|撤销|收回)(?:我的|之前的|所有|全部|一下)*(?:同意|授权)(?:的事|书)?(?:了|吧|呢)?[。!?]*$"
        r"|^我(?:都)?同意(?:了|过)(?:什么|哪些|啥)[?]*$|^(?:please )?(?:withdraw|revoke|take back) (?:my )?consent",
        weight=5,
    ),
)


@on("profile.show", head="profile", allow=anybody, menu=Text("我的资料"), example=Text("看看我的资料"), rank=30,
    private=True, phrases=_SHOW)  # fmt: skip
def show(talk: Talk) -> Card:
    who = profile.find(talk.db, talk.person.id)
    text = Text("您的资料，点哪一样就改哪一样。\n别人在名单里只看到：{seen}", seen=_seen(talk, who))
    choices = (Choice(Text("导出我的数据"), press("export")), Choice(Text("删除我的数据"), press("erase")))
    moved = _anew(talk, "whereabouts")
    articles = (
        _line(Text("称呼"), as_said(who.name) if who.name else None, press("callme")),
        _line(
            Text("住处"), as_said(who.home) if who.home else None, press("livein"), who.home_confirmed, moved
        ),
        _line(
            Text("单位"), as_said(who.work) if who.work else None, press("workat"), who.work_confirmed, moved
        ),
        _line(Text("手机"), _phone(talk, who), press("phone"), anew=_anew(talk, "phone")),
        _line(Text("语言"), LANGUAGES[talk.person.language], press("language")),
        _line(Text("兴趣"), _joined([prose(each) for each in who.interests]), press("likes")),
        *_skills(talk),
        party_row(talk),
        _line(Text("收的消息"), _received(talk), press("news")),
    )
    return Card(text, articles=articles, choices=choices)


def _skills(talk: Talk) -> tuple[Article, ...]:
    """Staff confirm them; who has none has no line."""
    found = skills.line(talk)
    return (_line(Text("技能"), found, press("myskills")),) if found else ()


def _anew(talk: Talk, purpose: str) -> bool:
    return consent.outdated(talk.db, talk.person.id, purpose)


def _line(name: Text, value: Text | None, says: str, confirmed: bool = True, anew: bool = False) -> Article:
    """One thing known, or not yet; what he only said himself is marked so, `anew` what it is for has changed."""
    state = None if value is None or confirmed else State(Text("您说的，待确认"), "warning")
    if anew:
        state = State(Text("说明改了，请再定一次"), "warning")
    title = Text("{name}：{fact}", name=name, fact=value or Text("没填"))
    return Article(title, "", state=state, choices=(Choice(Text("修改"), says),))


def _seen(talk: Talk, who: Row[Any]) -> Text:
    shown = [as_said(each) for each in profile.organizations_shown(talk.db, talk.person.id)]
    name = as_said(who.name) if who.name else Text("一位邻居")
    return Text("{words}", words=Several((name, *shown)))


def _phone(talk: Talk, who: Row[Any]) -> Text | None:
    masked = profile.masked_phone(talk.vault, who.phone)
    return as_said(masked) if masked else None


def _received(talk: Talk) -> Text:
    held = [
        each.title
        for each in PURPOSES.values()
        if each.sends and consent.holds(talk.db, talk.person.id, each.name)
    ]
    return _joined(held) or Text("只收您问的、报了名的和紧急的")


def _joined(texts: list[Text]) -> Text | None:
    return Text("{words}", words=Several(tuple(texts))) if texts else None


def party_row(talk: Talk) -> Article:
    """Whether others may see a party organization among what one belongs to, and the other way to press."""
    shown = bool(consent.party_shown(talk.db, [talk.person.id]))
    belongs = _joined([as_said(each.name) for each in profile.organizations(talk.db, talk.person.id)])
    turned = (
        Choice(Text("隐藏身份"), press("hideparty")) if shown else Choice(Text("亮身份"), press("showparty"))
    )
    return Article(
        PURPOSES["party"].title,
        "",
        state=State(Text("别人能看到"), "good") if shown else State(Text("别人看不到"), "past"),
        facts=((Text("组织"), belongs or PURPOSES["party"].wording),),
        choices=(turned,),
    )


@on("profile.edit", head="showparty", allow=anybody, private=True, phrases=_SHOW_PARTY)
def show_party(talk: Talk) -> Card:
    consent.give(talk.db, talk.person.id, "party", talk.now)
    text = Text("好的，名单里会显示您所在的党组织。随时能收回，收回后别人就看不到。")
    return Card(text, choices=(Choice(Text("隐藏身份"), press("hideparty")), PROFILE), tone="done")


@on("profile.edit", head="hideparty", allow=anybody, private=True, phrases=_HIDE_PARTY)
def hide_party(talk: Talk) -> Card:
    consent.withdraw(talk.db, talk.person.id, "party", talk.now)
    double_registration.show(talk.db, talk.person.id, talk.now, shown=False)
    text = Text("好的，从现在起，别人在名单里看不到您的党组织。")
    return Card(text, choices=(Choice(Text("亮身份"), press("showparty")), PROFILE), tone="done")


def _said_phone(reading: Reading) -> Arguments:
    found = _PHONE_SAID.search(reading.text)
    if found:
        return {"said": found["said"]}
    return {"known": True} if _PHONE_ALONE.search(reading.text) else {}


@on("profile.edit", head="phone", allow=anybody, private=True, phrases=_REACH, reads=_said_phone)
def reach(talk: Talk, said: str | None = None, known: bool = False) -> Card:
    """The number is in nobody's memory afterwards: as an argument nothing waits with it, as an answer it is the last.

    With `known` the stored one is shown, where there is one.
    """
    if known and (stored := _phone(talk, profile.find(talk.db, talk.person.id))):
        change, clear = (
            Choice(Text("改手机号"), press("phone")),
            Choice(Text("删掉"), press("forget", _PHONE)),
        )
        return Card(
            Text("您的手机号是{phone}。要换就点一下。", phone=stored), choices=(change, clear, PROFILE)
        )
    if said:
        try:
            number = phone.read(said)
        except Refusal as refusal:
            talk.leave(refusal, Choice(Text("填手机号"), press("phone")))
    else:
        question = Text("您的手机号是多少？加密保存，只在办您的事时联系您；不填也行。")
        number = talk.ask("number", question, check=phone.read)
    consent.give(talk.db, talk.person.id, "phone", talk.now)
    profile.reach(talk.db, talk.vault, talk.person.id, number, talk.now)
    text = Text("记下了：{phone}。加密保存，只在办您的事时联系您。", phone=as_said(phone.mask(number)))
    return Card(text, choices=(Choice(Text("删掉"), press("forget", _PHONE)), PROFILE), tone="done")


_NAME_STAYS = re.compile(
    r"(?:算了|先|我|还是|就|[,\s])*(?:不要|不想|不用|不|别)(?:再)?(?:改|换|填)(?:我的)?(?:称呼|名字|昵称|姓名)?(?:了|吧|啦)*[。.!]*"
    r"|(?:don'?t|do not) change (?:my name|it)[.!]*"
)


def _said_name(reading: Reading) -> Arguments:
    """In the letters in which it was written."""
    found = _CALLED.search(clean(reading.said))
    return {"said": found["said"].strip()} if found else {}


def _name(text: str) -> str:
    name = clean(text)
    if _NAME_STAYS.fullmatch(fold(text)):
        return ""
    if phone.find(name):
        raise Refusal("profile.name", Text("称呼请写名字，比如“小王”。手机号放在这里，别人会看到。"))
    if not 1 <= len(name) <= LONGEST_NAME:
        raise Refusal("profile.name", Text("称呼请写短一些，最多{count}个字。", count=LONGEST_NAME))
    return name


@on("profile.edit", head="callme", allow=anybody, private=True, phrases=_CALL, reads=_said_name)
def call(talk: Talk, said: str | None = None) -> Card:
    name = _name(said) if said else talk.ask("name", Text("怎么称呼您？"), check=_name)
    if not name:
        return Card(Text("好的，称呼没有改。"), choices=(PROFILE,))
    profile.call(talk.db, talk.person.id, name, talk.now)
    text = Text("好的，{name}，记下了。", name=as_said(name))
    return Card(text, choices=(Choice(Text("删掉"), press("forget", _NAME)), PROFILE), tone="done")


def _said_topics(reading: Reading) -> Arguments:
    return {"topics": list(reading.topics)}


@on("profile.edit", head="likes", allow=anybody, private=True, phrases=_LIKES, reads=_said_topics)
def like(talk: Talk, topics: list[str] | None = None) -> Card:
    """What is said is added to what was there."""
    question = Text("您喜欢什么？比如瑜伽、摄影、亲子。")
    said = topics or talk.ask("topics", question, check=lambda text: _topics(talk, text))
    known = profile.find(talk.db, talk.person.id).interests
    interests = list(dict.fromkeys([*known, *said]))[-MOST_INTERESTS:]
    profile.like(talk.db, talk.person.id, interests, talk.now)
    text = Text("记下了，您喜欢：{what}。", what=Several(tuple(prose(each) for each in interests)))
    clear = Choice(Text("删掉"), press("forget", _INTERESTS))
    if consent.holds(talk.db, talk.person.id, "recommendations"):
        return Card(text, choices=(clear, PROFILE), tone="done")
    number = PURPOSES["recommendations"].number
    return Card(
        text, choices=(Choice(Text("有活动告诉我"), press("allow", number)), clear, PROFILE), tone="done"
    )


def _topics(talk: Talk, text: str) -> list[str]:
    """The topics that are named; what we have no word for is kept as it is said."""
    matches = talk.lexicon.words.find(fold(text))
    known = list(dict.fromkeys(str(each.found.key) for each in matches if each.found.sort == "topic"))
    said = [part.strip() for part in re.split(r"[、,，和\s]+", clean(text)) if part.strip()]
    if not known and (len(said) > 5 or any(len(part) > 10 for part in said) or not said):
        raise Refusal("profile.interests", Text("请写几个词，比如“瑜伽、摄影”。"))
    return known or said


def _taken_back(reading: Reading) -> Arguments:
    for number, left in ((_HOME, _LEFT_HOME), (_WORK, _LEFT_WORK)):
        if found := left.search(reading.text):
            return {"number": number, "said": next((words for words in found.groups() if words), "").strip()}
    number = next((n for n, words in _TAKEN_BACK.items() if words.search(reading.text)), 0)
    return {"number": number, "agreed": number == 0}


@on("profile.edit", head="forget", allow=anybody, private=True, phrases=_FORGET, reads=_taken_back)
def forget(talk: Talk, number: int = 0, said: str = "", agreed: bool = False) -> Card:
    """One thing known is deleted; `said` is the place that he left, where he named one.

    With `agreed` nothing is: it is shown what can be taken back.
    """
    member = talk.person.id
    if agreed:
        return _agreed(talk)
    if number == _HOME and said and (stored := whereabouts.another(talk, "home", said)):
        text = Text("没有改。您填的住处是{place}，要删就点一下。", place=as_said(stored.name))
        return _kept(text, number, press("livein"))
    if number == _WORK and said and (stored := whereabouts.another(talk, "work", said)):
        text = Text("没有改。您填的单位是{place}，要删就点一下。", place=as_said(stored.name))
        return _kept(text, number, press("workat"))
    if number == _WHEREABOUTS:
        profile.leave(talk.db, member, "home", talk.now)
        profile.leave(talk.db, member, "work", talk.now)
        return _forgotten(Text("住处和单位都删掉了。"), press("livein"))
    if number == _HOME:
        profile.leave(talk.db, member, "home", talk.now)
        return _forgotten(Text("住处删掉了。"), press("livein"))
    if number == _WORK:
        profile.leave(talk.db, member, "work", talk.now)
        return _forgotten(Text("单位删掉了。"), press("workat"))
    if number == _PHONE:
        profile.unreach(talk.db, member, talk.now)
        return _forgotten(Text("手机号删掉了，不再用它联系您。"), press("phone"))
    if number == _NAME:
        profile.call(talk.db, member, None, talk.now)
        return _forgotten(Text("称呼删掉了。"), press("callme"))
    if number == _INTERESTS:
        profile.like(talk.db, member, [], talk.now)
        return _forgotten(Text("兴趣删掉了，不再按它推荐。"), press("likes"))
    raise Refusal("profile.unknown", Text("请看看“我的资料”，没有找到这一项。"))


def _kept(text: Text, number: int, anew: str) -> Card:
    """Nothing changed, with the ways to change it."""
    choices = (Choice(Text("删掉"), press("forget", number)), Choice(Text("修改"), anew), PROFILE)
    return Card(text, choices=choices, tone="notice")


def _agreed(talk: Talk) -> Card:
    """All that he agrees to now, each with the button that takes it back."""
    held = [each for each in PURPOSES.values() if consent.holds(talk.db, talk.person.id, each.name)]
    if not held:
        return Card(Text("现在没有您同意的事，不用撤回。"), choices=(PROFILE,))
    articles = tuple(
        Article(
            each.title,
            "",
            facts=((Text("用处"), each.wording),),
            choices=(Choice(Text("撤回"), _takes_back(each)),),
        )
        for each in held
    )
    return Card(Text("这些是您同意的，点哪一样就撤回哪一样："), articles=articles, choices=(PROFILE,))


def _takes_back(purpose: Purpose) -> str:
    """What the button says that ends this consent, and deletes what was stored for it."""
    if purpose.sends:
        return press("disallow", purpose.number)
    own = {
        "whereabouts": press("forget", _WHEREABOUTS),
        "phone": press("forget", _PHONE),
        "party": press("hideparty"),
    }
    return own[purpose.name]


def _forgotten(text: Text, anew: str) -> Card:
    return Card(text, choices=(Choice(Text("重新填"), anew), PROFILE), tone="done")
