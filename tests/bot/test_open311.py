"""Open311 GeoReport v2: other programs read what everybody may know of the needs, and nothing else."""

import json

import pytest

from models import need_line, need_reading
from models.database import transaction
from models.need import NEED
from tests.bot.test_calendar import client_of
from tests.chat import Chat
from tests.handlers.needs import WORDS, member_of, reported

BASE = "/open311/v2"


@pytest.fixture
def say(say_on_both: Chat) -> Chat:
    return say_on_both


async def test_a_request_by_the_names_of_the_standard(say: Chat) -> None:
    number = reported(
        say, f"{WORDS}，电话13800138000", picture="lamp.jpg", latitude=31.2345, longitude=121.4567
    )
    async with client_of(say) as client:
        before = (await client.get(f"{BASE}/requests/{number}.json")).json()
        say("待核对", "officer")
        say.press("核对", "officer")
        say.press("可以公开", "officer")
        answer = await client.get(f"{BASE}/requests/{number}")
        services = (await client.get(f"{BASE}/services.json")).json()
        service = await client.get(f"{BASE}/services/lighting.json")
    assert before[0]["description"] == "照明"
    assert answer.headers["content-type"] == "application/json"
    (one,) = answer.json()
    assert one == {
        "service_request_id": str(number),
        "status": "open",
        "status_notes": "已收到",
        "service_name": "照明",
        "service_code": "lighting",
        "description": f"{WORDS}，电话138****8000",
        "agency_responsible": None,
        "service_notice": None,
        "requested_datetime": "2026-11-23T09:10:00+08:00",
        "updated_datetime": "2026-11-23T09:10:00+08:00",
        "expected_datetime": None,
        "address": "云杉路1号",
        "address_id": None,
        "zipcode": None,
        "lat": 31.201,
        "long": 121.401,
        "media_url": None,
    }
    assert services[0].keys() == {
        *("service_code", "service_name", "description", "metadata", "type", "keywords", "group"),
    }
    assert service.json() == {"service_code": "lighting", "attributes": []}


async def test_the_list_is_narrowed_and_paged(say: Chat) -> None:
    old = reported(say, state="resolved")
    say(f"isdone {old}")
    say.at("2026-11-24T09:10:00+08:00")
    new = [reported(say, category="other"), reported(say)]
    asked = {
        "": [*reversed(new), old],
        "?status=closed": [old],
        "?status=open": [*reversed(new)],
        "?status=open,closed&page_size=1&page=2": [new[0]],
        "?service_code=other": [new[0]],
        f"?service_request_id={old},{new[1]}": [new[1], old],
        "?start_date=2026-11-24T00:00:00+08:00": [*reversed(new)],
        "?start_date=2026-11-24T00:00:00Z&end_date=2026-11-24": [],
        "?end_date=2026-11-23T23:00:00%2B08:00": [old],
    }
    async with client_of(say) as client:
        for query, numbers in asked.items():
            answer = await client.get(f"{BASE}/requests.json{query}")
            assert [int(each["service_request_id"]) for each in answer.json()] == numbers, query


@pytest.mark.parametrize(
    ("path", "code"),
    [
        ("requests.json?status=done", 400),
        ("requests.json?start_date=yesterday", 400),
        ("requests.json?page=0", 400),
        ("requests.json?page_size=9999", 400),
        ("requests.json?service_request_id=x", 400),
        ("requests/999.json", 404),
        ("requests/x.json", 404),
        ("requests/99999999999999999999", 404),
        ("services/nothing.json", 404),
    ],
)
async def test_errors_are_those_of_the_standard(say: Chat, path: str, code: int) -> None:
    async with client_of(say) as client:
        answer = await client.get(f"{BASE}/{path}")
        written = await client.post(f"{BASE}/requests.json", data={"description": "x"})
    assert answer.status_code == code
    (error,) = answer.json()
    assert (error["code"], isinstance(error["description"], str)) == (code, True)
    assert written.status_code == 405


@pytest.mark.parametrize(
    "columns", [{"visibility": "private"}, {"visibility": "hidden"}, {"kind": "consultation"}], ids=str
)
async def test_nothing_private_is_told(
    say: Chat, columns: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    number = reported(say, **columns)
    shown = reported(say, "另一件", category="other", title="其他")
    officer = member_of(say, "officer")
    with transaction(say.engine) as db:
        need_line.add(db, shown, officer, "note", say.clock.now(), words="内部", checked="passed")
    async with client_of(say) as client:
        everything = (await client.get(f"{BASE}/requests.json")).text
        one = await client.get(f"{BASE}/requests/{number}.json")
        assert [each["service_request_id"] for each in json.loads(everything)] == [str(shown)]
        assert one.status_code == 404
        for secret in ("林一", "lin", "内部", "另一件", "三楼靠电梯", WORDS):
            assert secret not in everything
        # The twin: without the condition it would be there.
        monkeypatch.setattr(need_reading, "IS_PUBLIC", NEED.c.id > 0)
        assert (await client.get(f"{BASE}/requests/{number}.json")).status_code == 200
