"""What of a card stands in the fields of a form: plain words, within what each field takes."""

import re
from datetime import datetime, timedelta
from pathlib import Path
from typing import get_args
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot import configuration
from bot.channels.wechat import forms
from bot.configuration import Carrier
from handlers.words import Reader
from models.card import NOTHING, Article, Card, Choice, State
from models.text import Moment, Several, Span, Text, as_said, prose
from tests.fakes.wechat_api import is_good

ZONE = ZoneInfo("Asia/Shanghai")
NOW = datetime.fromisoformat("2026-11-23T09:10:00+08:00")
READER = Reader("zh-Hans", NOW, ZONE)
ENGLISH = Reader("en", NOW, ZONE)
STARTS = datetime.fromisoformat("2026-11-26T04:10:00+00:00")
WHEN = Text("{span}", span=Span(STARTS, STARTS + timedelta(minutes=50)))
ARTICLE = Article(
    prose("午间瑜伽"),
    "activity:yoga",
    state=State(Text("可报 余{count}", count=3), "good"),
    facts=(
        (Text("时间"), WHEN),
        (Text("地点"), Text("{where}", where=Several((as_said("云杉大厦服务站"), as_said("银杏路1号"))))),
    ),
    body=as_said("自带垫子"),
    choices=(Choice(Text("详情"), "show 17"),),
)
CARD = Card(Text("明天有活动："), articles=(ARTICLE,), source=as_said("银杏街道"))


def test_a_card_about_something_tells_it_all() -> None:
    assert forms.facts(CARD, READER) == {
        "title": "午间瑜伽",
        "text": "明天有活动：",
        "time": "2026年11月26日 12:10~2026年11月26日 13:00",
        "place": "云杉大厦服务站、银杏路1号",
        "state": "可报 余3",
        "source": "银杏街道",
        "number": "17",
    }


def test_a_card_of_words_alone_tells_them_and_when_it_is() -> None:
    said = Card(Text("{at}截止", at=Text("{at}", at=Moment(STARTS))), tone="notice")
    found = forms.facts(said, READER)
    assert (found["time"], found["state"]) == ("2026年11月26日 12:10", "请留意")
    assert "place" not in found
    assert forms.facts(Card(Text("好")), READER) == {
        "title": "好",
        "text": "好",
        "time": "2026年11月23日 09:10",
        "state": "请查看",
    }


def test_the_default_fields_are_filled() -> None:
    template = Carrier(kind="template", id="t")
    assert forms.fields(template, CARD, READER) == {
        "thing1": {"value": "午间瑜伽"},
        "time2": {"value": "2026年11月26日 12:10~2026年11月26日 13:00"},
        "thing3": {"value": "云杉大厦服务站、银杏路1号"},
        "phrase4": {"value": "可报"},
    }
    subscription = Carrier(kind="subscription", id="s")
    assert forms.fields(subscription, Card(NOTHING, articles=(ARTICLE,)), READER)["thing4"] == {
        "value": "自带垫子"
    }


def test_configured_fields_go_before_the_default_ones() -> None:
    carrier = Carrier(kind="template", id="t", fields={"character_string7": "number", "thing2": "source"})
    assert forms.fields(carrier, CARD, READER) == {
        "character_string7": {"value": "17"},
        "thing2": {"value": "银杏街道"},
    }


def test_a_phrase_is_chinese_whoever_reads_it() -> None:
    carrier = Carrier(kind="template", id="t", fields={"phrase1": "state", "thing2": "state"})
    filled = forms.fields(carrier, CARD, ENGLISH)
    assert (filled["phrase1"], filled["thing2"]) == ({"value": "可报"}, {"value": "Open, 3 seats left"})


CUTS = [
    ("thing1", "甲" * 21, "甲" * 19 + "…"),
    ("thing1", "甲" * 20, "甲" * 20),
    ("thing1", "两行\n在一行", "两行 在一行"),
    ("phrase1", "一二三四五六", "一二三四五"),
    ("phrase1", "done", "请查看"),
    ("character_string1", "编号A-17", "A-17"),
    ("number1", "", "0"),
    ("thing1", "   ", "-"),
    ("unheard9", "甲" * 90, "甲" * 90),
]


@pytest.mark.parametrize(("field", "said", "value"), CUTS)
def test_a_value_is_what_its_field_takes(field: str, said: str, value: str) -> None:
    carrier = Carrier(kind="template", id="t", fields={field: "title"})
    assert forms.fields(carrier, Card(as_said(said)), READER) == {field: {"value": value}}


@given(st.text(), st.sampled_from(["thing", "phrase", "name", "symbol", "number"]))
def test_whatever_is_said_the_platform_takes_it(said: str, sort: str) -> None:
    carrier = Carrier(kind="template", id="t", fields={f"{sort}1": "title"})
    ((_, filled),) = forms.fields(carrier, Card(as_said(said)), READER).items()
    assert is_good(sort, filled["value"]), filled


@pytest.mark.parametrize("kind", ["template", "subscription"])
def test_what_the_defaults_say_the_platform_takes(kind: str) -> None:
    carrier = Carrier.model_validate({"kind": kind, "id": "t"})
    for card in (CARD, Card(Text("好"))):
        for name, filled in forms.fields(carrier, card, READER).items():
            assert is_good(name.rstrip("0123456789"), filled["value"]), (name, filled)


GUIDE = (Path(__file__).parents[4] / "docs" / "wechat.md").read_text("utf-8")


@pytest.mark.parametrize(("kind", "filled"), forms.DEFAULTS.items())
def test_the_guide_tells_the_default_fields(kind: str, filled: dict[str, str]) -> None:
    written = ", ".join(f"`{name}` = {fact}" for name, fact in filled.items())
    assert f"| `{kind}` | {written} |" in GUIDE


def test_the_guide_tells_every_word_that_a_field_may_hold() -> None:
    assert re.findall(r"^\| `(\w+)` \| (?!`)", GUIDE, re.MULTILINE) == list(get_args(forms.Fact))


def test_what_the_guide_configures_is_configuration(tmp_path: Path) -> None:
    examples = re.findall(r"```toml\n(.*?)```", GUIDE, re.DOTALL)
    file = tmp_path / "config.toml"
    file.write_text("".join(examples), "utf-8")
    notices = configuration.read(file).wechat.notices
    assert [(kind, carrier.kind) for kind, carrier in notices.items()] == [
        ("notice", "template"),
        ("reminder", "subscription"),
    ]
