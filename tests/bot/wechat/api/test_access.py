"""One token for all processes: fetched by one of them, seen by the others, sealed where it is kept."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from datetime import datetime, timedelta
from typing import TypeVar

import pytest
from sqlalchemy import Engine, select

from bot.channels import ChannelError
from bot.channels.wechat import access
from bot.channels.wechat.access import Keeper, Stored, Token
from bot.channels.wechat.client import Client
from bot.clock import FixedClock
from bot.worker import open_worker
from models.access_token import ACCESS_TOKEN
from models.database import Db, transaction
from models.vault import Vault
from tests.bot.wechat.api.conftest import account
from tests.conftest import NOW
from tests.fakes.wechat_api import APP_ID, WeChatAPI

T = TypeVar("T")
VAULT = Vault(b"k" * 32)
SEND = "cgi-bin/message/custom/send"
HELLO = {"touser": "lin", "msgtype": "text", "text": {"content": "您好"}}


@asynccontextmanager
async def process(engine: Engine, api: WeChatAPI, clock: FixedClock) -> AsyncIterator[tuple[Client, Keeper]]:
    """A client and a worker of its own, as another process has."""
    worker, client = open_worker(engine), Client(account(api))

    async def run(work: Callable[[Db], T]) -> T:
        return await asyncio.wrap_future(worker.submit(object(), work))

    try:
        yield client, Stored(APP_ID, run, VAULT, clock.now)
    finally:
        await client.close()
        worker.close()


async def send(client: Client, keeper: Keeper) -> None:
    await client.call(keeper, SEND, HELLO)


@pytest.fixture(autouse=True)
def _impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(access, "LOOK_SECONDS", 0.01)


async def test_four_processes_and_ten_ends_of_a_token_make_ten_fetches(
    engine: Engine, api: WeChatAPI, clock: FixedClock
) -> None:
    api.hear("lin", "payment")
    async with AsyncExitStack() as stack:
        processes = [await stack.enter_async_context(process(engine, api, clock)) for _ in range(4)]
        for _ in range(10):
            api.void()
            await asyncio.gather(*(send(*each) for each in processes for _ in range(3)))
    assert (api.token_fetches, len(api.sent)) == (10, 120)


async def test_without_the_claim_each_process_fetches(
    engine: Engine, api: WeChatAPI, clock: FixedClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The twin: who takes the token to be his to renew whatever stands there."""

    async def mine(_keeper: Keeper, _seen: Token | None) -> datetime:
        return clock.now()

    monkeypatch.setattr(Stored, "claim", mine)
    api.hear("lin", "payment")
    async with AsyncExitStack() as stack:
        processes = [await stack.enter_async_context(process(engine, api, clock)) for _ in range(4)]
        await asyncio.gather(*(send(*each) for each in processes))
    assert api.token_fetches > 1


async def test_another_process_sees_what_one_fetched(
    engine: Engine, api: WeChatAPI, clock: FixedClock
) -> None:
    async with process(engine, api, clock) as one, process(engine, api, clock) as other:
        await one[0].authorize(one[1])
        await other[0].authorize(other[1])
    assert api.token_fetches == 1


async def test_whoever_dies_over_it_is_followed_when_his_lease_ends(
    engine: Engine, api: WeChatAPI, clock: FixedClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(access, "PATIENCE_SECONDS", 0.05)
    async with process(engine, api, clock) as (client, keeper):
        assert await keeper.claim(None) == NOW + access.LEASE
        with pytest.raises(ChannelError, match="another process renews") as raised:
            await client.authorize(keeper)
        assert (raised.value.permanent, api.token_fetches) == (False, 0)
        clock.move(NOW + access.LEASE)
        await client.authorize(keeper)
    assert api.token_fetches == 1


async def test_whoever_fails_over_it_leaves_it_to_the_next(
    engine: Engine, api: WeChatAPI, clock: FixedClock
) -> None:
    api.fail("cgi-bin/stable_token", 40164)
    async with process(engine, api, clock) as (client, keeper):
        with pytest.raises(ChannelError):
            await client.authorize(keeper)
        await client.authorize(keeper)
    assert api.token_fetches == 1


async def test_it_is_sealed_where_it_is_kept(engine: Engine, api: WeChatAPI, clock: FixedClock) -> None:
    async with process(engine, api, clock) as (client, keeper):
        await client.authorize(keeper)
    with transaction(engine) as db:
        (row,) = db.rows(select(ACCESS_TOKEN))
    assert (row.account, VAULT.open(row.sealed), "canary" in row.sealed) == (APP_ID, "token-canary-1", False)
    assert row.expires == NOW + timedelta(seconds=7200 - 300)
    assert (row.renewing_until, "canary" in repr(Token("canary", NOW))) == (None, False)


async def test_what_another_key_sealed_is_fetched_anew(
    engine: Engine, api: WeChatAPI, clock: FixedClock
) -> None:
    async with process(engine, api, clock) as (client, keeper):
        await client.authorize(keeper)
    async with process(engine, api, clock) as (client, keeper):
        assert isinstance(keeper, Stored)
        other = Stored(keeper.account, keeper.run, Vault(b"o" * 32), clock.now)
        await client.authorize(other)
    assert api.token_fetches == 2
