"""How much a sentence says: 三十个人, 300份, 40 kits; as numbers with the word that counts them."""

import re

_DIGIT = {word: nth for nth, word in enumerate("零一二三四五六七八九")} | {"〇": 0, "两": 2, "俩": 2}
_POWER = {"十": 10, "百": 100, "千": 1000, "万": 10_000}
_COUNTED = "个人|平方米|公斤|小时|人次|[个名位人份套件台箱本册瓶元块张只把辆组支袋盒桶米斤棵盆幅篮包条盏间处场次家户顶双副面节盘罐卷根枚株]"
_CHINESE = "零〇一二两俩三四五六七八九十百千万"
_AMOUNT = re.compile(
    # Not within a word, a date or an hour.
    rf"(?<![a-z\d.{_CHINESE}第])(\d{{1,7}}(?:\.\d+)?\s*万?|[{_CHINESE[2:-3]}][{_CHINESE}]*)\s*({_COUNTED})"
)
# The number of a project or a need is none.
_BARE = re.compile(r"(?<![a-z\d.:第#项需])(?<!project )(?<!need )(\d{1,7})(?![a-z\d.:%年月日号点期#])")


def read(word: str) -> int | None:
    """The number that a word is: `300`, `三百`, `一千二`, `2万`; None where it is none."""
    word = word.strip()
    if found := re.fullmatch(r"(\d+(?:\.\d+)?)\s*(万?)", word):
        return int(float(found[1]) * (10_000 if found[2] else 1))
    if not word or any(letter not in _DIGIT and letter not in _POWER for letter in word):
        return None
    total = section = digit = 0
    last = 1
    for letter in word:
        if letter in _DIGIT:
            digit = _DIGIT[letter]
            continue
        power = _POWER[letter]
        if power == 10_000:
            total, section = (total + (section + digit or 1)) * power, 0
        else:
            section += (digit or 1) * power
        digit, last = 0, power
    # 一千二 is 1200, 一百零二 is 102.
    tail = digit * (last // 10 if last > 10 and "零" not in word[-2:] and "〇" not in word[-2:] else 1)
    return total + section + tail


def find(text: str) -> list[tuple[int, str]]:
    """The amounts of a folded text with what counts them, in order; those without such a word come last."""
    counted = [(read(found[1]), found[2]) for found in _AMOUNT.finditer(text)]
    rest = _AMOUNT.sub(" ", text)
    bare = [(int(found[1]), "") for found in _BARE.finditer(rest)]
    return [(number, unit) for number, unit in [*counted, *bare] if number]
