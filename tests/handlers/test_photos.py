"""A question that wants a photo, and showing it again: only where there is one, and only what is kept."""

import pytest
from sqlalchemy import select

from bot.inbound import Inbound
from handlers import photos, recipes
from handlers.photos import Picture
from handlers.recipes import Maker
from handlers.talk import Option, Phrase, Talk, anybody, on
from models import photo
from models.card import Card
from models.database import transaction
from models.member import Person
from models.photo import PHOTO, Sent
from models.text import Text
from tests.chat import VAULT, Chat


@pytest.fixture(autouse=True)
def lamp(own_handlers: None) -> None:
    """A form of one question, which wants a photo and can do without."""

    @on("lamp.report", head="lamp", allow=anybody, private=True, phrases=(Phrase("^灯坏了$", weight=4),))
    def report(talk: Talk) -> Card:
        number = talk.ask("photo", Text("发张照片？"), Option(0, Text("没有照片")), check=Picture())
        if number:
            photo.use(talk.db, number, talk.person.id, talk.now)
        return Card(Text("记下了：{count}。", count=number), attachments=photos.attached(talk.db, number))


def sent(say: Chat, key: str, name: str | None = None, **more: object) -> object:
    found = Inbound("console", "lin", attached=True, photo=Sent("telegram", key, name), **more)  # type: ignore[arg-type]
    return say.send(found).text


def test_a_photo_is_the_answer_where_one_is_wanted_and_can_be_skipped(say_on_both: Chat) -> None:
    say = say_on_both
    assert say("灯坏了").labels == ["没有照片", "返回", "取消"]
    # A number means a line, as it does for any choice.
    assert say("1").text == "记下了：0。"
    say("灯坏了")
    assert sent(say, "AgAC", forwarded=True) == "记下了：1。"
    with transaction(say.engine) as db:
        row = db.row(select(PHOTO))
        assert row is not None
        assert (row.channel, row.key, row.state, row.due) == ("telegram", "AgAC", "wanted", say.clock.now())
    # Words give way to another request, and the question stays open.
    say("灯坏了")
    assert say("周六有什么活动").did == "activity.search"
    assert sent(say, "AgAD", text="就是这盏") == "记下了：2。"
    # Where nothing wants one it is no answer.
    assert "照片收到了" in str(sent(say, "AgAE"))


def test_a_kept_photo_goes_along_and_one_that_is_not_there_does_not(say: Chat) -> None:
    say("灯坏了")
    assert sent(say, "lamp.jpg", "lamp.jpg") == "记下了：1。\n\n图片：lamp.jpg"
    say("灯坏了")
    sent(say, "AgAC")
    with transaction(say.engine) as db:
        assert photos.attached(db, 2) == ()
        photo.keep(db, 2, b"jpeg")
        (attached,) = photos.attached(db, 2)
        maker = Maker(Person(1, "zh-Hans", None, None), say.clock.now(), say.equipment.schedule.zone, VAULT)
        name, making = recipes.read(db, attached, maker)
        assert (name, making().media_type, making().data) == ("照片", "image/jpeg", b"jpeg")
        (named,) = photos.attached(db, 1)
        with pytest.raises(KeyError):
            recipes.read(db, named, maker)


def test_nobody_uses_the_photo_of_another(say: Chat) -> None:
    say("灯坏了")
    sent(say, "AgAC")
    with transaction(say.engine) as db:
        assert photo.use(db, 1, 1, say.clock.now())
        assert not photo.use(db, 1, 2, say.clock.now())
