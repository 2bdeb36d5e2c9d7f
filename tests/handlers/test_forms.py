"""Forms: a handler that asks, what people do in the middle of it, and what happens to the world meanwhile."""

import re

import pytest
from sqlalchemy import delete, insert, select
from structlog.testing import capture_logs

from handlers.hearing import ESCAPES
from handlers.talk import ACTIONS, Option, Phrase, Talk, anybody, on, press
from models import community, member
from models.activity import ACTIVITY
from models.card import Card
from models.database import Db, transaction
from models.member import Person
from models.organization import ORGANIZATION
from models.text import Text
from tests.chat import MENU, Chat, Said
from tests.handlers import tea
from tests.handlers.tea import CUPS, DRINK, NO_NUMBER, SURE

# Every head that was ever on a button. A button stays in people's chats for years: a head may be
# answered in a new way, but it is never taken off this list, nor given another meaning.
ISSUED = {
    "categories",
    "closeslots",
    "services",
    "materials",
    "tick",
    "untick",
    "renew",
    "renewals",
    "unrenew",
    "stale",
    "keepservice",
    "checkeditem",
    "pauseservice",
    "resumeitem",
    "servicepage",
    "category",
    "service",
    "closeplace",
    "openplace",
    "unclose",
    "slot",
    "weekfigures",
    "stations",
    "stationpage",
    "nearest",
    "station",
    "todayat",
    "stationmap",
    "givenat",
    "roomsat",
    "visitsat",
    "handy",
    "visits",
    "guides",
    "guideslot",
    "myguides",
    "unguide",
    "guidesay",
    "groupsay",
    "guidegaps",
    "stationin",
    "camefor",
    "stationcode",
    "stationprint",
    "doorscreen",
    "stationsix",
    "footfall",
    "book",
    "mybookings",
    "ticket",
    "rebook",
    "unbook",
    "takeslot",
    "passslot",
    "windowcase",
    "mycases",
    "case",
    "dropcase",
    "newcode",
    "casestep",
    "collect",
    "caselist",
    "askdesk",
    "hostday",
    "report",
    "sentreport",
    "newproject",
    "drafts",
    "editdraft",
    "pubdraft",
    "dropdraft",
    "copyproject",
    "renewproject",
    "editionask",
    "boards",
    "programme",
    "boardlist",
    "pubbatch",
    "inviteunits",
    "boardcome",
    "boardabsent",
    "boardsend",
    "replies",
    "topicpost",
    "topiclist",
    "topicshow",
    "entryform",
    "entryshow",
    "entryjoin",
    "entryplan",
    "juryqueue",
    "entryjury",
    "entryresult",
    "pledge",
    "pledges",
    "pledgedrop",
    "pledgequeue",
    "pledgegot",
    "pledgeday",
    "pledgefix",
    "pledgegone",
    "showcase",
    "showcasecard",
    "showcaseput",
    "showcasehide",
    "showcasepin",
    "showcasefree",
    "showcasepic",
    "showcasesay",
    "showcasedrop",
    "namedyes",
    "namedno",
    "period",
    "periodlist",
    "partner",
    "partnerok",
    "partnerno",
    "partners",
    "partneron",
    "partnerend",
    "double",
    "mydouble",
    "showreg",
    "hidereg",
    "doubleoff",
    "doublewish",
    "doublequiet",
    "doubles",
    "mycard",
    "cardyes",
    "cardno",
    "cardwrong",
    "recount",
    "unitreport",
    "sendreport",
    "doublecards",
    "quartercards",
    "doubleunits",
    "pair",
    "mypairs",
    "pairback",
    "pairyes",
    "pairend",
    "pairhelp",
    "pairlist",
    "pairup",
    "pairsafe",
    "pairstop",
    "side",
    "needqueue",
    "handleneed",
    "acceptneed",
    "startneed",
    "assignneed",
    "takeneed",
    "answerneed",
    "referneed",
    "rejectneed",
    "resolveneed",
    "confirmneed",
    "endneed",
    "mergeneed",
    "unmergeneed",
    "hideneed",
    "openneed",
    "sortneed",
    "noteneed",
    "extendneed",
    "adoptneed",
    "ackneed",
    "unitneed",
    "visit",
    "doorvisit",
    "visitfloor",
    "fixvisit",
    "coverage",
    "unvisited",
    "doorcode",
    "measure",
    "figures",
    "planning",
    "plans",
    "plan",
    "writeplan",
    "acceptplan",
    "changeplan",
    "dropplan",
    "consult",
    "consults",
    "consultation",
    "consultreply",
    "consultend",
    "consultcount",
    "hall",
    "hallsocial",
    "socialorg",
    "hallculture",
    "hallresults",
    "provide",
    "wanted",
    "offers",
    "myoffers",
    "dropoffer",
    "offermatch",
    "acceptoffer",
    "turnoffer",
    "contactoffer",
    "contactproj",
    "agreeintro",
    "refuseintro",
    "dropintro",
    "endintro",
    "writeintro",
    "useoffer",
    "invitemate",
    "invitefirm",
    "teamup",
    "setlead",
    "leadteam",
    "compose",
    "invitegroup",
    "findvenue",
    "giveproject",
    "takeproject",
    "denyproject",
    "message",
    "attendpage",
    "attendees",
    "weekly",
    "copy",
    "edit",
    "contact",
    "returnevent",
    "acceptevent",
    "publish",
    "absent",
    "activities",
    "admit",
    "again",
    "allow",
    "alone",
    "amend",
    "announce",
    "announced",
    "answer",
    "appeal",
    "applicants",
    "approve",
    "approveall",
    "approvesend",
    "arrived",
    "ask",
    "assist",
    "at",
    "back",
    "bindgroup",
    "byplace",
    "bytopic",
    "calendar",
    "callme",
    "calloff",
    "camehere",
    "cancel",
    "cannotcome",
    "checkin",
    "checkincode",
    "checkout",
    "club",
    "clubcame",
    "clubmembers",
    "clubs",
    "coming",
    "comment",
    "correct",
    "digits",
    "disallow",
    "emergency",
    "erase",
    "excuse",
    "export",
    "follow",
    "followclub",
    "followed",
    "forget",
    "giveshift",
    "goahead",
    "goon",
    "grant",
    "groupcode",
    "guestoff",
    "halt",
    "handover",
    "headcount",
    "hear",
    "hello",
    "help",
    "sayings",
    "here",
    "hideparty",
    "hours",
    "igo",
    "improve",
    "inbox",
    "inenglish",
    "invite",
    "join",
    "joinclub",
    "language",
    "launch",
    "leave",
    "leaveclub",
    "leaveshift",
    "likes",
    "link",
    "livein",
    "mine",
    "more",
    "move",
    "mute",
    "myclubs",
    "mycode",
    "myskills",
    "news",
    "nonotices",
    "notgo",
    "offer",
    "onway",
    "open",
    "pass",
    "person",
    "phone",
    "place",
    "poster",
    "profile",
    "progress",
    "proof",
    "question",
    "questions",
    "queue",
    "rate",
    "readmit",
    "received",
    "recommend",
    "register",
    "registerfor",
    "reject",
    "relay",
    "relink",
    "remind",
    "remindday",
    "remindhours",
    "remindnever",
    "remindsoon",
    "remindusual",
    "remove",
    "reply",
    "resend",
    "respond",
    "retract",
    "revisit",
    "reword",
    "roll",
    "rollpage",
    "screen",
    "sendback",
    "sendout",
    "settle",
    "show",
    "showparty",
    "showresult",
    "similar",
    "skilled",
    "skillno",
    "skillok",
    "skills",
    "solved",
    "subscribe",
    "summary",
    "suspend",
    "take",
    "takeover",
    "takeshift",
    "times",
    "traditional",
    "tryout",
    "unbind",
    "undo",
    "unfollow",
    "ungroup",
    "uninvite",
    "unsubscribe",
    "uphold",
    "urgentcall",
    "verify",
    "wait",
    "wantlater",
    "wantoff",
    "withdraw",
    "workat",
    "wrapup",
    "yearly",
    "checks",
    "check",
    "mayshow",
    "onlywords",
    "notshow",
    "showas",
    "conceal",
    "unconceal",
    "isdone",
    "partdone",
    "scoreneed",
    "thankyou",
    "withdrawneed",
    "reopen",
    "contest",
    "grantcontest",
    "keepcontest",
    "need",
    "needs",
    "needsearch",
    "support",
    "unsupport",
    "addto",
    "projects",
    "project",
    "projectpage",
    "leaveproject",
    "joinproject",
    "startproject",
    "goonproject",
    "pauseproject",
    "stopproject",
    "fileproject",
    "sayprogress",
    "wrapproject",
    "eventproject",
    "claimpart",
    "claimone",
    "claimqueue",
    "takeclaim",
    "denyclaim",
    "myclaims",
    "claimed",
    "dropclaim",
    "gaveclaim",
    "gotclaim",
    "backclaim",
    "drawnumber",
    "unqueue",
    "callnext",
    "recall",
    "passover",
    "served",
    "missed",
    "daylist",
    "daymore",
    "admitticket",
    "grade",
    "gradewhy",
}
# What the bare word is where there is nothing that it could answer.
UNLIKE = {"received": "smalltalk", "assist": "help", "reply": "question.ask"}
PAST = "请看下面，刚才那个按钮已经过期。"
LEFT = "已经退出，什么都没有提交。"
CHOOSE = "请从下面选一个。"
GONE = "请重新选一个，刚才选的现在没有了。"
SET_ASIDE = "还要办，请再说一次。上次没填完的过了一天，没有提交，也没有保留。"
YOGA = "报名「午间瑜伽」，1位，对吗？"


def first(said: Said) -> str:
    """What was said first."""
    return said.messages[0][1].text


def last(said: Said) -> str:
    """What was said last: in the middle of a form, its question."""
    return said.messages[-1][1].text


def head_of(text: str) -> str:
    """A card's own words, below the step that it is and above what it is about."""
    return re.sub(r"^第\d+步，共\d+步\n\n", "", text).split("\n\n")[0]


def withdraw_activity(say: Chat, code: str) -> None:
    """The activity is gone, and everybody is told."""
    with transaction(say.engine) as db:
        db.run(delete(ACTIVITY).where(ACTIVITY.c.code == code))
        community.touch(db)


def language_of(say: Chat, code: str) -> str:
    with transaction(say.engine) as db:
        return str(db.value(select(member.MEMBER.c.language).where(member.MEMBER.c.code == code)))


# Answers.


@pytest.mark.usefixtures("order_tea")
def test_each_answer_leads_to_the_next_question_and_the_last_one_to_the_end(say: Chat) -> None:
    asked = say("点茶")
    assert (asked.did, asked.text) == ("tea.order", DRINK)
    asked = say("龙井")
    assert (asked.did, asked.text) == ("answer", CUPS)
    asked = say("2")
    assert (asked.did, asked.text) == ("answer", SURE)
    assert asked.labels == ["就这样", "不点了", "返回", "取消"]
    done = say.press("就这样")
    assert (done.did, done.text) == ("tea.order", "点好了：龙井，2杯。")


@pytest.mark.usefixtures("order_tea")
@pytest.mark.parametrize("answer", ["2", "第二个", "二", "2.", "2。", "不点了", "不点了。", "不點了"])
def test_a_choice_is_taken_by_its_number_and_by_its_label(say: Chat, answer: str) -> None:
    say("点茶"), say("龙井"), say("2")
    assert say(answer).text == "好的，没有点。"


@pytest.mark.usefixtures("order_tea")
@pytest.mark.parametrize("answer", ["好", "好。", "好！", "好 "])
def test_a_choice_is_taken_by_other_words_for_it(say: Chat, answer: str) -> None:
    say("点茶"), say("龙井"), say("2")
    assert say(answer).text == "点好了：龙井，2杯。"


def test_the_label_of_an_article_is_a_button_too(say: Chat) -> None:
    assert say("周六有什么活动").labels == ["1. 垃圾分类值守", "2. 黄油曲奇烘焙", "只看可报名的"]
    assert say("黄油曲奇烘焙").refs == ["activity:full"]
    say("周六有什么活动")
    assert say("2. 黄油曲奇烘焙").refs == ["activity:full"]
    say("周六有什么活动")
    assert say("只看可报名的").refs == ["activity:sorting"]


def test_a_label_that_stands_on_several_buttons_is_none(say: Chat) -> None:
    say("有什么活动")
    assert say("午间瑜伽").refs == ["activity:yoga-tue", "activity:yoga-thu"]
    say("有什么活动")
    assert say("5. 午间瑜伽").refs == ["activity:yoga-thu"]
    say("有什么活动")
    asked = say("报名")
    assert head_of(asked.text) == "要报哪一场？"


@pytest.mark.usefixtures("order_tea")
@pytest.mark.parametrize("answer", ["两位", "2", "2个人", "２", "二", "俩", "2."])
def test_a_number_is_taken_as_people_write_it(say: Chat, answer: str) -> None:
    say("点茶"), say("龙井"), say(answer)
    assert say("好").text == "点好了：龙井，2杯。"


@pytest.mark.usefixtures("order_tea")
def test_a_question_that_wants_a_number_shows_no_numbered_choices(say: Chat) -> None:
    say("点茶", channel="wechat")
    assert say("龙井", channel="wechat").text == f"{CUPS}\n\n也可以发：返回 / 取消"
    listed = say("周六有什么活动", channel="wechat")
    assert first(listed).startswith("找到2场，按时间排：\n\n· 垃圾分类值守")
    assert "发数字就行。" not in listed.text
    assert say("2", channel="wechat").text.startswith(SURE)


def test_a_free_question_shows_no_numbered_choices_either(say: Chat) -> None:
    asked = say("报名手冲咖啡", channel="wechat")
    assert asked.text.endswith("费用：免费\n\n也可以发：跳过 / 返回 / 取消")
    assert "对什么过敏吗？ 1" in say("1", channel="wechat").text


# Wrong answers.


@pytest.mark.usefixtures("order_tea")
def test_a_wrong_answer_is_asked_again_with_the_reason(say: Chat) -> None:
    say("点茶")
    assert say("龙井" * 101).text == f"请写短一些，最多200个字。\n{DRINK}"
    say("龙井")
    assert say("好几杯").text == f"{NO_NUMBER}\n{CUPS}"
    assert say("6").text == f"最多5杯。\n{CUPS}"
    say("3")
    assert say("随便").text == f"{CHOOSE}\n{SURE}"
    assert say("4").text == f"{CHOOSE}\n{SURE}"
    assert say("好").text == "点好了：龙井，3杯。"


@pytest.mark.usefixtures("order_tea")
def test_the_third_misunderstanding_shows_the_menu_and_the_nearest_station(say: Chat) -> None:
    say("点茶"), say("龙井")
    for _ in range(2):
        missed = say("好几杯")
        assert (missed.did, missed.refs) == ("unknown", [])
    helped = say("好几杯")
    assert (helped.did, helped.refs) == ("unknown", ["place:tower-station"])
    assert "地址：云杉路1号2楼\n开放时间：周一至周五 09:00–18:00、周六 09:00–12:00" in first(helped)
    assert last(helped) == f"{NO_NUMBER}\n{CUPS}"
    assert helped.labels[:2] == ["转人工", "找活动"]
    assert say("3").text == SURE


@pytest.mark.usefixtures("order_tea")
def test_what_is_understood_makes_good_for_what_was_not(say: Chat) -> None:
    say("点茶"), say("龙井"), say("好几杯"), say("好几杯"), say("2")
    assert say("随便").refs == []
    assert say("随便").refs == []
    assert say("随便").refs == ["place:tower-station"]


# Back and out.


@pytest.mark.usefixtures("order_tea")
@pytest.mark.parametrize("word", ["返回", "上一步", "back", "Back", "返回。", "/back"])
def test_back_goes_one_question_back(say: Chat, word: str) -> None:
    say("点茶"), say("龙井"), say("2")
    asked = say(word)
    assert (asked.did, asked.text) == ("back", CUPS)
    asked = say(word)
    assert (asked.did, asked.text) == ("back", DRINK)
    assert say("普洱").text == CUPS
    assert say("3").text == SURE
    assert say("好").text == "点好了：普洱，3杯。"


@pytest.mark.usefixtures("order_tea")
def test_back_at_the_first_question_leaves(say: Chat) -> None:
    say("点茶")
    out = say("返回")
    assert (out.did, out.text) == ("back", LEFT)
    assert out.labels == MENU
    assert say("龙井").did == "unknown"


@pytest.mark.parametrize("word", ["取消", "退出", "算了", "cancel", "取消。"])
def test_cancel_leaves_and_nothing_is_registered(say: Chat, word: str) -> None:
    say("报名周四的瑜伽")
    out = say(word)
    assert (out.did, out.text) == ("cancel", LEFT)
    assert say("我的报名").refs == []
    assert say("1").did != "activity.register"


def test_back_and_cancel_with_nothing_open_say_so(say: Chat) -> None:
    for word, did in (("返回", "back"), ("取消", "cancel")):
        out = say(word)
        assert (out.did, out.text) == (did, "没有填到一半的，不用退出。想办什么，直接说就行。")


# Old buttons.


def test_a_button_of_an_earlier_question_changes_nothing(say: Chat) -> None:
    confirm = say("报名周四的瑜伽").buttons["确认报名"]
    asked = say.press("改人数")
    pressed = say(confirm)
    assert (pressed.did, first(pressed)) == ("answer", PAST)
    assert head_of(last(pressed)) == head_of(asked.text)
    assert say("我的报名").refs[:1] == ["activity:yoga-thu"]  # the ref of the question below
    assert "您现在没有报名" in first(say("我的报名"))


def test_a_button_of_an_earlier_question_is_not_taken_for_one_of_the_open_question(say: Chat) -> None:
    confirm = say("报名周四的瑜伽").buttons["确认报名"]
    say("改人数"), say("3")
    pressed = say(confirm)
    assert (first(pressed), head_of(last(pressed))) == (PAST, "报名「午间瑜伽」，3位，对吗？")
    say("取消")
    assert "您现在没有报名" in say("我的报名").text


def test_a_button_of_a_finished_form_changes_nothing(say: Chat) -> None:
    confirm = say("报名周四的瑜伽").buttons["确认报名"]
    say(confirm)
    pressed = say(confirm)
    assert (pressed.did, pressed.text) == ("answer", PAST)
    assert pressed.labels == MENU
    assert "午间瑜伽【1位】" in say("我的报名").text


def test_a_button_of_a_form_that_was_left_changes_nothing(say: Chat) -> None:
    confirm = say("报名周四的瑜伽").buttons["确认报名"]
    say("取消")
    assert say(confirm).text == PAST
    assert say("我的报名").refs == []


def test_a_button_of_the_same_question_asked_again_still_answers(say: Chat) -> None:
    confirm = say("报名周四的瑜伽").buttons["确认报名"]
    say("随便")
    assert head_of(say(confirm).text) == "报名成功。开始前都可以取消。"


def test_a_button_of_a_deleted_activity_is_answered_politely(say: Chat) -> None:
    show = say("周六有什么活动").buttons["1. 垃圾分类值守"]
    register = say("1").buttons["报名"]
    withdraw_activity(say, "sorting")
    for sentence, did in ((show, "activity.show"), (register, "activity.register")):
        gone = say(sentence)
        assert (gone.did, gone.refs) == (did, [])
        assert gone.text == "没有找到这个活动，可能已经撤回了。说“有什么活动”看看最近的。"
        assert gone.labels == MENU


# Something else in the middle.


def test_a_new_request_is_answered_and_the_question_stands_below_it(say: Chat) -> None:
    say("报名周四的瑜伽")
    found = say("海棠苑有什么活动")
    assert found.did == "activity.search"
    assert found.refs[:4] == ["activity:taiji", "activity:pressure", "activity:sorting", "activity:story"]
    assert last(found) == YOGA
    assert found.labels[-5:] == ["确认报名", "改人数", "不报了", "返回", "取消"]
    assert head_of(say.press("确认报名").text) == "报名成功。开始前都可以取消。"


def test_its_choices_are_numbered_on(say: Chat) -> None:
    say("报名周四的瑜伽", channel="wechat")
    found = say("海棠苑有什么活动", channel="wechat")
    assert "4. 绘本故事会" in first(found)
    assert last(found) == (
        f"{YOGA}\n\n5 确认报名\n6 改人数\n7 不报了\n\n发数字就行。\n\n也可以发：返回 / 取消"
    )
    shown = say("2", channel="wechat")
    assert (shown.did, shown.refs[0]) == ("activity.show", "activity:pressure")
    assert last(shown).startswith(f"{YOGA}\n\n2 确认报名\n")
    found = say("海棠苑有什么活动", channel="wechat")
    assert say("5", channel="wechat").did == "activity.register"
    assert say("我的报名", channel="wechat").refs == ["activity:yoga-thu"]


@pytest.mark.usefixtures("order_tea")
def test_the_next_fitting_line_goes_on(say: Chat) -> None:
    say("点茶"), say("龙井")
    assert last(say("周六有什么活动")) == CUPS
    assert last(say("帮助")) == CUPS
    assert last(say("我的报名")) == CUPS
    assert say("2").text == SURE


@pytest.mark.usefixtures("order_tea")
def test_a_second_form_is_done_first_then_the_first_ones_question_comes_back(say: Chat) -> None:
    say("点茶"), say("龙井")
    second = say("报名周四的瑜伽")
    assert (second.did, head_of(second.text)) == ("activity.register", YOGA)
    done = say.press("确认报名")
    assert (done.did, head_of(first(done))) == ("activity.register", "报名成功。开始前都可以取消。")
    assert last(done) == CUPS
    assert say("2").text == SURE


@pytest.mark.usefixtures("order_tea")
def test_leaving_the_second_form_comes_back_to_the_first(say: Chat) -> None:
    say("点茶"), say("龙井"), say("报名周四的瑜伽")
    out = say("取消")
    assert [rendered.text for _, rendered in out.messages] == [LEFT, CUPS]
    assert say("2").text == SURE


@pytest.mark.usefixtures("order_tea")
@pytest.mark.parametrize("line", ["瑜伽", "周六", "铁观音，多放点", "1", "绘本", "不要加糖", "我想喝龙井"])
def test_a_free_question_takes_in_doubt_the_line(say: Chat, line: str) -> None:
    say("点茶")
    assert say(line).text == CUPS
    say("1")
    assert say("好").text == f"点好了：{line}，1杯。"


@pytest.mark.usefixtures("order_tea")
@pytest.mark.parametrize(
    ("line", "did"),
    [
        ("菜单", "help"),
        ("人工", "help"),
        ("mine", "registration.list"),
        ("show 4", "activity.show"),
        ("周六有什么活动", "activity.search"),
        ("海棠苑有什么活动", "activity.search"),
        ("午间瑜伽几点开始", "activity.show"),
        ("报名绘本故事会", "activity.register"),
        ("我的报名", "registration.list"),
    ],
)
def test_a_free_question_gives_way_to_what_is_certainly_a_request(say: Chat, line: str, did: str) -> None:
    say("点茶")
    assert say(line).did == did
    assert say("取消").did == "cancel"


@pytest.mark.usefixtures("order_tea")
def test_a_free_question_gives_way_to_a_button(say: Chat) -> None:
    say("周六有什么活动")
    say("点茶")
    say("周六有什么活动")
    shown = say("垃圾分类值守")
    assert (shown.did, shown.refs) == ("activity.show", ["activity:sorting"])
    assert last(shown) == DRINK
    say("周六有什么活动")
    shown = say("2. 黄油曲奇烘焙")
    assert (shown.did, shown.refs) == ("activity.show", ["activity:full"])


@pytest.mark.usefixtures("order_tea")
@pytest.mark.parametrize("line", ["明天有什么活动", "瑜伽", "周六", "我想找点运动"])
def test_a_question_that_checks_gives_way_to_what_is_understood(say: Chat, line: str) -> None:
    say("点茶"), say("龙井")
    found = say(line)
    assert (found.did, last(found)) == ("activity.search", CUPS)
    say("2")
    found = say(line)
    assert (found.did, last(found)) == ("activity.search", SURE)


@pytest.mark.usefixtures("order_tea")
def test_forwarded_words_answer_a_free_question_and_command_nothing(say: Chat) -> None:
    refused = "要办什么，请直接说一句。转发来的内容，我们不会照着办。"
    told = say("报名周四的瑜伽", forwarded=True)
    assert (told.did, told.text) == ("unknown", refused)
    say("点茶")
    assert say("取消", forwarded=True).text == CUPS
    told = say("2", forwarded=True)
    assert [rendered.text for _, rendered in told.messages] == [refused, CUPS]
    say("1")
    told = say("就这样", forwarded=True)
    assert [rendered.text for _, rendered in told.messages] == [refused, SURE]
    assert say("好").text == "点好了：取消，1杯。"


# Time and deployments.


def test_a_restart_in_mid_form_is_not_noticed(say_on_both: Chat) -> None:
    say = say_on_both
    say("报名绘本故事会")
    say.restart()
    say("六岁")
    say.restart()
    preview = say("小雨")
    assert "孩子几岁？ 六岁\n怎么称呼孩子？ 小雨" in preview.text
    say.restart()
    assert say("1").did == "activity.register"
    assert say("我的报名").refs == ["activity:story"]


def test_a_form_over_midnight_is_about_the_same_day(say: Chat) -> None:
    say.at("2026-11-23T23:58:00+08:00")
    asked = say("报名明天的活动")
    assert asked.refs == ["activity:yoga-tue", "activity:closed"]
    say.at("2026-11-24T00:03:00+08:00")
    asked = say("1")
    assert asked.refs == ["activity:yoga-tue"]
    say.press("确认报名")
    assert say("我的报名").refs == ["activity:yoga-tue"]


@pytest.mark.usefixtures("order_tea")
def test_a_form_that_goes_for_a_new_one_is_told_where_something_was_answered(say: Chat) -> None:
    assert say("点茶").text == say("tea").text == DRINK
    say("龙井")
    assert say("tea").text == f"先办这一份，刚才没填完的那份不留了。\n{DRINK}"
    assert say("普洱").text == CUPS


@pytest.mark.usefixtures("order_tea")
def test_a_renamed_question_is_asked_and_its_old_answer_left_alone(say: Chat) -> None:
    say("点茶"), say("龙井"), say("2")
    say.restart()
    tea.declare(drink="kind")
    asked = say("好")
    assert (asked.did, asked.text) == ("answer", DRINK)
    assert say("普洱").text == SURE
    assert say("好").text == "点好了：普洱，2杯。"


@pytest.mark.usefixtures("order_tea")
def test_a_new_version_asks_everything_anew(say: Chat) -> None:
    say("点茶"), say("龙井"), say("2")
    tea.declare(version=2)
    asked = say("好")
    assert (asked.did, asked.text) == ("answer", DRINK)
    assert say("普洱").text == CUPS


@pytest.mark.usefixtures("order_tea")
def test_a_new_version_at_the_first_question_is_no_misunderstanding(say: Chat) -> None:
    say("点茶")
    tea.declare(version=2)
    asked = say("龙井")
    assert (asked.did, asked.text) == ("answer", DRINK)


@pytest.mark.usefixtures("order_tea")
def test_a_handler_that_is_gone_is_told(say: Chat) -> None:
    say("点茶")
    del ACTIONS["tea"]
    gone = say("龙井")
    assert (gone.did, gone.text) == ("answer", "请从菜单重新开始，这件事的办法刚刚改了。")
    assert gone.labels == MENU
    assert say("龙井").did == "unknown"


@pytest.mark.usefixtures("order_tea")
def test_a_right_that_is_lost_ends_the_form(say: Chat) -> None:
    def nobody(_db: Db, _person: Person) -> bool:
        return False

    say("点茶")
    tea.declare(allow=nobody)
    refused = say("龙井")
    assert refused.text == "请到服务站问一问，这件事您在这里还不能办。"
    assert len(say("周六有什么活动").messages) == 1


def test_a_draft_of_a_day_is_set_aside_and_that_is_told_once(say: Chat) -> None:
    confirm = say("报名周四的瑜伽").buttons["确认报名"]
    say.at("2026-11-24T09:09:59+08:00")
    assert last(say("周六有什么活动")) == YOGA
    say.at("2026-11-24T09:10:00+08:00")
    told = say(confirm)
    assert [rendered.text for _, rendered in told.messages] == [SET_ASIDE, PAST]
    assert say(confirm).text == PAST
    assert say("我的报名").refs == []


# The world meanwhile.


def test_seats_gone_meanwhile_bring_the_question_back_with_the_new_limit(say_on_both: Chat) -> None:
    say = say_on_both
    say("报名绘本故事会"), say("六岁"), say("小雨")
    asked = say("改人数")
    assert "一共几位？（含您自己，最多10位）" in asked.text
    say("报名绘本故事会 10人", "he"), say("五岁", "he"), say("小明", "he"), say("确认", "he")
    asked = say("8")
    assert "请发1到5之间的数字。\n一共几位？（含您自己，最多5位）" in asked.text
    assert "报名「绘本故事会」，5位，对吗？" in say("5").text
    assert say("确认").did == "activity.register"


def test_what_was_confirmed_and_has_changed_is_confirmed_again(say_on_both: Chat) -> None:
    say = say_on_both
    say("报名绘本故事会 8人"), say("六岁"), say("小雨"), say("改人数"), say("8")
    say("报名绘本故事会 10人", "he"), say("五岁", "he"), say("小明", "he"), say("确认", "he")
    refused = say("确认")
    assert (refused.did, refused.text) == ("activity.register", "请少报几位，「绘本故事会」只剩5个名额。")
    say("报名绘本故事会"), say("六岁"), say("小雨"), say("改人数"), say("5")
    say("报名绘本故事会", "mei"), say("五岁", "mei"), say("小明", "mei"), say("确认", "mei")
    asked = say("确认")
    assert (asked.did, "请发1到4之间的数字。" in asked.text) == ("answer", True)
    asked = say("4")
    assert (asked.did, "报名「绘本故事会」，4位，对吗？" in asked.text) == ("answer", True)
    assert say("确认").did == "activity.register"


def test_a_choice_gone_meanwhile_is_told(say_on_both: Chat) -> None:
    say = say_on_both
    say("报名手冲咖啡"), say("跳过")
    assert say("改人数").did == "answer"
    say("报名手冲咖啡", "he"), say("跳过", "he"), say("确认", "he")
    asked = say("2")
    assert f"{GONE}\n报名「手冲咖啡体验」，1位，对吗？" in asked.text
    assert asked.labels == ["确认报名", "不报了", "返回", "取消"]
    assert say("确认").did == "activity.register"


def test_the_last_seat_gone_meanwhile_is_refused(say_on_both: Chat) -> None:
    say = say_on_both
    say("报名手冲咖啡"), say("跳过")
    say("报名手冲咖啡 2人", "he"), say("跳过", "he"), say("确认", "he")
    full = say("确认")
    assert last(full).startswith("「手冲咖啡体验」名额满了，要候补吗？您排第一。")
    assert full.refs == ["activity:coffee"]
    refused = say("不用了")
    assert refused.did == "activity.register"
    assert say("我的报名").refs == []


def test_the_last_seat_gone_before_it_is_chosen_is_refused_with_the_reason(say: Chat) -> None:
    say("报名")
    say("报名手冲咖啡 2人", "he"), say("跳过", "he"), say("确认", "he")
    assert last(say("5")).startswith("「手冲咖啡体验」名额满了，要候补吗？您排第一。")


def test_what_a_question_below_waits_for_is_read_again_too(say: Chat) -> None:
    say("报名手冲咖啡"), say("跳过")
    say("报名手冲咖啡 2人", "he"), say("跳过", "he"), say("确认", "he")
    found = say("周六有什么活动")
    assert last(found).startswith("「手冲咖啡体验」名额满了，要候补吗？您排第一。")


# What a handler must not do.


@pytest.mark.usefixtures("own_handlers")
def test_what_was_written_before_a_question_is_undone(say_on_both: Chat) -> None:
    @on("test.write", head="write", allow=anybody, phrases=(Phrase("^写$", weight=4),))
    def write(talk: Talk) -> Card:
        member.speak(talk.db, talk.person.id, "zh-Hant", talk.now)
        talk.db.insert(insert(ORGANIZATION).values(code="row", kind="club", name="行", aliases=[]))
        talk.ask("sure", Text("写吗？"), Option("yes", Text("写吧")))
        return Card(Text("写了。"))

    def organizations() -> set[str]:
        with transaction(say_on_both.engine) as db:
            return {row.code for row in db.rows(select(ORGANIZATION.c.code))}

    before = organizations()
    assert say_on_both("写").text == "写吗？"
    assert (language_of(say_on_both, "lin"), organizations()) == ("zh-Hans", before)
    assert say_on_both("周六有什么活动").did == "activity.search"
    assert (language_of(say_on_both, "lin"), organizations()) == ("zh-Hans", before)
    assert say_on_both("写吧").text == "写了。"
    assert (language_of(say_on_both, "lin"), organizations()) == ("zh-Hant", before | {"row"})


@pytest.mark.usefixtures("own_handlers")
def test_asking_twice_under_one_name_is_an_error(say: Chat) -> None:
    @on("test.twice", head="twice", allow=anybody)
    def twice(talk: Talk) -> Card:
        talk.ask("name", Text("叫什么？"))
        talk.ask("name", Text("再说一遍？"))
        return Card(Text("好。"))

    assert say("twice").text == "叫什么？"
    with capture_logs() as logged:
        failed = say("小雨")
    assert failed.did == "unknown"
    (entry,) = logged
    assert str(entry["exc_info"]) == "the question 'name' is asked twice in one run"


# Buttons are sentences.


def test_every_head_that_was_ever_issued_still_says_something() -> None:
    assert set(ACTIONS) | {"answer", "back", "cancel"} == ISSUED
    assert {"back", "cancel"} <= set(ESCAPES)


@pytest.mark.parametrize("head", sorted(ISSUED - {"answer", "back", "cancel"}))
def test_every_head_is_heard(say: Chat, head: str) -> None:
    assert say(head).did == UNLIKE.get(head, ACTIONS[head].name)
    say("取消")
    heard = say(press(head, 999_999_999))
    assert not ACTIONS[head].numbered or heard.did == ACTIONS[head].name
    assert "出了差错" not in heard.text


def test_buttons_are_short_sentences_of_a_head_and_a_number(say: Chat) -> None:
    assert [head for head in ISSUED if len(press(head, 999_999_999).encode()) > 64] == []
    lines = ("有什么活动", "周六有什么瑜伽", "1", "报名", "5", "跳过", "返回", "取消", "菜单", "语言")
    sentences = {sentence for line in lines for sentence in say(line).buttons.values()}
    heads = {sentence.split(" ")[0] for sentence in sentences}
    assert heads <= ISSUED
    assert {"more", "open", "show", "register", "answer", "back", "cancel", "language"} <= heads
    assert [sentence for sentence in sentences if len(sentence.encode()) > 64] == []
