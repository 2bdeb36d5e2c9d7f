"""Who hears of a report: officers of the place, the nearest first, each once; a danger all of them; never its reporter."""

from sqlalchemy import insert, select

from models import need
from models.database import transaction
from models.member import MEMBER, ROLE
from models.place import PLACE
from tests.chat import Chat


def officer(say: Chat, who: str, place: str) -> None:
    with transaction(say.engine) as db:
        member = db.value(select(MEMBER.c.id).where(MEMBER.c.code == who))
        where = db.value(select(PLACE.c.id).where(PLACE.c.code == place))
        db.run(insert(ROLE), member_id=member, kind="staff", place_id=where)


def put(say: Chat, words: str, who: str) -> None:
    say(words, who), say("跳过", who), say("提交", who)


def test_the_nearest_officer_hears_of_it_and_of_a_danger_those_above_too(say_on_both: Chat) -> None:
    say = say_on_both
    officer(say, "he", "ginkgo")
    put(say, "云杉大厦的灯坏了", "lin")
    assert list(say.told()) == ["officer"]
    say("云杉大厦着火了", "lin"), say("提交", "lin")
    assert sorted(say.told()) == ["he", "officer"]
    put(say, "海棠苑北区的水管漏水", "lin")
    assert list(say.told()) == ["he"]


def test_an_officer_does_not_hear_of_his_own_report(say: Chat) -> None:
    officer(say, "he", "ginkgo")
    put(say, "云杉大厦的灯坏了", "officer")
    assert list(say.told()) == ["he"]


def test_where_nobody_is_on_duty_it_says_whom_to_call(say: Chat) -> None:
    with transaction(say.engine) as db:
        db.run(ROLE.delete())
    say("云杉大厦着火了")
    assert "值班人员还没联系上，请打12345。" in say("提交").text


def test_who_reported_it_himself_has_said_more(say: Chat) -> None:
    put(say, "云杉大厦3楼走廊的灯不亮", "lin")
    say("云杉大厦三楼走廊的灯又不亮了", "lin")
    assert say("就是这个", "lin").text.startswith("需1就是您报的，刚才说的补进去了。")
    # The officer reads it too.
    assert "请看一看需1，有人补充了情况：\n云杉大厦三楼" in say.told()["officer"].text


def test_of_very_many_who_report_the_same_the_officer_does_not_hear_one_by_one(say: Chat) -> None:
    put(say, "云杉大厦3楼走廊的灯不亮", "lin")
    assert list(say.told()) == ["officer"]
    heard = []
    for nth in range(1, 11):
        with transaction(say.engine) as db:
            same = need.find(db, 1)
            assert same is not None
        say("云杉大厦三楼走廊的灯不亮了", f"guest{nth}"), say("就是这个", f"guest{nth}")
        heard.append("officer" in say.told())
    assert heard == [nth <= 3 or nth == 10 for nth in range(1, 11)]
