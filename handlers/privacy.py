"""Rights over one's data: a copy of all that is stored, and erasing it."""

import re
from datetime import datetime

from handlers import export_files
from handlers.talk import Arguments, Option, Phrase, Talk, anybody, menu, on, press
from handlers.understanding.reading import Reading
from models import erasure, notice, registered
from models.card import Attachment, Card, Choice
from models.text import Several, Text

MOST_EXPORTS_A_DAY = 5
_EXPORT = (
    Phrase(
        r"(?:导出|汇出|下载|备份|拷贝|给我).{0,8}(?:个人|我的|我所有的|我全部的).{0,4}(?:数据|信息|资料)(?!.*(?:改|变更|填))|"
        r"我的.{0,4}(?:数据|信息|资料|记录).{0,6}(?:导出|下载|拷贝|给我一份|发给我|发我一份)|"
        r"(?:导出|汇出)(?:我的)?(?:数据|信息|资料|记录)|一份我的.{0,4}(?:数据|信息|资料)|"
        r"(?:存|保存|记录|收集|掌握|知道|留)(?:了)?(?:些)?(?:关于)?我(?:的)?(?:什么|哪些|啥|多少)|"
        r"(?:存|保存|记录|收集|掌握|知道|留|有)(?:了)?(?:哪些|什么|啥|多少)(?:关于我的|我的)(?:数据|信息|资料|东西)|"
        r"你们.{0,4}有我(?:的)?(?:什么|哪些|啥)(?:数据|信息|资料)?",
        weight=4,
        unless="删|注销",
    ),
    Phrase(
        r"(?:export|download|copy of|send me|give me|back ?up).{0,12}\bmy (?:own |personal |stored )*(?:data|information|info|records?)\b|"
        r"what (?:do|have) you (?:know|have|stored?|keep|kept|hold|saved?|got|collected?).{0,12}(?:about|on|of) me|"
        r"what (?:data|information|info).{0,24}\b(?:me|mine)\b",
        weight=4,
        unless="delete|erase|remove",
    ),
)
# One thing of one's own is taken back where it was said.
_ONE_THING = (
    "不要忘|别忘|报名|预约|活动|手机|电话|号码|地址|住处|住址|住哪|联系方式|称呼|名字|兴趣|订阅|提醒|推送|居住证|执照|公司|户口|怎么保护|"
    "registration|booking|phone|address|reminder|interest|subscription|my name"
)
_MINE = r"(?:账号|帐号|账户|帐户|数据|信息|资料|个人信息|记录|一切|所有)"
_AWAY = r"(?:删(?:除|掉|了)?|清(?:除|空|掉)|注销|销毁|抹掉|忘)"
# It is a no, and no wish.
_KEEP = re.compile(
    rf"(?:别|不要|不想|不许|不准|不可以|请勿|勿|千万别)(?:再|要|给我|帮我|把|随便|乱|你们|擅自)*{_AWAY}.{{0,4}}我?(?:的|所有|全部)*{_MINE}"
    rf"|我(?:的|所有的?|全部的?)*{_MINE}.{{0,4}}(?:别|不要|不许|不准|请勿|勿)(?:再|要|给我|帮我|随便|乱)*{_AWAY}"
    rf"|^(?:别|不要|不想|我不想|我不要|先别|先不)(?:帮我|给我)?(?:注销|销号)[了吧。!]*$"
    r"|\b(?:don'?t|do not|never) (?:ever )?(?:delete|erase|remove|wipe|close) my (?:account|data|information|info|profile|records?)\b"
)
# It asks how it goes, or whether we do it by ourselves.
_HOW = re.compile(
    rf"(?:怎么|如何|怎样|在哪里?|哪里)(?:才能|能|可以|去|来)?(?:把)?(?:我的?)?(?:账号|帐号|数据|资料|信息)?{_AWAY}(?:我的?)?(?:所有|全部)*(?:的)?(?:{_MINE})?[呢吗啊?。]*$"
    rf"|{_MINE}(?:要|该)?(?:怎么|如何|在哪里?){_AWAY}"
    rf"|{_MINE}.{{0,4}}(?:会不会|会)(?:被|自动|自己)*{_AWAY}"
    rf"|(?:会不会|会)(?:自动|自己|把)*{_AWAY}我(?:的)?{_MINE}.{{0,2}}(?:吗|\?)?"
    r"|how (?:do|can|to|would|should) (?:i )?(?:delete|erase|remove|close) (?:my )?(?:account|data|information|profile)"
    r"|will (?:you (?:delete|erase) my|my) (?:account|data|information|profile)"
)
_ONLY_TALK = f"{_KEEP.pattern}|{_HOW.pattern}"
_DELETE = (
    Phrase(
        rf"(?:删|清|抹|销)(?:除|掉|了|空|去)?.{{0,3}}我(?:的|所有|全部|在这里的|在你们这的)*{_MINE}|"
        rf"我(?:的|所有的?|全部的?|在这里的|在你们这的)*{_MINE}.{{0,4}}(?:全|都|全部|统统)?(?:删|清空|清除|清掉|抹掉|注销|销毁)|"
        r"注销.{0,4}(?:账|帐|号|我$)|(?:账|帐)(?:号|户).{0,3}(?:注销|删|取消)|(?:取消|删除?)(?:掉|了)?(?:我的)?(?:账|帐)(?:号|户)|"
        r"^(?:我要|我想|帮我|请)?(?:注销|销号|销户)[!.。]?$|"
        r"把我(?:忘了|忘掉|删了|删掉|删除)|(?:忘记|忘掉)我(?:$|的)|(?:数据|信息|资料)(?:全|都|全部)(?:部)?删",
        weight=4,
        unless=f"{_ONE_THING}|{_ONLY_TALK}",
    ),
    Phrase(_KEEP.pattern, weight=5, unless=_ONE_THING),
    Phrase(_HOW.pattern, weight=5, unless=_ONE_THING),
    Phrase(
        r"(?:delete|erase|remove|wipe|close|cancel|deactivate|destroy).{0,16}\bmy (?:own |personal |stored )*(?:account|data|information|info|profile|records?)\b|"
        r"(?:delete|erase|forget|wipe) (?:everything|all|anything).{0,20}\bme\b|(?:please )?(?:forget|erase|delete) (?:about )?me\b|right to be forgotten",
        weight=4,
        unless=f"{_ONE_THING}|{_ONLY_TALK}",
    ),
)


def _asked(reading: Reading) -> Arguments:
    if _KEEP.search(reading.text):
        return {"keep": True}
    return {"how": True} if _HOW.search(reading.text) else {}


# A yes alone is not enough for what cannot be undone.
_SURE = (
    "删除",
    "删掉",
    "删",
    "确认",
    "确定",
    "确定删除",
    "确认注销",
    "注销",
    "全部删除",
    "yes, delete",
    "delete",
    "delete it",
    "delete all",
    "delete everything",
    "confirm",
)
_NOT = (
    "不",
    "不删",
    "别删",
    "别删了",
    "不要删",
    "不要删除",
    "别删我的数据",
    "别删我的账号",
    "不要删我的数据",
    "不要删我的账号",
    "不要删除我的数据",
    "不要删除我的账号",
    "不要",
    "不用",
    "不用了",
    "不了",
    "先不",
    "先不删",
    "保留",
    "算了",
    "no",
    "n",
    "keep",
    "don't delete",
)


@on(
    "privacy.export",
    head="export",
    allow=anybody,
    example=Text("导出我的数据"),
    rank=80,
    private=True,
    phrases=_EXPORT,
)
def export(talk: Talk) -> Card:
    if not _told(talk):
        text = Text(
            "明天再说一次，就有新的。今天已经整理了{count}次，最近一份就在上面。",
            count=MOST_EXPORTS_A_DAY,
        )
        return Card(text, choices=menu(), tone="notice")
    return Card(Text("正在整理，一分钟内发到这里：一份网页，打开就能看；一份JSON文件，给电脑读。"))


def _told(talk: Talk) -> bool:
    """Whether the files are on their way; the day's last one was told before."""
    day = talk.now.astimezone(talk.zone).date().isoformat()
    files = Card(
        Text("您的数据整理好了，我们存的都在里面。里面有您的个人资料，转给别人前请想一想。"),
        choices=(Choice(Text("删除我的数据"), press("erase")),),
        tone="done",
        attachments=(
            Attachment("file", Text("我的数据-{day}.html", day=day), export_files.PAGE),
            Attachment("file", Text("我的数据-{day}.json", day=day), export_files.DATA),
        ),
    )
    keys = (f"export:{talk.person.id}:{day}:{nth}" for nth in range(1, MOST_EXPORTS_A_DAY + 1))
    return any(notice.tell(talk.db, [files], [talk.address], talk.now, key=key) for key in keys)


@on(
    "privacy.delete",
    head="erase",
    allow=anybody,
    example=Text("删除我的账号"),
    rank=85,
    private=True,
    phrases=_DELETE,
    reads=_asked,
)
def delete(talk: Talk, keep: bool = False, how: bool = False) -> Card:
    """With `keep` or `how` nothing begins: the one is a no, the other a question."""
    if keep:
        return Card(Text("好的，没有删，一切照旧。"), choices=menu())
    if how:
        text = Text("想删，说“删除我的账号”，再确认一次。您不说，我们不删您的账号。")
        return Card(text, choices=(Choice(Text("删除我的数据"), press("erase")),))
    erasure.check(talk.db, talk.person.id)
    sure, stays = Option("yes", Text("确认删除"), _SURE), Option("no", Text("不删了"), _NOT)
    if talk.ask("sure", _question(talk), sure, stays) == "no":
        return Card(Text("好的，没有删，一切照旧。"), choices=menu())
    erasure.erase(talk.db, talk.person.id, talk.now)
    talk.gone = True
    # Other forms of theirs wait for nobody any more.
    talk.memory.forms.clear()
    return Card(
        Text(
            "都删掉了：您的资料、联系方式、订阅和对话，这里都没有了。参加过的活动，只留人数，不留名字。\n"
            "谢谢您来过。以后想用，随时说一句，我们重新认识。"
        ),
        tone="done",
    )


def _question(talk: Talk) -> Text:
    lines = [
        Text("要删除您的账号和全部数据吗？删了不能恢复。"),
        Text("会删掉：称呼、手机号、住处、单位、兴趣、订阅、对话，还有您填过的内容。"),
    ]
    if count := _coming(talk, talk.now):
        lines.append(Text("您报了{count}场还没开始的活动，会一起取消，名额让给别人。", count=count))
    lines.append(Text("会留下，但不带您的名字：每场活动来了几位，事情什么时候办的。"))
    if erasure.is_listed(talk.db, talk.person.id):
        lines.append(Text("还留一个看不出是谁的记号，免得旧名单再把您加回来。"))
    lines += [
        Text("想先存一份，就说“导出我的数据”。"),
    ]
    return Text("{lines}", lines=Several(tuple(lines), lines=True))


def _coming(talk: Talk, now: datetime) -> int:
    """How many registrations there are that can still be given back."""
    return sum(each.activity.starts > now for each in registered.mine(talk.db, talk.person.id, now))
