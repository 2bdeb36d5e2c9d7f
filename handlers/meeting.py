"""What a newcomer is asked, once, below the answer to what he came for: a card, and no form."""

from handlers.language import LANGUAGES
from handlers.profile import party_row
from handlers.subscriptions import purpose_row
from handlers.talk import Talk, press
from models import member
from models.card import Article, Card, Choice, State
from models.consent import PURPOSES
from models.text import Text


def is_due(talk: Talk) -> bool:
    """Whether nothing else is open: whoever is in the middle of something is asked after it."""
    return talk.person.newcomer and not (talk.in_group or talk.gone or talk.memory.forms)


def welcome(talk: Talk) -> Card:
    """Everything optional, each line a button; whoever passes it by misses nothing."""
    member.welcome(talk.db, talk.person.id, talk.now)
    articles = (
        _asked(Text("住在哪里"), Choice(Text("填写"), press("livein"))),
        _asked(Text("在哪里上班"), Choice(Text("填写"), press("workat"))),
        _asked(
            Text("语言"),
            Choice(Text("换语言"), press("language")),
            State(LANGUAGES[talk.person.language], "good"),
        ),
        *(purpose_row(talk, each) for each in PURPOSES.values() if each.sends),
        party_row(talk),
    )
    return Card(Text("初次见面。下面的可以不管，不填也照样办事。想填就点一下，随时能改。"), articles=articles)


def _asked(what: Text, choice: Choice, state: State | None = None) -> Article:
    return Article(what, "", state=state, choices=(choice,))
