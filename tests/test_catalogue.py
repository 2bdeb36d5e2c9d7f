"""The English catalogue has every message and nothing else, and each language says it as it should."""

import re
from datetime import datetime
from string import Formatter
from zoneinfo import ZoneInfo

import pytest

from handlers.hearing import ESCAPES
from handlers.talk import ACTIONS, ASIDES
from handlers.words import Reader, say
from models.folding import fold
from models.member import Language
from models.text import Moment, Prose, Several, Span, Text, as_said, prose
from tests.chat import Chat
from tests.messages import calls, catalogue, literal, messages, translations

# What English writes in Chinese too: the languages' own names, and ours.
OWN_NAMES = ("简体中文", "繁體中文", "邻里")
CHINESE = re.compile(r"[\u3000-\u303f\u3400-\u9fff\uff00-\uffef]")
SHANGHAI = ZoneInfo("Asia/Shanghai")
MONDAY = datetime.fromisoformat("2026-11-23T09:10:00+08:00")


def _placeholders(words: str) -> set[str]:
    return {name for _, name, _, _ in Formatter().parse(words) if name is not None}


def test_every_message_is_written_out() -> None:
    assert [place for place, call in calls() if literal(call) is None] == []


def test_every_text_has_the_values_that_its_message_names() -> None:
    """`count` may be given for the plural alone; a value that is missing would only show when it is said."""
    wrong = []
    for place, call in calls():
        given = {keyword.arg for keyword in call.keywords}
        named = _placeholders(literal(call) or "")
        if not named <= given or not given - {"count"} <= named:
            wrong.append(place)
    assert wrong == []


def test_the_catalogue_has_every_message_and_nothing_else() -> None:
    known = {each.id if isinstance(each.id, str) else each.id[0] for each in catalogue() if each.id}
    assert sorted(messages() - known) == []
    assert sorted(known - messages()) == []
    assert list(catalogue().obsolete) == []
    assert [each.id for each in catalogue() if each.id and each.fuzzy] == []


def test_every_translation_is_written_and_in_english() -> None:
    wrong = []
    for message in sorted(messages()):
        for words in translations(message):
            foreign = words
            for name in OWN_NAMES:
                foreign = foreign.replace(name, "")
            if not words.strip() or CHINESE.search(foreign):
                wrong.append(message)
    assert wrong == []


def test_every_translation_has_the_same_placeholders() -> None:
    wrong = [
        message
        for message in sorted(messages())
        if any(_placeholders(words) != _placeholders(message) for words in translations(message))
    ]
    assert wrong == []


def test_a_message_that_counts_has_both_plural_forms() -> None:
    assert str(catalogue().plural_forms) == "nplurals=2; plural=(n != 1);"
    counting = {message for message in messages() if "count" in _placeholders(message)}
    plural = {each.id[0] for each in catalogue() if isinstance(each.id, tuple)}
    assert plural == counting
    assert [each.id for each in catalogue() if isinstance(each.id, tuple) and len(set(each.id)) != 1] == []
    assert [message for message in sorted(counting) if len(translations(message)) != 2] == []


def _say(text: Text, language: Language = "en", now: datetime = MONDAY) -> str:
    return say(text, Reader(language, now, SHANGHAI))


def _span(starts: str, ends: str) -> Text:
    return Text("{span}", span=Span(datetime.fromisoformat(starts), datetime.fromisoformat(ends)))


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (Text("返回"), "Back"),
        (Text("可报 余{count}", count=1), "Open, 1 seat left"),
        (Text("可报 余{count}", count=2), "Open, 2 seats left"),
        (Text("报名「{title}」，{count}位，对吗？", title=prose("午间瑜伽"), count=1), "Register 1 person for “午间瑜伽”?"),
        (Text("报名「{title}」，{count}位，对吗？", title=prose("午间瑜伽"), count=2), "Register 2 people for “午间瑜伽”?"),
        (Text("{title}【{state}】", title="Yoga", state=Text("已满")), "Yoga [Full]"),
        (Text("{hours}小时", hours=2.5), "2.5 h"),
        # The day stands before the month in all of them.
        (Text("{month}月{day}日", month=3, day=1), "1/3"),
        (Text("{month}月{day}日 {weekday}", month=3, day=1, weekday="Mon"), "Mon 1/3"),
        (Text("{month}月{day}日{weekday}", month=3, day=1, weekday="Mon"), "Mon 1/3"),
        (Text("{year}年{month}月{day}日", year=2027, month=3, day=1), "2027-03-01"),
        (Text("{days}", days=Several((Text("周一"), Text("周三")))), "Mon, Wed"),
        (Text("{lines}", lines=Several((Text("跳过"), Text("返回")), lines=True)), "Skip\nBack"),
    ],
)  # fmt: skip
def test_english(text: Text, said: str) -> None:
    assert _say(text) == said


@pytest.mark.parametrize(
    ("starts", "ends", "english", "traditional"),
    [
        ("2026-11-26T12:10+08:00", "2026-11-26T13:00+08:00", "Thu 26 Nov 12:10–13:00", "11月26日 週四 12:10–13:00"),
        ("2026-11-26T04:10+00:00", "2026-11-26T05:00+00:00", "Thu 26 Nov 12:10–13:00", "11月26日 週四 12:10–13:00"),
        ("2026-11-23T19:00+08:00", "2026-11-23T20:30+08:00", "today Mon 23 Nov 19:00–20:30", "今天 11月23日 週一 19:00–20:30"),
        ("2026-11-24T19:00+08:00", "2026-11-24T20:30+08:00", "tomorrow Tue 24 Nov 19:00–20:30", "明天 11月24日 週二 19:00–20:30"),
        ("2026-11-28T22:00+08:00", "2026-11-29T01:00+08:00", "Sat 28 Nov 22:00–01:00 next day", "11月28日 週六 22:00–次日01:00"),
        ("2026-11-28T09:00+08:00", "2026-11-30T17:00+08:00", "Sat 28 Nov 09:00–Mon 30 Nov 17:00", "11月28日 週六 09:00–11月30日 週一 17:00"),
        ("2027-01-03T09:00+08:00", "2027-01-03T11:00+08:00", "Sun 3 Jan 2027 09:00–11:00", "2027年1月3日 週日 09:00–11:00"),
    ],
)  # fmt: skip
def test_when_something_is(starts: str, ends: str, english: str, traditional: str) -> None:
    assert _say(_span(starts, ends)) == english
    assert _say(_span(starts, ends), "zh-Hant") == traditional
    assert _say(_span(starts, ends), "zh-Hans") == traditional.replace("週", "周")


def test_today_is_the_readers() -> None:
    """What is delivered later is said from the day on which it is read."""
    text = Text("{at}", at=Moment(datetime.fromisoformat("2026-11-24T10:00:00+08:00")))
    assert _say(text) == "tomorrow Tue 24 Nov 10:00"
    assert _say(text, now=datetime.fromisoformat("2026-11-24T00:01:00+08:00")) == "today Tue 24 Nov 10:00"


def test_traditional_converts_the_catalogue_and_prose_but_no_names() -> None:
    assert _say(Text("报名成功。开始前都可以取消。"), "zh-Hant") == "報名成功。開始前都可以取消。"
    assert _say(prose("湿垃圾去哪儿了"), "zh-Hant") == "濕垃圾去哪兒了"
    assert _say(as_said("张伟工作室"), "zh-Hant") == "张伟工作室"
    mixed = Text("{name}：{fact}", name=Prose("时间"), fact="张伟工作室")
    assert _say(mixed, "zh-Hant") == "時間：张伟工作室"
    assert _say(mixed, "zh-Hans") == "时间：张伟工作室"


@pytest.mark.parametrize("language", ["zh-Hans", "zh-Hant", "en"])
def test_the_ways_out_of_a_form_are_words_that_are_always_heard(language: Language) -> None:
    """Where nothing can be pressed they are shown as words to type."""
    assert [ESCAPES[fold(_say(choice.label, language))] for choice in ASIDES] == ["back", "cancel"]


@pytest.mark.parametrize("language", ["zh-Hans", "zh-Hant", "en"])
def test_every_example_that_is_shown_is_understood(say: Chat, language: Language) -> None:
    shown = [action for action in ACTIONS.values() if action.example]
    understood = [say(_say(action.example, language), action.head).did for action in shown if action.example]
    assert understood == [action.name for action in shown]
