"""How people say that something is wrong or that they need help, and what of it are the words to pass on."""

import re
import tomllib
from functools import cache
from pathlib import Path

from handlers.talk import Phrase
from models.folding import clean, fold

_FILE = Path(__file__).with_name("complaints.toml")
_GREETING = (
    r"(?:你好|您好|喂|哎|那个|请问|麻烦|小同志|同志|老师|师傅|嗯|呃|hi|hello|hey|excuse me|[,.!。,\s])*"
)
_I = r"(?:我们?|阿拉|俺|i(?:'d| would)? (?:like|want|need|wish) to|i have to|can i|may i|how (?:do|can) i|let me|please)*\s*(?:想|要|来|需要|打算)*(?:跟|向|给|和|找)?(?:你们?|您|街道|社区|居委会?|物业|上级)?\s*"
_SAY = (
    r"(?:反映|反应|反馈|投诉|举报|报修|报个修|上报|提(?=个意见|意见|[一两三]?[个条]?(?:问题|诉求|需求|需要))"
    r"|说(?=[一两]?个(?:问题|情况|事))|报告?(?=[一两]?[个条]?(?:问题|故障|隐患|需求|诉求))"
    r"|report(?:ing)?|complain|raise|flag|file|make(?= an? (?:complaint|report))|submit(?= an? (?:need|complaint|problem|request for help)))"
)
_WHAT = (
    r"(?:一下|下子?|[一两三几]?[个条件点些桩])*(?:问题|情况|事情?|意见|诉求|需求|需要|困难|隐患|故障)?"
    r"(?:\s*(?:about|that|an?|the|of|to you|problem|issue|fault|hazard|complaint|need|something)\b)*"
)
# `我要反映个问题：`, cut off before the words themselves.
_LEAD = re.compile(rf"^{_GREETING}{_I}{_SAY}{_WHAT}(?:就是|是这样|是|关于)?[:,。.!;\-\s]*")
_ONLY = r"[了啊呀吧呢哦.。!,~\s]*$"
# About what is under way, or another matter altogether.
OTHER = (
    r"报名|取消|签到|候补|认领|社团|俱乐部|兴趣班|兴趣小组|投票|选举|议题|表决|预约|订阅|退订|推送|志愿时长|发布|导出|统计|报表|纪要|"
    r"居住证|身份证|护照|社保|医保|公积金|签证|户口|户籍|证件|挂失|补办|换证|执照|"
    r"重新打开|重开|重办|办结|受理|派给|转给|转派|立项|撤回|并到|合并|支持\s*\d|办得怎么样|处理得怎么样|进度|进展|办到哪|有结果|"
    r"^(?:请|帮我|帮忙|麻烦|给我)*(?:通知|告诉|告知|广播|群发|发(?:个|条|一条)?通知|紧急)|五星|打分|评分|[一二三四五]颗?星|"
    r"(?:工资|欠薪|劳动合同|社保).*(?:找谁|去哪|哪里|哪儿|怎么)|"
    r"我(?:的|提的|报的|反映的)(?:诉求|需求|反映|报修|投诉|问题)|有没有人(?:也)?(?:反映|报)|(?:哪些|什么)人?(?:反映|投诉)|谁(?:反映|投诉)|别人(?:反映|报)|大家(?:反映|都在反映)|"
    r"\b(?:sign up|register|cancel|vote|ballot|appointment|book|my reports?|my needs?|my requests?|reopen|status|check in|unsubscribe|language|volunteer hours|remind|notify|announce|publish|visa|passport|permit|certificate|license|licence)\b"
)
_ASKS = r"是什么|什么时候|几点|在哪|哪里|哪儿|怎么走|怎么去|有什么|有哪些|多少钱|\b(?:what time|where is|when is|who is)\b"


@cache
def _document() -> dict[str, list[str]]:
    return tomllib.loads(_FILE.read_text("utf-8"))


def _any(name: str) -> str:
    return "|".join(_document()[name])


def _statements() -> tuple[Phrase, ...]:
    """Something that is broken, dirty, loud, dangerous or missing; somebody who needs a hand."""
    near = r"[^。!?;]{0,14}?"
    english = r"[^.!?;]{0,40}?"
    thing, trouble = f"(?:{_any('things')})", f"(?:{_any('troubles')})"
    said = "|".join(
        (
            _any("alone"),
            rf"{thing}{near}{trouble}",
            rf"{trouble}{near}{thing}",
            _any("help"),
            rf"\b(?:{_any('english_things')})\b{english}(?:{_any('english_troubles')})",
            rf"(?:{_any('english_troubles')}){english}\b(?:{_any('english_things')})\b",
            _any("english_alone"),
        )
    )
    quiet = f"{OTHER}|{_ASKS}|{_any('never')}"
    return (
        Phrase(said, weight=3, unless=quiet, yields=True),
        # An appeal to do something, with any trouble at all before it.
        Phrase(
            rf"(?:{trouble}|{thing})[^。]{{0,30}}(?:{_any('appeals')})", weight=3, unless=quiet, yields=True
        ),
        Phrase(_any("urgent"), weight=4, unless=f"{OTHER}|{_any('never')}"),
    )


# What begins with the verb is no answer to another question.
_PLAIN = (
    Phrase(
        rf"^{_GREETING}{_I}(?:反映|反应|反馈|投诉|举报|报修|报个修|上报)(?:一下|下)?[一几]?[个点些条件]?(?:问题|情况|事情?|需求|诉求|隐患|故障|意见)?",
        weight=5,
        unless=rf"{OTHER}|(?:反映|投诉|举报|报修)(?:了|过|的)(?!.{{0,3}}(?:没人|没用|好几))|怎么(?:反映|投诉)的|电话(?:是|多少)|几天|多久",
    ),
    Phrase(
        rf"(?:我们?|阿拉)(?:想|要|来|需要)+(?:反映|反应|反馈|投诉|举报|报修|上报)|提(?:一|个|一个|条|点)+(?:意见|诉求|需求)|^(?:我)?(?:要|想)?提(?:诉求|需求|意见){_ONLY}",
        weight=5,
        unless=OTHER,
    ),
    Phrase(
        r"\b(?:i(?:'d| would)? (?:like|want|need|wish) to|i have to|can i|how (?:do|can) i|let me|i'm) (?:report|complain|raise|flag|reporting|make a complaint|file a complaint)"
        r"|^(?:please )?report (?:an?|the|some|something|it|this)\b(?!.*\bactivit)|^(?:report|complain|complaint)[.!]*$|^i have a (?:problem|complaint|need)\b",
        weight=5,
        unless=r"\b(?:my report|status|monthly|weekly|statistics|quarter|annual|export)\b",
    ),
    Phrase(
        rf"^{_GREETING}(?:反映问题|反映需求|我要报修|随手拍|我要求助|求助|我有(?:个|一个|件)?(?:问题|困难|需求|诉求)要?(?:反映|解决)?){_ONLY}",
        weight=5,
    ),
)
REPORTS = (*_PLAIN, *_statements())


def words_of(said: str) -> str | None:
    """What is to be passed on: the sentence as it was typed, without `我要反映个问题：` before it; None for nothing else."""
    line = clean(said)
    plain = fold(line)
    lead = _LEAD.match(plain)
    if lead is None or not lead[0]:
        return line or None
    if len(plain) != len(line):
        # Where folding moved the letters, too much is better than a word less.
        return line if plain[lead.end() :].strip(" .。!,") else None
    return line[lead.end() :].strip(" ,，。:：") or None
