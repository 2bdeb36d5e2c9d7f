"""Whether a call comes from the platform, and what is in it: signatures, freshness, encryption."""

from collections.abc import Mapping
from datetime import timedelta
from hmac import compare_digest

from wechatpy.crypto import PrpCrypto, WeChatCrypto
from wechatpy.utils import WeChatSigner

from bot.channels.wechat import elements
from bot.clock import Clock

# Signatures say nothing of the time: a call that somebody wrote down is no use to him after this.
FRESH = timedelta(seconds=300)
_SEALED = "<xml><Encrypt>{0}</Encrypt><MsgSignature>{1}</MsgSignature><TimeStamp>{2}</TimeStamp><Nonce>{3}</Nonce></xml>"


class Refused(Exception):  # noqa: N818
    """A call that is not the platform's, or cannot be shown to be; the reason is for the operator."""


class Envelope:
    """With a key only what is encrypted is taken, and answers are encrypted: the signature of an address alone
    covers neither what stands in a call nor how it is written.
    """

    def __init__(self, clock: Clock, token: str, app_id: str, key: str | None) -> None:
        self._clock = clock
        self._token = token
        self._app_id = app_id
        self._cipher = PrpCrypto(WeChatCrypto(token, key, app_id).key) if key else None

    def check(self, query: Mapping[str, str]) -> None:
        """Whether the address was written by the platform, and lately. Raises Refused."""
        signed = self._signed(query.get("timestamp", ""), query.get("nonce", ""))
        if not _same(signed, query.get("signature", "")):
            raise Refused("the signature is wrong; is wechat.token the one on the platform's page?")
        if not self._is_fresh(query["timestamp"]):
            raise Refused("the timestamp is older or newer than 300 s; does this computer's clock go right?")

    def open(self, query: Mapping[str, str], body: bytes) -> str | bytes:
        """The message in a call whose address was checked. Raises Refused."""
        encrypted = query.get("encrypt_type", "raw") == "aes"
        if self._cipher is None:
            if encrypted:
                raise Refused("it is encrypted; set wechat.encoding_aes_key")
            return body
        if not encrypted:
            raise Refused("it is not encrypted; choose the safe mode on the platform's page")
        return self._opened(query, body)

    def seal(self, xml: str, nonce: str) -> str:
        """A response as the platform takes it: with a key, encrypted."""
        if self._cipher is None:
            return xml
        encrypted = self._cipher.encrypt(xml, self._app_id).decode()
        timestamp = str(int(self._clock.now().timestamp()))
        return _SEALED.format(encrypted, self._signed(timestamp, nonce, encrypted), timestamp, nonce)

    def _opened(self, query: Mapping[str, str], body: bytes) -> str:
        """The library fails in as many ways as there are forgeries."""
        assert self._cipher is not None
        try:
            encrypted = elements.read(body)["Encrypt"]
            signed = self._signed(query["timestamp"], query["nonce"], encrypted)
            if not _same(signed, query.get("msg_signature", "")):
                raise Refused("the signature of the message is wrong")
            opened: str = self._cipher.decrypt(encrypted, self._app_id)
        except Refused:
            raise
        except Exception as error:
            raise Refused("it cannot be decrypted; is wechat.encoding_aes_key the page's?") from error
        return opened

    def _signed(self, *parts: str) -> str:
        signer = WeChatSigner()
        signer.add_data(self._token, *parts)
        signature: str = signer.signature
        return signature

    def _is_fresh(self, timestamp: str) -> bool:
        if not (timestamp.isascii() and timestamp.isdigit() and len(timestamp) <= 12):
            return False
        return abs(int(timestamp) - self._clock.now().timestamp()) <= FRESH.total_seconds()


def _same(signed: str, given: str) -> bool:
    return compare_digest(signed.encode(), given.encode("utf-8", "replace"))
