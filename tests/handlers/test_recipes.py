"""What goes along with a card is made for the one who is to have it: here the two files of an export."""

import html
import json
import re
from zoneinfo import ZoneInfo

import pytest
from jinja2 import Environment
from sqlalchemy import insert, select, update

from handlers import export_files, recipes
from handlers.recipes import Content, Maker, read, recipe
from models.card import Attachment
from models.change import CHANGE
from models.database import transaction
from models.member import ADDRESS, MEMBER, ROLE, Language, Person
from models.subscription import SUBSCRIPTION
from models.text import Text
from tests.chat import VAULT, Chat
from tests.conftest import NOW

ZONE = ZoneInfo("Asia/Shanghai")
HOSTILE = "<script>alert(1)</script>&\"'=1+1"


def made(say: Chat, recipe: str, who: str = "lin", *arguments: int | str) -> tuple[str, Content]:
    """The file as its owner gets it."""
    attachment = Attachment("file", Text("我的数据-{day}.html", day="2026-11-23"), recipe, arguments)
    owner = maker(say, who)
    with transaction(say.engine) as db:
        name, making = read(db, attachment, owner)
        return name, making()


def maker(say: Chat, who: str) -> Maker:
    with transaction(say.engine) as db:
        member = db.value(select(ADDRESS.c.member_id).where(ADDRESS.c.key == who))
        language: Language = db.value(select(MEMBER.c.language).where(MEMBER.c.id == member))
    return Maker(Person(member, language, None, None), NOW, ZONE, VAULT)


def page(say: Chat, who: str = "lin") -> str:
    return made(say, export_files.PAGE, who)[1].data.decode()


def data(say: Chat, who: str = "lin") -> dict[str, list[dict[str, object]]]:
    found: dict[str, list[dict[str, object]]] = json.loads(made(say, export_files.DATA, who)[1].data)["data"]
    return found


def name(say: Chat, words: str, who: str = "lin") -> None:
    with transaction(say.engine) as db:
        member = db.value(select(ADDRESS.c.member_id).where(ADDRESS.c.key == who))
        db.run(
            update(MEMBER).where(MEMBER.c.id == member).values(name=words, phone=VAULT.seal("13812345678"))
        )


def test_a_recipe_is_declared_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(recipes, "RECIPES", dict(recipes.RECIPES))
    with pytest.raises(ValueError, match="declared twice"):
        recipe(export_files.PAGE)(lambda *_: lambda: Content("text/plain", b""))


def test_a_recipe_that_is_not_known_is_told(say: Chat) -> None:
    with pytest.raises(KeyError):
        made(say, "nothing")


def test_a_file_is_named_in_the_language_of_its_reader(say: Chat) -> None:
    assert made(say, export_files.PAGE)[0] == "我的数据-2026-11-23.html"
    assert made(say, export_files.PAGE, "mei")[0] == "我的數據-2026-11-23.html"
    assert made(say, export_files.PAGE, "anna")[0] == "my-data-2026-11-23.html"


def test_the_page_says_everything_in_words(say: Chat) -> None:
    for line in ("报名手冲咖啡", "花生", "确认报名"):
        say(line)
    name(say, "林一")
    written = page(say)
    shown = [
        (label, html.unescape(words)) for label, words in re.findall(r"<dt>(.*?)</dt><dd>(.*?)</dd>", written)
    ]
    assert ('<html lang="zh-Hans">' in written, "<title>您在银杏社区的数据</title>" in written) == (
        True,
        True,
    )
    assert "2026-11-23 09:10整理，我们存的关于您的内容都在这里。" in written
    assert {
        ("称呼", "林一"),
        ("语言", "简体中文"),
        ("单位所在", "云杉大厦"),
        ("手机号", "13812345678"),
        ("兴趣", "瑜伽"),
        ("渠道", "console"),
        ("活动", "手冲咖啡体验"),
        ("报名时填的", "allergy：花生"),
        ("状态", "已报名"),
        ("时间", "2026-11-23 09:10"),
    } <= set(shown)


def test_the_data_is_the_same_for_programs(say: Chat) -> None:
    for line in ("报名手冲咖啡", "花生", "确认报名"):
        say(line)
    name(say, "林一")
    _, content = made(say, export_files.DATA)
    whole = json.loads(content.data)
    assert (content.media_type, whole["community"], whole["made"]) == (
        "application/json; charset=utf-8",
        "银杏社区",
        "2026-11-23T09:10:00+08:00",
    )
    (details,) = whole["data"]["member"]
    assert (details["name"], details["phone"], details["work_id"]) == ("林一", "13812345678", "云杉大厦")
    assert whole["data"]["registration"] == [
        {
            "activity_id": "手冲咖啡体验",
            "seats": 1,
            "answers": {"allergy": "花生"},
            "state": "confirmed",
            "at": "2026-11-23T09:10:00+08:00",
        }
    ]


def test_it_is_always_the_owners_whatever_the_arguments_say(say: Chat) -> None:
    name(say, "林一")
    name(say, "何二别的名字", "he")
    assert "何二别的名字" not in page(say)
    assert [row["name"] for row in data(say, "he")["member"]] == ["何二别的名字"]
    with pytest.raises(TypeError):
        made(say, export_files.PAGE, "lin", 2)


def test_codes_are_said_in_words(say: Chat) -> None:
    with transaction(say.engine) as db:
        member = db.value(select(ADDRESS.c.member_id).where(ADDRESS.c.key == "lin"))
        for subject, wanted in (("kind:lecture", False), ("topic:瑜伽", True), ("all", False)):
            db.insert(insert(SUBSCRIPTION), member_id=member, subject=subject, wanted=wanted, at=NOW)
        db.insert(insert(ROLE), member_id=member, kind="staff", place_id=1)
    written = page(say)
    assert re.findall(r"<dt>内容</dt><dd>(.*?)</dd>\n<dt>要收</dt><dd>(.*?)</dd>", written) == [
        ("讲座", "否"),
        ("瑜伽", "是"),
        ("全部消息", "否"),
    ]
    assert re.findall(r"<dt>职责</dt><dd>(.*?)</dd>\n<dt>地点</dt><dd>(.*?)</dd>", written) == [
        ("工作人员", "银杏街道")
    ]


def test_in_english_and_traditional(say: Chat) -> None:
    assert (
        '<html lang="en">' in page(say, "anna"),
        "<dt>Language</dt><dd>English</dd>" in page(say, "anna"),
    ) == (
        True,
        True,
    )
    assert ('<html lang="zh-Hant">' in page(say, "mei"), "<dt>語言</dt>" in page(say, "mei")) == (True, True)


# What somebody wrote stays text.


@pytest.mark.parametrize(
    "words", [HOSTILE, "=1+1", "+1", "-1", "@SUM(A1)", '=HYPERLINK("http://example.org")']
)
def test_what_somebody_wrote_is_text(say: Chat, words: str) -> None:
    name(say, words)
    written = page(say)
    found = re.search(r"<dt>称呼</dt><dd>(.*?)</dd>", written)
    assert found is not None
    assert (html.unescape(found[1]), "<" in found[1]) == (words, False)
    # A spreadsheet that opens the page takes every value for text.
    assert r'dd { margin: 0; white-space: pre-line; mso-number-format: "\@" }' in written
    assert [row["name"] for row in data(say)["member"]] == [words]


def test_the_page_runs_nothing_and_fetches_nothing(say: Chat) -> None:
    name(say, HOSTILE)
    written = page(say)
    assert re.findall(r"<script|\bon\w+=|\bsrc=|\bhref=|https?:", written) == []
    assert "default-src 'none'" in written


def test_without_escaping_it_would_run(say: Chat, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(export_files, "_template", lambda: Environment().from_string(export_files._TEMPLATE))
    name(say, HOSTILE)
    assert "<script" in page(say)


def test_what_is_long_is_folded_away(say: Chat) -> None:
    with transaction(say.engine) as db:
        member = db.value(select(ADDRESS.c.member_id).where(ADDRESS.c.key == "lin"))
        db.insert(
            insert(CHANGE),
            subject="activity",
            subject_id=1,
            after="moved",
            actor_id=member,
            at=NOW,
            reason="雨" * 400,
        )
    assert f"<summary>{'雨' * 40}…</summary>{'雨' * 400}</details>" in page(say)
