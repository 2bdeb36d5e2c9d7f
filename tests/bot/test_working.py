"""`linli worker` beside a `linli run`: it sends what is due, hears nothing, and ends in order."""

import signal
import time
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import Engine, select

from bot.clock import SystemClock
from models import delivery, member, notice, store
from models.card import Card
from models.database import transaction
from models.delivery import DELIVERY
from models.migrate import upgrade
from models.pack_file import read as read_pack
from models.text import Text
from tests.bot.programs import linli, working
from tests.conftest import PACK
from tests.fakes import telegram as fakes

READERS = 40


def url(engine: Engine) -> str:
    return engine.url.render_as_string(hide_password=False).replace("+psycopg", "")


@pytest.fixture
def community(empty: Engine) -> Engine:
    upgrade(empty)
    with transaction(empty) as db:
        store.store(db, read_pack([PACK]))
    return empty


def tell(engine: Engine, fake: fakes.Telegram) -> int:
    """One broadcast to so many members on Telegram; gives its notice."""
    now = SystemClock().now()
    with transaction(engine) as db:
        written = notice.write(db, [Card(Text("好"))], now, kind="notice")
        assert written is not None
        for chat in range(7000, 7000 + READERS):
            fake.know(chat)
            address, person = member.meet(db, "telegram", str(chat), "zh-Hans")
            db.session.flush()
            delivery.enter(db, written, address, now, member=person.id, lane="bulk")
        return written


def environment(engine: Engine, fake: fakes.Telegram) -> dict[str, str]:
    return {
        "LINLI_DATABASE__URL": url(engine),
        "LINLI_TELEGRAM__TOKEN": fake.token,
        "LINLI_TELEGRAM__BASE_URL": fake.url,
        "LINLI_TELEGRAM__MESSAGES_A_SECOND": "30",
        "LINLI_SCHEDULE__QUIET": "",
    }


def sent(engine: Engine, written: int) -> int:
    with transaction(engine) as db:
        return delivery.counts(db, written).get("sent", 0)


def until_sent(engine: Engine, written: int, wanted: int) -> None:
    end = time.monotonic() + 30
    while sent(engine, written) < wanted:
        assert time.monotonic() < end
        time.sleep(0.05)


def test_two_of_them_send_everything_once_and_hear_nothing(community: Engine, tmp_path: Path) -> None:
    with fakes.running() as fake:
        given = environment(community, fake)
        with working(tmp_path, environment=given) as one, working(tmp_path, environment=given) as two:
            assert one.address == "Linli sends from here too: telegram  (stop with Ctrl-C)"
            written = tell(community, fake)
            until_sent(community, written, READERS)
            assert [each.stop(signal.SIGTERM)[0] for each in (one, two)] == [0, 0]
        assert [len(fake.chat(chat).messages) for chat in range(7000, 7000 + READERS)] == [1] * READERS
        assert fake.called("getUpdates") == fake.called("setWebhook") == []


def test_a_broadcast_that_ends_in_the_middle_is_gone_on_with(community: Engine, tmp_path: Path) -> None:
    with fakes.running() as fake:
        given = environment(community, fake)
        written = tell(community, fake)
        with working(tmp_path, environment=given) as first:
            until_sent(community, written, 5)
            assert first.stop(signal.SIGTERM)[0] == 0
        with transaction(community) as db:
            left = delivery.counts(db, written)
        # Nothing is left in anybody's hands.
        assert set(left) == {"sent", "pending"}
        with working(tmp_path, environment=given):
            until_sent(community, written, READERS)
        assert [len(fake.chat(chat).messages) for chat in range(7000, 7000 + READERS)] == [1] * READERS


def test_what_is_in_memory_is_nobody_elses(tmp_path: Path) -> None:
    ran = linli("worker", "--database", "sqlite://", folder=tmp_path)
    assert ran.returncode == 2
    assert ran.stderr == (
        "linli: database.url: nobody else can use what is in this process's memory; write postgresql://…\n"
    )


def test_the_operator_sees_what_waits_and_what_was_not_sent(community: Engine, tmp_path: Path) -> None:
    given = {"LINLI_DATABASE__URL": url(community)}
    assert (
        linli("deliveries", folder=tmp_path, environment=given).stdout
        == "Nothing waits, and nothing failed.\n"
    )
    now = SystemClock().now()
    with transaction(community) as db:
        _address, person = member.meet(db, "telegram", "7000", "zh-Hans")
        db.session.flush()
        notice.tell_member(db, [Card(Text("秘密"))], person.id, now - timedelta(minutes=1))
        closed, nobody = member.meet(db, "telegram", "7001", "zh-Hans")
        db.session.flush()
        member.close(db, closed, now)
        notice.tell_member(db, [Card(Text("秘密"))], nobody.id, now)
        waits, failed = [row.id for row in db.rows(select(DELIVERY).order_by(DELIVERY.c.id))]
    ran = linli("deliveries", folder=tmp_path, environment=given)
    first, second = ran.stdout.splitlines()
    assert first.startswith(f"{waits}: pending ")
    assert first.endswith(f"personal telegram to member {person.id} - waits for its turn")
    assert second.startswith(f"{failed}: failed ")
    assert second.endswith(f"personal no channel to member {nobody.id} - unreachable")
    story = linli("deliveries", str(waits), folder=tmp_path, environment=given).stdout
    assert (
        story.splitlines()[0]
        == f"delivery {waits} to member {person.id}: answer, lane personal, via telegram"
    )
    assert all(secret not in ran.stdout + story for secret in ("7000", "7001", "秘密"))
    missing = linli("deliveries", "999", folder=tmp_path, environment=given)
    assert (missing.returncode, missing.stderr) == (
        2,
        "linli: NUMBER: there is no delivery 999; run `linli deliveries` for those there are\n",
    )
