"""Runs a handler: once for a request, again from the top with each answer of its form."""

from dataclasses import dataclass, replace
from typing import Any

from handlers.talk import ACTIONS, Action, Arguments, Left, Pause, Question, Talk, menu, refused
from models.card import Card
from models.conversation import Form
from models.refusal import Refusal
from models.text import Text


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a line led to: the action of the contract, what is said, and whether a group may read it.

    `meant` is the sentence of a button that the line stood for, `closed` the questions that are open no more.
    """

    did: str
    cards: tuple[Card, ...] = ()
    private: bool = False
    meant: str | None = None
    closed: tuple[int, ...] = ()


def request(talk: Talk, action: Action, arguments: Arguments) -> Outcome:
    """A sentence that starts something; a form that waits stays open below its answer."""
    talk.memory.misses = 0
    if talk.in_group and action.in_group:
        action = ACTIONS[action.in_group]
    return beside(talk, run(talk, action, arguments))


def run(talk: Talk, action: Action, arguments: Arguments, form: Form | None = None) -> Outcome:
    """What the handler wrote is undone where it asks, refuses or leaves."""
    if not action.allow(talk.db, talk.person):
        if form:
            talk.memory.close(form)
        refusal = Card(Text("请到服务站问一问，这件事您在这里还不能办。"), choices=menu(), tone="notice")
        return Outcome(action.name, (refusal,), action.private)
    form = form or Form(action.head, action.version, arguments, began=talk.now.isoformat())
    inner = replace(talk, form=form, steps=0, asked=[])
    try:
        with talk.db.savepoint():
            card = action.handler(inner, **arguments)
    except Pause as pause:
        return Outcome(inner.did or action.name, (_wait(inner, form, pause.question),), action.private)
    except Left as left:
        card = left.card
    except Refusal as refusal:
        card = refused(refusal, *menu())
    talk.memory.close(form)
    talk.person, talk.gone = inner.person, inner.gone
    return Outcome(inner.did or action.name, (card,), action.private)


def _wait(talk: Talk, form: Form, question: Question) -> Card:
    """Opens the form at this question; its buttons carry a number that older questions do not have."""
    options = [option.value for option in question.options]
    if not form.question or (form.asked, form.options) != (talk.asked, options):
        talk.memory.question += 1
        form.question = talk.memory.question
    form.asked, form.options, form.wants = list(talk.asked), options, question.wants
    if talk.memory.open(form):
        question = replace(question, complaint=Text("先办这一份，刚才没填完的那份不留了。"))
    return question.card(form.question)


def answer(talk: Talk, form: Form, given: list[Any]) -> tuple[bool, Outcome]:
    """Gives the open question its answer; False where it does not fit and is asked again."""
    question = form.asked[-1]
    form.answers[question] = given
    outcome = go_on(talk, form, "answer")
    if form in talk.memory.forms and question in form.answers:
        refused = form.asked[-1] == question
        if refused or question not in form.asked:
            # Where the run stops at an earlier question, this one will be about something else.
            del form.answers[question]
        if refused:
            return False, outcome
    talk.memory.misses = 0
    return True, outcome


def go_on(talk: Talk, form: Form, did: str) -> Outcome:
    """Runs the form's handler again; `did` is what the line counts as while it still asks."""
    action = ACTIONS.get(form.head)
    if action is None:
        talk.memory.close(form)
        gone = Card(Text("请从菜单重新开始，这件事的办法刚刚改了。"), choices=menu(), tone="notice")
        return beside(talk, Outcome("answer", (gone,)))
    if form.version != action.version:
        # The questions mean something else since the last deployment: their answers are asked anew.
        form.answers, form.asked, form.version = {}, [], action.version
    outcome = run(talk, action, form.arguments, form)
    if form in talk.memory.forms:
        return replace(outcome, did=did)
    return beside(talk, outcome)


def back(talk: Talk, form: Form) -> Outcome:
    """One question back; before the first one there is nothing, and the form is left."""
    if len(form.asked) < 2:
        return leave(talk, form, "back")
    form.answers.pop(form.asked[-2], None)
    return go_on(talk, form, "back")


def leave(talk: Talk, form: Form, did: str) -> Outcome:
    talk.memory.close(form)
    choices = () if talk.memory.forms else menu()
    return beside(talk, Outcome(did, (Card(Text("已经退出，什么都没有提交。"), choices=choices),)))


def beside(talk: Talk, outcome: Outcome) -> Outcome:
    """The answer to something else, and below it the question of the form that waits."""
    form = talk.memory.form
    asks = bool(outcome.cards) and outcome.cards[-1].tone == "question"
    if form is None or asks or talk.in_group:
        return outcome
    waiting = go_on(talk, form, "answer")
    # A form that ends because the other sentence did what it was about has nothing more to say.
    below = [card for card in waiting.cards if card not in outcome.cards]
    cards = (*outcome.cards, *(_reminding(card) for card in below))
    return Outcome(outcome.did, cards, outcome.private or waiting.private)


def _reminding(card: Card) -> Card:
    """A question that was shown before: what it is about is only named in it."""
    return replace(card, articles=tuple(replace(article, facts=(), body=None) for article in card.articles))
