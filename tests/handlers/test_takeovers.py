"""Taking over a shift: what the organiser asks is asked of whoever takes it too."""

from pathlib import Path

from tests import roles
from tests.chat import Chat

_QUESTION = 'questions = [{ key = "size", ask = "马甲穿多大？" }]\nroles = [{ id = "guide", name = "引导岗", needed = 1 }]'


def test_who_takes_a_shift_answers_its_questions(say: Chat, tmp_path: Path) -> None:
    plain = 'roles = [{ id = "guide", name = "引导岗", needed = 1 }]'
    roles.load(say.engine, tmp_path, roles.SHIFTS.replace(plain, _QUESTION))
    for line in ("register 14", "大号", "确认报名", "把我周六的班转给梅三", "确认转班"):
        say(line)
    assert list(say.told()) == ["mei"]
    asked = say.press("接這個班", "mei")
    assert (asked.did, asked.text.split("\n")[0]) == ("shift.accept", "馬甲穿多大？")
    done = say("中号", "mei")
    assert (done.did, done.refs) == ("shift.accept", ["activity:guard-pm"])
    assert say("我的报名").refs == []
    assert say("我的报名", "mei").refs == ["activity:guard-pm"]
