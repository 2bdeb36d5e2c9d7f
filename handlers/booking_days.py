"""The days on which a slot can be booked: how they are shown, and how people write them."""

from datetime import date

from handlers import activity_reading
from handlers.opening import DAYS
from handlers.talk import Talk
from models.refusal import Refusal
from models.text import Text


def said(day: date) -> Text:
    return Text("{month}月{day}日 {weekday}", month=day.month, day=day.day, weekday=DAYS[day.weekday()])


def words(day: date) -> tuple[str, ...]:
    return (
        day.isoformat(),
        f"{day.month}月{day.day}日",
        f"{day.month}-{day.day}",
        f"{day.day}日",
        f"{day.day}号",
    )


class Day:
    """One day, in any words; whether it can be booked is another question."""

    wants = "choice"

    def __init__(self, talk: Talk) -> None:
        self._talk = talk

    def __call__(self, line: str) -> str:
        when = activity_reading.read_in(self._talk, line).when
        if when is None or when.first is None or when.first != when.last:
            raise Refusal("booking.day", Text("请选一天，或者写一个日期，比如“12月5日”。"))
        return when.first.isoformat()
