"""People who are registered and will be reminded: when of what, and what became of it."""

import asyncio
from collections import Counter
from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import Engine, insert, select, update

from models.activity import ACTIVITY
from models.database import transaction
from models.member import ADDRESS
from models.registration import REGISTRATION
from models.reminder import REMINDER
from tests.chaos import crowd

MINUTE = timedelta(minutes=1)


def register(
    engine: Engine,
    chats: Sequence[int],
    dues: Sequence[datetime],
    starts: datetime,
    before: int | None = None,
) -> None:
    """Each of them goes to something that starts then, and is to be reminded of it when it is due, one by one.

    `before` is how many minutes before the start that is meant to be; without it, what it is.
    """
    with transaction(engine) as db:
        busy = select(REGISTRATION.c.activity_id)
        activity = db.value(select(ACTIVITY.c.id).where(ACTIVITY.c.id.not_in(busy)).limit(1))
        ends = starts + timedelta(hours=1)
        db.run(update(ACTIVITY).where(ACTIVITY.c.id == activity).values(starts=starts, ends=ends))
        for chat, due in zip(chats, dues, strict=True):
            who = db.value(select(ADDRESS.c.member_id).where(ADDRESS.c.key == str(chat)))
            registered = db.insert(
                insert(REGISTRATION), activity_id=activity, member_id=who, seats=1, answers={}, state="confirmed",
                at=due - timedelta(days=1),
            )  # fmt: skip
            db.insert(
                insert(REMINDER), registration_id=registered, before=before or int((starts - due) / MINUTE), starts=starts, due=due, state="waiting"
            )  # fmt: skip


def states(engine: Engine) -> Counter[str]:
    with engine.connect() as connection:
        return Counter(connection.execute(select(REMINDER.c.state)).scalars())


async def until_told(engine: Engine) -> None:
    """Until no reminder waits, and what was written down for them is settled."""
    while (await asyncio.to_thread(states, engine))["waiting"]:
        await asyncio.sleep(0.1)
    await crowd.until_settled(engine, 0)
