"""How days are written in Chinese, also as elders and people of Shanghai and the north say them."""

from handlers.understanding.times import days
from handlers.understanding.times.days import Expression
from handlers.understanding.times.numerals import AFTER_WEEKDAY, NOT_IN_NUMBER, NUMBER, ORDINAL, RANGE

# 号 and 日 that end no date: 3号楼, 1号线, 日语, 三日游.
_MARK = (
    r"(?:号(?![楼线房门院桌机厅口馆店仓库码段棚厂桥轮车]|\s?[0-9]{3,4}(?![0-9:])|大[楼厅门厦会]|会[议场]|地块|教室|活动室|报告厅|展厅|停车|小组|球场|难求|选手|窗口)|"
    r"日(?![语元游报常式料间]|本[人语料菜动]))"
)
# 路28号 is an address.
_NO_ADDRESS = rf"(?:(?<![0-9./:\-一二三四五六七八九十廿卅第路弄街巷栋幢住])(?<!大道)|{AFTER_WEEKDAY})"
_NEXT_DAY = rf"(?:\s?{_MARK}?(?:、{ORDINAL})*(?:{RANGE}|[、和])(?P<till>{ORDINAL}))?\s?{_MARK}"
# 28日(六)
_SAME_DAY = r"(?:\s?\([一二三四五六日]\))?"
_DATE_END = r"(?=\s?(?:[-~到至,。.!?(]|$|[周星礼上中下早晚]))"
# Not that of 问一下周六, but that of 周一下周二.
_NEXT = "(?:(?<!一)|(?<=[周期拜]一))下"
_WHICH = (
    rf"(?:这一?个?|[搿迭格葛]个|本|{_NEXT}下?一?个?|(?<=一下)下一?个?|(?<![线网早晚楼身路以])上上?一?个?)"
)
# 老周 and 小周 are people.
_WEEK = r"(?:(?<![老小])周|星期|礼拜)"
# 周六天气, 周日语文 and 周日本料理 begin another word.
_WEEKDAY = r"(?:[一二三四五六]|(?<=拜)两(?![个次天场节周])|日(?!语|本[人语料菜动])|天(?![气天]))"
_THE_DAY = rf"(?P<day>{_WEEKDAY}|[1-6](?![0-9点:.]))(?!次(?!数)|期(?!间)|遍|顿|[个位](?!人))"
_PAIR = r"(?<=六)[、和]?(?P<pair>[日天])(?![语本气报常天])"
# The 四 of 到四楼 and the 五 of 到五角场 are no days.
_NO_DAY = r"(?![一二三四五六七八九十点号月个楼层栋角川街平里])"
# 周一三五
_SEVERAL = r"(?P<several>一、?三、?五|二、?四、?六|二、?四|三、?五|五、?六、?[日天]|五、?六)(?![一二三四五六七八九十百点号月个楼层栋场次人期位年岁元块天起])"
_TAIL = rf"(?:{RANGE}(?P<till>{_WEEKDAY}){_NO_DAY}|{_PAIR})?"
_EVERY_TAIL = rf"(?:{RANGE}{_WEEK}?(?P<till>{_WEEKDAY}){_NO_DAY}|{_PAIR})?"
_YEAR = r"(?:(?:(?P<year>20[0-9]{2})\s?年|(?P<year_word>今年|明年|后年|去年))\s?的?)?"
_UNIT = r"个?(?P<unit>天|日|周|星期|礼拜|月)"
_COMING = r"(?:未来|接下[来去]|今后|往后|最近|近|后面|下面|这(?!一))"
_MIDDLE = r"中(?![心国秋医文午外学小间层])"
_THIRD = rf"(?:[上中下]旬|初|底|末|头(?![像条])|尾|{_MIDDLE})"
_MONTH_OF = rf"(?P<which>这一?个?|本|当|今|{_NEXT}下?一?个?|(?<=一下)下一?个?|上上?一?个?)(?:月|号头)"

# Written with digits alone.
NUMERIC = (
    Expression(
        "iso",
        r"(?<![0-9])(?P<year>20[0-9]{2})[-/.](?P<month>[0-9]{1,2})[-/.](?P<day>[0-9]{1,2})(?P<till>)(?![0-9])",
        days.read_date,
        exact=True,
    ),
    Expression(
        "slash",
        r"(?<![0-9/.])(?P<month>[0-9]{1,2})/(?P<day>[0-9]{1,2})(?:/(?P<year>20[0-9]{2}))?(?P<till>)"
        rf"(?![0-9/元]|\s?[个人]){_SAME_DAY}",
        days.read_date,
        exact=True,
    ),
)
# May begin with a digit, or are to be tried before what may.
NUMBERED = (
    Expression(
        "of_month", rf"{_MONTH_OF}\s?的?(?P<day>{ORDINAL}){_NEXT_DAY}", days.read_day_of_month, exact=True
    ),
    Expression(
        "date",
        rf"{_YEAR}{NOT_IN_NUMBER}(?P<month>{ORDINAL})\s?月\s?(?P<day>{ORDINAL})"
        rf"(?:\s?{_MARK}?(?:、{ORDINAL})*(?:{RANGE}|[、和])(?P<till>{ORDINAL})\s?{_MARK}|\s?{_MARK}|{_DATE_END}){_SAME_DAY}",
        days.read_date,
        exact=True,
    ),
    Expression(
        "within_plain",
        rf"{NOT_IN_NUMBER}(?P<count>{NUMBER}|半){_UNIT}(?:[之以]内|内(?![容部外心向]))",
        days.read_within,
    ),
    Expression(
        "later",
        rf"{NOT_IN_NUMBER}(?P<count>{NUMBER}){_UNIT}(?:(?=以后|之后)|后(?![面天台续期]))",
        days.read_later,
    ),
    # A bare 一日 is most often a day long.
    Expression(
        "day_of_month",
        rf"{_NO_ADDRESS}(?!一日)(?P<day>{ORDINAL}){_NEXT_DAY}",
        days.read_day_of_month,
        exact=True,
    ),
    Expression(
        "month",
        rf"(?:{_YEAR}{NOT_IN_NUMBER}(?P<month>{ORDINAL})月份?(?![子嫂龄大饼卡票亮光经])|{_MONTH_OF})(?:的?月?(?P<third>{_THIRD}))?",
        days.read_month,
    ),
)
WORDS = (
    Expression(
        "within", rf"{_COMING}的?\s?(?P<count>{NUMBER}|半){_UNIT}(?![年边围])(?:[之以]?内)?", days.read_within
    ),
    Expression(
        "every",
        rf"每个?{_WEEK}(?:末|{_SEVERAL}|{_THE_DAY}{_EVERY_TAIL})|(?<![个多])工作日|平日",
        days.read_every,
    ),
    Expression(
        "day_of_week", rf"(?P<which>{_WHICH}){_WEEK}(?:{_SEVERAL}|{_THE_DAY}{_TAIL})", days.read_weekday
    ),
    Expression("weekday", rf"{_WEEK}(?:{_SEVERAL}|{_THE_DAY}{_TAIL})", days.read_weekday),
    Expression("weekend", rf"(?P<which>{_WHICH})?(?:{_WEEK}末|双休日)", days.read_weekend),
    Expression("week", rf"(?P<which>{_WHICH}){_WEEK}(?![年边围岁期])(?:[之以]内|内(?!容))?", days.read_week),
    Expression(
        "relative",
        r"今(?:[天日朝]|儿个?(?![子童科])|(?=[晚早夜晨]))|"
        r"(?<![文说声证分小])明(?:[天日]|朝(?!历史|时|代|那|皇|文化|人)|儿个?(?![子童科])|(?=[晚早夜晨](?![饭餐])))|"
        r"(?:大|(?<![以之天年周日午月最然班饭课今]))后(?:天(?![气天])|日(?!子)|儿个?(?![子童科]))|"
        r"昨(?:[天日儿]|(?=[晚夜]))|(?:大|(?<![以之天周月提]))前(?:天(?!气)|儿)",
        days.read_relative,
    ),
    Expression("two_days", r"(?P<day>[今明])(?P<till>[明后])(?:两?天|两日)(?!气)", days.read_two_days),
    Expression("third", rf"(?P<third>月(?:[初底末头尾]|{_MIDDLE})|[上中下]旬)", days.read_month),
    Expression("year_end", r"(?:今年|本)?年[底末]", days.read_year_end),
    Expression("year", r"[今明去]年|(?<![以之])后年(?!级)", days.read_whole_year),
)
