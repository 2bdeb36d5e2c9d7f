"""How staff say that an activity moves, is cancelled or is withdrawn."""

from handlers.talk import Phrase

# A question, or about one's own seat, number or reminder.
_ELSEWHERE = (
    r"报名|名额|预约|提醒|叫我|告诉我|通知我|语言|名字|称呼|住|兴趣|手机|电话|诉求|项目|投票|议题|我.{0,3}换(?:到|成)|"
    r"吗|嘛|伐|几点|什么|怎么|能不能|可不可以|是不是|有没有|了没|\?|\bmy\b|remind|registration|booking|did you|what|why"
)
MOVE = (
    Phrase(
        r"(?:改期|改|换|挪|移|调整?|搬|推迟|延期|延后|提前|顺延)(?:时间|地点|场地|一下)?(?:到|至|成|在|为)|改期|"
        r"改(?:周|星期|礼拜|下周|下个?月|[今明后]天)|(?:改|换|调整?)(?:一下|一?个)?(?:时间|地点|地方|场地|教室)|"
        r"(?:推迟|延后|延迟|提前|顺延|延长|缩短).{0,4}(?:小时|钟头|刻钟|分钟|天|周|星期)|(?:推迟|延期|顺延|延后)[。!.]*$|"
        r"往?[后前](?:推|延|挪|移|调|提)|[晚早](?:半|[一两二三]个?|\d{1,3})\s*个?(?:小时|钟头|刻钟|分钟)(?:开始|结束|[。!.]*$)|"
        r"\b(?:move|reschedule|postpone|delay|push back|bring forward)\b|\bbring\b.{1,40}\bforward\b|\bpush\b.{1,40}\bback\b",
        weight=4,
        needs="title",
        unless=_ELSEWHERE,
    ),
    Phrase(
        r"(?:把|将).{1,20}(?:改|换|挪|移|调|推迟|延期|提前)(?:到|至)|"
        r"\b(?:move|reschedule|postpone|push back|bring forward)\b|\bbring\b.{1,40}\bforward\b|\bpush\b.{1,40}\bback\b",
        weight=4,
        needs="topic",
        unless=_ELSEWHERE,
    ),
    Phrase(
        r"(?:把|将).{0,30}活动.{0,12}(?:改|换|挪|移|调|推迟|延期|提前)|活动(?:改期|改时间|改地点)|"
        r"^改期[。!.]*$|(?:改|换)(?:一下)?活动的?(?:时间|地点|场地)|"
        r"\b(?:move|reschedule|postpone) (?:the |this |that |an? )?(?:event|activity)\b",
        weight=4,
        unless=_ELSEWHERE,
    ),
)
CALL_OFF = (
    # Whoever gives a reason that is not his own, or says that it is not held, means all of it.
    Phrase(
        r"(?:不办|停办|停课|停一次|办不了|办不成)|取消.*(?:因为|由于|原因)|(?:因为|由于).*取消|因故.*取消|"
        r"\bcancel.*\b(?:because|due to)\b|\b(?:is|has been) cancell?ed\b",
        weight=6,
        needs="title",
        unless=r"报名|名额|提醒|订阅|推送|我(?!们)|去不|来不|什么|哪些|怎么|吗|嘛|伐|吧|了没|是不是|\?|\bmy\b|\bi\b|\bi'|registration|remind|subscri|spot|seat",
    ),
    Phrase(
        r"取消(?:掉|一下)?(?:这场|这个|那场|那个|该)?活动|(?:把|将).{1,40}活动取消|"
        r"\bcancel (?:the |this |that )?(?:event|activity)\b|\bcall off\b",
        weight=5,
        unless=r"报名|名额|提醒|订阅|推送|我的|什么|哪些|怎么|吗|嘛|伐|了没|是不是|\?|\bmy\b|registration|remind|subscri",
    ),
)
RETRACT = (
    Phrase(
        r"撤回|\b(?:withdraw|unpublish)\b", weight=4, needs="title", unless=f"同意|消息|通知|{_ELSEWHERE}"
    ),
    Phrase(
        r"撤回.{0,4}活动|(?:把|将).{1,40}活动.{0,4}撤回|\b(?:withdraw|unpublish) (?:the |this |that )?(?:event|activity)\b",
        weight=4,
        unless=f"同意|消息|通知|{_ELSEWHERE}",
    ),
)
