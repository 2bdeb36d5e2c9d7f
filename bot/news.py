"""What somebody was told since his last line without having asked: he may be answering that."""

from datetime import datetime
from typing import Any

from sqlalchemy import Row

from bot.channels import CHANNELS
from bot.inbound import Inbound
from models import pushed
from models.conversation import Memory
from models.database import Db
from models.pushed import Pushed


def since_last_line(
    db: Db, inbound: Inbound, speaker: Row[Any] | None, memory: Memory, now: datetime
) -> tuple[list[Pushed], list[Pushed]]:
    """The newest first, and which of it showed numbers; mostly nothing, which is seen without looking."""
    if inbound.group is not None or speaker is None or speaker.told <= memory.told:
        return [], []
    found = pushed.since(db, speaker.address, memory.told, now)
    memory.told = speaker.told
    return found, [each for each in found if _has_numbers(inbound, speaker, each)]


def _has_numbers(inbound: Inbound, speaker: Row[Any], told: Pushed) -> bool:
    """None where one presses, nor in a form of the platform, which goes out when nobody may write freely."""
    if not CHANNELS[inbound.channel].types:
        return False
    return speaker.free_until is None or told.at <= speaker.free_until
