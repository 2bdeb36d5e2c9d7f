"""What is new of what somebody follows: one message a day, at noon."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Row

from handlers import activity_cards
from handlers.activity_cards import BROWSE
from handlers.jobs import job
from handlers.subscriptions import SETTINGS
from handlers.talk import press
from handlers.understanding.lexicon import topic_words
from models import consent, digest, eligibility, notice
from models.activity import Listing
from models.card import Card, Choice
from models.database import Db
from models.digest import News
from models.schedule import Schedule
from models.text import Text

# So many are shown; the rest is counted.
MOST = 8
# When the next one comes, this one is no news any more.
USEFUL = timedelta(days=1)


@job("digests", next=digest.next_due)
def tell(db: Db, now: datetime, schedule: Schedule) -> bool:
    """One slice of those who were not told yet what was new at the newest noon."""
    at = digest.last(now, schedule)
    whom = digest.followers(db, at)
    if not whom:
        return False
    choices = digest.choices(db, [row.id for row in whom])
    since = min(row.until or choices[row.id][0].at for row in whom)
    news = digest.news(db, since, at, now)
    for row in whom:
        if news:
            _tell(db, row, choices[row.id], news, at, now, schedule)
        digest.told(db, row.id, at, known=row.until is not None)
    return len(whom) == digest.SLICE


def _tell(
    db: Db,
    member: Row[Any],
    choices: Sequence[Row[Any]],
    news: list[News],
    at: datetime,
    now: datetime,
    schedule: Schedule,
) -> None:
    topics = {
        name: topic_words(name)
        for sort, _, name in (row.subject.partition(":") for row in choices)
        if sort == "topic"
    }
    followed = digest.wanted(choices, news, member.until, topics)
    wanted = [news.activity for news, since in followed if _is_new(db, news, member.id, since)]
    if wanted and consent.holds(db, member.id, "recommendations"):
        notice.tell_member(
            db,
            [card(wanted, now)],
            member.id,
            now,
            lane="bulk",
            key=f"digest:{member.id}:{at.astimezone(schedule.zone):%Y-%m-%d}",
            purpose="recommendations",
            kind="digest",
            rests=True,
            expires=at + USEFUL,
        )


def _is_new(db: Db, news: News, member: int, since: datetime) -> bool:
    """Of what is for others alone nobody is told; of what was opened to more, who knew it before not again."""
    if not eligibility.covers(db, news.activity, member):
        return False
    for known, eligible in news.narrower:
        if eligibility.covers(db, replace(news.activity, eligible=eligible), member):
            return known is not None and known > since
    return True


def card(wanted: list[Listing], now: datetime) -> Card:
    """What is new, soonest first."""
    text = Text("您关注的，新出了{count}场活动：", count=len(wanted))
    articles = tuple(activity_cards.row(each, now) for each in wanted[:MOST])
    rest = len(wanted) - len(articles)
    more = Choice(Text("更多（还有{count}场）", count=rest), press("activities")) if rest else BROWSE
    return Card(text, articles=articles, choices=(more, SETTINGS))
