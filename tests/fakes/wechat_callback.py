"""WeChat as it calls us: signs, encrypts, posts, repeats what is not answered in time, and shows what comes back.

Its encryption is its own, after the platform's document, so that a fault of ours or of wechatpy is seen.
"""

import asyncio
import base64
import hashlib
import os
import struct
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from itertools import count
from urllib.parse import urlencode
from xml.etree import ElementTree

import httpx
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

# What the person sees where the answer is none.
FAULT = "该公众号提供的服务出现故障，请稍后再试"
ACCOUNT = "gh_ginkgo"
APP_ID = "wx0123456789abcdef"
TOKEN = "spruce7token"
KEY = "abcdefghijklmnopqrstuvwxyz0123456789ABCDEFG"
LONGEST_REPLY = 2048
_BLOCK = 32
_NUMBERS = count(24_000_000_000_000_001)


@dataclass(frozen=True, slots=True)
class Call:
    """One call: the parameters of its address, and its body."""

    query: Mapping[str, str]
    body: bytes

    def changed(self, body: bytes | None = None, **query: str) -> "Call":
        return Call({**self.query, **query}, self.body if body is None else body)


@dataclass(frozen=True, slots=True)
class Account:
    """What both sides know of each other. Without a key it is the plain mode."""

    token: str = TOKEN
    app_id: str = APP_ID
    key: str | None = KEY

    def call(self, xml: str | bytes, now: datetime, nonce: str = "1320562132") -> Call:
        """The call that brings this message."""
        timestamp, content = str(int(now.timestamp())), xml.encode() if isinstance(xml, str) else xml
        query = {"timestamp": timestamp, "nonce": nonce, "signature": _sign(self.token, timestamp, nonce)}
        if self.key is None:
            return Call(query, content)
        encrypted = self.encrypted(content)
        query |= {
            "openid": "oSomebody",
            "encrypt_type": "aes",
            "msg_signature": _sign(self.token, timestamp, nonce, encrypted),
        }
        outer = f"<xml><ToUserName><![CDATA[{ACCOUNT}]]></ToUserName><Encrypt><![CDATA[{encrypted}]]></Encrypt></xml>"
        return Call(query, outer.encode())

    def encrypted(self, content: bytes) -> str:
        plain = os.urandom(16) + struct.pack(">I", len(content)) + content + self.app_id.encode()
        padding = _BLOCK - len(plain) % _BLOCK
        encryptor = self._cipher().encryptor()
        sealed = encryptor.update(plain + bytes([padding]) * padding) + encryptor.finalize()
        return base64.b64encode(sealed).decode()

    def opened(self, body: bytes) -> bytes:
        """The message of a response. Raises ValueError and the like for what is not ours."""
        if self.key is None:
            return body
        outer = {each.tag: each.text or "" for each in ElementTree.fromstring(body)}
        signed = _sign(self.token, outer["TimeStamp"], outer["Nonce"], outer["Encrypt"])
        if signed != outer["MsgSignature"]:
            raise ValueError("the signature is wrong")
        decryptor = self._cipher().decryptor()
        plain = decryptor.update(base64.b64decode(outer["Encrypt"])) + decryptor.finalize()
        plain = plain[: -plain[-1]]
        (length,) = struct.unpack(">I", plain[16:20])
        if plain[20 + length :].decode() != self.app_id:
            raise ValueError("it is for another account")
        return plain[20 : 20 + length]

    def _cipher(self) -> "Cipher[modes.CBC]":
        key = base64.b64decode(f"{self.key}=")
        return Cipher(algorithms.AES(key), modes.CBC(key[:16]))


def _sign(*parts: str) -> str:
    return hashlib.sha1("".join(sorted(parts)).encode()).hexdigest()


def message(
    sender: str, now: datetime, kind: str = "text", *, number: int | None = None, **fields: str
) -> str:
    """A message of a person; each has its number."""
    told = {"MsgType": kind, **fields, "MsgId": str(number or next(_NUMBERS))}
    return elements(_from(sender, now) | told)


def event(sender: str, now: datetime, kind: str, inside: str = "", **fields: str) -> str:
    """Something that a person did; `inside` are elements that have elements."""
    return elements(_from(sender, now) | {"MsgType": "event", "Event": kind, **fields}, inside)


def elements(fields: Mapping[str, str], inside: str = "") -> str:
    """As the platform writes it: numbers bare, words in CDATA."""
    rows = [
        f"<{name}>{value if value.isdigit() and name != 'EventKey' else cdata(value)}</{name}>"
        for name, value in fields.items()
    ]
    return f"<xml>{''.join(rows)}{inside}</xml>"


def cdata(words: str) -> str:
    return "<![CDATA[" + words.replace("]]>", "]]]]><![CDATA[>") + "]]>"


def _from(sender: str, now: datetime) -> dict[str, str]:
    created = str(int(now.timestamp()))
    return {"ToUserName": ACCOUNT, "FromUserName": sender, "CreateTime": created}


@dataclass(frozen=True, slots=True)
class Shown:
    """What the person sees, None where nothing; and how often the platform called for it."""

    text: str | None
    calls: int = 1


@dataclass
class Platform:
    """Calls one address. It waits so many seconds for an answer, and tries so often."""

    http: httpx.AsyncClient
    address: str
    now: Callable[[], datetime]
    account: Account = field(default_factory=Account)
    seconds: float = 5.0
    attempts: int = 3

    async def verify(self, said: str = "3812658230512") -> str:
        """What the platform's page does when the address is entered there; gives what was answered."""
        query = {**self.account.call("", self.now()).query, "echostr": said}
        for name in ("encrypt_type", "msg_signature", "openid"):
            query.pop(name, None)
        answer = await self.http.get(self.address, params=query)
        return answer.text if answer.status_code == 200 else str(answer.status_code)

    async def say(self, sender: str, words: str, number: int | None = None) -> Shown:
        return await self.deliver(message(sender, self.now(), number=number, Content=words))

    async def do(self, sender: str, kind: str, inside: str = "", **fields: str) -> Shown:
        return await self.deliver(event(sender, self.now(), kind, inside, **fields))

    async def deliver(self, xml: str | bytes) -> Shown:
        """The same message until it is answered, each time signed anew."""
        for attempt in range(1, self.attempts + 1):
            began = asyncio.get_running_loop().time()
            try:
                answer = await asyncio.wait_for(self.post(self.account.call(xml, self.now())), self.seconds)
            except (TimeoutError, httpx.HTTPError):
                continue
            if answer.status_code == 200:
                return Shown(self.shown(answer.content, xml), attempt)
            await asyncio.sleep(max(0.0, began + self.seconds - asyncio.get_running_loop().time()))
        return Shown(FAULT, self.attempts)

    async def deliver_raw(self, body: bytes) -> tuple[int, str | None]:
        """A message that nobody can address an answer to: the status, and what stood in the answer."""
        answer = await self.post(self.account.call(body, self.now()))
        return answer.status_code, None if answer.content in (b"", b"success") else answer.text

    async def post(self, call: Call) -> httpx.Response:
        return await self.http.post(
            f"{self.address}?{urlencode(call.query)}", content=call.body, headers={"content-type": "text/xml"}
        )

    def shown(self, body: bytes, xml: str | bytes) -> str | None:
        """The words of an answer that is addressed right; whatever else comes is shown as a fault."""
        if body in (b"", b"success"):
            return None
        try:
            answer = _flat(self.account.opened(body))
            asked = _flat(xml)
        except (ValueError, KeyError, IndexError, struct.error, ElementTree.ParseError):
            return FAULT
        addressed = (answer.get("ToUserName"), answer.get("FromUserName"))
        right = addressed == (asked["FromUserName"], asked["ToUserName"])
        words = answer.get("Content", "")
        fits = 0 < len(words.encode()) <= LONGEST_REPLY
        whole = set(answer) == {"ToUserName", "FromUserName", "CreateTime", "MsgType", "Content"}
        if not (right and fits and whole and answer["CreateTime"].isdigit() and answer["MsgType"] == "text"):
            return FAULT
        return words


def _flat(xml: str | bytes) -> dict[str, str]:
    root = ElementTree.fromstring(xml)
    if root.tag != "xml" or len({each.tag for each in root}) != len(root):
        raise ValueError("it is no message")
    return {each.tag: each.text or "" for each in root}


def consents(within: str, said: Iterable[tuple[str, str]]) -> str:
    """The elements of a subscription event: what was said to each template; one is an element, several a list."""
    listed = (
        f"<List><TemplateId>{cdata(template)}</TemplateId>"
        f"<SubscribeStatusString>{cdata(status)}</SubscribeStatusString><PopupScene>2</PopupScene></List>"
        for template, status in said
    )
    return f"<{within}>{''.join(listed)}</{within}>"
