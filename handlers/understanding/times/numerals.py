"""Small numbers and calendar names as people write and dictate them, for the grammar of time."""

# Pieces of regular expressions. 廿 and 卅 are what elders say for twenty and thirty.
NUMBER = r"(?:[0-9]{1,2}|[一二两三四五六七八九十廿卅]{1,3})"
# 两 counts, but names no day and no month: 两日 and 两号 are other words.
ORDINAL = r"(?:[0-9]{1,2}|[一二三四五六七八九十廿卅]{1,3})"
# In 周六十点 the number begins after the weekday.
AFTER_WEEKDAY = r"(?<=[周期拜][一二三四五六])"
NOT_IN_NUMBER = rf"(?:(?<![0-9.一二两三四五六七八九十廿卅第])|{AFTER_WEEKDAY})"
COUNT = r"(?:[0-9]{1,2}|one|two|three|four|five|six|seven|eight|nine|ten|twelve|(?:a )?couple(?: of)?|an?)"
RANGE = r"\s?(?:[-–—~]{1,2}|一?直?到|至)\s?"
ENGLISH_RANGE = r"\s?(?:[-–—~]|to|through|until|till)\s?"

MONTH_NAMES = "(?:january|february|april|june|july|august|september|october|november|december)"
# Months that are also other words or somebody's name: only beside a number, or after a word that shows what is meant.
MONTH_WORDS = "(?:march|may|jan|feb|mar|apr|jun|jul|aug|sept?|oct|nov|dec)"

_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_DIGITS = {digit: value for value, digit in enumerate("零一二三四五六七八九")} | {"〇": 0, "两": 2}
_ENGLISH = "zero one two three four five six seven eight nine ten eleven twelve"
_COUPLES = {"a": 1, "an": 1, "couple": 2, "a couple": 2, "couple of": 2, "a couple of": 2}
_WORDS = {word: value for value, word in enumerate(_ENGLISH.split())} | _COUPLES


def number(words: str) -> int:
    """The number that is written; 0 where the signs make none."""
    if words.isdecimal():
        return int(words)
    if words in _WORDS:
        return _WORDS[words]
    tens, ten, ones = words.replace("廿", "二十").replace("卅", "三十").partition("十")
    if not ten:
        return _DIGITS.get(tens.lstrip("零〇"), 0)
    return _DIGITS.get(tens or "一", 0) * 10 + _DIGITS.get(ones or "零", 0)


def month_number(words: str) -> int:
    """December, dec, 十二 or 12: the number of the month."""
    return _MONTHS.index(words[:3]) + 1 if words[:3] in _MONTHS else number(words)
