"""Writing to those who take part in one activity: who looks after it writes to them, and to nobody else."""

from handlers import broadcast_cards, broadcasts
from handlers.talk import Option, Talk, anybody, on
from handlers.understanding import telling
from models import activity, broadcast_draft, duty, roster
from models.activity import Listing
from models.audience import Audience
from models.card import Article, Card
from models.text import Text, prose


@on("staff.broadcast", head="message", allow=anybody, private=True)
def message(talk: Talk, number: int = 0) -> Card:
    """The words, and to whom: those with a seat, those who wait too. What follows is as with every notice to many."""
    wanted = activity.find(talk.db, number)
    if wanted.contact_id != talk.person.id:
        duty.check(talk.db, talk.person.id, wanted.place_id, wanted.ref)
    about = (Article(prose(wanted.title), wanted.ref),)
    audience = _whom(talk, wanted, about)
    words = talk.ask("words", Text("请写内容，会原样发给{whom}。", whom=broadcast_cards.whom(talk.db, audience)),
                     check=broadcasts.message, about=about)  # fmt: skip
    texts = telling.by_language(words)
    written = broadcast_draft.draft(talk.db, talk.person.id, texts, audience, talk.now)
    return broadcast_cards.preview(talk.db, written, talk.now, talk.schedule)


def _whom(talk: Talk, wanted: Listing, about: tuple[Article, ...]) -> Audience:
    """Asked only where somebody waits."""
    counts, _ = roster.counts(talk.db, wanted)
    if not counts.waiting + counts.offered:
        return Audience(activities=(wanted.id,))
    seated = Option("seated", Text("报名的人"), ("报名",))
    both = Option("both", Text("都发"), ("都", "全部", "both", "all"))
    waiting = Option("waiting", Text("候补的人"), ("候补",))
    chosen = talk.ask("whom", Text("发给哪些人？"), seated, both, waiting, about=about)
    return Audience(
        activities=(wanted.id,) if chosen != "waiting" else (),
        waiting=(wanted.id,) if chosen != "seated" else (),
    )
