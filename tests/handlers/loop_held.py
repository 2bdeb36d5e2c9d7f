"""The people of the loop, and what each of them holds at its end, word for word."""

from tests.handlers.givers import GIVERS

VOLUNTEERS = [f"v{nth}" for nth in range(1, 13)]
# Eight who said that they go after two hours, and one for whom the three of the plan count.
MINUTES = 8 * 120 + 180
GIVEN = f"3家单位、来了9人、志愿服务{MINUTES}分钟、急救包500套、培训医生4名"
PEOPLE = (
    GIVERS
    + """
[[member]]
id = "keeper"
handle = "console:keeper"
name = "苑长"
roles = ["staff@estate"]
"""
    + "".join(
        f'[[member]]\nid = "{who}"\nhandle = "console:{who}"\nname = "志愿者{who}"\norganizations = ["maple"]\n'
        for who in VOLUNTEERS
    )
)
TITLE = "项2「大堂急救角」"
_GIVES = {
    "bo": ("认1", "枫叶医药", "柏四", "急救包300套"),
    "wen": ("认2", "雪松科技", "文五", "急救包200套"),
    "qin": ("认3", "白鸽诊所", "秦六", "培训医生4名"),
}
_TEAM = [f"{unit}：{share}" for _, unit, _, share in _GIVES.values()]


def lines(*said: str) -> str:
    return "\n".join(said)


def partner(who: str) -> list[str]:
    """M22 once with the team so far, M23 for each who comes later, M27 twice, M29, and M50 once."""
    number, unit, _, share = _GIVES[who]
    nth = list(_GIVES).index(who)
    joined = [f"{unit}加入了{TITLE}，提供{share}。" for _, unit, _, share in list(_GIVES.values())[nth + 1 :]]
    accepted = f"您的认领接受了：{number}，{share}。请在12月4日 周五 18:00前到位。这些伙伴一起做："
    return [
        lines(accepted, "", TITLE, *_TEAM[: nth + 1], "联系人：站长"),
        *joined,
        *(_reminded(day, number, unit, share) for day in ("12月4日 周五 18:00", "明天 12月4日 周五 18:00")),
        f"收到了，谢谢。{number}（{share}）记在{TITLE}里。",
        lines(f"{TITLE}完成了，谢谢{unit}。", "", TITLE, f"您给的：{share}", f"一共：{GIVEN}"),
    ]


def _reminded(day: str, number: str, unit: str, share: str) -> str:
    asked = f"请在{day}前到位：{share}，给{TITLE}。"
    claim = (f"{number} {share}", f"项目：{TITLE}", f"代表：{unit}", "状态：已接受", f"最晚到位：{day}")
    return lines(asked, "", *claim, "地点：云杉大厦", "联系人：站长")


def _asked(number: str, unit: str, name: str, share: str) -> str:
    asked = f"请答复一项认领：{unit}（{name}）想给项目出{share}。11月26日 周四 18:00前请点接受或不接受。"
    claim = (f"{number} {share}", f"项目：{TITLE}", f"谁认领：{unit}（{name}）", "状态：等答复")
    return lines(asked, "", *claim, "最晚到位：12月4日 周五 18:00")


def _came(number: str, unit: str, name: str, share: str) -> str:
    asked = f"{unit}（{name}）说{share}到位了。请看一看，收到了吗？"
    claim = (f"{number} {share}", f"项目：{TITLE}", f"谁认领：{unit}（{name}）", "状态：已到位，等确认")
    return lines(asked, "", *claim)


# M1, M4, M8, M9, M25 and M10, and nothing else.
REPORTER = [
    "收到了，编号是需1。明天 11月24日 周二 18:00前给您第一次答复。发“我的诉求”，随时看办到哪一步。",
    "需1「照明」受理了，由站长办。最晚12月2日 周三 18:00给您结果。",
    f"您反映的需1「照明」立项了：{TITLE}。还缺：急救包500套、培训医生4名、志愿者8人。",
    "需1「照明」开始办了：枫叶医药给「大堂急救角」出急救包300套。人和东西齐了再告诉您。",
    lines(f"{TITLE}人和东西都齐了，3家单位一起来：", *_TEAM),
    lines(f"需1「照明」办好了：{GIVEN}。", "解决了吗？"),
]
# M2, M21 and M28 of each claim, M24, and the question for the result.
OFFICER = [
    lines(
        "请看一看新报来的需1，明天 11月24日 周二 18:00前给第一次答复。",
        "",
        "照明",
        "地点：云杉大厦（大堂）",
        "内容：云杉大厦大堂的灯坏了，也没有急救角",
        "反映人：林一",
    ),
    *(_asked(*each) for each in _GIVES.values()),
    f"{TITLE}可以开工了，要的都有人认领了。",
    "「大堂急救演练」结束了，辛苦了。请写一句小结，再发一张照片，大家在活动里看得到。",
    *(_came(*each) for each in _GIVES.values()),
    f"{TITLE}都办好了：{GIVEN}。请看一看结果，您点了，反映的人和伙伴们就收到。",
]
OTHERS = {"lin": REPORTER, "officer": OFFICER, **{who: partner(who) for who in _GIVES}}


def volunteer(who: str) -> list[str]:
    """Who has a seat is reminded twice; who came reads his hours and, as M51, the result; who waits, that it ended."""
    nth = VOLUNTEERS.index(who) + 1
    if nth > 10:
        waits = f"「大堂急救演练」还没有空位，您排第{nth - 10}位。有空位就问您；到明天 12月5日 周六 08:00还没有，也告诉您。"
        activity = ("时间：明天 12月5日 周六 09:00–12:00", "地点：云杉大厦服务站", "费用：免费")
        return [
            lines(waits, "", "大堂急救演练", *activity),
            "「大堂急救演练」这次没有排到，抱歉。没有空出位子，不用再等了。",
        ]
    where = "地点：云杉大厦服务站、云杉路1号2楼"
    asked = "还来吗？「大堂急救演练」明天 12月5日 周六 09:00开始。来不了请说一声，名额好让给别人。"
    reminded = [
        lines(asked, "", "大堂急救演练", "时间：明天 12月5日 周六 09:00–12:00", where),
        lines(
            "别忘了：「大堂急救演练」今天 12月5日 周六 09:00开始。",
            "",
            "大堂急救演练",
            "时间：今天 12月5日 周六 09:00–12:00",
            where,
        ),
    ]
    if nth == 10:
        missed = "「大堂急救演练」没有看到您签到。来了或者临时有事，点一下告诉我们就行。"
        return [
            *reminded,
            "「大堂急救演练」开始了，在云杉大厦服务站。您到了吗？",
            lines(missed, "下次来不了，提前点“来不了”，名额就能让给别人。"),
        ]
    forgot = (
        ["「大堂急救演练」您没有签退，时长按计划的3小时记。时间不对，请点“时长不对”。"] if nth == 9 else []
    )
    hours = 3 if nth == 9 else 2
    return [
        *reminded,
        *forgot,
        lines(
            f"谢谢您来「大堂急救演练」，{hours}小时志愿时长记上了。",
            "这次办得怎么样？点一下就好，不想答也没关系。",
        ),
        f"{TITLE}完成了，谢谢您来帮忙。{GIVEN}，里面有您的一份。",
    ]


THANKS = f"谢谢您。{TITLE}解决了，反映的人说：\n灯亮了，心里也亮了"
UNIT = lines(
    "枫叶医药2026年第4季度双报告：",
    "志愿者v1：1次、120分钟",
    "志愿者v9：1次、180分钟",
    "",
    "枫叶医药 2026年第4季度 第1版【出好了】",
    "认领送到：1件",
    "物资和支持：急救包300套",
    f"项目里的志愿者：9人、{MINUTES}分钟",
)
# What staff read of the quarter, besides what is sorted by category and by state.
QUARTER = {
    "认领，按种类：物资（项）2、专业（项）1、急救包（套）500、培训医生（名）4",
    "出力的单位：单位（家）3",
    f"志愿者：志愿者（位）9、时长（分钟）{MINUTES}",
}
