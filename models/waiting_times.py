"""When a free seat is offered to who waits, and until when he may answer: less time near the start, none at night."""

from datetime import datetime, timedelta

from models.schedule import Schedule

# What begins so soon is offered in the quiet hours too.
URGENT = timedelta(hours=12)


def cutoff(schedule: Schedule, starts: datetime) -> datetime:
    """From then on no seat is offered, and nobody waits any more."""
    return starts - schedule.waiting.cutoff


def begins(schedule: Schedule, starts: datetime, now: datetime) -> datetime:
    """When a seat is offered that is free now: at once, or where it is night after it."""
    awake = schedule.awake(now)
    return now if starts - now <= URGENT or awake >= cutoff(schedule, starts) else awake


def answer_by(schedule: Schedule, starts: datetime, now: datetime) -> datetime | None:
    """Until when who is offered a seat now may answer; None so near the start that the first to answer gets it."""
    at = begins(schedule, starts, now)
    span = schedule.waiting.span(starts - at)
    if span is None:
        return None
    until = at + span if starts - at <= URGENT else schedule.after(at, span)
    return min(until, cutoff(schedule, starts))


def turn_by(schedule: Schedule, starts: datetime, now: datetime) -> datetime:
    """The same for one who alone is offered it, however near the start is."""
    until = answer_by(schedule, starts, now)
    return until or min(now + schedule.waiting.turn, cutoff(schedule, starts))


def noted(schedule: Schedule, starts: datetime) -> datetime:
    """When who waits is told that he still does."""
    return schedule.before(starts - schedule.waiting.note, starts)
