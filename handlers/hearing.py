"""The order in which a line is heard: what it means is decided here, in one place, for all forms."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import lru_cache

from handlers import meeting, replies, short, stations
from handlers.checks import bare, read_code, read_number, read_six
from handlers.help import people
from handlers.running import Outcome, answer, back, beside, go_on, leave, request
from handlers.talk import ACTIONS, Talk, examples, menu
from handlers.understanding import whereat
from handlers.understanding.intents import Intent, understand
from handlers.understanding.reading import read
from handlers.words import Reader, say
from models import checkin, invite, photo
from models.card import Card, Choice
from models.conversation import Form, Memory
from models.photo import Sent
from models.pushed import Pushed
from models.text import Text

# Words that mean the same everywhere, also in the middle of a form.
ESCAPES = {
    **dict.fromkeys(
        ("菜单", "主菜单", "帮助", "menu", "help", "start", "/start", "/help", "/menu", "?"), "help"
    ),
    **dict.fromkeys(("返回", "上一步", "back", "/back"), "back"),
    **dict.fromkeys(("取消", "退出", "算了", "cancel", "quit", "/cancel"), "cancel"),
    **dict.fromkeys(("人工", "找人工", "转人工", "人工服务", "human", "agent"), "person"),
}
# The misunderstanding that is answered with the menu, and with a person in the chat and a place with people.
PATIENCE = 3
_SENTENCE = re.compile(r"([a-z]+)(?: (\d{1,9})(?:\.(\d{1,3}))?)?")
# A code that we signed: it goes to its action whole, and is looked into there.
_SIGNED = re.compile(r"([a-z]+) ([\w-]{16,56})", re.ASCII)
_NTH = re.compile(r"第?(\d{1,2}|[一二两三四五六七八九十])(?:个|条|项|场)?")
_SHOWN_NUMBER = re.compile(r"^\d{1,2}\. ")


@dataclass(frozen=True, slots=True)
class Line:
    """What somebody sent, as far as the core cares. A forwarded line is somebody else's words.

    `attached` tells that a photo or a file came along, `photo` which one, where a question may want it; `location` is where on the map
    somebody says to be, latitude first, and `stale` that he was there a while ago; `scanned` that the text is what a code or a link said, not the sender.
    """

    text: str
    attached: bool = False
    forwarded: bool = False
    location: tuple[float, float] | None = None
    stale: bool = False
    scanned: bool = False
    photo: Sent | None = None


def learn(talk: Talk, news: Sequence[Pushed], numbered: Sequence[Pushed] = ()) -> None:
    """What was told since the last line, the newest first, can be answered as what was shown after it.

    A label that stands on several of them says nothing by itself. `numbered` are those that showed numbers to type.
    """
    if not news:
        return
    reader, memory = Reader(talk.person.language, talk.now, talk.zone), talk.memory
    cards = [card for each in news for card in each.cards]
    choices = [choice for card in cards for choice in (*card.pressable(), *card.numbered())]
    shown = {words for choice in choices for words in _typed(say(choice.label, reader))}
    memory.menu = [*_labels(choices, reader), *(each for each in memory.menu if each[0] not in shown)]
    meant = ([choice.says for card in each.cards for choice in card.numbered()] for each in numbered)
    memory.numbers = next((says for says in meant if says), memory.numbers)


def hear(talk: Talk, line: Line, shown: Memory) -> Outcome:
    """Answers one line. `shown` remembers what was shown where the line was said: in a group, the group's."""
    talk.shown = shown
    # A group does not hear of somebody's form; it is told to the person.
    dropped = not talk.in_group and talk.memory.set_aside(talk.now)
    asked = _open_questions(talk)
    said = _spoken(line, shown, None if talk.in_group else talk.memory.form)
    outcome = _decide(talk, line, said)
    if outcome.did == "unknown":
        _miss(talk, line)
    talk.memory.heard = talk.now.isoformat()
    if dropped:
        told = Card(Text("还要办，请再说一次。上次没填完的过了一天，没有提交，也没有保留。"), tone="notice")
        outcome = replace(outcome, cards=(told, *outcome.cards))
    if talk.in_group and not outcome.private:
        outcome = replace(outcome, cards=tuple(short.shortened(card) for card in outcome.cards))
    if meeting.is_due(talk):
        outcome = replace(outcome, cards=(*outcome.cards, meeting.welcome(talk)))
    _remember(talk, outcome, talk.memory if outcome.private else shown)
    meant = said if _SENTENCE.fullmatch(said.strip()) else None
    return replace(outcome, meant=meant, closed=tuple(sorted(asked - _open_questions(talk))))


def _miss(talk: Talk, line: Line) -> None:
    """What was not understood is remembered, so that one press hands it to a person."""
    if talk.memory.misses == 0:
        talk.memory.missed = []
    talk.memory.misses += 1
    talk.memory.missed = [*talk.memory.missed, *([line.text] if line.text else [])][-PATIENCE:]


def _open_questions(talk: Talk) -> set[int]:
    return {form.question for form in talk.memory.forms}


def _decide(talk: Talk, line: Line, said: str) -> Outcome:
    if line.photo and (taken := _photo(talk, line.photo)):
        return taken
    if line.location and (line.stale or line.forwarded):
        told = Card(Text("请再发一次位置，要现在的、自己的。刚才那个我们没有看。"), tone="notice")
        return beside(talk, Outcome("unknown", (told,)))
    if line.location and not line.text and (taken := _gathered(talk, here=list(line.location))):
        return taken
    if line.forwarded:
        return _forwarded(talk, line)
    if line.scanned:
        return _scanned(talk, line.text)
    if line.location and not line.text:
        return _somewhere(talk, line.location)
    if line.photo and not line.text:
        told = Card(
            Text("照片收到了。要反映问题，点“反映问题”，或者说一句是什么事。"),
            choices=menu(),
            tone="notice",
        )
        return beside(talk, Outcome("unknown", (told,)))
    if line.attached and not line.text:
        told = Card(Text("请用文字说一句。图片和文件，我们现在还看不了。"), choices=menu(), tone="notice")
        return beside(talk, Outcome("unknown", (told,)))
    if escape := ESCAPES.get(bare(said)):
        return _escape(talk, escape)
    if pressed := _sentence(talk, said) or _signed(talk, said):
        return pressed
    if talk.memory.form and not talk.in_group:
        return _in_form(talk, talk.memory.form, said)
    if digits := _read_aloud(talk, said):
        return digits
    if code := read_code(said):
        return request(talk, ACTIONS["join"], {"number": code})
    intent = _understand(talk, said)
    return request(talk, intent.action, intent.arguments) if intent else _not_understood(talk, line.text)


def _somewhere(talk: Talk, here: tuple[float, float]) -> Outcome:
    """What is on around there; or something is wrong there, which is said next."""
    place = whereat.nearest(talk.lexicon, here)
    talk.memory.near = None if place is None else [place, talk.now.isoformat()]
    outcome = request(talk, ACTIONS["activities"], {"around": list(here)})
    report = ACTIONS["report"]
    *rest, last = outcome.cards
    offered = any(choice.says == report.head for choice in last.choices)
    if talk.in_group or talk.memory.form:
        return outcome
    if nearest := stations.around(talk, here):
        outcome = replace(outcome, cards=(*outcome.cards, nearest))
        rest, last = [*rest, last], nearest
    if offered or report.menu is None:
        return outcome
    more = (*last.choices, Choice(report.menu, report.head))
    return replace(outcome, cards=(*rest, replace(last, choices=more)))


def _spoken(line: Line, shown: Memory, form: Form | None) -> str:
    """A number of the list, or the label of a button, stands for the sentence that the button says."""
    plain = bare(line.text)
    nth = _NTH.fullmatch(plain)
    number = read_number(nth[1]) if nth else None
    if number is not None and 1 <= number <= len(shown.numbers) and (form is None or form.numbers):
        return shown.numbers[number - 1]
    label = _SHOWN_NUMBER.sub("", plain)
    return next((says for known, says in shown.menu if known in (plain, label)), line.text)


def _sentence(talk: Talk, said: str) -> Outcome | None:
    """A known head with its number: what every button says, also an old one."""
    found = _SENTENCE.fullmatch(said.strip())
    if not found:
        return None
    head, number, nth = found.groups()
    if head == "answer" and number and nth:
        return _pressed_answer(talk, int(number), int(nth))
    if head not in ACTIONS or nth or (number and not ACTIONS[head].numbered):
        return None
    return request(talk, ACTIONS[head], {"number": int(number)} if number else {})


def _pressed_answer(talk: Talk, question: int, nth: int) -> Outcome:
    """A button of the open question answers it; one of an older question only tells that it is past."""
    form = None if talk.in_group else talk.memory.form
    if form and form.question == question and 1 <= nth <= len(form.options):
        return answer(talk, form, ["option", form.options[nth - 1]])[1]
    past = Card(Text("请看下面，刚才那个按钮已经过期。"), choices=() if form else menu(), tone="notice")
    return beside(talk, Outcome("answer", (past,)))


def _signed(talk: Talk, said: str) -> Outcome | None:
    """A signed code proves itself, also where somebody types what he read from it."""
    found = _SIGNED.fullmatch(said.strip())
    action = ACTIONS.get(found[1]) if found else None
    if found is None or action is None or not action.signed:
        return None
    return request(talk, action, {"code": found[2]})


def _read_aloud(talk: Talk, said: str) -> Outcome | None:
    """Six digits alone are those that are read aloud, while there is anything to check in to."""
    found = read_six(said)
    if found is None or not checkin.is_on(talk.db, talk.now):
        return None
    return request(talk, ACTIONS["checkin"], {"digits": found})


def _scanned(talk: Talk, said: str) -> Outcome:
    """A code on a wall or a link may be anybody's: it opens what is declared for that, and else the help."""
    if signed := _signed(talk, said):
        return signed
    found = _SENTENCE.fullmatch(said.strip())
    action = ACTIONS.get(found[1]) if found and not found[3] else None
    if found is None or action is None or not action.scans or bool(found[2]) != action.numbered:
        return request(talk, ACTIONS["help"], {})
    return request(talk, action, {"number": int(found[2])} if found[2] else {})


def _forwarded(talk: Talk, line: Line) -> Outcome:
    """Somebody else's words are never a command; they may be what a question asks for."""
    form = talk.memory.form
    if form and form.wants == "text" and line.text and not talk.in_group:
        return answer(talk, form, ["text", line.text])[1]
    told = Card(Text("要办什么，请直接说一句。转发来的内容，我们不会照着办。"), choices=menu(), tone="notice")
    return beside(talk, Outcome("unknown", (told,)))


def _photo(talk: Talk, sent: Sent) -> Outcome | None:
    """Where the open question wants a photo, it is its answer, whatever words go along; None elsewhere.

    It is noted there too: what is said next may be about it.
    """
    number = photo.receive(talk.db, talk.person.id, sent, talk.now)
    form = talk.memory.form
    if form is None or talk.in_group:
        return None
    if gathered := _gathered(talk, photos=number):
        return gathered
    return answer(talk, form, ["photo", number])[1] if form.wants == "photo" else None


def _gathered(talk: Talk, *, photos: int | None = None, here: list[float] | None = None) -> Outcome | None:
    """What is sent while the form of an action that takes such things is open goes along with it; None elsewhere."""
    form = talk.memory.form
    action = ACTIONS.get(form.head) if form else None
    if form is None or action is None or not action.gathers or talk.in_group:
        return None
    if photos is not None:
        form.arguments = {**form.arguments, "photos": [*(form.arguments.get("photos") or ()), photos]}
    if here is not None:
        form.arguments = {**form.arguments, "here": here}
    talk.memory.misses = 0
    return go_on(talk, form, "answer")


def _escape(talk: Talk, word: str) -> Outcome:
    talk.memory.misses = 0
    form = talk.memory.form
    if word in ACTIONS:
        return request(talk, ACTIONS[word], {})
    if form is None:
        return Outcome(
            word, (Card(Text("没有填到一半的，不用退出。想办什么，直接说就行。"), choices=menu()),)
        )
    left = back(talk, form) if word == "back" else leave(talk, form, word)
    # Said in a group too, it is about the person's own form, and no news for the others.
    return replace(left, private=True)


def _in_form(talk: Talk, form: Form, said: str) -> Outcome:
    """In doubt a line is the answer; a question that checks gives way to what it cannot take."""
    if form.wants == "choice" and (aloud := _read_aloud(talk, said)):
        return aloud
    if (code := read_code(said)) and (form.wants != "text" or _is_given(talk, code)):
        return request(talk, ACTIONS["join"], {"number": code})
    intent = _understand(talk, said)
    if form.wants == "text" and intent and intent.certain and not _is_dictated(form, intent):
        return request(talk, intent.action, intent.arguments)
    taken, outcome = answer(talk, form, ["text", said])
    if taken:
        return outcome
    if intent:
        return request(talk, intent.action, intent.arguments)
    if talk.memory.misses + 1 < PATIENCE:
        return replace(outcome, did="unknown")
    return replace(outcome, did="unknown", cards=(people(talk), *outcome.cards))


def _is_dictated(form: Form, intent: Intent) -> bool:
    """What staff write for others tells of trouble and danger too."""
    return ACTIONS[form.head].name.startswith("staff.") and intent.action.head == "report"


def _is_given(talk: Talk, code: int) -> bool:
    """Whether nine digits are a code also where any words are an answer; else it would stand among the answers.

    A number that is none counts as a wrong code, or here somebody could try as many as he likes.
    """
    if invite.locked_until(talk.db, talk.person.id, talk.now):
        return False
    found = invite.find(talk.db, talk.vault, code)
    if found is not None and invite.is_open(found, talk.now):
        return True
    invite.miss(talk.db, talk.person.id, talk.now)
    return False


def _not_understood(talk: Talk, said: str | None) -> Outcome:
    if talk.in_group:
        return Outcome("unknown", (short.not_understood(),))
    if said and (number := replies.asked_for_help(talk)):
        return request(talk, ACTIONS["ask"], {"number": number, "said": said})
    if talk.memory.misses + 1 >= PATIENCE:
        return Outcome("unknown", (people(talk),))
    reply = replies.offer(talk)
    choices = (reply, *menu()) if reply else menu()
    if talk.memory.misses:
        again = Text("请点下面一个，或者再换个说法。这一句我们还是没听懂。")
        return Outcome("unknown", (Card(again, choices=choices),))
    text = Text("请换个说法，比如“{example}”，或者点下面一个。这一句我们没听懂。", example=examples()[0])
    return Outcome("unknown", (Card(text, choices=choices),))


def _understand(talk: Talk, said: str) -> Intent | None:
    return understand(read(said, talk.now, talk.person, talk.lexicon), ACTIONS)


def _labels(choices: list[Choice], reader: Reader) -> list[list[str]]:
    """Each label and what it says, 更多 for 更多（还有6场） too; one that stands on several things says nothing."""
    says: dict[str, str | None] = {}
    for choice in choices:
        for words in _typed(say(choice.label, reader)):
            says[words] = choice.says if says.get(words, choice.says) == choice.says else None
    return [[label, sentence] for label, sentence in says.items() if sentence is not None]


# The same labels stand on nearly every card.
@lru_cache(maxsize=4096)
def _typed(label: str) -> tuple[str, ...]:
    """How a label is typed."""
    typed = bare(label)
    return tuple(dict.fromkeys(words for words in (typed, bare(typed.partition("(")[0])) if words))


def _numbered_labels(numbered: list[Choice], reader: Reader) -> list[list[str]]:
    """`5. 午间瑜伽`, as the line or the button of a list reads, where the title alone stands on several."""
    labels = [bare(say(choice.label, reader)) for choice in numbered]
    return [
        [f"{nth}. {label}", choice.says]
        for nth, (label, choice) in enumerate(zip(labels, numbered, strict=True), 1)
        if labels.count(label) > 1
    ]


def _remember(talk: Talk, outcome: Outcome, shown: Memory) -> None:
    """Keeps what can be pressed, and what a number means from now on."""
    reader = Reader(talk.person.language, talk.now, talk.zone)
    numbered: list[Choice] = [choice for card in outcome.cards for choice in card.numbered()]
    pressable = [choice for card in outcome.cards for choice in card.pressable()]
    if numbered or pressable:
        shown.menu = _labels([*pressable, *numbered], reader) + _numbered_labels(numbered, reader)
    form = talk.memory.form
    waits = form is not None and not form.numbers and not talk.in_group
    shown.numbers = [] if waits else [choice.says for choice in numbered]
