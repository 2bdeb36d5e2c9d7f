"""Which service of the catalogue is meant, where something is to be done with one."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Row

from handlers import checks
from handlers.talk import Arguments, Option, Talk, menu
from handlers.understanding.reading import Reading
from handlers.understanding.services import LIKELY, Found
from models import service
from models.card import Article
from models.folding import fold
from models.refusal import Refusal
from models.text import Text, prose

_OFFERED = 5
# So much likelier than the next one, it is meant.
_FAR = 1.5


def named(reading: Reading) -> Arguments:
    """The services that a sentence is about, the likeliest first; one alone where no other can be meant."""
    return {"services": _likeliest(reading.services_found)}


def one(talk: Talk, number: int | None, services: Sequence[int] | None, question: Text) -> Row[Any]:
    """The service with this number; else which of these, or whichever is named then."""
    if number is not None:
        return _there(talk, number)
    keys = list(services or ())
    if not keys:
        keys = talk.ask("what", question, check=lambda said: _sought(talk, said))
    found = [each for each in (service.find(talk.db, key) for key in keys) if each is not None]
    if len(found) > 1:
        options = [Option(each.id, prose(each.name)) for each in found]
        chosen = talk.ask("which", Text("是哪一项？"), *options)
        found = [each for each in found if each.id == chosen]
    return found[0] if found else _there(talk, 0)


def subject(of: Row[Any]) -> Article:
    """What a question about a service shows."""
    return Article(prose(of.name), service.ref(of))


def _there(talk: Talk, number: int) -> Row[Any]:
    found = service.find(talk.db, number)
    if found is None:
        talk.leave(Refusal("service.unknown", Text("请发“办事”，从单子里选。没有找到这一项。")), *menu())
    return found


def _sought(talk: Talk, said: str) -> list[int]:
    """Raises Refusal where nothing is called so."""
    found = _likeliest(talk.lexicon.services.ranked(fold(checks.words(said))))
    if not found:
        raise Refusal("service.unnamed", Text("请换个名字说，比如“居住证”。没有找到这一项。"))
    return found


def _likeliest(found: Sequence[Found]) -> list[int]:
    whole = [each for each in found if each.whole]
    if len(whole) == 1:
        return [whole[0].key]
    likely = [each for each in whole or found if each.whole or each.score >= LIKELY]
    if len(likely) > 1 and likely[0].score > _FAR * likely[1].score:
        likely = likely[:1]
    return [each.key for each in likely[:_OFFERED]]
