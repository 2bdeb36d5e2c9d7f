"""找场地: which rooms are offered that hold so many, for who has an event and no place."""

from handlers import offer_reading, offers
from handlers.matches import row
from handlers.offer_cards import BROWSE
from handlers.talk import Arguments, Phrase, Talk, anybody, on, press
from handlers.understanding.reading import Reading
from models import matching
from models.card import Card, Choice
from models.text import Text

_FIND = (
    Phrase(
        r"(?:找|求|借|看看谁能提供|谁(?:能|可以|家)?(?:提供|借|有)|哪里(?:能|可以)?借|哪里有)(?:一个|个|一间|间)?[^,。?]{0,12}(?:的)?(?:场地|会议室|会场|场所|教室)(?!预约)",
        weight=7,
        unless=r"预约|服务站|小时|\d分钟|[\d一二两三四五六七八九十]点|我们?(?:公司|单位)?(?:可以|能)提供",
    ),
    Phrase(
        r"\b(?:find|who (?:has|offers)|looking for) (?:me )?an? ?(?:\w+ )?(?:venue|room for \d+)", weight=7
    ),
)


def _meant(reading: Reading) -> Arguments:
    found = offer_reading.said(reading)
    return {
        name: found[key]
        for name, key in (("people", "capacity"), ("where", "place"), ("dates", "dates"))
        if key in found
    }


@on("offer.search", head="findvenue", allow=anybody, private=True, example=Text("找场地30人"), rank=66,
    phrases=_FIND, reads=_meant)  # fmt: skip
def find(
    talk: Talk, people: int | None = None, where: int | None = None, dates: list[str] | None = None
) -> Card:
    """Of those that are large enough the smallest first."""
    many = people or talk.ask("seats", Text("要坐几位？"), check=offers.Seats())
    begins, ends = offer_reading.instants(talk, dates)
    found = matching.venues(talk.db, many, where, begins, ends, talk.now)
    want = Choice(Text("登记需要场地"), press("wanted"))
    if not found:
        text = Text("现在没有坐得下{count}位的场地，登记一下，有了告诉您。", count=many)
        return Card(text, choices=(want, BROWSE))
    text = Text("坐得下{count}位的场地：", count=many)
    return Card(text, articles=tuple(row(talk, None, each) for each in found), choices=(want,))
