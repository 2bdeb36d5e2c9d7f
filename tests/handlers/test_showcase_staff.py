"""Staff put a result among those that everybody sees, ask who may be named, look at the picture, and take it away again."""

from pathlib import Path

import pytest
from sqlalchemy import select, update

from models import duty, need, photo, project_claim, project_part, standing
from models.database import transaction
from models.need import NEED
from models.photo import Sent
from models.project import PROJECT
from models.showcase import SHOWCASE
from tests import crowd, programme
from tests.chat import Chat, Said
from tests.handlers.officers import rows


def finished(say: Chat, folder: Path) -> None:
    """陪老人散步 is finished: 青瓷科技 gave two people, and 林一 had reported what it was for."""
    programme.load(say, folder)
    walk = programme.number(say, "walk")
    with transaction(say.engine) as db:
        _, hands = project_part.of(db, walk)
        qing, now = crowd.member(db, "qing"), say.clock.now()
        (celadon,) = standing.of(db, qing)
        given = project_claim.enter(db, hands, qing, celadon, 2, now)
        for after in ("accepted", "delivered", "confirmed"):
            one = project_claim.find(db, given or 0)
            assert one is not None
            assert project_claim.go(db, one, after, qing, now)
        lin = crowd.member(db, "lin")
        number = need.enter(
            db, now, lin, title="老人没人陪", reporter_id=lin, place_id=crowd.place(db, "tower")
        )
        db.run(update(NEED).where(NEED.c.id == number).values(project_id=walk))
    programme.bring(say, walk, "ready", "running", "delivered", result="走了40次")


@pytest.fixture
def done(say_on_both: Chat, tmp_path: Path) -> Chat:
    finished(say_on_both, tmp_path)
    return say_on_both


def asked(say: Chat) -> dict[str, Said]:
    say("showcaseput 2", "chief")
    return say.told()


def test_put_there_and_each_who_gave_is_asked_once(done: Chat) -> None:
    say = done
    card = say("showcaseput 2", "chief")
    assert card.text.startswith("放进展示了。问了1家愿不愿意写名字，没答应的不写。")
    told = say.told()
    assert told["qing"].text == "成果展示里可以写上青瓷科技吗？「陪老人散步」做成了。"
    assert told["qing"].labels == ["可以写", "不写名字"]
    say("showcaseput 2", "chief")
    assert say.told() == {}
    assert say("namedyes 1", "du").text == "请青瓷科技的联系人来说，这项认领是他们的。"
    assert say("showcasehide 2", "chief").text == "不展示了，「陪老人散步」的成果收起来了。"
    assert say("成果展示", "he").text == "过些日子再来看，还没有做完的项目展示。"
    assert say("showcaseput 1", "chief").text == "请等「为老人拍照」做完再展示。"


def test_on_top_and_down_again(done: Chat) -> None:
    say = done
    asked(say)
    assert say("showcasepin 2", "chief").text == "「陪老人散步」放到最前面了。"
    assert rows(say, select(SHOWCASE.c.pinned))[0].pinned is not None
    say("showcasefree 2", "chief")
    assert rows(say, select(SHOWCASE.c.pinned))[0].pinned is None


def test_a_picture_waits_for_staff(done: Chat) -> None:
    say = done
    asked(say)
    assert say("showcasepic 2", "chief").text == "请看看别的，这个项目没有成果照片。"
    with transaction(say.engine) as db:
        picture = photo.receive(
            db, crowd.member(db, "chief"), Sent("console", "walk.jpg", "walk.jpg"), say.clock.now()
        )
        db.run(update(PROJECT).where(PROJECT.c.id == 2).values(result_photo_id=picture))
    assert not shows_picture(say)
    say("showcasepic 2", "chief")
    assert say.press("公开照片", "chief").text == "照片公开了。"
    assert shows_picture(say)
    say("showcasepic 2", "chief")
    assert not shows_picture(say)


def shows_picture(say: Chat) -> bool:
    (message,) = say("showcasecard 2", "lin").reply.messages
    return bool(message.card.attachments)


def test_only_its_staff_put_it_there(done: Chat, monkeypatch: pytest.MonkeyPatch) -> None:
    say = done
    assert say("showcaseput 2", "he").text == "请找站长、总干事，云杉大厦的事由工作人员办。"
    assert rows(say, select(PROJECT.c.shown_at).where(PROJECT.c.id == 2))[0].shown_at is None
    # The twin: without the scope anybody would.
    monkeypatch.setattr(duty, "covers", lambda *_: True)
    say("showcaseput 2", "he")
    assert rows(say, select(PROJECT.c.shown_at).where(PROJECT.c.id == 2))[0].shown_at is not None
