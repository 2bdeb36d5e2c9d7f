"""A phone number stands nowhere in the clear, however it was written and wherever it was said."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import LargeBinary, select
from sqlmodel import SQLModel

from bot.inbound import Inbound
from models import history, personal, phone, profile
from models.activity import ACTIVITY
from models.database import transaction
from models.member import ADDRESS, MEMBER
from models.refusal import Refusal
from models.registration import REGISTRATION
from tests.chat import VAULT, Chat, Said
from tests.conftest import NOW

DIGITS = "13812345681"
SPELLINGS = [
    "13812345681",
    "138 1234 5681",
    "138-1234-5681",
    "138\uff0d1234\uff0d5681",
    "138\u30001234\u30005681",
    "138\u00a01234\u00a05681",
    "138\u20131234\u20135681",
    "138.1234.5681",
    "１３８１２３４５６８１",
    "+86 138 1234 5681",
    "1 3 8 1 2 3 4 5 6 8 1",
]
ASK = "手机号？"


class Sender:
    """Lines with a message id each, on a channel that keeps its history here."""

    def __init__(self, say: Chat) -> None:
        self.say, self.count = say, 0

    def __call__(self, text: str, who: str = "lin", channel: str = "page", group: str | None = None) -> Said:
        self.count += 1
        inbound = Inbound(
            channel, who, text, message=f"m-{self.count}", history=channel == "page", group=group
        )
        said = self.say.send(inbound)
        assert self.say.send(inbound).text == said.text
        return said


@pytest.fixture
def asking(say_on_both: Chat) -> Chat:
    """The organiser of the coffee asks for a phone number, and for something after it."""
    questions = [
        {"key": "phone", "ask": ASK, "optional": False},
        {"key": "diet", "ask": "忌口？", "optional": True},
    ]
    with transaction(say_on_both.engine) as db:
        db.run(ACTIVITY.update().where(ACTIVITY.c.code == "coffee").values(questions=questions))
    return say_on_both


def number_of(say: Chat, code: str = "coffee") -> int:
    with transaction(say.engine) as db:
        return int(db.value(select(ACTIVITY.c.number).where(ACTIVITY.c.code == code)))


def strings(value: Any) -> Iterator[str]:
    """Each string in a stored value, and the value as a whole."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for name, inner in value.items():
            yield from (*strings(name), *strings(inner))
    elif isinstance(value, list):
        for inner in value:
            yield from strings(inner)


def hits(say: Chat) -> set[str]:
    """Every column of every table in which the digits stand, whatever stands between them."""
    found = set()
    with transaction(say.engine) as db:
        for table in SQLModel.metadata.sorted_tables:
            for row in db.rows(select(table)):
                for column, value in zip(table.columns, row, strict=True):
                    assert not isinstance(column.type, LargeBinary)
                    if any(DIGITS in re.sub(r"\D", "", fold(each)) for each in strings(value)):
                        found.add(f"{table.name}.{column.name}")
    return found


def fold(words: str) -> str:
    return "".join(str(int(sign)) if sign.isdecimal() else sign for sign in words)


def bytes_of(say: Chat) -> str:
    """The raw file of SQLite with its write-ahead log, without what may stand between digits."""
    name = say.engine.url.database if say.engine.dialect.name == "sqlite" else None
    if name is None:
        return ""
    raw = b"".join(path.read_bytes() for path in sorted(Path(name).parent.glob(f"{Path(name).name}*")))
    return re.sub(r"[\s.\-\u00a0\u2013\uff0d\u3000]", "", fold(raw.decode(errors="replace")))


def talk(say: Chat, spelling: str) -> Said:
    """All places in which somebody may say a number; gives the last line, the registration."""
    send = Sender(say)
    send("你好")
    for line in (
        f"我的手机号是{spelling}",
        f"改手机号码 {spelling}",
        f"我住{spelling}",
        "取消",
        f"我在{spelling}上班",
        "取消",
        f"叫我小王{spelling}",
        f"我叫{spelling}",
        "改名字",
        f"小王{spelling}",
        spelling,
        "取消",
        f"帮我问一下 {spelling} 是谁的电话",
        spelling,
        f"找{spelling}的活动",
        "改手机号",
        spelling,
    ):
        send(line)
    send(f"我的电话 {spelling}", channel="console", group="g1")
    send(f"我住{spelling}", channel="console")
    send(f"register {number_of(say)}")
    send(f"是{spelling}，我妈妈的")
    assert hits(say) == set()
    # Something else meanwhile, and a restart: the answer is still there.
    send("我的资料")
    say.restart()
    preview = send("跳过")
    assert f"{ASK} 是138****5681，我妈妈的" in preview.text
    assert hits(say) == set()
    return send("确认报名")


@pytest.mark.parametrize("spelling", SPELLINGS)
def test_it_stands_in_no_column_and_no_byte(asking: Chat, spelling: str) -> None:
    done = talk(asking, spelling)
    assert "报名成功" in done.text
    assert hits(asking) == set()
    assert DIGITS not in bytes_of(asking)


OFF: dict[str, tuple[Any, set[str]]] = {
    "without": (lambda words: words, {"notice.said", "notice.cards", "heard.reply"}),
    "without_in_card": (lambda dumped: dumped, {"notice.cards", "heard.reply"}),
    # What is remembered sealed also tells that cards are to be masked.
    "seal_in": (lambda stored, _vault: stored, {"conversation.memory", "notice.cards", "heard.reply"}),
}


@pytest.mark.parametrize("off", OFF)
def test_without_one_of_the_three_it_would_be_found(
    asking: Chat, monkeypatch: pytest.MonkeyPatch, off: str
) -> None:
    """The twin, for each point at which it is kept out."""
    instead, columns = OFF[off]
    monkeypatch.setattr(phone, off, instead)
    send = Sender(asking)
    for line in (f"我住{SPELLINGS[0]}", "取消", f"register {number_of(asking)}", SPELLINGS[0], "跳过"):
        send(line)
    assert hits(asking) == columns
    send("确认报名")
    assert hits(asking) - columns == ({"registration.answers"} if off == "seal_in" else set())
    assert asking.engine.dialect.name != "sqlite" or DIGITS in bytes_of(asking)


def test_the_organiser_s_answer_is_kept_sealed_and_is_its_owner_s(asking: Chat) -> None:
    talk(asking, SPELLINGS[3])
    said = f"是{SPELLINGS[3]}，我妈妈的"
    with transaction(asking.engine) as db:
        row = db.row(select(REGISTRATION))
        assert row is not None
        sealed = row.answers["phone"]
        assert VAULT.open(sealed.removeprefix("sealed:")) == said
        exported = personal.export(db, row.member_id, VAULT)
    values = [c.value for each in exported if each.table == "registration" for r in each.rows for c in r]
    assert {"phone": said} in values


def test_what_waits_is_its_owner_s_too(asking: Chat) -> None:
    send = Sender(asking)
    send(f"register {number_of(asking)}")
    send(SPELLINGS[4])
    with transaction(asking.engine) as db:
        lin = db.value(select(ADDRESS.c.member_id).where(ADDRESS.c.channel == "page", ADDRESS.c.key == "lin"))
        exported = personal.export(db, lin, VAULT)
    memory = next(c.value for each in exported for r in each.rows for c in r if c.column == "memory")
    assert f'["text","{SPELLINGS[4]}"]' in memory


def test_its_writer_sees_it_masked_when_he_comes_back(asking: Chat) -> None:
    send = Sender(asking)
    live = send(f"我住{SPELLINGS[6]}").text
    with transaction(asking.engine) as db:
        address = db.value(select(ADDRESS.c.id).where(ADDRESS.c.channel == "page", ADDRESS.c.key == "lin"))
        last = history.before(db, address, None, 10)[-1]
    assert last.said is not None
    assert last.said.text == "我住138****5681"
    assert "「138****5681」" in live or "“138****5681”" in live


@pytest.mark.parametrize("spelling", SPELLINGS)
def test_a_name_with_a_number_is_refused_by_the_rule(say: Chat, spelling: str) -> None:
    with transaction(say.engine) as db:
        lin = db.value(select(MEMBER.c.id).where(MEMBER.c.code == "lin"))
        with pytest.raises(Refusal) as refused:
            profile.call(db, lin, f"小王{spelling}", NOW)
        assert refused.value.code == "profile.name"
        assert db.value(select(MEMBER.c.name).where(MEMBER.c.code == "lin")) == "林一"
