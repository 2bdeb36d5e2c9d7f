"""A private booking: its hosts read who comes and why, nobody else anywhere, and after a month not even they."""

import logging
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import insert, select

from bot import community
from models import booking_privacy, service
from models.booking import BOOKING
from models.database import transaction
from models.member import MEMBER, ROLE
from models.organization import ORGANIZATION
from tests import crowd, windows
from tests.chat import Chat
from tests.conftest import NOW
from tests.street import rows

MATTER = "工伤赔偿怎么谈"


@pytest.fixture
def say(say_on_both: Chat, tmp_path: Path) -> Chat:
    windows.load(say_on_both.engine, tmp_path)
    return say_on_both


def book(say: Chat, who: str = "lin", matter: str = MATTER, when: str = "明天12点") -> int:
    asked = say(f"预约{when}的律师咨询", who)
    assert asked.text.startswith("想问哪方面？可以不写。")
    say(matter, who)
    done = say.press("确认预约", who)
    return int(next(ref for ref in done.refs if ref.startswith("booking:")).partition(":")[2])


def test_hosts_alone_read_who_comes_and_why(say: Chat, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    number = book(say)
    say.told()
    host = say("明天谁约了我", "counsel")
    assert (host.did, host.refs) == ("service.host", [f"booking:{number}"])
    assert host.text == (
        "约了您的有1位：\n\n林一【已预约】\n时间：明天 11月24日 周二 12:00–12:20\n服务：律师咨询\n"
        f"地点：云杉企业服务站\n想问的：{MATTER}"
    )
    # Other staff, of this station too, read nothing of it, whatever they ask.
    asked = (
        "谁约了我",
        "hostday",
        "明天的预约名单",
        "叫下一个",
        f"约{number}",
        f"{MATTER}",
        "律师咨询",
        "今日报表",
    )
    for who in ("steward", "officer", "boss"):
        for words in asked:
            said = say(words, who).text
            assert [each for each in (MATTER, "林一") if each in said] == [], (who, words)
            say("取消", who)
    # Neither does the database, its own export, nor the log.
    with transaction(say.engine) as db:
        for table in BOOKING.metadata.sorted_tables:
            kept = str([tuple(row) for row in db.rows(select(table))])
            assert MATTER not in kept, table.name
    assert MATTER not in caplog.text
    assert MATTER not in say("导出我的数据").text


def test_the_matter_may_be_left_out(say: Chat) -> None:
    book(say, matter="不写了")
    assert rows(say, BOOKING.c.matter) == [(None,)]
    assert "想问的" not in say("明天谁约了我", "counsel").text


def test_a_host_hears_of_a_day_once_in_its_morning(say: Chat) -> None:
    book(say), book(say, "he", when="明天12点20分")
    assert "counsel" not in say.told()
    morning = say.told("2026-11-24T08:00:00+08:00")["counsel"]
    # No name and no matter on the way.
    assert morning.text == "今天有人约了您的「律师咨询」。"
    assert say.press("看名单", "counsel").text.startswith("约了您的有2位：")
    # Who books for the same day after that is told of at once.
    book(say, "boss", when="今天13点")
    assert "counsel" in say.told()


def test_of_a_day_that_nobody_comes_any_more_he_hears_nothing(say: Chat) -> None:
    number = book(say)
    say(f"unbook {number}"), say.press("确认取消")
    assert rows(say, BOOKING.c.state) == [("cancelled",)]
    assert "counsel" not in say.told("2026-11-24T09:00:00+08:00")


def test_who_gives_nothing_has_no_list(say: Chat) -> None:
    said = say("谁约了我", "he")
    assert (said.did, said.text) == ("service.host", "请让服务站把您登记为值班人，现在还没有您的服务。")
    assert say("谁约了我", "counsel").text == "还没有人约您。有人约了，当天早上告诉您。"


def test_who_stands_for_the_provider_is_a_host_too(say: Chat, tmp_path: Path) -> None:
    more = windows.PACK.replace('hosts = ["counsel"]', 'provider = "fern"')
    (tmp_path / "provided.toml").write_text(more, "utf-8")
    community.load(say.engine, [tmp_path / "provided.toml"])
    with transaction(say.engine) as db:
        fern = db.value(select(ORGANIZATION.c.id).where(ORGANIZATION.c.code == "fern"))
        boss = crowd.member(db, "boss")
        db.insert(insert(ROLE), member_id=boss, kind="representative", organization_id=fern, played=False)
    book(say)
    assert MATTER in say("明天谁约了我", "boss").text
    assert MATTER not in say("明天谁约了我", "counsel").text
    # At the desk too: he reads who comes and lets in, staff read that a time is taken.
    assert "12:00 约1 林一，律师咨询" in say("明天的预约名单", "boss").text
    assert "12:00 已约，律师咨询" in say("明天的预约名单", "steward").text
    say.at("2026-11-24T11:50:00+08:00")
    assert say("约1到了", "boss").text.startswith("到了：约1（林一），律师咨询")
    assert say("叫下一个", "steward").text.startswith("现在没有人在等。")
    assert say("叫下一个", "boss").text.startswith("请叫约1（林一），律师咨询")


def test_what_it_was_about_is_forgotten(say: Chat) -> None:
    book(say)
    with transaction(say.engine) as db:
        booking_privacy.forget(db, NOW + timedelta(days=30))
    assert rows(say, BOOKING.c.matter) != [(None,)]
    with transaction(say.engine) as db:
        booking_privacy.forget(db, NOW + timedelta(days=33))
    assert rows(say, BOOKING.c.matter) == [(None,)]


def test_a_matter_is_opened_for_a_host_alone(say: Chat, monkeypatch: pytest.MonkeyPatch) -> None:
    number = book(say)
    with transaction(say.engine) as db:
        booked = db.row(select(BOOKING).where(BOOKING.c.id == number))
        assert booked is not None
        one = service.find(db, booked.service_id)
        assert one is not None
        assert one.private
        readers = [
            row.code
            for row in db.rows(select(MEMBER.c.id, MEMBER.c.code))
            if booking_privacy.matter(db, say.equipment.vault, booked, row.id)
        ]
        assert readers == ["counsel"]
        # Without the guard whoever asks reads it.
        monkeypatch.setattr(booking_privacy, "hosts", lambda _db, _one: [crowd.member(db, "steward")])
        assert booking_privacy.matter(db, say.equipment.vault, booked, crowd.member(db, "steward")) == MATTER
