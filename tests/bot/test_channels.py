"""A channel is a file and a line: what the line names is opened, its routes are served, its `run` is started."""

import subprocess
import sys
from types import ModuleType

import httpx
import pytest
from starlette.requests import Request
from starlette.responses import PlainTextResponse
from starlette.routing import BaseRoute, Route

from bot import web
from bot.app import App
from bot.channels import CHANNELS, Capabilities, Channel, Finding, open_channels
from bot.channels.page import Page
from bot.configuration import Configuration
from bot.inbound import Inbound
from models.notice import Outgoing


class Post:
    """A channel that hears letters by HTTP."""

    capabilities = Capabilities(buttons=False, text_limit=500)

    def routes(self, app: App) -> list[BaseRoute]:
        async def receive(request: Request) -> PlainTextResponse:
            reply = await app.answer(Inbound("post", "somebody", (await request.body()).decode()))
            return PlainTextResponse(reply.did)

        return [Route("/post", receive, methods=["POST"])]

    async def run(self, app: App) -> None:
        """Letters come by themselves."""

    async def link(self, says: str) -> str | None: ...

    async def check(self) -> list[Finding]:
        return []

    async def push(self, app: App, outgoing: Outgoing) -> None:
        """Nobody is written to."""


@pytest.fixture
def post_office(monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    module = ModuleType("post_office")
    module.open_channel = lambda settings: Post() if settings.log.level == "INFO" else None  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, "post_office", module)
    return module


@pytest.mark.usefixtures("post_office")
async def test_a_line_opens_the_channel_and_its_routes_answer(app: App) -> None:
    line = {"post": Capabilities(buttons=False, text_limit=500, module="post_office")}
    channels: dict[str, Channel] = open_channels(Configuration(), line)
    transport = httpx.ASGITransport(web.build(app, channels))
    async with httpx.AsyncClient(transport=transport, base_url="http://linli.test") as client:
        assert (await client.post("/post", content="你好")).text == "smalltalk"


@pytest.mark.usefixtures("post_office")
def test_what_is_not_configured_is_not_opened() -> None:
    line = {"post": Capabilities(buttons=False, text_limit=500, module="post_office")}
    quiet = Configuration.model_validate({"log": {"level": "ERROR"}})
    assert open_channels(quiet, line) == {}


def test_the_page_is_what_is_opened_without_any_configuration() -> None:
    assert {name: type(channel) for name, channel in open_channels(Configuration()).items()} == {"page": Page}
    opened = [name for name, declared in CHANNELS.items() if declared.module]
    assert opened == ["page", "telegram", "wechat", "wecom"]


def test_what_is_not_configured_is_not_even_imported() -> None:
    asked = (
        "from bot.channels import open_channels; from bot.configuration import Configuration; import sys; "
    )
    asked += "open_channels(Configuration()); print({'telegram', 'wechatpy', 'aiohttp', 'httpx'} & set(sys.modules))"
    ran = subprocess.run([sys.executable, "-c", asked], capture_output=True, text=True, check=True)
    assert ran.stdout == "set()\n"
