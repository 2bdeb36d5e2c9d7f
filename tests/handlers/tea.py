"""A form of each sort of question: what to drink (any words), how many cups (a number), sure? (a choice)."""

from handlers.checks import Number, words
from handlers.talk import ACTIONS, Allow, Option, Phrase, Talk, anybody, on
from models.card import Card
from models.text import Text

DRINK, CUPS, SURE = "喝什么茶？", "要几杯？", "就这样点，对吗？"
NO_NUMBER = "请发一个数字，比如“1”。"
MOST = 5


def declare(*, version: int = 1, drink: str = "drink", allow: Allow = anybody, head: str = "tea") -> None:
    """Declares the form, in place of an earlier one; `drink` is the name of its first question."""
    ACTIONS.pop(head, None)

    @on(
        "tea.order",
        head=head,
        allow=allow,
        private=True,
        version=version,
        phrases=(Phrase("^点茶$", weight=4),),
    )
    def order(talk: Talk) -> Card:
        wanted = talk.ask(drink, Text(DRINK), check=words)
        check = Number(1, MOST, lambda _number: Text("最多{count}杯。", count=MOST))
        cups = talk.ask("cups", Text(CUPS), check=check)
        yes, no = Option("yes", Text("就这样"), ("好",)), Option("no", Text("不点了"))
        if talk.ask("sure", Text(SURE), yes, no) == "no":
            return Card(Text("好的，没有点。"))
        return Card(Text("点好了：{drink}，{cups}杯。", drink=wanted, cups=cups), tone="done")
