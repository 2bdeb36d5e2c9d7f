"""The whole vocabulary of a handler: `@on` declares it, `Talk` is what it gets, `ask` is how it asks."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from inspect import signature
from typing import TYPE_CHECKING, Any, Generic, NoReturn, TypeVar, overload
from zoneinfo import ZoneInfo

from handlers.checks import bare
from models import member
from models.card import Article, Card, Choice
from models.conversation import Form, Memory
from models.database import Db
from models.member import Person
from models.refusal import Refusal
from models.schedule import Schedule
from models.text import Text
from models.vault import Vault

if TYPE_CHECKING:
    from handlers.understanding.lexicon import Lexicon
    from handlers.understanding.reading import Reading

T = TypeVar("T")
Handler = Callable[..., Card]
Arguments = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Option(Generic[T]):
    """One answer that a question offers; `also` are words that mean the same when they are typed."""

    value: T
    label: Text
    also: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Phrase:
    """How people say it: a pattern over folded text.

    `needs` names what the sentence must hold besides (an attribute of Reading), `unless` what it must
    not; the heaviest phrase that fits decides, and among equals the one declared first. One that `yields` may well
    be the answer to an open question.
    """

    pattern: str
    weight: int = 2
    needs: str | None = None
    unless: str | None = None
    yields: bool = False


@dataclass(frozen=True, slots=True)
class Action:
    """A handler as declared: `head` begins the sentence that its buttons say, `numbered` with a number.

    A `signed` one takes a code that we signed instead, as `checkin dGhpcyBpcyBzaWduZWQ`.
    """

    name: str
    head: str
    handler: Handler
    allow: "Allow"
    menu: Text | None
    example: Text | None
    for_staff: bool
    rank: int
    private: bool
    scans: bool
    in_group: str | None
    version: int
    numbered: bool
    signed: bool
    phrases: tuple[Phrase, ...]
    reads: "Callable[[Reading], Arguments]"
    gathers: bool = False


ACTIONS: dict[str, Action] = {}


# Who may: asked before each run of a handler.
Allow = Callable[[Db, Person], bool]


def anybody(_db: Db, _person: Person) -> bool:
    """Everybody may; what is not allowed to anybody says to whom it is."""
    return True


def administrators(db: Db, person: Person) -> bool:
    """Only who administers the community."""
    return member.is_administrator(db, person.id)


def _nothing(_reading: object) -> Arguments:
    return {}


def on(
    name: str,
    *,
    head: str,
    allow: Allow,
    menu: Text | None = None,
    example: Text | None = None,
    for_staff: bool = False,
    rank: int = 100,
    private: bool = False,
    scans: bool = False,
    gathers: bool = False,
    in_group: str | None = None,
    version: int = 1,
    phrases: tuple[Phrase, ...] = (),
    reads: "Callable[[Reading], Arguments]" = _nothing,
) -> Callable[[Handler], Handler]:
    """Declares a handler for an action of the contract.

    `menu` puts it into the menu and `example` into the help (`for_staff`: of staff alone), in the order of `rank`; `private` keeps its answer out of group chats;
    `scans`: its sentence may also come from a code or a link that somebody else made, so that it gives nothing
    away and does nothing by itself that its reader would mind. `gathers`: photos and a location that are sent while
    its form is open go along with it, as the arguments `photos` and `here`. `in_group` is the head of what it means where it is
    said in a group. `reads` takes its arguments from what was
    understood. A new `version` starts forms that wait anew.
    """

    def declare(handler: Handler) -> Handler:
        if head in ACTIONS:
            raise ValueError(f"the head {head!r} is declared twice")
        taken = signature(handler).parameters
        ACTIONS[head] = Action(
            name,
            head,
            handler,
            allow,
            menu,
            example,
            for_staff,
            rank,
            private,
            scans,
            in_group,
            version,
            "number" in taken,
            "code" in taken,
            phrases,
            reads,
            gathers,
        )
        return handler

    return declare


def press(head: str, number: int | None = None) -> str:
    """The sentence of a button: a head and a public number, never more than 64 bytes."""
    return head if number is None else f"{head} {number}"


class Pause(BaseException):
    """A handler asks and leaves. Not an Exception, so that no handler catches it by mistake."""

    def __init__(self, question: "Question") -> None:
        super().__init__(question.name)
        self.question = question


@dataclass(frozen=True, slots=True)
class Question:
    """What is asked; `complaint` says why the answer that was given does not do."""

    name: str
    text: Text
    options: tuple[Option[Any], ...]
    about: tuple[Article, ...]
    step: tuple[int, int] | None
    wants: str
    complaint: Text | None = None

    def card(self, number: int) -> Card:
        """The question as a card; `number` tells its buttons from those of other questions."""
        # Where a number may be the answer, the options are words to type and take no number of a list.
        aside = self.wants not in ("choice", "photo")
        choices = [
            Choice(option.label, f"answer {number}.{nth}", aside)
            for nth, option in enumerate(self.options, 1)
        ]
        text = self.text
        if self.complaint:
            text = Text("{complaint}\n{question}", complaint=self.complaint, question=text)
        return Card(
            text,
            choices=(*choices, *ASIDES),
            articles=self.about,
            tone="question",
            step=self.step,
        )


ASIDES = (
    Choice(Text("返回"), "back", aside=True),
    Choice(Text("取消"), "cancel", aside=True),
)


@dataclass(slots=True)
class Talk:
    """One message's run of a handler: everything comes in here, nothing is looked up elsewhere.

    `memory` is the person's; `shown` remembers what was shown where the line was said: in a group, the group's.
    `address` is where the person is answered, also from a group, and `group` the address of that group.
    `did` is what the line was, where it turned out to be something else than its action.
    `gone`: nothing is remembered of this person any more, not even this line.
    """

    db: Db
    person: Person
    now: datetime
    zone: ZoneInfo
    lexicon: "Lexicon"
    memory: Memory
    vault: Vault
    address: int
    schedule: Schedule
    in_group: bool = False
    group: int | None = None
    shown: Memory = field(default_factory=Memory)
    form: Form | None = None
    steps: int = 0
    asked: list[str] = field(default_factory=list)
    gone: bool = False
    did: str | None = None
    registrations_a_minute: int | None = None
    public_url: str | None = None
    paces: Mapping[str, float] = field(default_factory=dict)

    @overload
    def ask(self, name: str, text: Text, *options: Option[T], about: tuple[Article, ...] = ()) -> T: ...

    @overload
    def ask(
        self,
        name: str,
        text: Text,
        *options: Option[T],
        check: Callable[[str], T],
        about: tuple[Article, ...] = (),
    ) -> T: ...

    def ask(
        self,
        name: str,
        text: Text,
        *options: Option[Any],
        check: Callable[[str], Any] | None = None,
        about: tuple[Article, ...] = (),
    ) -> Any:
        """The answer to this question, or leaves with the question. Without options any text answers.

        The handler runs again from the top with each answer, so a name stands for one question only, and
        random values and writes come after the last one. `check` gives the value or raises Refusal.
        """
        if name in self.asked:
            raise ValueError(f"the question {name!r} is asked twice in one run")
        self.asked.append(name)
        wants = "choice" if options and not check else getattr(check, "wants", "text")
        step = (len(self.asked), self.steps) if self.steps > 1 else None
        question = Question(name, text, options, about, step, wants)
        answer = self.form.answers.get(name) if self.form else None
        if answer is None:
            raise Pause(question)
        return _take(question, answer, check)

    def keep(self, **resolved: Any) -> None:
        """What the first run found out holds for the next ones, whatever is shown or passes meanwhile."""
        if self.form:
            self.form.arguments = {**self.form.arguments, **resolved}

    def leave(self, refusal: Refusal, *choices: Choice) -> NoReturn:
        """Ends the handler with a rule's refusal and the next steps that it can offer."""
        raise Left(refused(refusal, *choices))


class Left(Exception):  # noqa: N818  (a way out, not a fault)
    """A handler ended early with this card; what it wrote is undone."""

    def __init__(self, card: Card) -> None:
        super().__init__(card.text.message)
        self.card = card


def refused(refusal: Refusal, *choices: Choice) -> Card:
    return Card(refusal.sentence, choices=choices, tone="notice", refs=refusal.refs)


def _take(question: Question, answer: list[Any], check: Callable[[str], Any] | None) -> Any:
    """The value of a stored answer; leaves with the question again where it does not fit (any more)."""
    kind, given = answer
    if kind == "photo":
        if question.wants != "photo":
            raise Pause(question)
        return given
    if kind == "option":
        for option in question.options:
            if option.value == given:
                return option.value
        raise Pause(_again(question, Text("请重新选一个，刚才选的现在没有了。")))
    for option in question.options:
        if bare(given) in {bare(option.label.message), *option.also}:
            return option.value
    if check is None:
        if not question.options:
            return given
        raise Pause(_again(question, Text("请从下面选一个。")))
    try:
        return check(given)
    except Refusal as refusal:
        raise Pause(_again(question, refusal.sentence)) from None


def _again(question: Question, complaint: Text) -> Question:
    return Question(
        question.name,
        question.text,
        question.options,
        question.about,
        question.step,
        question.wants,
        complaint,
    )


def menu(actions: Mapping[str, Action] = ACTIONS) -> tuple[Choice, ...]:
    """The menu, collected from the handlers."""
    ranked = sorted(actions.values(), key=lambda action: action.rank)
    return tuple(Choice(action.menu, action.head) for action in ranked if action.menu)


def examples(actions: Mapping[str, Action] = ACTIONS, *, for_staff: bool = False) -> tuple[Text, ...]:
    """What everybody can say, or what staff can besides: an example of each, collected from the handlers."""
    ranked = sorted(actions.values(), key=lambda action: action.rank)
    return tuple(action.example for action in ranked if action.example and action.for_staff is for_staff)
