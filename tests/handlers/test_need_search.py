"""What others reported around somewhere, in the bot's own words until a person has looked."""

from tests.chat import Chat
from tests.handlers.needs import WORDS, reported


def test_others_read_the_bots_own_words_until_it_was_checked(say_on_both: Chat) -> None:
    say = say_on_both
    number = reported(say)
    seen = say("云杉大厦最近大家都反映了什么问题", "he")
    assert (seen.did, seen.refs) == ("need.search", [f"need:{number}"])
    assert WORDS not in seen.text
    assert "三楼" not in seen.text
    say("待核对", "officer")
    say.press("核对", "officer")
    say.press("可以公开", "officer")
    for line in ("云杉大厦最近大家都反映了什么问题", "有没有人报过灯不亮", f"need {number}"):
        shown = say(line, "he")
        assert shown.refs == [f"need:{number}"], line
        assert WORDS in shown.text
        assert "林一" not in shown.text
    assert say("海棠苑大家反映了什么问题", "he").refs == []
    assert say("附近有没有人报过漏水", "anna").did == "need.search"
