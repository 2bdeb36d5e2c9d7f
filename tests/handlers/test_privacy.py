"""Rights over one's data: asking for all of it, and having it erased."""

import pytest
from sqlalchemy import func, insert, select

from bot.inbound import Reply
from handlers.privacy import MOST_EXPORTS_A_DAY
from models.activity import ACTIVITY
from models.card import Card
from models.database import transaction
from models.delivery import DELIVERY
from models.heard import HEARD
from models.member import ADDRESS, MEMBER, ROLE
from models.notice import NOTICE
from tests.chat import Chat

QUESTION = "要删除您的账号和全部数据吗？删了不能恢复。"
GOODBYE = (
    "都删掉了：您的资料、联系方式、订阅和对话，这里都没有了。参加过的活动，只留人数，不留名字。\n"
    "谢谢您来过。以后想用，随时说一句，我们重新认识。"
)
PUT_TOGETHER = "正在整理，一分钟内发到这里：一份网页，打开就能看；一份JSON文件，给电脑读。"


def count(say: Chat, what: object) -> int:
    with transaction(say.engine) as db:
        return int(db.value(select(func.count()).select_from(what)))  # type: ignore[arg-type]


def key_of(say: Chat, who: str) -> int | None:
    """The member at this handle; None where nobody is known there."""
    with transaction(say.engine) as db:
        found: int | None = db.value(select(ADDRESS.c.member_id).where(ADDRESS.c.key == who))
        return found


def told(say: Chat, who: str) -> list[Card]:
    """What waits to be sent to somebody."""
    statement = (
        select(NOTICE.c.cards)
        .join(DELIVERY, DELIVERY.c.notice_id == NOTICE.c.id)
        .join(ADDRESS, ADDRESS.c.id == DELIVERY.c.address_id)
        .where(ADDRESS.c.key == who, DELIVERY.c.state == "pending")
        .order_by(NOTICE.c.id)
    )
    with transaction(say.engine) as db:
        return [Card.load(card) for row in db.rows(statement) for card in row.cards]


def seats(say: Chat) -> int:
    with transaction(say.engine) as db:
        return int(db.value(select(func.sum(ACTIVITY.c.seats))))


# How people ask for it.


def dids(say: Chat, lines: tuple[str, ...]) -> dict[str, str]:
    """What each line counts as, every one said by somebody else."""
    return {line: say(line, f"p{nth}").did for nth, line in enumerate(lines)}


EXPORT_LINES = (
    "导出我的数据",
    "把你们存的我的信息导出来给我",
    "你们存了我什么",
    "你们都存了我哪些信息",
    "我的数据能导出吗",
    "我要下载个人信息",
    "把我的资料发给我一份",
    "我想要一份我的个人信息副本",
    "你们收集了我哪些数据",
    "匯出我的資料",
    "給我一份我的個人資料",
    "export my data",
    "download my data",
    "what do you know about me",
    "Can I get a copy of my personal information?",
    "what information do you store about me",
)


def test_the_export_is_asked_for(say: Chat) -> None:
    assert dids(say, EXPORT_LINES) == dict.fromkeys(EXPORT_LINES, "privacy.export")


ERASE_LINES = (
    "删除我的账号",
    "我要注销账号,数据全删掉",
    "注销账户",
    "我要注销",
    "把我的信息删了",
    "把你们存的我的信息都删了",
    "清除我的个人信息",
    "我的账号不要了，删了吧",
    "帮我把账号注销掉",
    "刪除我的帳號",
    "把我忘了吧",
    "delete my account",
    "please delete all my data",
    "forget me",
    "delete everything you know about me",
    "remove my account",
)


def test_the_erasing_is_asked_for(say: Chat) -> None:
    assert dids(say, ERASE_LINES) == dict.fromkeys(ERASE_LINES, "privacy.delete")


OTHER_LINES = (
    "删除我的报名",
    "把我的报名删了",
    "取消报名",
    "取消我的预约",
    "删掉我的手机号",
    "删除联系方式",
    "居住证注销怎么办",
    "营业执照注销",
    "户口注销",
    "退订",
    "忘记带身份证怎么办",
    "不要忘记我",
    "看看我的资料",
    "你们怎么保护我的信息",
    "把讲座资料发给我",
    "导出活动报名表",
    "知道我们楼有什么活动吗",
    "有我的快递吗",
    "delete my registration",
    "delete my phone number",
    "cancel my registration",
    "export the list of participants",
    "what do you know about the lift project",
)


def test_other_things_are_other_things(say: Chat) -> None:
    found = dids(say, OTHER_LINES)
    assert [line for line, did in found.items() if did.startswith("privacy.")] == []


# Export.


def test_an_export_is_two_files_that_come_by_themselves(say_on_both: Chat) -> None:
    say = say_on_both
    said = say("导出我的数据")
    assert (said.did, said.text, said.to) == ("privacy.export", PUT_TOGETHER, ["lin"])
    (card,) = told(say, "lin")
    assert [(each.kind, each.name.message, each.name.values["day"]) for each in card.attachments] == [
        ("file", "我的数据-{day}.html", "2026-11-23"),
        ("file", "我的数据-{day}.json", "2026-11-23"),
    ]
    assert told(say, "he") == []


def test_in_a_group_it_goes_to_the_person(say: Chat) -> None:
    said = say("导出我的数据", group="g1")
    assert (said.text, said.to) == (PUT_TOGETHER, ["lin"])
    assert (len(told(say, "lin")), told(say, "group:g1")) == (1, [])


def test_so_many_exports_a_day_and_more_tomorrow(say_on_both: Chat) -> None:
    say = say_on_both
    assert {say("导出我的数据").text for _ in range(MOST_EXPORTS_A_DAY)} == {PUT_TOGETHER}
    refused = say("导出我的数据")
    assert (refused.did, refused.text) == (
        "privacy.export",
        "明天再说一次，就有新的。今天已经整理了5次，最近一份就在上面。",
    )
    assert len(told(say, "lin")) == MOST_EXPORTS_A_DAY
    assert say("导出我的数据", "he").text == PUT_TOGETHER
    say.at("2026-11-24T00:01:00+08:00")
    assert say("导出我的数据").text == PUT_TOGETHER


# Erasing.


def test_one_question_says_what_goes_and_what_stays(say: Chat) -> None:
    asked = say("删除我的账号")
    assert asked.text.splitlines() == [
        QUESTION,
        "会删掉：称呼、手机号、住处、单位、兴趣、订阅、对话，还有您填过的内容。",
        "会留下，但不带您的名字：每场活动来了几位，事情什么时候办的。",
        "还留一个看不出是谁的记号，免得旧名单再把您加回来。",
        "想先存一份，就说“导出我的数据”。",
    ]
    assert asked.labels == ["确认删除", "不删了", "返回", "取消"]


def test_it_says_what_is_cancelled_with_it(say: Chat) -> None:
    for line in ("报名周四的瑜伽", "确认报名", "报名周二的瑜伽", "确认报名"):
        say(line)
    assert say("删除我的账号").text.splitlines()[2] == "您报了2场还没开始的活动，会一起取消，名额让给别人。"
    say("不删了")
    say.at("2026-11-24T12:20:00+08:00")
    assert say("删除我的账号").text.splitlines()[2] == "您报了1场还没开始的活动，会一起取消，名额让给别人。"


def test_confirmed_it_is_done_and_said(say_on_both: Chat) -> None:
    say = say_on_both
    for line in ("报名周四的瑜伽", "确认报名", "导出我的数据", "删除我的账号"):
        say(line)
    done = say.press("确认删除")
    assert (done.did, done.text, done.labels, done.reply.gone) == ("privacy.delete", GOODBYE, [], True)
    assert (key_of(say, "lin"), count(say, NOTICE), count(say, DELIVERY), seats(say)) == (None, 0, 0, 0)


@pytest.mark.parametrize("word", ["确认删除", "确认", "删除", "刪除", "确定", "全部删除", "delete", "1"])
def test_it_is_confirmed_by_words_that_mean_it(say: Chat, word: str) -> None:
    say("删除我的账号")
    assert say(word).text == GOODBYE


@pytest.mark.parametrize("word", ["好", "是", "是的", "嗯", "可以", "ok", "yes", "行"])
def test_a_yes_alone_is_not_enough(say: Chat, word: str) -> None:
    say("删除我的账号")
    assert QUESTION in say(word).text
    assert key_of(say, "lin") is not None


@pytest.mark.parametrize("word", ["不删了", "2", "不", "不要", "先不删", "no"])
def test_it_is_left(say: Chat, word: str) -> None:
    say("删除我的账号")
    left = say(word)
    assert (left.did, left.text) == ("privacy.delete", "好的，没有删，一切照旧。")
    assert key_of(say, "lin") is not None


@pytest.mark.parametrize("word", ["取消", "返回"])
def test_the_ways_out_delete_nothing(say: Chat, word: str) -> None:
    say("删除我的账号")
    assert say(word).text == "已经退出，什么都没有提交。"
    assert key_of(say, "lin") is not None


def test_an_export_between_leaves_the_question_open(say: Chat) -> None:
    say("删除我的账号")
    between = say("导出我的数据")
    assert (between.did, between.messages[0][1].text) == ("privacy.export", PUT_TOGETHER)
    assert say("确认删除").text == GOODBYE


def test_no_other_form_is_asked_below_the_goodbye(say: Chat) -> None:
    say("报名手冲咖啡")
    say("删除我的账号")
    assert say("确认删除").text == GOODBYE


def test_in_english(say: Chat) -> None:
    assert say("export my data", "anna").text == (
        "Your data will be here within a minute: a web page for you to read, and a JSON file for computers."
    )
    asked = say("delete my account", "anna")
    assert asked.text.splitlines()[0] == "Delete your account and all your data? This can't be undone."
    assert asked.labels[:2] == ["Yes, delete", "Keep my data"]
    assert say.press("Yes, delete", "anna").text.splitlines()[1] == (
        "Thank you for being with us. Write again whenever you like, and we'll get to know each other anew."
    )


def test_in_a_group_the_question_and_the_goodbye_go_to_the_person(say: Chat) -> None:
    assert say("删除我的账号", group="g1").to == ["lin"]
    assert say("确认删除").text == GOODBYE


def test_who_writes_again_is_a_newcomer(say_on_both: Chat) -> None:
    say = say_on_both
    for line in ("报名周四的瑜伽", "确认报名", "删除我的账号", "确认删除"):
        say(line)
    assert say("我的报名").messages[0][1].text == "您现在没有报名。想去点什么，看看最近的活动吧。"
    assert (count(say, MEMBER), key_of(say, "lin") is not None) == (5, True)


# A platform that delivers the deleting message again.


def test_a_repeat_gets_the_same_answer_and_makes_nobody(say_on_both: Chat) -> None:
    say = say_on_both
    say("删除我的账号", message="m1")
    first = say("确认删除", message="m2")
    assert first.text == GOODBYE
    before = count(say, MEMBER)
    again = say("确认删除", message="m2")
    assert (again.did, again.text) == (first.did, first.text)
    assert (count(say, MEMBER), key_of(say, "lin")) == (before, None)
    with transaction(say.engine) as db:
        (kept,) = db.rows(select(HEARD))
    assert (kept.message, kept.address_id) == ("m2", None)
    assert Reply.load(kept.reply).did == "privacy.delete"


def test_without_the_id_it_would_make_a_newcomer(say: Chat) -> None:
    for line in ("删除我的账号", "确认删除"):
        say(line)
    assert key_of(say, "lin") is None
    say("确认删除")
    assert key_of(say, "lin") is not None


# The last administrator.


def appoint(say: Chat, *whom: str) -> None:
    for who in whom:
        with transaction(say.engine) as db:
            member = db.value(select(ADDRESS.c.member_id).where(ADDRESS.c.key == who))
            db.insert(insert(ROLE), member_id=member, kind="administrator")


def test_the_last_administrator_is_told_what_to_do_first(say_on_both: Chat) -> None:
    say = say_on_both
    appoint(say, "lin")
    refused = say("删除我的账号")
    assert (refused.did, refused.text) == (
        "privacy.delete",
        "请先定下另一位管理员，再来删除。您是这个社区唯一的管理员，现在删了，就没有人能管理它。",
    )
    assert key_of(say, "lin") is not None
    appoint(say, "he")
    say("删除我的账号")
    assert say("确认删除").text == GOODBYE


def test_who_became_the_last_one_meanwhile_stays(say: Chat) -> None:
    appoint(say, "lin", "he")
    for who in ("lin", "he"):
        say("删除我的账号", who)
    assert say("确认删除", "lin").text == GOODBYE
    assert say("确认删除", "he").text.startswith("请先定下另一位管理员")
    assert key_of(say, "he") is not None


# What only talks of it.


@pytest.mark.parametrize(
    "words", ["别删我的数据", "不要删除我的账号", "我的账号别删", "don't delete my account"]
)
def test_a_no_deletes_nothing_and_asks_nothing(say: Chat, words: str) -> None:
    said = say(words)
    assert (said.did, said.text) == ("privacy.delete", "好的，没有删，一切照旧。")
    say("删除我的账号")
    assert say(words).text.splitlines()[0] == "好的，没有删，一切照旧。"
    assert key_of(say, "lin") is not None


@pytest.mark.parametrize("words", ["我的数据会被删吗", "怎么删除账号", "怎么注销", "我的账号怎么注销", "how do I delete my account"])  # fmt: skip
def test_a_question_is_answered_with_the_way(say: Chat, words: str) -> None:
    said = say(words)
    assert said.text == "想删，说“删除我的账号”，再确认一次。您不说，我们不删您的账号。"
    assert said.labels == ["删除我的数据"]
    assert say.press("删除我的数据").text.splitlines()[0] == QUESTION
