"""A proof of service: what was served, on paper; anybody checks that it is genuine, and learns no name."""

from pathlib import Path

from tests.chat import Chat
from tests.shifts import arrive, load, register


def served(say: Chat, folder: Path) -> None:
    load(say, folder)
    register(say, "gate", "lin")
    arrive(say, "gate", "lin", "2026-11-28T08:00:00+08:00")


def test_a_proof_is_made_in_four_answers_and_checked_by_anybody(say_on_both: Chat, tmp_path: Path) -> None:
    say = say_on_both
    served(say, tmp_path)
    say("我的志愿时长")
    asked = say.press("开证明")
    assert (asked.did, asked.labels) == ("hours.proof", ["全部", "返回", "取消"])
    assert say.press("全部").labels[0] == "林一"
    assert "身份证后四位" in say("林一一").text
    assert "请只写后四位" in say("310104199001011234").text
    assert "林一一，1次，共2小时" in say("123x").text
    made = say.press("开证明")
    assert made.text.startswith("证明开好了，编号00000001，核验码")
    (attached,) = made.reply.messages[0].card.attachments
    assert (attached.kind, attached.arguments) == ("file", (1,))
    code = made.text.partition("核验码")[2][:9]
    # By number and code, by scan, in English; it names nobody.
    genuine = "这份证明是真的：编号00000001，2026-11-28至2026-11-28，志愿服务1次，共2小时。"
    assert (say(f"核对证明 00000001 {code}", "he").text, say._last["he"].did) == (genuine, "hours.verify")
    assert say(attached.says or "", "he").text == genuine
    assert say(f"verify proof 1 {code.lower()}", "anna").text.startswith("This proof is genuine")
    say("核对证明", "he")
    assert say(f"00000001 {code}", "he").text == genuine
    # Nothing changes it: what comes later is in the next one.
    assert say("hours", "he").text.startswith("您现在没有志愿时长")


def test_who_guesses_codes_is_stopped(say: Chat, tmp_path: Path) -> None:
    served(say, tmp_path)
    for answer in ("开志愿服务证明", "全部", "林一", "跳过"):
        say(answer)
    code = say("开证明").text.partition("核验码")[2][:9]
    wrong = code[:-1] + ("2" if code[-1] != "2" else "3")
    for _ in range(5):
        assert "我们没有开过这样的证明" in say(f"核对证明 1 {wrong}", "he").text
    assert "试错的次数太多了" in say(f"核对证明 1 {code}", "he").text
    assert "这份证明是真的" in say(f"核对证明 1 {code}", "anna").text or "genuine" in say._last["anna"].text


def test_nothing_served_is_nothing_to_prove(say: Chat, tmp_path: Path) -> None:
    assert say("开志愿服务证明").text == "请先参加一场志愿活动，到场签到。您现在没有志愿时长，还开不了证明。"
    served(say, tmp_path)
    say("proof")
    assert say("2025年").text == "请换一个时间，这段时间没有志愿时长。"
