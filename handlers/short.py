"""In a group we are short: a few lines, and the rest in private, where nobody else has to read it."""

from dataclasses import replace

from handlers.talk import examples, press
from models.card import Card, Choice
from models.text import Text

# So many things, and so many buttons below them.
MOST = 3


ALONE = Choice(Text("去私聊"), press("alone"), private=True)


def shortened(card: Card) -> Card:
    """What of it a group is shown; what was left out is to be had in private."""
    articles, choices = card.articles[:MOST], card.choices[:MOST]
    if (articles, choices) == (card.articles, card.choices):
        return card
    away = any(choice.private for choice in choices)
    return replace(card, articles=articles, choices=choices if away else (*choices[: MOST - 1], ALONE))


def helped() -> Card:
    """What one can say in a group."""
    text = Text("请@我们说一句，比如“{example}”。报名和查自己的，到私聊里办。", example=examples()[0])
    return Card(text, choices=(ALONE,))


def not_understood() -> Card:
    text = Text("请换个说法，比如“{example}”，或者到私聊里说。这一句我们没听懂。", example=examples()[0])
    return Card(text, choices=(ALONE,), tone="notice")


def waiting() -> Card:
    """To somebody to whom we may not write before he does."""
    return Card(Text("请点下面，到私聊里看答复，第一次要先点开始。"), choices=(ALONE,), tone="notice")
