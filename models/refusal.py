"""The one domain error: a rule said no, with its reason and what one can do instead."""

from models.text import Text


class Refusal(Exception):  # noqa: N818  (a refusal is an answer, not a fault)
    """A rule said no.

    `code` is for handlers, which offer the next step by it; `sentence` is what the person reads;
    `refs` are the things it is about, as `table:code`.
    """

    def __init__(self, code: str, sentence: Text, *refs: str) -> None:
        super().__init__(code)
        self.code = code
        self.sentence = sentence
        self.refs = refs
