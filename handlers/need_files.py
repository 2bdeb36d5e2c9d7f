"""Needs as other programs read them, by the names of Open311 GeoReport v2: what everybody may know, and nothing else."""

from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import Row

from handlers import need_cards
from handlers.words import Reader, say
from models import category, local_words, need, need_reading, phone, place
from models.category import Sort
from models.database import Db
from models.need_reading import Asked
from models.text import Text
from models.vault import Vault


def services(db: Db) -> list[dict[str, Any]]:
    """The categories, except those that are never public."""
    return [_service(each) for each in category.everything(db).values() if not each.private]


def _service(one: Sort) -> dict[str, Any]:
    return {
        "service_code": one.code,
        "service_name": one.name,
        "description": one.english or one.name,
        "metadata": False,
        "type": "realtime",
        "keywords": ",".join(one.words),
        "group": one.group or "",
    }


def service(db: Db, code: str) -> dict[str, Any] | None:
    """A category by its code; none has attributes of its own."""
    found = category.everything(db).get(code)
    return None if found is None or found.private else {"service_code": code, "attributes": []}


def requests(db: Db, zone: ZoneInfo, vault: Vault, asked: Asked) -> list[dict[str, Any]]:
    """The public needs that are asked for, the newest first."""
    sorts = category.everything(db)
    return [_request(db, zone, vault, one, sorts) for one in need_reading.asked(db, asked)]


def _request(db: Db, zone: ZoneInfo, vault: Vault, one: Row[Any], sorts: dict[str, Sort]) -> dict[str, Any]:
    reader = Reader("zh-Hans", one.changed, zone)

    def spoken(text: Text) -> str:
        return say(text, reader)

    def at(moment: datetime | None) -> str | None:
        return moment.astimezone(zone).isoformat(timespec="seconds") if moment else None

    over = one.state in need_reading.CLOSED
    where = place.whole(db, one.place_id) if one.place_id is not None else None
    sort = sorts.get(one.category or "")
    words = need_reading.words(db, one)
    unit = need_cards.unit_of(db, one)
    return {
        "service_request_id": str(one.id),
        "status": "closed" if over else "open",
        "status_notes": spoken(need_cards.status(one)),
        "service_name": sort.name if sort else None,
        "service_code": one.category,
        "description": local_words.public(phone.open_in(words, vault)) if words else one.title,
        "agency_responsible": spoken(unit) if unit else None,
        "service_notice": None,
        "requested_datetime": at(one.at),
        "updated_datetime": at(one.changed),
        "expected_datetime": None if one.state in need.ENDED else at(one.due),
        "address": (where.address or where.name) if where else None,
        "address_id": None,
        "zipcode": None,
        "lat": where.latitude if where else None,
        "long": where.longitude if where else None,
        # Photos are sent in chats alone, to whom they concern.
        "media_url": None,
    }
