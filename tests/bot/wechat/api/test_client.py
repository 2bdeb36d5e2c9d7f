"""One call of the API: its token, what is tried again and what is not, and what each refusal means."""

import asyncio
import io
import logging
from collections.abc import Iterator
from datetime import datetime, timedelta

import pytest
import structlog

from bot import logs
from bot.app import App
from bot.channels import ChannelError
from bot.channels.wechat import client as clients
from bot.channels.wechat.access import Alone
from bot.channels.wechat.channel import WeChat
from bot.channels.wechat.client import Client, UnknownOutcome
from bot.channels.wechat.refusals import Refused
from bot.clock import FixedClock
from bot.configuration import Configuration
from tests.bot.wechat.api.conftest import account
from tests.conftest import NOW
from tests.fakes.wechat_api import APP_SECRET, WeChatAPI

SEND = "cgi-bin/message/custom/send"
TOKEN = "cgi-bin/stable_token"
HELLO = {"touser": "lin", "msgtype": "text", "text": {"content": "您好"}}


@pytest.fixture(autouse=True)
def _short_waits(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(clients, "WAITS", (0.01, 0.01))


async def send(client: Client, app: App) -> None:
    await client.call(client.keeper(app), SEND, HELLO)


async def refusal(client: Client, app: App) -> ChannelError:
    with pytest.raises(ChannelError) as raised:
        await send(client, app)
    return raised.value


async def test_a_call_carries_a_token_that_is_fetched_once(client: Client, app: App, api: WeChatAPI) -> None:
    api.hear("lin")
    await send(client, app)
    await send(client, app)
    assert api.sent == [HELLO, HELLO]
    assert api.paths() == [TOKEN, SEND, SEND]
    assert [call.token for call in api.calls] == ["", "token-canary-1", "token-canary-1"]


# Code: permanent, unreachable, until contact, when again.
MEANINGS = {
    40013: (True, False, False, None),
    40164: (True, False, False, None),
    41001: (True, False, False, None),
    48001: (True, False, False, None),
    61004: (True, False, False, None),
    40003: (True, True, False, None),
    43004: (True, True, False, None),
    50005: (True, True, False, None),
    43101: (False, False, True, None),
    45015: (False, False, True, None),
    45047: (False, False, True, None),
    45009: (False, False, False, "2026-11-24T00:00:00+08:00"),
    45011: (False, False, False, "2026-11-23T09:11:00+08:00"),
    45002: (True, False, False, None),
    47003: (True, False, False, None),
    44004: (True, False, False, None),
    40037: (True, False, False, None),
    99999: (True, False, False, None),
}


@pytest.mark.parametrize(("code", "meaning"), MEANINGS.items())
async def test_a_refusal_means_what_the_table_says(
    client: Client, app: App, api: WeChatAPI, code: int, meaning: tuple[bool, bool, bool, str | None]
) -> None:
    api.fail(SEND, code)
    error = await refusal(client, app)
    again = datetime.fromisoformat(meaning[3]) - NOW if meaning[3] else None
    told = (error.permanent, error.unreachable, error.until_contact, error.retry_after)
    assert (str(error), told) == (f"{SEND}: {code}", (*meaning[:3], again))
    # Nothing of this is tried again at once.
    assert api.paths() == [TOKEN, SEND]


async def test_what_was_sent_before_counts_as_sent(client: Client, app: App, api: WeChatAPI) -> None:
    api.fail(SEND, 45065)
    await send(client, app)


@pytest.mark.parametrize("failure", [-1, "5xx", "4xx", "html"])
async def test_where_nothing_was_done_it_is_tried_again_and_then_left(
    client: Client, app: App, api: WeChatAPI, failure: int | str
) -> None:
    api.hear("lin")
    api.fail(SEND, failure, failure)
    await send(client, app)
    assert (api.paths(), len(api.sent)) == ([TOKEN, SEND, SEND, SEND], 1)
    api.fail_always(SEND, failure)
    error = await refusal(client, app)
    assert (error.permanent, error.retry_after, api.paths().count(SEND)) == (False, None, 6)


async def test_nobody_there_is_tried_again_later(app: App) -> None:
    api = WeChatAPI()
    api.url = "http://127.0.0.1:9"
    error = await refusal(Client(account(api)), app)
    assert (str(error), error.permanent) == (f"{TOKEN}: ConnectError", False)


@pytest.mark.parametrize("failure", ["lose", "hang"])
async def test_what_may_have_been_done_is_not_done_again_at_once(
    client: Client, app: App, api: WeChatAPI, failure: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(clients, "CALL_SECONDS", 0.3)
    api.hear("lin")
    api.fail(SEND, failure)
    error = await refusal(client, app)
    assert (type(error), error.permanent, error.retry_after) == (UnknownOutcome, False, timedelta(minutes=1))
    assert (api.paths().count(SEND), len(api.sent)) == (1, 1 if failure == "lose" else 0)


async def test_where_no_token_came_nothing_may_have_arrived(client: Client, app: App, api: WeChatAPI) -> None:
    api.fail(TOKEN, "lose")
    error = await refusal(client, app)
    assert (type(error), str(error), error.permanent) == (ChannelError, f"{TOKEN}: no answer", False)
    assert api.paths() == [TOKEN]


async def test_an_answer_without_a_token_is_none(client: Client, app: App, api: WeChatAPI) -> None:
    api.fail(TOKEN, "{}")
    assert str(await refusal(client, app)) == f"{TOKEN}: no token in the answer"


async def test_whoever_waits_for_a_token_fails_with_the_one_that_fetches(
    client: Client, app: App, api: WeChatAPI
) -> None:
    api.fail_always(TOKEN, "5xx")
    errors = await asyncio.gather(*(refusal(client, app) for _ in range(8)))
    assert (api.token_fetches, api.paths()) == (0, [TOKEN] * 3)
    assert len({id(error) for error in errors}) == 8
    await refusal(client, app)
    assert api.paths() == [TOKEN] * 6  # who comes after that tries for himself


async def test_a_token_that_is_void_is_renewed_once(client: Client, app: App, api: WeChatAPI) -> None:
    api.hear("lin")
    await send(client, app)
    api.void()
    await send(client, app)
    assert api.paths() == [TOKEN, SEND, SEND, TOKEN, SEND]
    assert len(api.sent) == 2


async def test_tokens_that_are_never_taken_are_given_up(client: Client, app: App, api: WeChatAPI) -> None:
    api.always_refuses_tokens = True
    error = await refusal(client, app)
    assert (error.permanent, error.retry_after) == (False, timedelta(minutes=5))
    assert (api.token_fetches, api.paths().count(SEND)) == (2, 1)


async def test_new_tokens_that_are_never_taken_are_given_up_too(
    client: Client, app: App, api: WeChatAPI
) -> None:
    await client.authorize(client.keeper(app))
    api.always_refuses_tokens = True
    api.void()
    error = await refusal(client, app)
    assert (error.permanent, api.token_fetches, api.paths().count(SEND)) == (False, 2, 2)


async def test_however_many_want_a_token_one_fetches_it(client: Client, app: App, api: WeChatAPI) -> None:
    for who in range(8):
        api.hear(f"reader{who}")
    calls = (client.call(client.keeper(app), SEND, {**HELLO, "touser": f"reader{who}"}) for who in range(8))
    await asyncio.gather(*calls)
    assert (api.token_fetches, len(api.sent)) == (1, 8)


async def test_who_would_not_wait_for_the_one_that_fetches_would_fetch_too(api: WeChatAPI, app: App) -> None:
    """The twin: clients that share nothing fetch one each."""
    clients_ = [Client(account(api)) for _ in range(8)]
    await asyncio.gather(*(each.authorize(Alone(app.clock.now)) for each in clients_))
    assert api.token_fetches == 8
    for each in clients_:
        await each.close()


async def test_of_several_that_meet_a_void_token_one_renews_it(
    client: Client, app: App, api: WeChatAPI
) -> None:
    api.hear("lin")
    await send(client, app)
    api.void()
    await asyncio.gather(*(send(client, app) for _ in range(4)))
    assert (api.token_fetches, len(api.sent)) == (2, 5)


async def test_it_is_renewed_before_its_end(
    client: Client, app: App, api: WeChatAPI, clock: FixedClock
) -> None:
    await client.authorize(client.keeper(app))
    clock.move(NOW + timedelta(seconds=7200 - 302))
    await client.authorize(client.keeper(app))
    assert api.token_fetches == 1
    clock.move(NOW + timedelta(seconds=7200 - 300))
    await client.authorize(client.keeper(app))
    assert api.token_fetches == 2


async def test_what_is_given_in_its_last_minutes_is_used_for_a_while(
    app: App, clock: FixedClock, api: WeChatAPI
) -> None:
    api._lasts = 60
    client = Client(account(api))
    await client.authorize(client.keeper(app))
    clock.move(NOW + timedelta(seconds=29))
    await client.authorize(client.keeper(app))
    assert api.token_fetches == 1
    await client.close()


async def test_a_wrong_secret_is_told_to_the_operator(app: App, api: WeChatAPI) -> None:
    client = Client(account(api, secret="wrong-canary"))
    error = await refusal(client, app)
    assert isinstance(error, Refused)
    assert (error.permanent, error.mend) == (
        True,
        "wechat.app_secret is wrong; reset it on the platform's page and set it here",
    )
    await client.close()


@pytest.fixture
def told(monkeypatch: pytest.MonkeyPatch) -> Iterator[io.StringIO]:
    """Everything that is logged, at DEBUG."""
    stream, root = io.StringIO(), logging.getLogger()
    handlers, level = list(root.handlers), root.level
    monkeypatch.setattr("sys.stderr", stream)
    logs.configure("DEBUG")
    yield stream
    root.handlers, root.level = handlers, level
    logging.captureWarnings(False)
    structlog.reset_defaults()


async def test_no_secret_is_in_any_log_line(
    app: App, api: WeChatAPI, told: io.StringIO, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(clients, "CALL_SECONDS", 0.3)
    client = Client(account(api))
    failures: list[int | str] = [40001, 40164, 45009, 47003, -1, "5xx", "html", "hang", "lose", 99999]
    errors = []
    for failure in failures:
        api.fail(SEND, failure)
        try:
            await send(client, app)
        except ChannelError as error:
            logging.getLogger("any").exception("failed")
            structlog.get_logger().error("failed", exc_info=error)
            errors.append(f"{error!r} {error.__cause__!r} {error.__dict__}")
    logging.getLogger("any").debug("the last line")
    await client.close()
    lines = told.getvalue()
    assert "the last line" in lines
    assert "wechat is not set up" in lines
    assert "203.0.113.7" in lines
    for secret in ("token-canary", APP_SECRET, "lin@"):
        assert secret not in lines + "".join(errors)


async def test_a_library_that_logs_its_calls_would_tell_the_token(
    app: App, api: WeChatAPI, told: io.StringIO
) -> None:
    """The twin: what keeps the token out of the log is that the library is quiet."""
    logging.getLogger("httpx").setLevel(logging.DEBUG)
    api.hear("lin")
    client = Client(account(api))
    await send(client, app)
    await client.close()
    assert "token-canary-1" in told.getvalue()


async def test_fields_that_were_wrong_are_named(
    client: Client, app: App, api: WeChatAPI, told: io.StringIO
) -> None:
    api.templates["greeting"] = "{{thing1.DATA}}{{time2.DATA}}"
    form = {
        "touser": "lin",
        "template_id": "greeting",
        "data": {"thing1": {"value": "好"}, "time2": {"value": "周四-canary"}},
    }
    with pytest.raises(Refused) as raised:
        await client.call(client.keeper(app), "cgi-bin/message/template/send", form)
    assert (raised.value.code, raised.value.permanent) == (47003, True)
    assert '"field": "time2"' in told.getvalue()
    assert "周四" not in told.getvalue() + str(raised.value)


async def test_a_picture_that_somebody_sent_is_fetched(app: App, api: WeChatAPI) -> None:
    api.media["m1"] = b"\xff\xd8\xff picture"
    channel = WeChat(Configuration(wechat=account(api)))
    try:
        assert await channel.fetch(app, "m1") == api.media["m1"]
        with pytest.raises(ChannelError) as gone:
            await channel.fetch(app, "gone")
        assert gone.value.permanent
    finally:
        await channel.close()
