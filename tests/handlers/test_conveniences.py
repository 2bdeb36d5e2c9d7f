"""便民: everyday help with its place, its hours, and the day on which that was last checked."""

from pathlib import Path

from bot import community
from tests.chat import Chat


def test_everyday_help_says_where_when_and_when_it_was_checked(say: Chat) -> None:
    assert say("便民").text == "请问问服务站，便民的事还没有登记。"
    community.load(say.engine, [Path(__file__).with_name("visits.toml")])
    said = say("便民服务有哪些")
    assert (said.did, said.refs) == (
        "service.search",
        ["service:parcels", "service:keys", "place:grove-station"],
    )
    assert said.text.split("\n\n")[1:3] == [
        "1. 代收快件\n   槭树工场服务站（现在开着，18:00关门） · 松鼠苑服务站（现在休息，明天08:30开门） · 免费 · 2026年11月2日",
        "2. 配钥匙\n   松鼠苑服务站（现在休息，明天08:30开门） · 还没有核对过",
    ]
