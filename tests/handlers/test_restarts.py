"""The life of an activity with a restart before every line, and every old button pressed: no error, no second effect."""

from collections.abc import Callable
from pathlib import Path

import pytest
from sqlalchemy import func, select, update
from structlog.testing import capture_logs

from models.activity import ACTIVITY
from models.change import CHANGE
from models.database import transaction
from models.member import MEMBER
from models.registration import REGISTRATION
from tests import crowd, roles
from tests.chat import Chat, Said
from tests.handlers import courses
from tests.handlers.test_waiting import PACK as CLAY

Buttons = dict[tuple[str, str], None]


class Life:
    """Somebody says each line to a program that has only just begun; all that could be pressed is kept."""

    def __init__(self, say: Chat) -> None:
        self.say = say
        self.shown: Buttons = {}

    def __call__(self, line: str, who: str = "lin") -> Said:
        self.say.restart()
        return self._keep(self.say(line, who), who)

    def press(self, label: str, who: str = "lin") -> Said:
        self.say.restart()
        return self._keep(self.say.press(label, who), who)

    def told(self, until: str | None = None) -> dict[str, Said]:
        self.say.restart()
        told = self.say.told(until)
        for who, said in told.items():
            self._keep(said, who)
        return told

    def number(self, code: str) -> int:
        with transaction(self.say.engine) as db:
            return int(db.value(select(ACTIVITY.c.number).where(ACTIVITY.c.code == code)))

    def set(self, code: str, **values: object) -> None:
        with transaction(self.say.engine) as db:
            db.run(update(ACTIVITY).where(ACTIVITY.c.code == code).values(values))

    def _keep(self, said: Said, who: str) -> Said:
        assert said.did != "unknown", said.text
        self.shown |= {(who, sentence): None for sentence in said.buttons.values()}
        return said


def waiting(life: Life) -> None:
    life("报名陶艺入门"), life("确认报名")
    for who in ("he", "mei"):
        life("报名陶艺入门", who), life("候补", who)
    life("我排第几", "he")
    life("陶艺入门的候补名单", "officer")
    life("帮我妈妈报名陶艺入门，她叫王秀英", "anna"), life("13812345678", "anna"), life("候补", "anna")
    life("取消陶艺入门"), life("确认取消")
    life.told()
    life.press("让给别人", "he")
    life.told()
    life.press("接受", "mei")
    life("取消陶艺入门", "mei"), life("确认取消", "mei")
    life.told()
    life.press("Accept", "anna")
    life("我的报名", "anna")


def out_of_order(life: Life) -> None:
    life("报名陶艺入门"), life("确认报名")
    for who in ("he", "mei"):
        life("报名陶艺入门", who), life("候补", who)
    life.set("clay", capacity=2)
    listed = life("陶艺入门的候补名单", "officer")
    life([says for says in listed.buttons.values() if says.startswith("offer ")][-1], "officer")
    life("她要早走", "officer")
    life("确认先问", "officer")
    life.told()
    life.press("接受", "mei")


def family(life: Life) -> None:
    life("报名扎风筝"), life("六岁"), life("改人数"), life("3"), life("确认报名")
    life(f"wait {life.number('kites')}", "he"), life("改人数", "he"), life("2", "he"), life("加入候补", "he")
    life("五岁", "he")
    life("退出候补", "he")


def approval(life: Life) -> None:
    for who in ("lin", "he", "mei"):
        life("报名水彩入门", who), life("画过", who), life("确认报名", who)
    life.told()
    life.press("通过", "tutor")
    life("待审核名单 水彩入门", "tutor")
    life("reject 2", "tutor"), life("名额有限", "tutor")
    life.press("恢复报名", "tutor")
    life("全部通过", "tutor"), life.press("全部通过", "tutor")
    life("把林一移出水彩入门", "tutor"), life("信息不全", "tutor")
    life.press("恢复报名", "tutor")
    life.told()


def too_few(life: Life) -> None:
    life.set("calligraphy", contact_id=_key(life, "tutor"))
    life("报名书法小班"), life("确认报名")
    life.told("2026-11-26T18:31:00+08:00")
    life.press("延期", "tutor")
    life.told()
    life.press("延期", "officer"), life("12月4日18:30到20:00", "officer"), life("确认发布", "officer")
    life.told("2026-12-03T18:31:00+08:00")
    life.press("照常办", "tutor")
    life.told()


def _key(life: Life, who: str) -> int:
    with transaction(life.say.engine) as db:
        return int(db.value(select(MEMBER.c.id).where(MEMBER.c.code == who)))


def shifts(life: Life) -> None:
    with transaction(life.say.engine) as db:
        crowd.add(db, "warden", "estate-station")
        crowd.make_staff(db, "warden", "estate")
    life("报名周六的救护岗"), life.press("我有这个技能")
    life.told()
    life.press("确认技能", "warden")
    life("技能名单", "warden"), life("确认技能 急救 给 林一", "warden")
    life("报名周六的救护岗"), life("确认报名")
    life(f"register {life.number('guard-pm')}"), life("确认报名")
    life("我的技能"), life("我的报名")
    life("转班"), life("2"), life("何二"), life.press("确认转班")
    life(f"giveshift {life.number('guard-pm')}"), life("何二")
    code = life.press("确认转班").reply.messages[0].card.attachments[0].says
    assert code
    life(code, "he"), life.press("接这个班", "he")
    life.told()


def urgent(life: Life) -> None:
    life("应急招募", "officer"), life.press("云杉大厦", "officer")
    (
        life("2", "officer"),
        life("今天14:00-16:00", "officer"),
        life("搬物资", "officer"),
        life("确认招募", "officer"),
    )
    life.told()
    with transaction(life.say.engine) as db:
        number = db.value(select(func.max(ACTIVITY.c.number)))
    (
        life(f"igo {number}"),
        life(f"notgo {number}", "he"),
        life(f"igo {number}", "he"),
        life(f"igo {number}", "mei"),
    )
    life.told()


SCENES: dict[str, Callable[[Life], None]] = {
    each.__name__: each for each in (waiting, out_of_order, family, approval, too_few, shifts, urgent)
}


def state(say: Chat) -> tuple[object, ...]:
    """What a second effect would change."""
    with transaction(say.engine) as db:
        registrations = [
            tuple(row)
            for row in db.rows(
                select(REGISTRATION.c.id, REGISTRATION.c.state, REGISTRATION.c.seats).order_by(
                    REGISTRATION.c.id
                )
            )
        ]
        seats = [tuple(row) for row in db.rows(select(ACTIVITY.c.id, ACTIVITY.c.seats, ACTIVITY.c.waiting))]
        return registrations, sorted(seats), db.value(select(func.count()).select_from(CHANGE))


@pytest.mark.parametrize("scene", SCENES)
def test_a_restart_is_not_noticed_and_old_buttons_do_nothing_twice(
    say: Chat, tmp_path: Path, scene: str
) -> None:
    roles.load(say.engine, tmp_path, roles.SHIFTS + CLAY)
    courses.add(say, tmp_path)
    life = Life(say)
    SCENES[scene](life)
    with capture_logs() as logs:
        for who, sentence in life.shown:
            for _ in range(2):
                before = state(say)
                said = say(sentence, who)
                assert said.did != "unknown", (who, sentence, said.text)
                assert said.messages
                after = state(say)
                # A form that it opens is left.
                if "取消" in said.labels or "返回" in said.labels:
                    say("取消", who)
            assert after == before, (who, sentence, said.text)
    assert [each for each in logs if each["log_level"] == "error"] == []
