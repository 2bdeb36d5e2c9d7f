"""Phone numbers as they are written here: read, masked, sealed, and taken out of a sentence.

Mobile and landline numbers of mainland China. A regular expression says as much of these as a library
of all countries' numbers does, which takes 23 MB.
"""

import json
import re
from collections.abc import Callable
from typing import Any

from models.folding import fold
from models.refusal import Refusal
from models.text import Text
from models.vault import Vault

# Blanks, dots and hyphens of every width; beside fold's own ones those that it leaves.
_MARK = r"[ .\-\u00ad\u00b7\u2010-\u2015\u2022\u2212\u30fb]"
_GAP = rf"{_MARK}{{0,9}}"
_SPELT = rf"1{_MARK}{{1,9}}[3-9](?:{_MARK}{{1,9}}\d){{9}}"
_MOBILE = rf"1[3-9]\d{_GAP}(?:\d{{4}}{_GAP}\d{{4}}|\d{{3}}{_GAP}\d{{5}})|{_SPELT}"
_LANDLINE = rf"\(?0(?:10|2\d|[3-9]\d{{2}})\)?{_GAP}[2-9]\d{{2,3}}{_GAP}\d{{4}}"
_NUMBER = re.compile(rf"(?<!\d)(?:(?:\+|00)?86{_GAP})?({_MOBILE}|{_LANDLINE})(?!\d)")
_AREA = re.compile(r"0(?:10|2\d|\d{3})")
# No number is written with fewer signs than this, also where one sign says two digits.
_FEWEST = 5
SEALED = "sealed:"
_SEALED_IN_JSON = re.compile(rf'"{SEALED}([\w=-]+)"')


def find(words: str) -> str | None:
    """The digits of the first phone number in these words, without the country's; None where there is none."""
    found = _NUMBER.search(_plain(words)[0])
    return _digits(found) if found else None


def read(words: str) -> str:
    """The digits of the phone number that these words are. Raises Refusal."""
    plain = fold(words).strip(" .。!,")
    found = _NUMBER.search(plain)
    # Besides the number there may be words, but no other digits, which would make it another number.
    if found is None or re.search(r"\d", plain[: found.start()] + plain[found.end() :]):
        raise Refusal(
            "phone.unreadable",
            Text("请再看看这个号码，我们没认出来。手机号是11位，座机请加区号，比如“021-64331234”。"),
        )
    return _digits(found)


def mask(number: str) -> str:
    """`138****5678`, `021-****1234`: enough for its owner to know it again."""
    area = _AREA.match(number)
    return f"{area[0]}-****{number[-4:]}" if area else f"{number[:3]}****{number[-4:]}"


def without(words: str) -> str:
    """The words with every phone number in them masked; the rest stays as it was written."""
    plain, places = _plain(words)
    kept, end = [], 0
    for found in _NUMBER.finditer(plain):
        kept += [words[end : places[found.start()]], mask(_digits(found))]
        end = places[found.end() - 1] + 1
    return "".join([*kept, words[end:]])


def without_in_card(dumped: Any) -> Any:
    """A dumped card in which every phone number is masked that is somebody's own words.

    What the catalogue and a pack say stays: an example of a number, the station's own one.
    """
    if isinstance(dumped, dict):
        return {name: without_in_card(value) for name, value in dumped.items()}
    if not isinstance(dumped, list):
        return dumped
    if len(dumped) == 2 and isinstance(dumped[0], str) and isinstance(dumped[1], dict):
        message, values = dumped  # a Text
        said = {n: without(v) if isinstance(v, str) else without_in_card(v) for n, v in values.items()}
        return [message, said]
    return [without_in_card(each) for each in dumped]


def seal_in(stored: Any, vault: Vault) -> Any:
    """Words, or JSON, as they may be stored: each string with a phone number in it is sealed."""
    return _each(stored, lambda words: SEALED + vault.seal(words) if find(words) else words)


def open_in(stored: Any, vault: Vault) -> Any:
    """What was stored by `seal_in`, also within JSON that is kept as a string; what is not sealed is as it is."""

    def opened(words: str) -> str:
        if words.startswith(SEALED):
            known = vault.open(words.removeprefix(SEALED))
            return words if known is None else known
        return _SEALED_IN_JSON.sub(quoted, words)

    def quoted(found: re.Match[str]) -> str:
        known = vault.open(found[1])
        return found[0] if known is None else json.dumps(known, ensure_ascii=False)

    return _each(stored, opened)


def _each(stored: Any, change: Callable[[str], str]) -> Any:
    if isinstance(stored, str):
        return change(stored)
    if isinstance(stored, dict):
        return {name: _each(value, change) for name, value in stored.items()}
    if isinstance(stored, list):
        return [_each(value, change) for value in stored]
    return stored


def may_be_in(words: str) -> bool:
    """Whether there are digits enough for a number: quicker to ask than whether there is one."""
    return len(words) >= _FEWEST and sum(map(str.isnumeric, words)) >= _FEWEST


def _plain(words: str) -> tuple[str, list[int]]:
    """The words folded sign by sign, and at which sign of theirs each of these was.

    Both are empty where there are too few digits for a number.
    """
    if not may_be_in(words):
        return "", []
    # Between two others a blank is not cut off.
    folded = [fold(f"|{sign}|")[1:-1] for sign in words]
    return "".join(folded), [place for place, plain in enumerate(folded) for _ in plain]


def _digits(found: re.Match[str]) -> str:
    return re.sub(r"\D", "", found[1])
