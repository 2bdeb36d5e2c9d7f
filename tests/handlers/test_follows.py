"""Following a place, a series or a club, and no longer."""

import pytest
from sqlalchemy import insert

from models import subscription
from models.database import transaction
from models.organization import ORGANIZATION
from tests.chat import Chat
from tests.models.test_duty import member, place


@pytest.fixture(autouse=True)
def club(request: pytest.FixtureRequest) -> None:
    """A club, which the community of the tests has not got."""
    say: Chat = request.getfixturevalue("say")
    with transaction(say.engine) as db:
        columns = {"kind": "club", "parent_id": None, "place_id": None}
        db.insert(insert(ORGANIZATION), code="lens", name="光圈社", aliases=["lens club"], **columns)


def follows(say: Chat, who: str = "lin") -> dict[str, bool]:
    with transaction(say.engine) as db:
        return {row.subject: row.wanted for row in subscription.of(db, member(db, who))}


@pytest.mark.parametrize(
    ("line", "subject"),
    [
        ("关注云杉大厦", "place:tower"),
        ("我想关注海棠苑北区", "place:estate-north"),
        ("关注我们楼", "place:tower"),
        ("关注午间时光", "series:午间时光"),
        ("关注光圈社", "club:lens"),
        ("follow the lens club", "club:lens"),
        ("Follow Spruce Tower", "place:tower"),
        ("關注雲杉大廈", "place:tower"),
        ("云杉大厦有新活动告诉我", "place:tower"),
        ("午间时光一有新的就通知我", "series:午间时光"),
        ("以后光圈社的活动都告诉我", "club:lens"),
        ("let me know about new events at Spruce Tower", "place:tower"),
    ],
)
def test_one_follows_by_saying_so(say: Chat, line: str, subject: str) -> None:
    said = say(line)
    assert said.did == "subscription.edit"
    assert follows(say) == {subject: True}


def test_what_follows_is_said(say: Chat) -> None:
    said = say("关注云杉大厦")
    assert said.text == "好的，有云杉大厦的活动就发给您。\n新活动每天中午汇总一次，没有就不打扰。"
    assert said.labels == ["不收云杉大厦的活动", "收哪些消息"]


@pytest.mark.parametrize(
    "line",
    [
        "取消关注云杉大厦",
        "不再关注云杉大厦",
        "取消对云杉大厦的关注",
        "我不关注云杉大厦了",
        "unfollow Spruce Tower",
        "stop following Spruce Tower",
        "I don't want to follow Spruce Tower any more",
    ],
)
def test_one_follows_no_more(say: Chat, line: str) -> None:
    say("关注云杉大厦"), say("关注午间时光")
    assert say(line).did == "subscription.edit"
    assert follows(say) == {"place:tower": False, "series:午间时光": True}


def test_the_list_of_what_one_hears_shows_the_follows(say: Chat) -> None:
    say("关注云杉大厦"), say("关注光圈社")
    shown = say("收哪些消息").text
    assert "云杉大厦的活动" in shown
    assert "光圈社的活动" in shown


def test_without_a_name_it_is_said_what_can_be_followed(say: Chat) -> None:
    for line in ("关注", "取消关注", "关注火星"):
        assert say(line).text.startswith("请说关注什么：")
    assert follows(say) == {}


def test_the_code_of_a_place_can_be_followed(say: Chat) -> None:
    with transaction(say.engine) as db:
        tower = place(db, "tower")
    shown = say(f"at {tower}")
    assert shown.buttons["关注云杉大厦"] == f"follow {tower}"
    say.press("关注云杉大厦")
    assert follows(say) == {"place:tower": True}
    assert say("follow 999999").text == "请再看看，没有找到这个地方。"


def test_it_is_nobody_elses_business(say: Chat) -> None:
    assert say("关注云杉大厦", group="g1").to == ["lin"]


@pytest.mark.parametrize("line", ["怎么关注公众号", "周六有什么活动", "摄影活动有吗"])
def test_other_sentences_follow_nothing(say: Chat, line: str) -> None:
    say(line)
    assert follows(say) == {}


@pytest.mark.parametrize("line", ["我关注了哪些", "我都关注了什么", "what am I following", "怎么取消关注"])
def test_what_is_followed_is_shown_with_the_way_out(say: Chat, line: str) -> None:
    say("关注云杉大厦")
    shown = say(line)
    assert (shown.did, "云杉大厦" in shown.text) == ("subscription.edit", True)
    assert follows(say) == {"place:tower": True}


def test_what_names_a_kind_alone_follows_no_place(say: Chat) -> None:
    assert say("以后有新讲座告诉我").did == "subscription.edit"
    assert not [
        subject for subject in follows(say) if subject.partition(":")[0] in ("place", "series", "club")
    ]
