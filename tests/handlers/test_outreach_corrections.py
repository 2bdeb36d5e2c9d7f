"""A visit that was entered wrong is corrected by another entry, and both stay."""

from pathlib import Path

import pytest

from models import outreach
from models.database import transaction
from models.outreach import OUTREACH
from models.refusal import Refusal
from tests import street
from tests.chat import Chat
from tests.shifts import member
from tests.street import rows


@pytest.fixture
def say(say_on_both: Chat, tmp_path: Path) -> Chat:
    street.load(say_on_both.engine, tmp_path)
    return say_on_both


def test_a_wrong_entry_is_corrected_by_another_one(say: Chat) -> None:
    say("走访 12楼 阿克米 见到了 需要周末借会议室", "officer")
    asked = say("更正走访", "officer")
    assert asked.text.startswith("云杉大厦12楼 阿克米科技：见到了\n哪一层？")
    say.press("楼层不改", "officer"), say("贝塔律所", "officer"), say.press("没有人", "officer")
    done = say.press("先不约", "officer")
    assert done.text.startswith("改好了，原来那条也留着。\n云杉大厦12楼 贝塔律所：没有人\n记了需1")
    assert rows(say, OUTREACH.c.id, OUTREACH.c.company, OUTREACH.c.replaces_id) == [
        (1, "阿克米科技", None),
        (2, "贝塔律所", 1),
    ]
    late = say("fixvisit 1", "officer")
    assert late.text == "请看最新的一条，这条走访已经改过了。"
    # Two who correct the same: the second is told.
    with transaction(say.engine) as db:
        row = outreach.find(db, 1)
        with pytest.raises(Refusal):
            outreach.enter(
                db, row.place_id, 12, "别家", "met", member(db, "officer"), say.clock.now(), replaces=row
            )
