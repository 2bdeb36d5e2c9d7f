"""Where somebody lives and works: said in words, chosen from the tree of places, taken back."""

from pathlib import Path

import pytest
from sqlalchemy import select

from models import community, consent, pack_file, store
from models.database import transaction
from models.member import MEMBER
from tests.chat import Chat
from tests.conftest import PACK

WHERE = "您住在哪里？发小区或楼的名字，或者点一个。我们用来找附近的活动，给您发那里的通知；不填也行。"
USED = "我们用来找附近的活动，给您发那里的通知。"


def line(say: Chat, nth: int, who: str = "lin") -> str:
    """The nth line of what we know of somebody: the home is the second one, the workplace the third."""
    shown = say("我的资料", who).text.split("\n\n")
    return next(each for each in shown if each.startswith(f"{nth}. "))


def holds(say: Chat, code: str) -> bool:
    """Whether this member agrees to our knowing it."""
    with transaction(say.engine) as db:
        key = db.value(select(MEMBER.c.id).where(MEMBER.c.code == code))
        return consent.holds(db, key, "whereabouts")


@pytest.mark.parametrize(
    ("words", "place", "ref"),
    [
        ("我搬到海棠苑了", "海棠苑", "place:estate"),
        ("我搬到海棠苑北区了", "海棠苑北区", "place:estate-north"),
        ("我住海棠小区", "海棠苑", "place:estate"),
        ("我家在海棠苑。", "海棠苑", "place:estate"),
        ("把我的住址改成海棠苑", "海棠苑", "place:estate"),
        ("我搬家了，搬到海棠苑了，帮我更新一下", "海棠苑", "place:estate"),
        ("我住云杉大厦里的海棠苑", "云杉大厦", "place:tower"),
        ("I moved to 海棠苑", "海棠苑", "place:estate"),
    ],
)
def test_a_home_is_said(say_on_both: Chat, words: str, place: str, ref: str) -> None:
    say = say_on_both
    said = say(words)
    if said.text == "是哪一个？":
        said = say(place)
    assert (said.did, said.text) == ("profile.edit", f"记下了，您住在{place}。{USED}")
    assert said.refs == [ref]
    assert line(say, 2) == f"2. 住处：{place}【您说的，待确认】"


@pytest.mark.parametrize(
    "words",
    ["我换工作了,现在在云杉大厦上班", "我在云杉上班", "我的单位是云杉大厦", "我跳槽到云杉大厦了", "I work at Spruce Tower"],
)  # fmt: skip
def test_a_workplace_is_said(say: Chat, words: str) -> None:
    said = say(words, "he")
    assert (said.did, said.text) == ("profile.edit", f"记下了，您在云杉大厦上班。{USED}")
    assert line(say, 3, "he") == "3. 单位：云杉大厦【您说的，待确认】"


def test_it_counts_in_the_same_conversation_at_once(say: Chat) -> None:
    say("我搬到海棠苑了", "new")
    assert say("人工", "new").refs == ["place:estate-station"]


def test_what_the_pack_said_is_confirmed(say: Chat) -> None:
    assert line(say, 3) == "3. 单位：云杉大厦"
    say("我在云杉大厦上班")
    assert line(say, 3) == "3. 单位：云杉大厦"


@pytest.mark.parametrize(
    ("words", "did"),
    [
        ("我住海棠苑，周六有什么活动", "activity.search"),
        ("我在云杉大厦上班，附近有什么活动", "activity.search"),
        ("我住海棠苑，楼上漏水", "unknown"),
        ("我不住海棠苑吗", "unknown"),
    ],
)
def test_what_only_mentions_a_place_changes_nothing(say: Chat, words: str, did: str) -> None:
    before = line(say, 2)
    say(words)
    assert line(say, 2) == before


def test_a_home_is_found_in_the_tree(say_on_both: Chat) -> None:
    say = say_on_both
    asked = say("我搬家了")
    assert (asked.did, asked.text) == ("profile.edit", WHERE)
    assert asked.labels == ["海棠苑", "返回", "取消"]
    inside = say.press("海棠苑")
    assert (inside.did, inside.text) == ("answer", "海棠苑的哪里？")
    assert inside.labels == ["就选这里", "海棠苑北区", "返回", "取消"]
    assert say.press("海棠苑北区").text == f"记下了，您住在海棠苑北区。{USED}"
    say("我搬家了"), say.press("海棠苑")
    assert say("就这里").text == f"记下了，您住在海棠苑。{USED}"


def test_its_question_takes_the_name_too(say: Chat) -> None:
    say("我搬家了")
    assert say("在海棠苑北区").text == f"记下了，您住在海棠苑北区。{USED}"


def test_a_workplace_is_found_in_the_tree(say: Chat) -> None:
    assert say("换工作了").labels == ["云杉大厦", "返回", "取消"]
    assert say.press("云杉大厦").text == f"记下了，您在云杉大厦上班。{USED}"


def test_a_name_that_is_nearly_known_is_asked_about(say_on_both: Chat) -> None:
    say = say_on_both
    asked = say("我搬到海棠湾了")
    assert (asked.did, asked.text) == ("profile.edit", "没有找到“海棠湾”。是下面哪一个？")
    assert asked.labels == ["海棠苑", "海棠苑北区", "海棠苑居民服务站", "都不是", "返回", "取消"]
    assert say("1").text == f"记下了，您住在海棠苑。{USED}"
    say("改住处")
    assert say("海棠园").text == "没有找到“海棠园”。是下面哪一个？"
    refused = say("都不是")
    assert (refused.did, refused.text, refused.labels) == ("profile.edit", "好的，先不改。", ["重新填"])
    assert say.press("重新填").text == WHERE


def test_it_is_repeated_in_the_letters_in_which_it_was_written(say: Chat) -> None:
    assert say("我搬到海棠灣了", "mei").text == "沒有找到「海棠灣」。是下面哪一個？"


def test_a_name_that_is_not_known_is_asked_again(say: Chat) -> None:
    asked = say("我搬到火星了")
    assert (asked.text, asked.labels) == (f"没有找到“火星”。{WHERE}", ["海棠苑", "返回", "取消"])
    assert say("木星").text == f"请换个叫法试试，没有找到“木星”。\n没有找到“火星”。{WHERE}"
    assert say("周六海棠苑有什么活动").did == "activity.search"
    say("取消")
    assert line(say, 2) == "2. 住处：没填"


def test_where_two_are_named_it_is_asked_which(say: Chat) -> None:
    asked = say("我住海棠苑和云杉大厦")
    assert asked.text == "是哪一个？"
    assert asked.labels == ["海棠苑", "云杉大厦", "返回", "取消"]
    assert say("2").text == f"记下了，您住在云杉大厦。{USED}"


@pytest.mark.parametrize("words", ["我不住那儿了", "我不住海棠苑了", "我搬走了", "删除我的住址", "forget 1"])
def test_a_home_is_taken_back(say_on_both: Chat, words: str) -> None:
    said = say_on_both(words, "he")
    assert (said.did, said.text) == ("profile.edit", "住处删掉了。")
    assert line(say_on_both, 2, "he") == "2. 住处：没填"
    assert not holds(say_on_both, "he")


@pytest.mark.parametrize("words", ["我不在云杉大厦上班了", "我离职了", "删掉我的单位"])
def test_a_workplace_is_taken_back(say: Chat, words: str) -> None:
    assert say(words).text == "单位删掉了。"
    assert line(say, 3) == "3. 单位：没填"


def test_a_newcomer_who_says_where_he_lives_hears_of_it_unless_he_said_no(say: Chat) -> None:
    said = say("我搬到海棠苑了", "new")
    assert (said.messages[0][1].text, said.messages[0][1].rows[0][0].label) == (
        f"记下了，您住在海棠苑。{USED}",
        "不收通知",
    )
    assert say("不收通知", "new").text.startswith("好的，不再给您发楼里和小区的通知。")
    said = say("我在云杉大厦上班", "new")
    assert said.text == "记下了，您在云杉大厦上班。我们用来找附近的活动；那里的通知现在不发给您。"
    assert said.labels == ["删掉", "我的资料"]


MANY = """
[[place]]
id = "court-{nth}"
kind = "estate"
name = "紫藤{nth}村"
"""


def test_many_places_come_in_pages(say: Chat, tmp_path: Path) -> None:
    pack = tmp_path / "many.toml"
    pack.write_text("".join(MANY.format(nth=nth) for nth in range(1, 9)), "utf-8")
    with transaction(say.engine) as db:
        store.store(db, pack_file.read([PACK, pack]))
        community.touch(db)
    first = say("我搬家了")
    assert first.labels == ["海棠苑", *(f"紫藤{nth}村" for nth in range(1, 6)), "更多", "返回", "取消"]
    second = say("更多")
    assert second.labels == ["紫藤6村", "紫藤7村", "紫藤8村", "返回", "取消"]
    assert say.press("返回").labels == first.labels
    assert say("紫藤8村").text == f"记下了，您住在紫藤8村。{USED}"


# Other ways to say it.


@pytest.mark.parametrize(
    "words",
    [
        "把住址改成海棠苑", "住址：海棠苑", "我搬到海棠苑去了", "我从云杉大厦搬到海棠苑了", "我刚从云杉大厦搬到海棠苑",
        "我不住云杉大厦，我住海棠苑", "我不住云杉大厦了，搬到海棠苑了", "I don't live at Spruce Tower, I live at 海棠苑",
    ],
)  # fmt: skip
def test_a_move_is_said_in_many_ways(say: Chat, words: str) -> None:
    assert say(words).text == f"记下了，您住在海棠苑。{USED}"


@pytest.mark.parametrize(
    "words", ["我住在海棠苑，在云杉大厦上班", "我住海棠苑，我在云杉大厦工作", "I live at 海棠苑 and work at Spruce Tower"]
)  # fmt: skip
def test_home_and_workplace_are_said_together(say_on_both: Chat, words: str) -> None:
    said = say_on_both(words, "he")
    assert said.text == f"记下了，您住在海棠苑，在云杉大厦上班。{USED}"
    assert said.refs == ["place:estate", "place:tower"]
    assert line(say_on_both, 3, "he") == "3. 单位：云杉大厦【您说的，待确认】"


def test_a_workplace_that_is_not_found_is_asked_for_after_the_home(say: Chat) -> None:
    said = say("我住在海棠苑，在火星上班", "he")
    assert said.text == "记下了，您住在海棠苑。单位请再填一次，没有找到“火星”。"
    assert said.labels == ["填单位", "我的资料"]
    assert line(say, 3, "he") == "3. 单位：没填"


@pytest.mark.parametrize(
    "words", ["我住的海棠苑停水了", "我住的小区停水了", "我家在装修", "我住在海棠苑停水了"]
)
def test_what_happens_at_home_is_no_move(say: Chat, words: str) -> None:
    assert say(words).did != "profile.edit"
    assert line(say, 2) == "2. 住处：没填"


@pytest.mark.parametrize("words", ["我下个月搬到海棠苑", "我要搬到海棠苑了", "我们准备搬到海棠苑去"])
def test_a_move_to_come_is_not_stored_as_done(say: Chat, words: str) -> None:
    assert say(words).text == "现在先不改。搬好了，再说一句“我搬到海棠苑了”。"
    assert line(say, 2) == "2. 住处：没填"


# Where another place is named than the stored one.


@pytest.mark.parametrize(
    "words", ["我不住云杉大厦了", "我从云杉大厦搬走了", "我搬出云杉大厦了", "我不住火星了", "I don't live at Spruce Tower"]
)  # fmt: skip
def test_a_home_stays_where_another_place_was_left(say_on_both: Chat, words: str) -> None:
    say = say_on_both
    said = say(words, "he")
    assert (said.did, said.text) == ("profile.edit", "没有改。您填的住处是海棠苑北区，要删就点一下。")
    assert line(say, 2, "he") == "2. 住处：海棠苑北区"
    say(words, "he")
    assert say.press("删掉", "he").text == "住处删掉了。"


@pytest.mark.parametrize("words", ["我不在海棠苑上班了", "I no longer work at 海棠苑"])
def test_a_workplace_stays_where_another_place_was_left(say: Chat, words: str) -> None:
    said = say(words)
    assert (said.text, said.labels) == (
        "没有改。您填的单位是云杉大厦，要删就点一下。",
        ["删掉", "修改", "我的资料"],
    )
    assert line(say, 3) == "3. 单位：云杉大厦"


@pytest.mark.parametrize(
    "words", ["我不住海棠苑北区了", "我从海棠苑搬走了", "我搬出海棠苑了", "I don't live at 海棠苑 any more", "I no longer live there", "不要记我住哪", "我不同意你们保存我的住址"]
)  # fmt: skip
def test_the_twin_the_stored_place_or_one_around_it_is_deleted(say: Chat, words: str) -> None:
    assert say(words, "he").text == "住处删掉了。"
    assert line(say, 2, "he") == "2. 住处：没填"
