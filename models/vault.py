"""What is sealed before it is stored: who has the database, but not the key, reads nothing of it."""

import base64
import hashlib
import hmac

from cryptography.fernet import Fernet, InvalidToken


class Vault:
    """Seals and opens with one key; `digest` finds a sealed thing again without opening it."""

    def __init__(self, key: bytes) -> None:
        self._key = key
        self._fernet = Fernet(base64.urlsafe_b64encode(self._derived("seal")))

    def _derived(self, purpose: str) -> bytes:
        """A key of its own for each purpose, 32 bytes."""
        return hmac.digest(self._key, purpose.encode(), hashlib.sha256)

    def seal(self, words: str) -> str:
        return self._fernet.encrypt(words.encode()).decode()

    def open(self, sealed: str) -> str | None:
        """The words; None where they were sealed with another key, or changed."""
        try:
            return self._fernet.decrypt(sealed.encode()).decode()
        except InvalidToken:
            return None

    def digest(self, words: str) -> str:
        """Always the same for the same words, and nobody without the key can guess it."""
        return hmac.new(self._derived("digest"), words.encode(), hashlib.sha256).hexdigest()

    @property
    def fingerprint(self) -> str:
        """Tells keys apart, and nothing else."""
        return self._derived("fingerprint").hex()[:16]

    def signing_key(self, purpose: str) -> bytes:
        """For what is signed elsewhere, as cookies are."""
        return self._derived(f"sign {purpose}")
