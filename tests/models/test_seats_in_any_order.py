"""Registering, cancelling and loading the pack again, in whatever order: the counter stays the sum of the rows."""

from datetime import datetime, timedelta
from typing import Any

from hypothesis import settings
from hypothesis import strategies as some
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule
from sqlalchemy import select
from sqlmodel import SQLModel

from models import activity, registering, store
from models.activity import ACTIVITY
from models.activity_entry import ActivityEntry
from models.change import Change
from models.community import CommunityEntry
from models.database import Db, open_engine, table_of, transaction
from models.member import MEMBER, MemberEntry
from models.pack import Pack
from models.place import PlaceEntry
from models.refusal import Refusal
from models.registration import REGISTRATION
from tests.conftest import NOW

CHANGE = table_of(Change)
PEOPLE = ("lin", "he", "mei", "anna")
# Capacity and seats taken outside the bot.
ACTIVITIES: dict[str, tuple[int | None, int]] = {"small": (3, 0), "partly": (5, 2), "endless": (None, 0)}
people, activities = some.sampled_from(PEOPLE), some.sampled_from(list(ACTIVITIES))


def written(taken: dict[str, int], starts: datetime) -> Pack:
    """The community as its pack says it now."""
    entries: dict[str, dict[str, Any]] = {
        "community": {"": CommunityEntry(name="银杏社区", timezone="Asia/Shanghai")},
        "place": {"tower": PlaceEntry(id="tower", kind="building", name="云杉大厦")},
        "member": {code: MemberEntry(id=code, handle=f"console:{code}", name=code) for code in PEOPLE},
        "activity": {
            code: ActivityEntry(
                id=code,
                kind="salon",
                title=code,
                place="tower",
                starts=starts,
                ends=starts + timedelta(hours=1),
                capacity=capacity,
                taken=taken[code],
            )
            for code, (capacity, _) in ACTIVITIES.items()
        },
    }
    return Pack(entries)


class Seats(RuleBasedStateMachine):
    """`live` is what should be there: the party of each person at each activity."""

    def __init__(self) -> None:
        super().__init__()
        self.engine = open_engine("sqlite://")
        SQLModel.metadata.create_all(self.engine)
        self.taken = {code: taken for code, (_, taken) in ACTIVITIES.items()}
        self.live: dict[tuple[str, str], int] = {}
        self.cancelled = 0
        self.load()

    def teardown(self) -> None:
        self.engine.dispose()

    def load(self) -> None:
        with transaction(self.engine) as db:
            store.store(db, written(self.taken, NOW + timedelta(days=1)))

    def given(self, code: str) -> int:
        return sum(party for (_, where), party in self.live.items() if where == code)

    def free(self, code: str) -> int | None:
        capacity, _ = ACTIVITIES[code]
        return None if capacity is None else capacity - self.taken[code] - self.given(code)

    @rule(who=people, code=activities, party=some.integers(0, 12))
    def register(self, who: str, code: str, party: int) -> None:
        free = self.free(code)
        if (who, code) in self.live:
            expected = "registration.already"
        elif party < 1 or party > 10:
            expected = "registration.party"
        elif free == 0:
            expected = "activity.full"
        elif free is not None and party > free:
            expected = "registration.party"
        else:
            expected, self.live[who, code] = "", party
        with transaction(self.engine) as db:
            wanted, member = self._found(db, who, code)
            try:
                registering.register(db, wanted, member, party, {}, NOW)
                told = ""
            except Refusal as refusal:
                told = refusal.code
        assert told == expected

    @rule(who=people, code=activities)
    def cancel(self, who: str, code: str) -> None:
        party = self.live.pop((who, code), 0)
        self.cancelled += bool(party)
        with transaction(self.engine) as db:
            wanted, member = self._found(db, who, code)
            try:
                told = str(registering.cancel(db, wanted, member, NOW).seats)
            except Refusal as refusal:
                told = refusal.code
        assert told == (str(party) if party else "registration.none")

    @rule()
    def load_again(self) -> None:
        self.load()

    @precondition(lambda self: any(self.live.values()))
    @rule(data=some.data())
    def load_with_other_seats_taken(self, data: some.DataObject) -> None:
        code = data.draw(some.sampled_from([code for code in ACTIVITIES if self.free(code) is not None]))
        self.taken[code] = data.draw(some.integers(0, self.taken[code] + (self.free(code) or 0)))
        self.load()

    def _found(self, db: Db, who: str, code: str) -> tuple[activity.Listing, int]:
        number = db.value(select(ACTIVITY.c.number).where(ACTIVITY.c.code == code))
        return activity.find(db, number), db.value(select(MEMBER.c.id).where(MEMBER.c.code == who))

    @invariant()
    def the_counter_is_the_sum_of_the_rows(self) -> None:
        with transaction(self.engine) as db:
            activities = db.rows(select(ACTIVITY))
            rows = db.rows(
                select(MEMBER.c.code.label("who"), ACTIVITY.c.code.label("where"), REGISTRATION.c.seats)
                .join(REGISTRATION, REGISTRATION.c.member_id == MEMBER.c.id)
                .join(ACTIVITY, REGISTRATION.c.activity_id == ACTIVITY.c.id)
                .where(REGISTRATION.c.state == "confirmed")
            )
            changes = len(db.rows(select(CHANGE)))
        assert {(row.who, row.where): row.seats for row in rows} == self.live
        assert len(rows) == len(self.live)
        for row in activities:
            assert (row.seats, row.taken) == (self.given(row.code), self.taken[row.code])
            assert row.capacity is None or row.taken + row.seats <= row.capacity
        assert changes == len(self.live) + 2 * self.cancelled


Seats.TestCase.settings = settings(max_examples=25, stateful_step_count=20, deadline=None, database=None)
TestSeats = Seats.TestCase
