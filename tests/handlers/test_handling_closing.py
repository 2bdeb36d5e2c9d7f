"""办结: with words, with a photo or in one line; told to whom it concerns once, and never past a project."""

import pytest

from models import follow
from models.database import transaction
from tests import crowd
from tests.chat import Chat
from tests.conftest import NOW
from tests.handlers.handled import enter, found, report, states


@pytest.mark.parametrize(
    "said",
    [
        "1 办结,灯管已换",
        "办结 1，灯管已换",
        "1号已办结。灯管已换",
        "需1办完了，灯管已换",
        "close need 1: 灯管已换",
        "need 1 is done, 灯管已换",
    ],
)
def test_in_one_line_it_is_done_at_once(say: Chat, said: str) -> None:
    report(say)
    done = say(said, "officer")
    assert (done.did, done.text.splitlines()[0]) == ("staff.need", "办结了。已经告诉反映的人。")
    told = say.told()["lin"]
    assert told.text.splitlines()[0] == "需1「楼道灯不亮」办结了：灯管已换"
    assert list(told.buttons.values()) == ["isdone 1", "partdone 1", "reopen 1"]


def test_every_step_is_in_the_log_and_one_message_goes_out(say_on_both: Chat) -> None:
    say = say_on_both
    with transaction(say.engine) as db:
        number = enter(db, "lin", "tower", NOW)
        follow.follow(db, crowd.member(db, "he"), NOW, need=number)
        follow.follow(db, crowd.member(db, "officer"), NOW, need=number)
    say("办结 1", "officer")
    assert say("灯管已换。", "officer").text.startswith("请发一张办好以后的照片")
    say.press("不发照片", "officer")
    told = say.told()
    # Not to who did it himself, though he follows it.
    assert sorted(told) == ["he", "lin"]
    assert told["he"].text.startswith("您关注的需1「楼道灯不亮」办结了：灯管已换。")
    assert states(say) == ["draft", "new", "triaged", "in_progress", "resolved"]
    one = found(say)
    assert (one.due, one.climbs, one.officer_id is not None) == (None, None, True)
    for line in ("resolveneed 1", "1办结，又换了一次"):
        assert say(line, "officer").text.startswith("不用再办结，这件已经办结了。")
    assert say.told() == {}


def test_without_a_need_of_that_number_a_question_is_closed(say: Chat) -> None:
    from tests.handlers.officers import ask

    ask(say)
    done = say("办结1", "officer")
    assert done.did == "staff.question"


def test_what_was_opened_again_is_closed_again(say: Chat) -> None:
    report(say)
    say("1办结，换了灯管", "officer")
    say("1没修好，还是不亮", "lin")
    if found(say).state != "reopened":
        say("还是不亮", "lin")
    assert states(say)[-1] == "reopened"
    say("1办结，换了镇流器", "officer")
    assert states(say)[-2:] == ["in_progress", "resolved"]
    assert "换了镇流器" in say.told()["lin"].text


def test_what_goes_along_with_a_project_is_closed_by_it(say: Chat) -> None:
    report(say)
    say("立项 1", "officer")
    if "哪个板块" in say("换灯", "officer").text:
        say("不归板块", "officer")
    say("云杉大厦", "officer")
    say("灯管10支", "officer"), say.press("立项发布", "officer")
    refused = say("1办结，换好了", "officer")
    assert refused.text.startswith("请办完项")
    assert "看项目" in refused.labels
    assert states(say)[-1] == "adopted"
