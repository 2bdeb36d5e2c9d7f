"""Results for everybody to see: named and quoted is who agreed, as long as he does."""

from models import checking
from models.database import transaction
from tests import crowd
from tests.chat import Chat
from tests.handlers.test_showcase_staff import asked, done, finished

__all__ = ["done", "finished"]


def test_nobody_is_named_before_he_agreed_nor_after_he_took_it_back(done: Chat) -> None:
    say = done
    asked(say)
    first = say("成果展示", "he")
    assert (first.did, first.refs) == ("showcase.list", ["project:walk"])
    seen = say.press("看成果", "he")
    assert "成果：走了40次" in seen.text
    assert "青瓷科技" not in seen.text
    assert "没有写名字的：1家" in seen.text
    say("namedyes 1", "qing")
    assert "一起做的：青瓷科技" in say("showcasecard 2", "he").text
    say("namedno 1", "qing")
    assert "青瓷科技" not in say("showcasecard 2", "he").text


def test_a_reporters_words_wait_for_staff_and_go_with_his_consent(done: Chat) -> None:
    say = done
    told = asked(say)
    assert told["lin"].text == "愿意说一句，给大家看吗？您反映的事做成了「陪老人散步」。不说也没关系。"
    say(told["lin"].buttons["说一句"], "lin")
    assert say("妈妈笑了，谢谢大家", "lin").text == "“妈妈笑了，谢谢大家”，这样公开可以吗？工作人员先看一眼。"
    thanks = say.press("公开这句", "lin")
    assert thanks.text == "谢谢。工作人员看过就公开，您随时能收回。"
    assert "妈妈笑了" not in say("showcasecard 2", "he").text
    checked(say)
    assert "反映的人说：妈妈笑了，谢谢大家" in say("showcasecard 2", "he").text
    say(thanks.buttons["收回这句"], "lin")
    assert "妈妈笑了" not in say("showcasecard 2", "he").text
    assert say("showcasesay 2", "he").text == "请反映这件事的人来说，这一句是留给他们的。"


def checked(say: Chat) -> None:
    """A person of the staff has looked at what waits, and it passes."""
    with transaction(say.engine) as db:
        one = checking.of(db, "showcase", 1)
        assert one is not None
        assert one.state == "waiting"
        checking.decide(db, one, "passed", crowd.member(db, "chief"), say.clock.now())


def test_those_on_top_come_first(done: Chat) -> None:
    assert done("成果展示", "he").text == "过些日子再来看，还没有做完的项目展示。"
    assert done("showcasecard 2", "he").text == "请从成果里选一个，没有找到这一个。"
