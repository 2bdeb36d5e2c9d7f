"""How staff say what is to become of a need: `受理 17`, `把17派给物业`, `17办结，灯管已换`, `merge 17 into 12`."""

import re

from handlers.talk import Arguments, Phrase
from handlers.understanding.reading import Reading

# A need's number as people write it: 17, 需17, 需求17, 17号, #17, need 17.
_KIND = r"(?:需求?|诉求|訴求|工单|工單|事项|事項|反映|反应|\bneed|\bcase|\breport)"
NUMBER = (
    rf"(?:第|编号|編號)?{_KIND}?\s*(?:#|＃|no\.?\s*)?(?P<number>\d{{1,9}})\s*(?:号|號)?\s*(?:{_KIND}|件)?"
)
_OTHER = NUMBER.replace("number", "other")
# Which one is clear from what was shown, or is asked.
_THIS = rf"(?:[这這该該](?:一)?[条條个個件项項]?(?:的)?{_KIND}?|this (?:one|need|case|report)|{_KIND})"
_WHICH = rf"(?:{NUMBER}|{_THIS})"
_PLEASE = r"^\s*(?:请|請|麻烦|麻煩|帮我|幫我|please )?\s*"
_TAKE = r"(?:把|将|將|给|給)?\s*"
_MARK = r"\s*[,，:：;；。、]\s*|\s+"
_WORDS = rf"(?:(?:{_MARK}|(?<=\S)(?=因为|因為|原因|because))(?P<words>\S.*))?"
_END = r"[吧啊了。.!！~\s]*$"


def _saying(*patterns: str) -> re.Pattern[str]:
    """Any of these ways to say it; a name of a group may stand in several of them."""
    joined = []
    for nth, pattern in enumerate(patterns):
        joined.append(re.sub(r"\(\?P<(\w+)>", rf"(?P<\1_{nth}>", pattern))
    return re.compile("|".join(joined), re.IGNORECASE | re.DOTALL)


def _taken(found: re.Match[str]) -> Arguments:
    """What the pattern that fits took, by the names as they were declared."""
    taken: Arguments = {}
    for name, value in found.groupdict().items():
        if value is not None:
            plain = name.rpartition("_")[0]
            taken[plain] = int(value) if plain in ("number", "other", "project") else value.strip()
    return taken


class Way:
    """One thing that staff say: its phrases for understanding, and what is read from the line as it was typed."""

    def __init__(self, weight: int, *patterns: str) -> None:
        self._pattern = _saying(*(_PLEASE + pattern for pattern in patterns))
        folded = re.sub(r"\?P<\w+>", "?:", "|".join(_PLEASE + pattern for pattern in patterns))
        self.phrases = (Phrase(folded, weight=weight),)

    def __call__(self, reading: Reading) -> Arguments:
        found = self._pattern.search(reading.said) or self._pattern.search(reading.text)
        return _taken(found) if found else {}


_GIVE = r"(?:指派|分派|派发|派發|分配|转派|轉派|派|交办|交辦|交)(?:给|給|到|由)"
QUEUE = Way(
    5,
    rf"(?:看看|查看|打开)?(?:我的|现在|還有|还有|有)?(?:哪些|什么)?"
    rf"(?:待处理|待處理|待办|待辦|待受理|要处理|没处理|未处理|没办|未办|没办完|逾期|超期|等办)(?:的)?(?:{_KIND})"
    rf"(?:还)?(?:都)?(?:有)?(?:哪些|哪几件|几件|什么|多少|列表|清单)?[?？]?{_END}",
    rf"(?:有)?(?:哪些|什么|几件)(?:待处理|待办|待受理|没处理|未处理|逾期|超期|要处理|等办)的?{_KIND}[?？]?{_END}",
    rf"(?:有)?(?:哪些|什么|几件|哪几件){_KIND}(?:还)?(?:没有?|未|待|要|等着?)(?:处理|办|受理|办完|派)(?:的)?[?？]?{_END}",
    rf"{_KIND}(?:队列|待办|列表|清单)?{_END}",
    r"(?:show |list |open )?(?:me )?(?:the |my )?(?:open |waiting |pending |overdue )?(?:needs|cases)(?: queue| list)?[.?!]*$",
    rf"(?:我的)?(?:待办|待辦|逾期|超期)(?:的)?(?:有)?(?:哪些|哪几件|几件)?[?？]?{_END}",
    rf"还有(?:几件|多少|哪几件|哪些|什么)(?:没|没有|要)(?:办完?|处理|受理)(?:的)?[?？]?{_END}",
    r"what(?: is|'s|s)? overdue[.?!]*$",
    r"(?:what|which) (?:needs|cases|reports) (?:are|need)\b.*(?:open|waiting|pending|handled|handling|overdue)[.?!]*$",
)
ACCEPT = Way(
    7,
    rf"(?:受理|accept(?=\s))(?:一下)?\s*{_TAKE}{_WHICH}{_END}",
    rf"(?:接单|签收)\s*{NUMBER}{_END}",
    rf"{NUMBER}\s*(?:我)?(?:接单|接)了?{_END}",
    rf"{_TAKE}{_WHICH}\s*(?:我)?(?:来)?受理(?:一下)?{_END}",
)
START = Way(
    7,
    rf"{_TAKE}{_WHICH}\s*(?:已经|已經)?(?:开始办理|开始办|開始辦理|開始辦|开工|開工|动工|動工|在办了){_WORDS}{_END}",
    rf"{_TAKE}{NUMBER}\s*(?:已经|已經|已)?(?:开始|正在|在)(?:修|办|處理|处理|办理|维修|施工|弄)了?{_WORDS}{_END}",
    rf"{NUMBER}\s*(?:已经|已經|已|都)?安排(?:好)?(?:了)?(?:师傅|人|人员|维修)?(?:了|去修|去看|上门|维修|处理)*{_WORDS}{_END}",
    rf"(?:start|begin) (?:work on |working on )?{NUMBER}{_WORDS}{_END}",
)
ASSIGN = Way(
    7,
    rf"{_TAKE}{_WHICH}\s*{_GIVE}\s*(?P<whom>\S.*?)(?:处理|處理|办理|辦理|来办|去办|办)?{_END}",
    rf"{_TAKE}{NUMBER}\s*(?:请|让|叫|安排)(?P<whom>\S{{1,20}}?)(?:去|来|过去|上门)"
    rf"(?:修|看|办|弄|处理|维修|修理|检查|清理|打扫)(?:看|理|一?下)?{_END}",
    rf"{_TAKE}{NUMBER}\s*由?(?P<whom>我(?:自己)?)来?(?:办|处理|跟进|负责){_END}",
    rf"给\s*(?P<whom>\S{{1,20}}?)\s*派\s*{NUMBER}{_END}",
    rf"(?:派单|指派|分派|派)\s*{NUMBER}\s*(?:给|給)\s*(?P<whom>\S.*?){_END}",
    rf"(?:assign|give|hand) {_WHICH} to (?P<whom>\S.*?){_END}",
    rf"(?:{_TAKE}{NUMBER}\s*)?(?:指派|派单){_END}",
)
ANSWER = Way(
    7,
    rf"(?:答复|答覆|回复|回覆|回答)\s*(?:第|编号)?{_KIND}\s*#?(?P<number>\d{{1,9}})\s*(?:号)?{_WORDS}$",
    rf"(?:答复|答覆)\s*{NUMBER}{_WORDS}$",
    r"(?:回复|回覆)\s*#?(?P<number>\d{1,9})(?:号|號)?\s*(?:[,，:：]\s*|\s)(?P<words>\S.*)$",
    rf"{NUMBER}\s*(?:答复|答覆|回复|回覆|告诉)(?:居民|反映人|反映的人|他|她|对方)?\s*[,，:：]\s*(?P<words>\S.*)$",
    rf"(?:reply to|answer)\s+(?:need|case|report)\s*#?(?P<number>\d{{1,9}}){_WORDS}$",
    r"(?:reply to|answer)\s+#?(?P<number>\d{1,9})\s*[,:]\s*(?P<words>\S.*)$",
)
REFER = Way(
    7,
    rf"(?:转办|轉辦)\s*{NUMBER}\s*(?:(?:给|給|到|至)\s*(?P<whom>\S.*))?$",
    rf"{_TAKE}{_WHICH}\s*(?:转办|轉辦|移交|移送)(?:(?:给|給|到|至)?\s*(?P<whom>\S.*?))?{_END}",
    # Not 转人工, and no money.
    rf"{_TAKE}{NUMBER}\s*[转轉](?!人工|[账帐賬帳正发發弯])(?:交)?(?:给|給|到|至)?\s*(?P<whom>(?!别人|同事)\S.+?){_END}",
    rf"(?:refer|pass) {_WHICH}(?: on)? to (?P<whom>\S.*)$",
)
REJECT = Way(
    7,
    rf"(?:不予受理|不受理|驳回|駁回)\s*{NUMBER}{_WORDS}$",
    rf"{_TAKE}{_WHICH}\s*(?:不予受理|不受理|驳回|駁回){_WORDS}$",
    rf"{_TAKE}{_WHICH}\s*(?:这个|这件事?|这事)?(?P<outside>不(?:归|歸|属于|属|是)?(?:我们|我們|咱们|社区|街道|居委会?)"
    rf"(?:这里|这边)?(?:管|管辖|负责|的事|的职责|的范围)(?:的|范围)?){_WORDS}{_END}",
    rf"{_WHICH} (?:is |are )?(?P<outside>not|isn'?t) (?:ours|our job|our business){_WORDS}$",
    rf"(?:reject|decline) (?:need|case|report)\s*#?(?P<number>\d{{1,9}}){_WORDS}$",
)
MERGE = Way(
    7,
    rf"(?:合并|合併|归并|歸併)\s*{NUMBER}\s*(?:到|和|与|與|跟|进|進|至|入|,|，|、|\s)\s*{_OTHER}{_END}",
    rf"{_TAKE}{NUMBER}\s*(?:合并|合併|归并|并|併)(?:到|进|進|至|入)\s*{_OTHER}{_END}",
    rf"{_TAKE}{NUMBER}\s*(?:和|与|與|跟|、)\s*{_OTHER}\s*(?:合并|合併|归并|是同一件事?|是一件事|是一回事|(?:是)?(?:重复|重複)的?)(?:一下|起来|到一起)?{_END}",
    rf"merge {NUMBER} (?:into|with|and|to) {_OTHER}{_END}",
)
SEPARATE = Way(
    8,
    rf"(?:撤销|撤銷|取消|解除)合[并併]\s*(?:了)?\s*{NUMBER}{_END}",
    rf"{_TAKE}{NUMBER}\s*(?:的)?(?:撤销合并|取消合并|解除合并|撤銷合併|拆开|拆分|分开|不是同一件事?){_END}",
    rf"{NUMBER}\s*(?:和|与|與|跟)\s*{_OTHER}\s*不是(?:同)?一(?:件事?|回事|个事){_END}",
    rf"(?:unmerge|un-merge|separate|split) {NUMBER}{_END}",
)
_SET = r"(?:设为|设成|设置为|改为|改成|设|設為|設成|改)"
HIDE = Way(
    7,
    rf"{_SET}(?:不公开|非公开|不公開|私密|保密)\s*{NUMBER}{_END}",
    rf"{_TAKE}{_WHICH}\s*(?:不要|不能|不宜|别)(?:再)?(?:公开|公開){_END}",
    rf"{_TAKE}{_WHICH}\s*(?:{_SET}|要)?\s*(?:不公开|非公开|不公開|私密|保密)(?:处理)?{_END}",
    rf"(?:make|set) {_WHICH} (?:to )?private{_END}",
)
OPEN = Way(
    7,
    rf"(?:{_SET})?公[开開]\s*{NUMBER}{_END}",
    rf"{_TAKE}{_WHICH}\s*(?:{_SET})\s*公[开開](?:的)?{_END}",
    rf"(?:make|set) {_WHICH} (?:to )?public{_END}",
)
RESOLVE = Way(
    8,
    rf"(?:办结|辦結)\s*{NUMBER}{_WORDS}$",
    rf"{_TAKE}{_WHICH}\s*(?:已经|已經|已|可以)?(?:办结|辦結|办完|辦完|处理完(?:毕|成)?|處理完(?:畢|成)?|处理好)(?:了)?{_WORDS}{_END}",
    rf"{NUMBER}\s*(?:的?问题)?\s*(?:已经|已經|已|都|全)?(?P<solved>(?:修|弄|换|換|装|裝|清理|处理|處理|维修|维护|補|补)(?:好|完|干净|掉)"
    rf"|搞定|解决|解決|办妥|打扫干净)了{_WORDS}{_END}",
    rf"{NUMBER}\s*(?P<solved>已经|已經|已)(?:处理|處理|解决|解決|修复|修好|维修|整改)(?:完毕|好|完)?了?{_WORDS}{_END}",
    r"(?:close|resolve|finish)\s+#?(?P<number>\d{1,9})\s*[,:]\s*(?P<words>\S.*)$",
    rf"(?:close|resolve|finish) (?:need |case |report )\s*#?(?P<number>\d{{1,9}}){_WORDS}$",
    rf"(?:need |case |report )?#?(?P<number>\d{{1,9}}) (?:is )?(?P<solved>done|resolved|finished|fixed){_WORDS}$",
)
SORT = Way(
    7,
    rf"(?:改分类|改分類|改类别|换分类)\s*{NUMBER}\s*(?:为|成|到|是|:|：)?\s*(?P<kind>\S.*?)?{_END}",
    rf"{_TAKE}{_WHICH}\s*(?:的)?(?:分类|分類|类别|類別)\s*(?:改|换|換|应该|應該)?(?:为|為|成|到|是)?\s*(?P<kind>\S.*?)?{_END}",
    rf"{_TAKE}{_WHICH}\s*(?:改分类|改类别|换分类|归类|归)(?:为|成|到|是)?\s*(?P<kind>\S.*?)?{_END}",
    rf"(?:change|set) (?:the )?category of {_WHICH} to (?P<kind>\S.*?){_END}",
)
NOTE = Way(
    7,
    rf"(?:备注|備註|记一笔|內部備註|内部备注)\s*{NUMBER}{_WORDS}$",
    rf"(?:给|給)?\s*{NUMBER}\s*(?:加|写|寫)?(?:一?[条條个個])?(?:内部)?(?:备注|備註){_WORDS}$",
    rf"(?:note|add a note) (?:to |on |for )?{NUMBER}{_WORDS}$",
)
EXTEND = Way(
    7,
    rf"(?:延期|延长|展期)\s*{NUMBER}\s*(?:到|至)?\s*(?P<until>\S.*)?$",
    rf"{_TAKE}{_WHICH}\s*(?:的)?(?:办理)?(?:期限|时限)?(?:要|需要)?(?:延期|延长|延到|延至|展期)(?:到|至)?\s*(?P<until>\S.*)?$",
    rf"extend {_WHICH}(?: (?:to|until|till) (?P<until>\S.*))?$",
)
TAKE = Way(
    7,
    rf"{_TAKE}{NUMBER}\s*(?:我们?)?(?:收|拿|要)回来?(?:自己|我们)?(?:来)?(?:办|处理)?{_END}",
    rf"take {_WHICH} back{_END}",
    rf"take back {NUMBER}{_END}",
)
END = Way(
    7,
    rf"{NUMBER}\s*(?:一直)?没有?(?:下文|回音|消息){_END}",
    rf"{NUMBER} (?:got |has )?no (?:outcome|news|answer){_END}",
)
GOT = Way(
    7,
    rf"{NUMBER}\s*(?:对方|单位|他们|那边)?(?:已经|已)?(?:收到|签收)了{_END}",
)
ADOPT = Way(
    7,
    rf"(?:需求)?立[项項]\s*{NUMBER}(?:\s*(?:到|至|进)?\s*(?:项目?|項目?)\s*#?(?P<project>\d{{1,9}})(?:号)?)?{_END}",
    rf"{_TAKE}{_WHICH}\s*(?:需求)?立[项項](?:(?:到|至|进|为)\s*(?:项目?|項目?)?\s*#?(?P<project>\d{{1,9}})(?:号)?)?{_END}",
    rf"adopt {_WHICH}(?: (?:into|in|to|for) (?:project )?#?(?P<project>\d{{1,9}}))?{_END}",
)
CARD = Way(
    7,
    rf"(?:办理|辦理|处理|處理|查看|看看|打开)\s*(?:第|编号)?{_KIND}\s*#?(?P<number>\d{{1,9}})(?:号)?{_END}",
    rf"handle (?:need|case|report)\s*#?(?P<number>\d{{1,9}}){_END}",
)
