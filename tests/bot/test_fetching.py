"""Fetching photos: kept as a plain small JPEG, given up with a word to who sent it, never twice at once."""

import asyncio
from collections.abc import Callable
from datetime import timedelta
from io import BytesIO

import pytest
from PIL import Image
from sqlalchemy import select

from bot import fetching, pictures
from bot.app import App
from bot.channels import ChannelError
from bot.clock import FixedClock
from bot.pictures import Unusable
from models import photo
from models.database import transaction
from models.member import MEMBER
from models.notice import NOTICE
from models.photo import LEASE, MOST, PHOTO, WAITS, Sent

_GPS = 0x8825


def taken(width: int = 3000, height: int = 2000, kind: str = "JPEG") -> bytes:
    """A photo as a telephone takes it: large, on its side, and with the place where it was taken."""
    exif = Image.Exif()
    exif[0x0112] = 6
    exif.get_ifd(_GPS)[1] = "N"
    exif.get_ifd(_GPS)[2] = (31.0, 12.0, 0.0)
    written = BytesIO()
    Image.linear_gradient("L").resize((width, height)).convert("RGB").save(written, kind, exif=exif)
    return written.getvalue()


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
def test_a_photo_is_small_upright_and_says_nothing_but_the_picture(kind: str) -> None:
    raw = taken(kind=kind)
    assert Image.open(BytesIO(raw)).getexif().get_ifd(_GPS)
    with Image.open(BytesIO(pictures.prepare(raw))) as kept:
        assert (kept.format, max(kept.size), kept.size[0] < kept.size[1]) == ("JPEG", 1600, True)
        assert not kept.getexif()
        assert set(kept.info) <= {"jfif", "jfif_version", "jfif_unit", "jfif_density"}


@pytest.mark.parametrize(
    "raw",
    [
        b"",
        b"%PDF-1.7",
        b"<svg xmlns='http://www.w3.org/2000/svg'/>",
        taken(300, 200)[:2000],
        taken(8000, 8000, "PNG"),
    ],
    ids=["nothing", "pdf", "svg", "broken", "bomb"],
)
def test_what_is_no_photo_or_too_large_is_not_taken(raw: bytes) -> None:
    with pytest.raises(Unusable):
        pictures.prepare(raw)


def test_the_size_is_looked_at_before_anything_is_unpacked(monkeypatch: pytest.MonkeyPatch) -> None:
    raw = taken(400, 300)
    monkeypatch.setattr(pictures, "MOST_FETCHED", len(raw) - 1)
    with pytest.raises(Unusable, match="too large"):
        pictures.prepare(raw)
    monkeypatch.undo()
    assert pictures.prepare(raw)  # the twin: without that limit it is taken
    monkeypatch.setattr(pictures, "MOST", 100)
    with pytest.raises(Unusable, match="too large"):
        pictures.prepare(raw)


class Platform:
    """A channel that gives what it is told to."""

    def __init__(self, gives: Callable[[], bytes]) -> None:
        self.gives, self.asked = gives, 0

    async def fetch(self, app: App, key: str) -> bytes:
        self.asked += 1
        return self.gives()


def wanted(app: App) -> int:
    with transaction(app.engine) as db:
        who = db.value(select(MEMBER.c.id).limit(1))
        number = photo.receive(db, who, Sent("telegram", "AgAC"), app.clock.now())
        assert photo.use(db, number, who, app.clock.now())
    return number


def state(app: App) -> tuple[str, int, bool]:
    with transaction(app.engine) as db:
        row = db.row(select(PHOTO))
        assert row is not None
        return row.state, row.tries, row.data is not None


def fetch(app: App, platform: Platform, channel: str = "telegram") -> bool:
    return asyncio.run(fetching.fetch(app, {channel: platform}))  # type: ignore[dict-item]


def told(app: App) -> int:
    with transaction(app.engine) as db:
        return len(db.rows(select(NOTICE.c.id).where(NOTICE.c.key.startswith("photo:"))))


def test_what_is_wanted_is_fetched_once(app: App) -> None:
    wanted(app)
    platform = Platform(lambda: taken(400, 300))
    assert not fetch(app, platform, "wechat")  # another channel's
    assert fetch(app, platform)
    assert not fetch(app, platform)
    assert (platform.asked, state(app), told(app)) == (1, ("kept", 1, True), 0)


def test_who_sent_what_cannot_be_had_is_told(app: App) -> None:
    wanted(app)
    assert fetch(app, Platform(lambda: b"no photo"))
    assert (state(app), told(app)) == (("lost", 1, False), 1)


def test_it_is_tried_again_and_given_up_at_last(app: App, clock: FixedClock) -> None:
    def fails() -> bytes:
        raise ChannelError("no answer", permanent=False)

    wanted(app)
    platform = Platform(fails)
    for wait in WAITS:
        assert fetch(app, platform)
        assert not fetch(app, platform)  # not before its time
        clock.move(clock.now() + wait)
    assert fetch(app, platform)
    assert (state(app), told(app), platform.asked) == (("lost", len(WAITS) + 1, False), 1, len(WAITS) + 1)


def test_two_processes_never_fetch_the_same_at_once(app: App, clock: FixedClock) -> None:
    wanted(app)
    with transaction(app.engine) as db:
        assert photo.claim(db, ["telegram"], clock.now()) is not None
        assert photo.claim(db, ["telegram"], clock.now()) is None
        # One that died gives it up with its lease.
        assert photo.claim(db, ["telegram"], clock.now() + LEASE + timedelta(seconds=1)) is not None


def test_no_more_than_so_many_bytes_are_kept(app: App) -> None:
    number = wanted(app)
    with transaction(app.engine) as db, pytest.raises(ValueError, match="larger"):
        photo.keep(db, number, b"x" * (MOST + 1))
    assert state(app) == ("wanted", 0, False)
