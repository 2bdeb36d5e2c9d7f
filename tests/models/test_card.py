"""A card goes to JSON and comes back the same; what can be pressed and what is numbered is decided by it."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as some

from models.card import Article, Card, Choice, State
from models.text import Text, as_said
from tests.models.test_text import texts

words = some.text(max_size=8)
choices = some.lists(some.builds(Choice, texts, words, some.booleans(), some.booleans()), max_size=3).map(
    tuple
)
articles = some.builds(
    Article,
    title=texts,
    ref=words,
    state=some.none() | some.builds(State, texts, some.sampled_from(["good", "warning", "past"])),
    facts=some.lists(some.tuples(texts, texts), max_size=2).map(tuple),
    body=some.none() | texts,
    choices=choices,
)
cards = some.builds(
    Card,
    text=texts,
    choices=choices,
    articles=some.lists(articles, max_size=3).map(tuple),
    tone=some.sampled_from(["plain", "question", "done", "notice"]),
    step=some.none() | some.tuples(some.integers(0, 9), some.integers(0, 9)),
    refs=some.lists(words, max_size=2).map(tuple),
)


@given(cards)
def test_there_and_back(card: Card) -> None:
    assert Card.load(json.loads(json.dumps(card.dump()))) == card


def test_what_is_stored() -> None:
    assert Card(Text("好")).dump() == {"text": ["好", {}], "tone": "plain"}
    assert Card(
        Text("哪一场？"),
        choices=(Choice(Text("返回"), "back", aside=True),),
        articles=(
            Article(
                as_said("瑜伽"),
                "activity:yoga",
                State(Text("已满"), "warning"),
                ((Text("地点"), as_said("塔")),),
                choices=(Choice(Text("报名"), "register 7"),),
            ),
        ),
        tone="question",
        step=(1, 2),
        refs=("place:tower",),
    ).dump() == {
        "text": ["哪一场？", {}],
        "tone": "question",
        "choices": [[["返回", {}], "back", True]],
        "articles": [
            {
                "title": ["{words}", {"words": "瑜伽"}],
                "ref": "activity:yoga",
                "state": [["已满", {}], "warning"],
                "facts": [[["地点", {}], ["{words}", {"words": "塔"}]]],
                "body": None,
                "choices": [[["报名", {}], "register 7", False]],
            }
        ],
        "step": [1, 2],
        "refs": ["place:tower"],
    }


def article(name: str, *says: str) -> Article:
    return Article(as_said(name), f"activity:{name}", choices=tuple(Choice(Text(say), say) for say in says))


BACK = Choice(Text("返回"), "back", aside=True)
MORE = Choice(Text("更多"), "more 1")
SHOWN: dict[str, tuple[Card, list[str], list[str]]] = {
    "nothing": (Card(Text("好")), [], []),
    "choices": (Card(Text("好"), choices=(MORE, BACK)), ["more 1"], ["more 1", "back"]),
    "one thing: what one can do with it": (
        Card(Text("好"), articles=(article("yoga", "register 7", "remind 7"),), choices=(MORE, BACK)),
        ["register 7", "remind 7", "more 1"],
        ["register 7", "remind 7", "more 1", "back"],
    ),
    "a list: the first choice of each opens it": (
        Card(
            Text("好"),
            articles=(article("yoga", "show 7", "register 7"), article("choir", "show 8")),
            choices=(MORE, BACK),
        ),
        ["show 7", "show 8", "more 1"],
        ["show 7", "register 7", "show 8", "more 1", "back"],
    ),
}


@pytest.mark.parametrize("name", SHOWN)
def test_numbers_and_buttons(name: str) -> None:
    card, numbered, pressable = SHOWN[name]
    assert [choice.says for choice in card.numbered()] == numbered
    assert [choice.says for choice in card.pressable()] == pressable


def test_a_number_for_each_of_a_list_also_where_one_cannot_be_opened() -> None:
    card = Card(
        Text("好"), articles=(article("yoga", "show 7"), article("closed"), article("choir", "show 8"))
    )
    numbered = list(card.numbered())
    assert [choice.label for choice in numbered] == [as_said("yoga"), as_said("closed"), as_said("choir")]
    assert (numbered[0].says, numbered[2].says) == ("show 7", "show 8")


def test_what_is_shown_in_order() -> None:
    nameless = Article(as_said("小计"), "")
    card = Card(Text("好"), articles=(article("yoga"), nameless, article("choir")), refs=("place:tower",))
    assert card.shown == ("place:tower", "activity:yoga", "activity:choir")


def test_what_is_named_and_listed_is_shown_once_in_the_order_of_the_names() -> None:
    listed = tuple(Article(Text("好"), ref) for ref in ("activity:a", "activity:b"))
    card = Card(Text("好"), articles=listed, refs=("activity:a", "activity:b", "activity:c"))
    assert card.shown == ("activity:a", "activity:b", "activity:c")
