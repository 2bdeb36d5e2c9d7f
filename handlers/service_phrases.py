"""How people ask an office for something, also in words that are said of activities, rooms and complaints."""

from handlers.talk import Phrase

_THING = r"(?:业务|事情?|事项|服务|手续|证件?|项目)"
_OF_ACTIVITIES = (
    r"讲座|沙龙|活动(?!室)|讲课|听课|课程|的课|有课|节目|工作坊|社团|俱乐部|兴趣班|读书会|电影|演出|比赛|我投|选举|认领|发布|"
    r"签到|候补|账号|推送|订阅|退订|志愿(?:时长|者)|诉求|反映|报修|教(?:我|一下|老人)|\b(?:event|class|workshop|vote|volunteer|check in|unsubscribe)\b"
)
_NOT = rf"{_OF_ACTIVITIES}|投票|表决|报名|取消|投诉|\b(?:sign up|cancel)\b"

MENU = (
    Phrase(
        r"^(?:我?(?:要|想)?来?|去|请问)?(?:办事|办事情|办点事|办事指南|办事大厅|公共服务|政务服务|服务事项|办业务)[吧啊呀了呢.。!?]*$|"
        rf"(?:能|可以|都|会|可)(?:帮(?:我|忙))?(?:办|办理|处理)(?:些|点)?(?:什么|哪些|啥){_THING}?[呢吗啊.。?]*$|"
        rf"(?:有|办)(?:什么|哪些|啥)(?:可以办的)?{_THING}(?:可以|能)?(?:办|办理)[呢吗啊.。?]*$|"
        r"^(?:public |government |administrative )?services?[.!?]*$|"
        r"\bwhat (?:public |government )?services\b|\bwhat (?:can|could) i (?:apply for|get done)\b|\blist (?:of )?(?:public )?services\b",
        weight=6,
        unless=r"社团|专业服务",
    ),
)
SEARCH = (
    *MENU,
    # What an office is asked: nothing else is meant where a service is named.
    Phrase(
        r"(?:要|需要|得|该|应该|还要)(?:带|准备|交|提供|备|拿)(?:些|点|齐)?(?:什么|哪些|啥)|(?:什么|哪些|啥)(?:材料|证件|资料|手续|条件|文件|证明)|"
        r"(?:去|到|在|上)?(?:哪里|哪儿|哪个?(?:窗口|地方|部门)|什么地方|啥地方|哪能|何处)(?:可以|能|去)?(?:办|补|领|开|申请|打|查|弄|换|续|交|登记|咨询|报销|取)|"
        r"(?:怎么|如何|怎样|咋)(?:个)?(?:办理?|补办?|申请|申领|领取?|登记|注册|续签?|换|报销|打印|开具?|注销|变更|提取|查询?|弄|签|交|缴)|"
        r"(?:办理?|申请|补办|申领)(?:.{0,8})(?:流程|条件|要求|费用|多久|几天|多少钱|材料)|办事|几个工作日|"
        r"\b(?:what (?:documents|papers|do i (?:need|bring))|how (?:do|can|to|should) (?:i |we |you )?(?:apply|register|renew|replace|get|open|set up|close|change)|"
        r"where (?:do|can|to|should) (?:i |we )?(?:apply|register|renew|replace|get|go|collect))\b",
        weight=5,
        needs="service",
        unless=_NOT,
    ),
    # Said of activities and complaints too.
    Phrase(
        r"报名|报个名|取消|登记|退掉|退了|撤掉|\b(?:sign up|register|cancel)\b",
        weight=4,
        needs="plain_service",
        unless=rf"{_OF_ACTIVITIES}|我的报名|名单|[那这]一?场|报名.{{0,6}}培训|培训(?:课|班)?(?:怎么|如何)?报名|报名(?:了|成功)",
        yields=True,
    ),
    Phrase(
        r"(?:投票|表决)都?(?:通过|同意)|(?:工资|工钱|加班费|欠薪|辞退|赔偿).*投诉|投诉(?:到|去)?(?:哪|找)|(?:[去到在]哪|哪里|找谁|向谁|跟谁).{0,4}投诉",
        weight=4,
        needs="service",
        unless=_OF_ACTIVITIES,
        yields=True,
    ),
    # A room that the office itself lends, and no company.
    Phrase(
        r"(?:能不能|可不可以|可以|能否|能|怎么|如何|免费).{0,6}(?:借|订|租|用).{0,6}会议室|开个?会.{0,6}(?:借|找|订|租|用).{0,6}(?:场地|地方|房间|会议室)|"
        r"(?:借|找|订|租|用).{0,6}(?:场地|地方|房间|会议室).{0,3}开个?会|"
        r"^(?:我们?)?(?:想|要|想要)?(?:借|订|租|用)(?:一?[个间下])?(?:服务站的?)?会议室[吧啊呀.。!]*$",
        weight=8,
        needs="bookable",
        unless=rf"{_NOT}|谁|哪家|单位|企业|提供|预约|[\d一二两三四五六七八九十]+(?:个|来|多)?(?:人|位|小时|点)",
    ),
    # What may be asked of much else too.
    Phrase(
        r"怎么|如何|怎样|咋|哪|找谁|谁管|谁能|什么|啥|能不能|可不可以|可以|能否|能.{0,12}[吗么伐]|有没有|是不是|要不要|算不算|想问|请问|问一下|问问|了解|咨询|"
        r"多少|几天|多久|多长|条件|流程|手续|材料|[吗么伐?]$|想(?:要)?(?:办|开|申请|领|查|补|换|续|打|注册|登记|了解|知道|找|借|注销|咨询)|"
        r"要(?:办|开|申请|领|查|补|换|续|打|注册|登记|注销)|\?$|\b(?:how|what|where|who|which|can|could|do i|need|want|help|looking for|any)\b",
        weight=4,
        needs="service",
        unless=_NOT,
        yields=True,
    ),
    Phrase(
        r"\b(?:register|registering|sign up)\b",
        weight=5,
        needs="service",
        unless=r"\b(?:event|class|course|activity|activities|workshop|talk|lecture|salon|vote|volunteer|cancel|this|tomorrow|saturday|sunday)\b",
    ),
    Phrase(
        r"调解|评评?理|请人.{0,6}(?:说|劝)|劝和|老娘舅|(?:跟|和|同|与)\S{0,6}(?:邻居|隔壁|楼上|楼下|对门)\S{0,12}(?:吵|矛盾|纠纷|闹|打起)|\bmediat",
        weight=6,
        needs="service",
        unless=_NOT.replace("投诉|", ""),
    ),
    # What is told to an office that looks into it, and mended by nobody.
    Phrase(
        r"集资|传销|庞氏|高息|高回报|保本|理财|\b(?:ponzi|pyramid|scams?|fraud|swindle)",
        weight=6,
        needs="service",
        unless=r"讲座|沙龙|活动|课|节目|志愿|event|class|talk|workshop",
    ),
    Phrase(r"", weight=3, needs="service", unless=_NOT, yields=True),
    Phrase(r"", weight=1, needs="service_likely", unless=_NOT, yields=True),
    # Named so plainly, it is meant where nothing else is.
    Phrase(r"", weight=1, needs="plain_service", unless=r"教(?:我(?!们)|一下|老人)", yields=True),
    # What there is for the people of a province.
    Phrase(
        r"(?:跨省|专窗|窗口|异地|三省|能办|可以办|办(?:什么|哪些|啥)|有(?:什么|哪些|啥)|哪些|事项)|^\S{2,4}[人的吧呢?]*$|"
        r"\b(?:window|services?|province)\b",
        weight=3,
        needs="province",
        unless=_NOT,
    ),
)
