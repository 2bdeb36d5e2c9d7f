"""A person's words over WeChat's callback: heard once, answered within the call."""

from tests.fakes.wechat_callback import Platform

LIN = "oLin_0123456789-abcdefghijkl"


async def test_a_question_is_answered_in_the_response(either: Platform) -> None:
    shown = await either.say(LIN, "周六有什么活动")
    assert shown.text is not None
    assert shown.calls == 1
    assert "1. " in shown.text


async def test_the_address_is_verified_by_its_echo(either: Platform) -> None:
    assert await either.verify("3812658230512") == "3812658230512"
