"""Only what the platform wrote, and lately, is opened; what is sealed here the platform opens."""

from datetime import timedelta

import pytest

from bot.channels.wechat import elements
from bot.channels.wechat.elements import Unreadable
from bot.channels.wechat.envelope import Envelope, Refused
from bot.clock import FixedClock
from tests.conftest import NOW
from tests.fakes.wechat_callback import APP_ID, KEY, TOKEN, Account, Call, message

ACCOUNT = Account()
SECRET = message("oLin", NOW, Content="周六有什么活动")


@pytest.fixture
def safe(clock: FixedClock) -> Envelope:
    return Envelope(clock, TOKEN, APP_ID, KEY)


@pytest.fixture
def open_mode(clock: FixedClock) -> Envelope:
    return Envelope(clock, TOKEN, APP_ID, None)


def opened(envelope: Envelope, call: Call) -> str:
    envelope.check(call.query)
    words = elements.read(envelope.open(call.query, call.body))["Content"]
    assert isinstance(words, str)
    return words


def test_a_call_of_the_platform_is_opened(safe: Envelope, open_mode: Envelope) -> None:
    assert opened(safe, ACCOUNT.call(SECRET, NOW)) == "周六有什么活动"
    assert opened(open_mode, Account(key=None).call(SECRET, NOW)) == "周六有什么活动"


def test_what_is_sealed_the_platform_opens(safe: Envelope, open_mode: Envelope) -> None:
    for words in ("好", "", "a" * 2047, "😀" * 500, "]]>"):
        assert ACCOUNT.opened(safe.seal(words, "nonce").encode()).decode() == words
        assert open_mode.seal(words, "nonce") == words


def test_no_two_seals_are_alike(safe: Envelope) -> None:
    assert len({safe.seal("好", "nonce") for _ in range(100)}) == 100


_CALL = ACCOUNT.call(SECRET, NOW)
_OTHER_KEY = Account(key="G" * 42 + "A")
FORGED = {
    "no signature": Call({k: v for k, v in _CALL.query.items() if k != "signature"}, _CALL.body),
    "no parameters": Call({}, _CALL.body),
    "a wrong signature": _CALL.changed(signature="0" * 40),
    "a signature of other signs": _CALL.changed(signature="签名"),
    "half a signature": _CALL.changed(signature=_CALL.query["signature"][:20]),
    "another token": Account(token="anothertoken").call(SECRET, NOW),
    "another time": _CALL.changed(timestamp=str(int(_CALL.query["timestamp"]) + 1)),
    "another nonce": _CALL.changed(nonce="1"),
    "301 s old": ACCOUNT.call(SECRET, NOW - timedelta(seconds=301)),
    "301 s new": ACCOUNT.call(SECRET, NOW + timedelta(seconds=301)),
    "no signature of the message": Call(
        {k: v for k, v in _CALL.query.items() if k != "msg_signature"}, _CALL.body
    ),
    "another body": _CALL.changed(ACCOUNT.call(SECRET, NOW).body),
    "a plain body": _CALL.changed(SECRET.encode()),
    "a plain call": Account(key=None).call(SECRET, NOW),
    "a call that says it is plain": _CALL.changed(encrypt_type="raw"),
    "no body": _CALL.changed(b""),
    "another key": _OTHER_KEY.call(SECRET, NOW),
    "another account": Account(app_id="wxsomebodyelse").call(SECRET, NOW),
    "an attribute around it": _CALL.changed(_CALL.body.replace(b"<Encrypt>", b'<Encrypt a="1">')),
    "two of them": _CALL.changed(_CALL.body.replace(b"</xml>", b"<Encrypt>a</Encrypt></xml>")),
}


@pytest.mark.parametrize("call", FORGED.values(), ids=FORGED)
def test_what_is_forged_is_refused(safe: Envelope, call: Call) -> None:
    with pytest.raises(Refused):
        opened(safe, call)


@pytest.mark.parametrize("encrypted", ["", "%%%", "a", "AAAA", "A" * 44, "A" * 64, "签"])
def test_what_cannot_be_decrypted_is_refused_however_it_is_signed(safe: Envelope, encrypted: str) -> None:
    """The library raises six kinds of errors for these."""
    timestamp = str(int(NOW.timestamp()))
    query = {**_CALL.query, "msg_signature": safe._signed(timestamp, _CALL.query["nonce"], encrypted)}
    with pytest.raises(Refused):
        opened(safe, Call(query, f"<xml><Encrypt>{encrypted}</Encrypt></xml>".encode()))


@pytest.mark.parametrize("timestamp", ["", "now", "-1", "１７９５３９６２００", "1e9", "9" * 400, "0"])
def test_a_time_that_is_none_is_refused(safe: Envelope, timestamp: str) -> None:
    query = {"timestamp": timestamp, "nonce": "n", "signature": safe._signed(timestamp, "n")}
    with pytest.raises(Refused):
        safe.check(query)


def test_a_call_of_five_minutes_ago_is_the_last_that_is_taken(safe: Envelope, clock: FixedClock) -> None:
    call = ACCOUNT.call(SECRET, NOW)
    clock.move(NOW + timedelta(seconds=300))
    assert opened(safe, call) == "周六有什么活动"
    clock.move(NOW + timedelta(seconds=301))
    with pytest.raises(Refused):
        opened(safe, call)


def test_an_encrypted_call_needs_the_key(open_mode: Envelope) -> None:
    with pytest.raises(Refused, match="encoding_aes_key"):
        opened(open_mode, _CALL)


def test_the_message_of_an_authentic_call_may_be_unreadable(safe: Envelope) -> None:
    """It is not refused: who calls is the platform."""
    call = ACCOUNT.call("<xml>", NOW)
    safe.check(call.query)
    assert safe.open(call.query, call.body) == "<xml>"


def test_without_the_checks_the_forged_calls_are_taken(
    safe: Envelope, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The twin: signature off, freshness off."""
    monkeypatch.setattr("bot.channels.wechat.envelope._same", lambda _signed, _given: True)
    taken = {name for name, call in FORGED.items() if _is_taken(safe, call)}
    assert taken == {
        *("a wrong signature", "a signature of other signs", "half a signature", "another token"),
        *("another time", "another nonce", "no signature of the message", "another body", "no signature"),
        "two of them",
    }
    monkeypatch.setattr(Envelope, "_is_fresh", lambda _self, _timestamp: True)
    fresh = {name for name, call in FORGED.items() if _is_taken(safe, call)} - taken
    assert fresh == {"301 s old", "301 s new"}


def _is_taken(envelope: Envelope, call: Call) -> bool:
    try:
        return opened(envelope, call) == "周六有什么活动"
    except (Refused, Unreadable, KeyError):
        return False
