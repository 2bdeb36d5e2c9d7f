"""How days are written in English."""

from handlers.understanding.times import days
from handlers.understanding.times.days import Expression
from handlers.understanding.times.numerals import COUNT, ENGLISH_RANGE, MONTH_NAMES, MONTH_WORDS

_DAY = (
    r"(?:mon(?:days?)?|tue(?:s(?:days?)?)?|weds?|wednesdays?|thu(?:rs?(?:days?)?)?|fri(?:days?)?|saturdays?|sundays?|"
    r"(?<!(?<![a-z])i )(?<!(?<![a-z])we )sat(?! down)|(?<!the )(?<!mr )(?<!ms )(?<!mrs )(?<!miss )(?<!teacher )sun(?! yat))"
)
_TH = r"(?:st|nd|rd|th)"
_NO_COUNT = r"(?![0-9:]|\s?(?:am|pm|people|persons?|of us|kids|children|friends|guests|adults|seats|spots|places)(?![a-z]))"
_TILL = rf"(?:(?:{ENGLISH_RANGE}|\s?(?:and|or|&)\s)(?:the )?(?P<till>[0-9]{{1,2}}){_TH}?)?"
_IN_YEAR = r"(?:,?\s(?P<year>20[0-9]{2}))?"
_NO_ORDINAL = (
    r"(?!\s(?:floor|building|tower|street|road|avenue|century|session|time|class|edition|anniversary|phase|block|"
    r"birthday|person|place|prize|lesson|meeting|round|annual|grade))"
)
_THIRD = r"(?:(?:the )?(?:beginning|start|end|middle) of(?: the)?|early|mid|late)[\s\-]"
_MONTH = rf"(?:{MONTH_NAMES}|{MONTH_WORDS})"
# Where march, may and jun can be nothing but months.
_CLEAR = "".join(
    rf"|(?<={before})" for before in ("this ", "next ", "of ", "early ", "late ", "mid ", "mid-")
)
_CLEAR_MONTH = rf"(?:{MONTH_NAMES}|(?:(?<=in ){_CLEAR}){MONTH_WORDS})"
_UNIT = r"\s?(?P<unit>day|week|month)s?"

# May begin with a digit.
NUMBERED = (
    Expression(
        "day_first",
        rf"(?<![0-9.:])(?:the )?(?P<day>[0-9]{{1,2}}){_TH}?{_TILL}\s(?:of )?(?P<month>{_MONTH})(?! i\b| be\b| have\b| not\b)"
        rf"{_IN_YEAR}(?![a-z])",
        days.read_date,
        exact=True,
    ),
    Expression(
        "ordinal",
        rf"(?<![0-9.:])(?:the )?(?P<day>[0-9]{{1,2}}){_TH}{_TILL}(?: of (?P<which>this|next) month)?(?![a-z]){_NO_ORDINAL}",
        days.read_day_of_month,
        exact=True,
    ),
)
WORDS = (
    Expression(
        "month_first",
        rf"(?P<month>{_MONTH})\.?\s(?:the )?(?P<day>[0-9]{{1,2}}){_TH}?{_TILL}{_IN_YEAR}{_NO_COUNT}",
        days.read_date,
        exact=True,
    ),
    Expression("within_english", rf"within (?P<count>{COUNT}){_UNIT}", days.read_within),
    Expression(
        "next_english",
        rf"(?:(?:in|over|for|during) )?(?:the )?(?:next|coming|following) (?P<count>{COUNT}){_UNIT}",
        days.read_within,
    ),
    Expression(
        "coming_english",
        r"(?:(?:in|over|within|for|during) the next|the coming) (?P<unit>week|month)",
        days.read_within,
    ),
    Expression("later_english", rf"in (?P<count>{COUNT}){_UNIT}(?:'s? time)?", days.read_later),
    Expression(
        "every_english",
        rf"every (?:weekend|(?P<day>{_DAY}))|weekdays?|workdays?|working days?",
        days.read_every,
    ),
    Expression(
        "weekday_english",
        rf"(?:(?P<which>this coming|coming|this|next|last)\s)?(?P<day>{_DAY})",
        days.read_weekday,
    ),
    Expression(
        "weekend_english",
        r"(?:the )?(?:(?P<which>this|next next|next|last) )?weekends?(?P<after> after next)?",
        days.read_weekend,
    ),
    Expression(
        "week_english",
        r"(?:(?:the )?end of )?(?P<which>this|next next|next|last|the) week(?P<after> after next)?",
        days.read_week,
    ),
    Expression(
        "relative_english",
        r"this(?= morning| afternoon| evening| noon)|today|tomm?orr?ow|tmrw?|tmw|(?:the )?day after tomorrow|"
        r"yesterday|(?:the )?day before yesterday",
        days.read_relative,
    ),
    Expression("tonight", r"tonight|tonite", days.read_relative),
    Expression(
        "month_english",
        rf"(?P<third>{_THIRD})?(?:(?:this |next )?(?P<month>{_CLEAR_MONTH}){_IN_YEAR}|(?P<which>this|next|last) month)",
        days.read_month,
    ),
    Expression(
        "third_english", r"(?P<third>(?:the )?(?:beginning|start|end|middle) of the) month", days.read_month
    ),
    Expression("year_end_english", "(?:the )?end of (?:the|this) year", days.read_year_end),
    Expression("year_english", "(?:this|next|last) year", days.read_whole_year),
)
