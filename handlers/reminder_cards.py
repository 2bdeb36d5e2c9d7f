"""How reminders read: what goes out before a start, and when somebody is reminded."""

from dataclasses import replace
from datetime import timedelta

from handlers import activity_cards
from handlers.talk import press
from models.activity import Listing
from models.card import Article, Card, Choice
from models.reminder import Time
from models.text import Moment, Several, Text, prose

# So long before the start there is time to give the seat to somebody else: whoever is reminded is asked.
_ASKED = timedelta(hours=12)
_DAY, _HOUR = 1440, 60


def reminder(wanted: Listing, span: timedelta) -> Card:
    """What its people are told so long before the start: title, day and hour, place, and what they can do."""
    title, when = prose(wanted.title), Text("{at}", at=Moment(wanted.starts))
    if span >= _ASKED:
        text = Text("还来吗？「{title}」{when}开始。来不了请说一声，名额好让给别人。", title=title, when=when)
        choices = answers(wanted.number)
    else:
        text = Text("别忘了：「{title}」{when}开始。", title=title, when=when)
        # At the door this is the last that he has read.
        choices = (
            activity_cards.own_code(wanted.number),
            Choice(Text("取消报名"), press("withdraw", wanted.number)),
        )
    # Below the card, where they are words to type on a channel without buttons.
    return Card(text, articles=(_where(wanted),), choices=(*choices, activity_cards.settings(wanted.number)))


def answers(number: int) -> tuple[Choice, ...]:
    """Whether one comes: what everybody who is asked can say."""
    return Choice(Text("会来"), press("coming", number)), Choice(Text("来不了"), press("absent", number))


def _where(wanted: Listing) -> Article:
    """Time and place, with the address."""
    time, place, *_ = activity_cards.facts(wanted, wanted.starts)
    return replace(activity_cards.subject(wanted), facts=(time, place))


def with_times(article: Article, wanted: Listing, planned: list[Time]) -> Article:
    """The same with a line that says when its reader is reminded."""
    if not planned:
        return article
    return replace(article, facts=(*article.facts, (Text("提醒"), said(wanted, planned))))


def said(wanted: Listing, planned: list[Time]) -> Text:
    """开始前1天、2小时: when somebody is reminded; where quiet hours moved it, the day and the hour."""
    return Text("{times}", times=Several(tuple(_said(wanted, each) for each in planned)))


def _said(wanted: Listing, time: Time) -> Text:
    minutes = time.before
    if time.due != wanted.starts - timedelta(minutes=minutes):
        return Text("{at}", at=Moment(time.due))
    if minutes % _DAY == 0:
        return Text("开始前{count}天", count=minutes // _DAY)
    if minutes % _HOUR == 0:
        return Text("开始前{count}小时", count=minutes // _HOUR)
    return Text("开始前{count}分钟", count=minutes)
