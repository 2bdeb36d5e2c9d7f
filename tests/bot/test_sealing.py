"""A phone number that one person tells another: sealed in the ledger, read by whom it is for, on each way there."""

from sqlalchemy import select

from bot.app import App
from bot.channels.page.identity import Visitor
from bot.channels.page.looking import News
from bot.channels.page.printing import Printer
from bot.sealing import opened_outgoing
from models import history, member, notice, phone
from models.card import Card
from models.claiming import claim
from models.conversation import Memory
from models.database import Db
from models.history import Exchange
from models.notice import NOTICE
from models.preparing import prepare
from models.text import Text, as_said
from tests.conftest import NOW

NUMBER = "13812345678"


async def tell(app: App, kind: str) -> None:
    """Somebody is told a number that is sealed."""
    card = Card(Text("{words}", words=as_said(phone.seal_in(f"请打{NUMBER}", app.equipment.vault))))

    def work(db: Db) -> None:
        _, person = member.meet(db, "page", "hu", "zh-Hans")
        notice.tell_member(db, [card], person.id, NOW, kind=kind)

    await app.read(work)


async def sent(app: App) -> str:
    """What a channel is given."""

    def work(db: Db) -> str:
        (outgoing,) = prepare(db, claim(db, NOW, ["page"], 1), NOW)
        return str([part.dump() for part in opened_outgoing(outgoing, app.equipment.vault).parts])

    return await app.read(work)


async def test_it_is_sealed_in_the_ledger_and_opened_when_it_is_sent(app: App) -> None:
    await tell(app, "answer")
    assert NUMBER not in str(await app.read(lambda db: db.value(select(NOTICE.c.cards))))
    assert NUMBER in await sent(app)


async def test_what_is_for_many_is_not_looked_through(app: App) -> None:
    await tell(app, "notice")
    assert NUMBER not in await sent(app)


async def test_the_page_opens_what_came_unasked_and_nothing_else(app: App) -> None:
    sealed = Card(as_said(phone.seal_in(f"请打{NUMBER}", app.equipment.vault)))
    said = history.Line("收件箱", None, (), None)
    for line, opened in ((None, True), (said, False)):
        told = News("", (Exchange(1, NOW, line, (sealed,)),))
        html = Printer(app).news(told, Visitor("hu"))["exchanges"][0]["html"]
        assert (NUMBER in html) is opened


async def test_the_lines_that_wait_for_a_person_are_sealed_too(app: App) -> None:
    from bot.sealing import Sealing

    sealing = Sealing.of(app.equipment.vault, NUMBER)
    kept = sealing.sealed(Memory(missed=[f"打{NUMBER}"]))
    assert NUMBER not in kept.dump()
    assert Sealing.of(app.equipment.vault, "", kept.dump()).opened(kept.dump()).missed == [f"打{NUMBER}"]
