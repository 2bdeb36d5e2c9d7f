"""Which public service is asked for: by its name, mistyped or dictated, or as people put it who never heard the name."""

import tomllib
from pathlib import Path

import pytest

from handlers.understanding import service_rules, services
from handlers.understanding.services import LIKELY, SURE, Entry, Services
from models.folding import fold

_FILE = Path(__file__).with_name("service_questions.toml")
_TOP = 3
# The office's figure: what people ask for is among the first three.
_SHARE = 0.95


def _catalogue() -> tuple[Services, list[tuple[int, str]]]:
    rows = tomllib.loads(_FILE.read_text("utf-8"))["service"]
    entries = [Entry(key, row["name"], (), row["category"]) for key, row in enumerate(rows, 1)]
    return Services(entries), [(key, ask) for key, row in enumerate(rows, 1) for ask in row["asks"]]


def _missed() -> tuple[list[str], int]:
    catalogue, asks = _catalogue()
    top = {ask: [found.key for found in catalogue.ranked(fold(ask))[:_TOP]] for _, ask in asks}
    return [ask for key, ask in asks if key not in top[ask]], len(asks)


def _first(said: str, *names: str, aliases: tuple[str, ...] = ()) -> str | None:
    entries = [Entry(key, name, aliases if key == 1 else (), "") for key, name in enumerate(names, 1)]
    found = Services(entries).ranked(fold(said))
    return names[found[0].key - 1] if found else None


def test_what_people_ask_for_in_their_own_words_is_among_the_first_three() -> None:
    missed, asked = _missed()
    assert asked >= 90
    assert len(missed) <= asked * (1 - _SHARE), missed


def test_without_knowing_what_people_mean_it_is_not(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(service_rules, "meant_by_people", lambda _text: {})
    missed, asked = _missed()
    assert len(missed) > asked * (1 - _SHARE)


@pytest.mark.parametrize(
    ("said", "first"),
    [
        ("居主证怎么办", "居住证办理"),
        ("居住正办里", "居住证办理"),
        ("設保卡丟了", "社保卡补领"),
        ("我要办公正", "公证服务"),
        ("Where can I get residence permits?", "居住证办理"),
        ("residense permit, where is the permit office", "居住证办理"),
        ("周六有什么活动", None),
        ("", None),
    ],
)
def test_a_name_is_known_mistyped_dictated_and_in_other_letters(said: str, first: str | None) -> None:
    names = ("居住证办理", "社保卡补领", "公证服务", "营业执照变更")
    assert _first(said, *names, aliases=("residence permit",)) == first


def test_what_is_for_another_province_is_left_out_and_stands_behind_where_none_is_named() -> None:
    names = ("江苏婚姻档案代查", "安徽婚姻档案代查", "婚姻档案查阅")
    catalogue = Services([Entry(key, name, (), "窗口") for key, name in enumerate(names, 1)])

    def shown(said: str) -> list[str]:
        return [names[found.key - 1] for found in catalogue.ranked(said)]

    assert shown("合肥领的结婚证,档案能查吗")[0] == "安徽婚姻档案代查"
    assert "江苏婚姻档案代查" not in shown("安徽的婚姻档案")
    assert shown("结婚档案在哪里查")[0] == "婚姻档案查阅"
    assert catalogue.provinces("我是苏州人,老婆是合肥人") == ["江苏", "安徽"]
    assert [catalogue.province_of(key) for key in (1, 2, 3)] == ["江苏", "安徽", None]


def test_what_is_said_of_other_things_is_about_no_service() -> None:
    catalogue, _ = _catalogue()
    others = ("周六有什么活动", "楼道的灯坏了", "报名周四的瑜伽", "谢谢", "电梯早高峰等二十分钟", "我的报名", "what's on this weekend")  # fmt: skip
    scores = {said: catalogue.ranked(fold(said)) for said in others}
    assert {
        said: found[0].score for said, found in scores.items() if found and found[0].score >= LIKELY
    } == {}
    assert LIKELY < SURE <= catalogue.ranked("怀孕了去哪登记,老板不发工资")[0].score


def test_equally_likely_ones_stand_in_the_order_of_the_catalogue() -> None:
    same = Services([Entry(key, "婚姻档案查阅", (), "") for key in (3, 1, 2)])
    assert [found.key for found in same.ranked("婚姻档案")] == [1, 2, 3]
    assert Services().ranked("婚姻档案") == []


def test_each_rule_of_the_words_can_be_met() -> None:
    document = tomllib.loads((Path(services.__file__).with_name("service_words.toml")).read_text("utf-8"))
    rules = [rule for meaning in document["meaning"] for rule in meaning["says"]]
    words = [word.strip() for rule in rules for word in rule.removesuffix("~").replace("+", "|").split("|")]
    assert [word for word in words if not word] == []
    assert {word[1:] for word in words if word.startswith("@")} <= set(document["groups"])
    assert [meaning["means"] for meaning in document["meaning"] if not meaning["means"]] == []
