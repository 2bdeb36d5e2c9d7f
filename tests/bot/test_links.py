"""A sentence travels in a link or a code and comes out again; what we never made says nothing."""

import pytest

from bot import links


@pytest.mark.parametrize("says", ["show 17", "join 123456789", "help"])
def test_a_sentence_comes_out_as_it_went_in(says: str) -> None:
    carried = links.payload(says)
    assert (links.sentence(carried), len(carried.encode()) <= 64, " " in carried) == (says, True, False)


@pytest.mark.parametrize("says", ["answer 5.1", "删除我的数据", "show 17 18", "show 1234567890", ""])
def test_what_is_no_sentence_of_a_link_cannot_be_put_into_one(says: str) -> None:
    with pytest.raises(ValueError, match="is no sentence that a code can say"):
        links.payload(says)


@pytest.mark.parametrize(
    "payload", ["answer_5.1", "<b>", "show_17_18", "show__17", "SHOW_1", "x" * 80 + "_", ""]
)
def test_what_we_never_made_opens_the_help(payload: str) -> None:
    assert links.sentence(payload) == "help"


def test_a_code_typed_behind_start_says_that_it_is_one() -> None:
    assert links.sentence("123456789") == "join 123456789"
    assert {links.sentence(each) for each in ("12345678", "1234567890", "012345678")} == {"help"}
