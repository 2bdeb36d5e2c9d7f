"""Words as WeChat takes them: nothing that breaks its XML, and nothing of ours or a member's that becomes a link."""

import re

# XML 1.0 has no way to write these; half a surrogate pair among them.
_ILLEGAL = re.compile("[^\t\n\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
# The one thing that WeChat does not show as it stands: it makes a link of it, and hides where that leads.
_LINK = re.compile(r"<(?=[\s/]*a\b)", re.IGNORECASE)
_LINE_ENDS = re.compile("\r\n?")


def plain(text: str) -> str:
    """What is shown, character by character. A link grows by two bytes."""
    if "\r" in text:
        text = _LINE_ENDS.sub("\n", text)
    text = _ILLEGAL.sub("", text)
    return _LINK.sub("＜", text) if "<" in text else text


def within_xml(text: str) -> str:
    """The text in a CDATA section: what would end it stands in two."""
    return text.replace("]]>", "]]]]><![CDATA[>")
