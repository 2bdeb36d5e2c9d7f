"""Bodies that no platform sends: bombs, sizes, depths, halves; each is the message of an authentic call."""

from tests.bot.wechat.payloads import CREATED, event, of_kind

_LAUGHS = "".join(f'<!ENTITY l{nth} "{f"&l{nth - 1};" * 10}">' for nth in range(1, 10))
_TEXT = of_kind("text", "<Content>&what;</Content>")
_GOOD = of_kind("text", "<Content>a</Content>")


def _attributes(many: int) -> str:
    return "".join(f' a{nth}="1"' for nth in range(many))


def _declaring(inside: str) -> bytes:
    return f"<!DOCTYPE xml [{inside}]>{_TEXT}".encode()


# Those that are read, as far as it goes; each is listed by what was wrong with it.
UNREADABLE: dict[str, tuple[bytes, str]] = {
    "a billion laughs": (
        _declaring(f'<!ENTITY l0 "ha">{_LAUGHS}<!ENTITY what "&l9;">'),
        "a document type: declares one",
    ),
    "quadratic": (_declaring(f'<!ENTITY what "{"a" * 30_000}">'), "a document type: declares one"),
    "a file of ours": (
        _declaring('<!ENTITY what SYSTEM "file:///etc/passwd">'),
        "a document type: declares one",
    ),
    "a declaration elsewhere": (
        f'<!DOCTYPE xml SYSTEM "http://127.0.0.1:9/x.dtd">{_GOOD}'.encode(),
        "a document type: declares one",
    ),
    "deep": (
        of_kind("text", "<Content>" + "<a>" * 40 + "</a>" * 40 + "</Content>").encode(),
        "the depth or number of elements",
    ),
    "many elements": (of_kind("text", "<a/>" * 5000).encode(), "the depth or number of elements"),
    "many attributes": (
        of_kind("text", "<Content" + _attributes(3000) + ">a</Content>").encode(),
        "Content: has attributes",
    ),
    "an attribute": (of_kind("text", '<Content a="1">x</Content>').encode(), "Content: has attributes"),
    "nothing": (b"", "the XML itself"),
    "no XML": (b'{"MsgType": "text"}', "the XML itself"),
    "half": (_GOOD[:150].encode(), "the XML itself"),
    "no elements": (b"<xml></xml>", "the elements"),
    "no kind": (_GOOD.replace("MsgType", "Kind").encode(), "MsgType"),
    "empty kind": (_GOOD.replace("<![CDATA[text]]>", "<a/>").encode(), "MsgType"),
    "no event": (event("x").replace("Event>", "Happening>").encode(), "Event"),
    "bad time": (_GOOD.replace(str(CREATED), "soon").encode(), "CreateTime"),
}
# Those that are not even read.
TOO_LARGE: dict[str, bytes] = {
    "4 MB of empty tags": of_kind("text", "<a/>" * 1_000_000).encode(),
    "100,000 deep": ("<a>" * 100_000 + "</a>" * 100_000).encode(),
    "2.3 MB of attributes": of_kind("text", "<Content" + _attributes(200_000) + "/>").encode(),
}
