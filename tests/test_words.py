"""The tone rules of docs/words.md, as far as a program can check them. Each check fails on a made sentence."""

import ast
import re
from collections.abc import Iterator

import pytest

from tests.chat import Chat
from tests.messages import calls, literal, messages, modules, name, translations

HAN = "\u3400-\u4dbf\u4e00-\u9fff"
LONGEST_CLAUSE = 20
# What offices write and nobody says, blame, and times that are none. 亲子 and 亲友 are words.
OFFICE_WORDS = re.compile(
    r"亲(?![子友人属自])|请知悉|特此|敬请|望周知|系统错误|系统异常|未知错误|非法|不便|谢谢配合|给予配合|"
    r"尽快|近期|若干|您错|有误|必须|推送|你"
)
SPACED = re.compile(rf"[{HAN}] (?:[A-Za-z0-9]|\{{count\}})|(?:[A-Za-z0-9]|\{{count\}}) [{HAN}]")
HALF_WIDTH = re.compile(rf"(?<=[{HAN}”」）])[,;:?!.()]|[,;:?!()](?=[{HAN}“「（])|\.\.\.")
ENGLISH_FORM_WORDS = re.compile(
    r"please be informed|kindly|system error|unknown error|inconvenience|\binvalid\b|\billegal\b|\bmust\b|"
    r"\bsubdistrict\b|as soon as possible|[\u3000-\u303f\uff00-\uffef]|  ",
    re.IGNORECASE,
)
GREETINGS = re.compile(r"您好！|Hello!")
# One label in two languages, so that whoever cannot read the one finds the other.
TWO_LANGUAGES = "语言 Language"
# Labels that are longer than six characters or are none, each for its reason.
OTHER_LABELS = {
    TWO_LANGUAGES: "two languages",
    "English": "the language's own name",
    "更多（还有{count}场）": "更多 is heard too; the bracket says what is gained",
    "{number} {share}": "which claim is meant, not what is done",
    "{percent}%": "how far it is",
    "{point}：{metric}": "what is measured where",
}
# Names that English writes with capitals inside a label.
NAMES = {"English", "I", "I've", "Party", "Traditional"}


def chinese_faults(message: str) -> list[str]:
    """What is wrong with a message by the rules for Chinese, in a word each."""
    plain = GREETINGS.sub("", message)
    faults = [found[0] for found in OFFICE_WORDS.finditer(plain)]
    if SPACED.search(plain) and message != TWO_LANGUAGES:
        faults.append("space")
    if re.search("[!！]", plain):
        faults.append("exclamation")
    if HALF_WIDTH.search(plain):
        faults.append("half-width")
    clauses = re.split(r"[，。；：？！、\n“”「」（）]", re.sub(r"\{\w+\}", "", plain))
    faults += [clause for clause in clauses if len(clause) > LONGEST_CLAUSE]
    return faults


def english_faults(words: str) -> list[str]:
    plain = GREETINGS.sub("", words)
    return [found[0] for found in ENGLISH_FORM_WORDS.finditer(plain)] + ["exclamation"] * ("!" in plain)


def label_faults(label: str) -> list[str]:
    """A button is a verb of two to six characters; what a placeholder names is not counted."""
    if label in OTHER_LABELS:
        return []
    length = len(re.sub(r"\{\w+\}", "", label))
    long = length > 6 or length < 2
    return [label] if long or re.search("[，。？！]", label) else []


def title_case(label: str) -> list[str]:
    """The words of an English label that have a capital for no reason."""
    inner = re.sub(r"\{\w+\}", "", label).split()[1:]
    return [word for word in inner if word[0].isupper() and word not in NAMES]


@pytest.mark.parametrize(
    ("message", "faults"),
    [
        ("亲，报名成功。", ["亲"]),
        ("亲子活动，请带好水杯。", []),
        ("请知悉。", ["请知悉"]),
        ("系统错误，请稍后。", ["系统错误"]),
        ("特此通知，给您带来不便。", ["特此", "不便"]),
        ("我们尽快回复你。", ["尽快", "你"]),
        ("您报了 3场。", ["space"]),
        ("还有{count} 场。", ["space"]),
        ("打开 Linli 看看。", ["space"]),
        ("11月28日 周六 {hours} · 海棠苑", []),
        (TWO_LANGUAGES, []),
        ("报名成功！", ["exclamation"]),
        ("您好！要办什么，直接说就行。", []),
        ("您住在哪里?", ["half-width"]),
        ("好的,没有报名。", ["half-width"]),
        ("开放时间：08:30–20:30", []),
        (
            "因为本次活动的报名人数已经达到场地允许的上限所以不能再报。",
            ["因为本次活动的报名人数已经达到场地允许的上限所以不能再报"],
        ),
    ],
)
def test_the_rules_for_chinese_can_fail(message: str, faults: list[str]) -> None:
    assert chinese_faults(message) == faults


@pytest.mark.parametrize(
    ("words", "faults"),
    [
        ("Please be informed that it is full.", ["Please be informed"]),
        ("System error.", ["System error"]),
        ("Invalid number", ["Invalid"]),
        ("Done!", ["exclamation"]),
        ("Hello! You can ignore this.", []),
        ("It is full，sorry.", ["，"]),
        ("Full.  Sorry.", ["  "]),
        ("“{title}” is full.", []),
    ],
)
def test_the_rules_for_english_can_fail(words: str, faults: list[str]) -> None:
    assert english_faults(words) == faults


def test_the_rules_for_labels_can_fail() -> None:
    assert [label_faults(each) for each in ("改", "有这类活动就告诉我", "取消报名", "恢复{what}")] == [
        ["改"],
        ["有这类活动就告诉我"],
        [],
        [],
    ]
    assert title_case("Cancel Registration") == ["Registration"]
    assert title_case("Show Party membership") == []


def test_chinese_is_said_as_people_speak() -> None:
    assert {each: faults for each in sorted(messages()) if (faults := chinese_faults(each))} == {}


def test_english_is_said_as_people_speak() -> None:
    said = {words for message in messages() for words in translations(message)}
    assert {each: faults for each in sorted(said) if (faults := english_faults(each))} == {}


def _labels() -> Iterator[str]:
    """Every label that is written out: of a choice, of an option of a question, of the menu."""
    for called, nth in (("Choice", 0), ("Option", 1)):
        for _, call in calls(called):
            text = call.args[nth] if len(call.args) > nth else None
            if isinstance(text, ast.Call) and (label := literal(text)):
                yield label
    for _, call in calls("on"):
        for keyword in call.keywords:
            if keyword.arg == "menu" and isinstance(keyword.value, ast.Call):
                yield literal(keyword.value) or ""


def test_buttons_are_short_and_in_sentence_case() -> None:
    labels = set(_labels())
    assert {"取消报名", "确认删除", "我的报名", *OTHER_LABELS} <= labels
    assert [each for each in sorted(labels) if label_faults(each)] == []
    english = {words for label in labels - {TWO_LANGUAGES} for words in translations(label)}
    assert [each for each in sorted(english) if title_case(each)] == []


def test_no_english_button_looks_like_a_state() -> None:
    """A word that is a state here and a button there has one translation, which is wrong in one of the places."""
    states = {
        text
        for _, call in calls("State")
        if call.args and isinstance(call.args[0], ast.Call) and (text := literal(call.args[0]))
    }
    assert {"收", "不收", "别人看不到"} <= states
    assert sorted(states & set(_labels())) == []


def dead_ends(path: str, module: ast.Module) -> list[str]:
    """The notices and refusals that say no and show no way on: no button, and no 请 in what is said."""
    found = []
    for function in ast.walk(module):
        if not isinstance(function, ast.FunctionDef | ast.AsyncFunctionDef):
            continue
        said = " ".join(
            literal(node) or ""
            for node in ast.walk(function)
            if isinstance(node, ast.Call) and name(node.func) == "Text"
        )
        for node in ast.walk(function):
            if not isinstance(node, ast.Call):
                continue
            given = {each.arg: each.value for each in node.keywords}
            tone = given.get("tone")
            notice = name(node.func) == "Card" and isinstance(tone, ast.Constant) and tone.value == "notice"
            left = name(node.func) == "leave" and isinstance(node.func, ast.Attribute) and len(node.args) == 1
            talks = left and isinstance(node.func, ast.Attribute) and ast.unparse(node.func.value) == "talk"
            if (notice and "choices" not in given and "请" not in said) or talks:
                found.append(f"{path}:{node.lineno}")
    return found


def test_every_notice_and_refusal_shows_a_way_on() -> None:
    assert [each for path, module in modules() for each in dead_ends(path, module)] == []


@pytest.mark.parametrize(
    ("line", "ends"),
    [
        ('return Card(Text("不行。"), tone="notice")', 1),
        ('return Card(Text("请再说一次。"), tone="notice")', 0),
        ('return Card(Text("不行。"), choices=menu(), tone="notice")', 0),
        ('talk.leave(Refusal("a.b", Text("不行。")))', 1),
        ('talk.leave(Refusal("a.b", Text("不行。")), BROWSE)', 0),
    ],
)
def test_a_dead_end_is_found(line: str, ends: int) -> None:
    assert len(dead_ends("made.py", ast.parse(f"def made():\n    {line}"))) == ends


# Quoted as an answer to the question at hand, not as a sentence that starts something.
ANSWERS = {
    "New lamps for the bike shed",
    "车棚换灯",
    "room 1, volunteers 10, first-aid trainers 2",
    "场地1个、志愿者10人、急救培训师2名",
    "City patrol, 021-12345678",
    "城管中队，021-12345678",
    "11月20日",
    "12月20日",
    "2027",
    "500",
    "场地1个、志愿者10人",
    "志愿者10人",
    "20 Nov",
    "20 Dec",
    "1 venue, 10 volunteers",
    "10 volunteers",
    "00000012 ABCD-2345",
    "021-64331234",
    "扫图片",
    "识别图中的二维码",
    "1 Dec 18:00",
    "1 day before",
    "1.5 hours",
    "1.5小时",
    "123X",
    "12月1日18:00",
    "12月2日18:30到20:00",
    "12月3日12:30",
    "15",
    "2 Dec 18:30 to 20:00",
    "2 hours before",
    "2 hours",
    "2026-03 to 2026-10",
    "2026年3月到2026年10月",
    "20:00",
    "2小时",
    "3 Dec 12:30",
    "7 days before",
    "90 minutes",
    "90分钟",
    "Flower arranging",
    "Skip",
    "carry supplies",
    "everybody",
    "materials 80 yuan",
    "next Thursday 12:30",
    "next Thursday",
    "no limit",
    "optional",
    "yoga, photography",
    "一个半小时",
    "下周四",
    "下周四12:30",
    "不限",
    "可不填",
    "大家",
    "小王",
    "提前1天",
    "提前2小时",
    "提前7天",
    "插花体验",
    "搬物资",
    "材料费80元",
    "瑜伽、摄影",
    "跳过",
    "0",
    "1 3",
    "12楼",
    "2 people",
    "2000 yuan",
    "2000元",
    "2名",
    "3.2",
    "30",
    "300 kits",
    "300份",
    "3号楼三楼楼道",
    "4 sessions",
    "4场",
    "60岁以上的老人",
    "8 November is missing",
    "B1",
    "Dental health day",
    "Details",
    "Done",
    "Get in touch",
    "Make the card again",
    "No budget",
    "Nothing else",
    "SF123",
    "booking 17",
    "power cut",
    "the lawyer is away",
    "律师出差",
    "停电",
    "Same floor",
    "Something else",
    "That's the one",
    "any time",
    "anywhere",
    "floor 12",
    "move it to the afternoon",
    "nearby",
    "our building",
    "people over 60",
    "third-floor corridor of building 3",
    "其他",
    "哪里都可以",
    "就是这个",
    "想联系",
    "我们楼",
    "楼层不改",
    "没有别的",
    "没有预算",
    "社区口腔健康日",
    "详情",
    "选好了",
    "重新出卡",
    "附近",
    "随时",
}


def test_what_is_quoted_to_be_said_is_understood(say: Chat) -> None:
    """“Say …” and “look at …” lead somewhere, in each language, also where the button is far away."""
    said = {words for message in messages() for words in (message, *translations(message))}
    quoted = {each for words in said for each in re.findall("“([^”{]+)”", words)} - ANSWERS
    assert {"导出我的数据", "Export my data", "收哪些消息", "Message settings"} <= quoted
    assert [each for each in sorted(quoted) if say(each, f"reader-{each}").did == "unknown"] == []
