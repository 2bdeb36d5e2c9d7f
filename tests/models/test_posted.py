"""What a code on a poster stands for, by the ids of a pack."""

from sqlalchemy import select

from models import activity, posted
from models.database import Db
from models.place import PLACE


def test_an_activity_and_a_place_are_found_by_their_ids(db: Db) -> None:
    place = posted.find(db, "place:tower-station")
    assert place is not None
    assert place.name == "云杉大厦服务站"
    assert db.value(select(PLACE.c.code).where(PLACE.c.id == place.number)) == "tower-station"
    found = posted.find(db, "activity:coffee")
    assert found is not None
    assert activity.find(db, found.number).title == found.name


def test_what_is_not_there_or_no_such_thing_is_nothing(db: Db) -> None:
    assert posted.find(db, "place:nowhere") is None
    assert posted.find(db, "member:lin") is None
    assert posted.find(db, "place") is None
