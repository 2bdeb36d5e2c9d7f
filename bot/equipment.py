"""What every message finds at hand beside its database; one for each community."""

from dataclasses import dataclass, field

from handlers.understanding.lexicon import Lexicons
from models.schedule import Schedule
from models.vault import Vault


@dataclass(slots=True)
class Equipment:
    """`registrations_a_minute` is the most that one person may make; None sets no limit.

    `public_url` is where our pages are reached from outside; None where nobody said so.
    """

    vault: Vault
    schedule: Schedule
    lexicons: Lexicons = field(default_factory=Lexicons)
    registrations_a_minute: int | None = None
    public_url: str | None = None
    # Of each channel that bears only so many messages a second, how many; known once it is served.
    paces: dict[str, float] = field(default_factory=dict)
