"""What every message finds at hand beside its database; one for each community."""

from dataclasses import dataclass, field

from handlers.understanding.lexicon import Lexicons
from models.vault import Vault


@dataclass(slots=True)
class Equipment:
    """`registrations_a_minute` is the most that one person may make; None sets no limit."""

    vault: Vault
    lexicons: Lexicons = field(default_factory=Lexicons)
    registrations_a_minute: int | None = None
