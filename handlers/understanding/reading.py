"""One sentence, read: what it says about time, place, kind and topic, and which titles it names."""

import re
from dataclasses import dataclass, field
from datetime import datetime, time
from functools import cached_property
from typing import TYPE_CHECKING

from handlers.checks import bare, read_number
from handlers.understanding import business, measured, stationed, times
from handlers.understanding.lexicon import Lexicon, PlaceNode, Sense, Title
from handlers.understanding.matcher import Match, without
from handlers.understanding.services import LIKELY, PLAIN, SURE, Found
from handlers.understanding.titles import shared
from models.folding import fold
from models.member import Person
from models.phone import may_be_in
from models.search import Query

if TYPE_CHECKING:
    from handlers.understanding.intents import Ranked

# Lines up to this length are said by many, and so many of them are remembered.
_REPEATED = 40
_KEPT = 1000
# So many pairs of letters a sentence does not share with a title by chance.
_BY_CHANCE = 2
# What speech recognition and hurried fingers write for the words that decide an intent.
_HOMOPHONES = {"报明": "报名", "包名": "报名", "抱名": "报名", "沙拢": "沙龙", "活洞": "活动", "治愿": "志愿"}
_HOMOPHONE = re.compile("|".join(_HOMOPHONES))
_NEGATION = re.compile(
    r"(?:除了|不要|别要|不想要|不想|不用|不需要|无需|不含|不是|别的?是|except(?: for)?|without|other than|not|no)\s*"
    r"(.*?)(?=[,，。;；!?的]|还有|以外|之外|外还|但|$)"
)
_OPEN = re.compile(
    r"(?:有|剩|余|空)(?:空位|名额|位子|位置|座位|余位)|能报|可以报|可报|报得上|还没满|没满|报得进|available|open (?:seats|spots)|free (?:seats|spots)"
)
_FREE_OF_CHARGE = re.compile(
    r"免费|不要钱|不花钱|不用花钱|不收费|不收钱|不用钱|\bfree\b(?! (?:seats?|spots?|places?))|no (?:fee|charge)"
)
_NEAR = re.compile(r"附近|周边|周围|旁边|near(?:by| me| here)?|around here")
_OUR_BUILDING = re.compile(
    r"(?:我们|咱们|阿拉|我|本)(?:的)?(?:楼|大楼|大厦|写字楼)|楼里|楼内|(?:our|my) (?:tower|building)"
)
_OUR_ESTATE = re.compile(
    r"(?:我们|咱们|阿拉|我家|本)(?:的)?(?:小区|社区里|院子|弄堂)|小区里|(?:our|my) (?:estate|compound|neighbou?rhood)"
)
_OUR_COMPANY = re.compile(
    r"(?:我们|我|咱们)(?:的)?(?:公司|单位|园区)|(?:our|my) (?:office|company|workplace)"
)
_PARTY = re.compile(
    r"(?<![\d一二三四五六七八九十])(\d{1,2}|[一二两三四五六七八九十])\s*(?:个人|位|人(?!生)|个大人|people|persons)"
)
# 项3, 项目 3, project 3: its number as people and our own messages write it.
_PROJECT_NUMBER = re.compile(r"项(?:目)?\s*#?(\d{1,9})(?!\d)|\bproject\s*#?(\d{1,9})\b")
_PROJECT_WORD = re.compile(r"项目|认领|\bprojects?\b|\bclaim")
# What stands around the name of a project and is no part of it.
_AROUND_PROJECT = re.compile(
    r"项目|认领|加入|参加|志愿者|公司|企业|单位|社区|可以|我们|现在|情况|进展|需要|"
    r"\b(?:the|a|an|of|to|for|in|on|we|i|us|our|project|projects|claim|join|help|with|want|can|and|what|is|are)\b"
)
_FILLER = re.compile(
    r"请问|麻烦|小同志|同志|帮我|帮忙|我想问问|想问问|问一下|问问|我想|我要|想要|我们|我|你们|你|有没有|有什么|有啥|有哪些|"
    r"什么|哪些|有|没有|没|啥|哪|的|了|吗|么|呢|吧|呀|啊|哦|伐|嘛|那边|那里|这边|这里|里|在|去|看|一下|能|可以|都|还|想|要|"
    r"活动|节目|安排|场|几|些|个|是|和|跟|给|好|玩|白相|"
    r"\b(?:is|there|are|a|an|the|any|anything|something|some|or|on|in|at|for|to|what|s|i|me|my|can|do|please|and|of|with)\b"
)


@dataclass
class Reading:
    """A sentence with everything that can be told of it without knowing what is wanted."""

    said: str
    now: datetime
    person: Person
    lexicon: Lexicon
    # Among which phrases its meaning was looked for, and the one that fits; kept here as all that is read.
    understood: "tuple[list[Ranked], Ranked | None] | None" = field(
        default=None, init=False, repr=False, compare=False
    )

    @cached_property
    def text(self) -> str:
        return _HOMOPHONE.sub(lambda found: _HOMOPHONES[found[0]], fold(self.said))

    @cached_property
    def _timed(self) -> tuple[times.When | None, str]:
        return times.find(self.text, self.now.astimezone(self.lexicon.zone))

    @property
    def when(self) -> times.When | None:
        return self._timed[0]

    @property
    def untimed(self) -> str:
        """The text with its words of time cut out; what `matches` are places in."""
        return self._timed[1]

    @cached_property
    def matches(self) -> list[Match[Sense]]:
        return self.lexicon.words.find(self._timed[1])

    @cached_property
    def _negated(self) -> list[tuple[int, int]]:
        return [found.span(1) for found in _NEGATION.finditer(self._timed[1])]

    def _is_negated(self, match: Match[Sense]) -> bool:
        return any(begin <= match.begin < end for begin, end in self._negated)

    def _meant(self, sort: str) -> list[Match[Sense]]:
        return [match for match in self.matches if match.found.sort == sort and not self._is_negated(match)]

    @cached_property
    def named_places(self) -> tuple[int, ...]:
        return tuple(dict.fromkeys(match.found.key for match in self._meant("place")))

    @cached_property
    def stations(self) -> tuple[int, ...]:
        """The stations, and other places that people come to, that are named."""
        return stationed.meant(self.lexicon, self.named_places)

    @property
    def station_named_alone(self) -> bool:
        """It is the name of a station, and nothing else."""
        words = bare(self.text)
        return (
            len(self.matches) == 1
            and any(self.lexicon.places[each].kind == "station" for each in self.stations)
            and (self.matches[0].begin, self.matches[0].end) == (0, len(words.rstrip("?")))
        )

    @cached_property
    def own_stations(self) -> tuple[int, ...]:
        """The stations in the tower or the estate that is named, or in the speaker's own."""
        around = self.named_places or ((self.own_place,) if self.own_place is not None else ())
        return () if self.stations else stationed.inside(self.lexicon, around)

    @property
    def no_place(self) -> bool:
        return not self.named_places

    @cached_property
    def functions(self) -> tuple[int, ...]:
        """The places that do what the sentence names."""
        return stationed.doing(self.lexicon, without(self._timed[1], self._meant("place")))

    @cached_property
    def business_desk(self) -> str | None:
        """The office that helps companies, as the sentence calls it."""
        return business.called(self.lexicon, self.text)

    @property
    def bookable(self) -> bool:
        """It asks for a public service that has slots."""
        return bool(self.services) and self.services[0] in self.lexicon.slotted

    @cached_property
    def own_place(self) -> int | None:
        """我们楼, 我们小区, 我公司: the speaker's own, where it is known."""
        rest = self._timed[1]
        if _OUR_ESTATE.search(rest):
            return _outermost(self.lexicon, self.person.home_id, "estate") or self.person.home_id
        if _OUR_COMPANY.search(rest):
            return self.person.work_id
        if _OUR_BUILDING.search(rest):
            living = _outermost(self.lexicon, self.person.home_id, "building")
            if self.person.side == "home" and self.person.home_id:
                return living or self.person.home_id
            return self.person.work_id or living
        return None

    @cached_property
    def places(self) -> tuple[int, ...] | None:
        """Every place that is meant, those below included; None where the sentence names none."""
        named = self.named_places or ((self.own_place,) if self.own_place is not None else ())
        if _NEAR.search(self._timed[1]):
            home = next((place for place in self.person.bases if place), None)
            around = named or ((home,) if home else ())
            return tuple(dict.fromkeys(near for place in around for near in self.lexicon.near(place))) or None
        return tuple(dict.fromkeys(inner for place in named for inner in self.lexicon.below[place])) or None

    @cached_property
    def kinds(self) -> tuple[str, ...]:
        return tuple(dict.fromkeys(kind for match in self._meant("kind") for kind in match.found.key))

    @cached_property
    def series(self) -> str | None:
        return next((match.found.key for match in self._meant("series")), None)

    @cached_property
    def topics(self) -> tuple[str, ...]:
        return tuple(dict.fromkeys(match.found.key for match in self._meant("topic")))

    @cached_property
    def unwanted_topics(self) -> tuple[str, ...]:
        unwanted = [m.found.key for m in self.matches if m.found.sort == "topic" and self._is_negated(m)]
        return tuple(dict.fromkeys(unwanted))

    @property
    def open_only(self) -> bool:
        return _OPEN.search(self.text) is not None

    @property
    def free_of_charge(self) -> bool:
        return _FREE_OF_CHARGE.search(self.text) is not None

    @cached_property
    def titles(self) -> list[Title]:
        """The upcoming activities that the sentence names; narrowed by its day and place where that leaves some."""
        rest = _FILLER.sub(" ", without(self._timed[1], self._meant("place")))
        named = self.lexicon.titled(rest)
        for narrowed in (
            self._on_day(named),
            [title for title in named if title.place in (self.places or ())],
        ):
            named = narrowed or named
        return named

    @cached_property
    def projects(self) -> list[int]:
        """The numbers of the projects that the sentence names: by number, by title, or by what they need."""
        if numbered := _PROJECT_NUMBER.search(self.text):
            return [int(numbered[1] or numbered[2])]
        rest = _AROUND_PROJECT.sub("\n", self.text)
        return self.lexicon.projects.named(rest) or self.lexicon.parts.named(rest)

    @property
    def project(self) -> bool:
        """A title or a part that shares some letters is not meant where a service is named plainly."""
        if not self.projects:
            return False
        return self.plain_project or not self.plain_service or _PROJECT_WORD.search(self.text) is not None

    @cached_property
    def plain_project(self) -> bool:
        """It names a project so that nothing else can be meant, with or without the word for it."""
        if _PROJECT_NUMBER.search(self.text):
            return True
        return bool(set(self.lexicon.projects.plainly(self.text)) & set(self.projects))

    @cached_property
    def services_found(self) -> list[Found]:
        """The public services that the sentence asks for, with how much speaks for each."""
        named = [match for match in self.matches if match.found.sort == "place"]
        return self.lexicon.services.ranked(without(self.untimed, named))

    @property
    def services(self) -> list[int]:
        """Their keys, the likeliest first; none where it is about something else."""
        found = self.services_found
        return [each.key for each in found] if found and found[0].score >= LIKELY else []

    @property
    def service(self) -> bool:
        """It is about a public service, whatever is wanted of it."""
        return bool(self.services_found) and self.services_found[0].score >= SURE

    @cached_property
    def plain_service(self) -> bool:
        """A public service is named surely, and an activity at most by a single word that both have."""
        found = self.services_found
        if not found or found[0].score < PLAIN:
            return False
        return all(shared(title.text, self.untimed) < _BY_CHANCE for title in self.titles)

    @property
    def service_likely(self) -> bool:
        return bool(self.services)

    @cached_property
    def province(self) -> bool:
        """It names a province for whose people the catalogue has something."""
        provinces = self.lexicon.services.provinces(self.text)
        return any(
            self.lexicon.services.province_of(each.key) in provinces for each in self.lexicon.services.entries
        )

    @cached_property
    def measured(self) -> measured.Measured | None:
        """A figure of one of the points, and nothing else."""
        return measured.find(self.text, self.now.astimezone(self.lexicon.zone).date(), self.lexicon)

    @property
    def hall(self) -> bool:
        """The word that opens the hall's lists, and nothing else."""
        return self.lexicon.hall is not None and bare(self.text) == self.lexicon.hall

    @property
    def metric(self) -> int | None:
        """What is measured, where the sentence names it."""
        named = (name for name in self.lexicon.metrics if name in self.text)
        longest = max(named, key=len, default=None)
        return None if longest is None else self.lexicon.metrics[longest][0]

    @cached_property
    def role(self) -> str | None:
        """The role of a shift that the sentence names, as the lexicon calls it."""
        named = (name for name in self.lexicon.roles if len(name) > 1 and name in self.text)
        return max(named, key=len, default=None)

    @cached_property
    def shifts(self) -> list[Title]:
        """The upcoming activities with the role that is named: of those whose title is named too, or on the day that is."""
        if self.role is None:
            return []
        having = [title for title in self.lexicon.titles if title.number in self.lexicon.roles[self.role]]
        named = [title for title in having if title in self.titles]
        if self.titles and not named and f"{self.role}岗" not in self.text:
            return []  # a title that has the same word
        return self._on_day(named or having)

    @property
    def on_another_day(self) -> bool:
        """It names a title and a day, and what is called so is on other days only."""
        return bool(self.titles) and not self._on_day(self.titles)

    def _on_day(self, titles: list[Title]) -> list[Title]:
        when = self.when
        if when is None or (when.first is None and when.last is None):
            return titles
        return [
            title
            for title in titles
            if (when.first is None or title.day >= when.first)
            and (when.last is None or title.day <= when.last)
        ]

    @cached_property
    def party(self) -> int | None:
        """How many people are said to come, where it is said."""
        found = _PARTY.search(self._timed[1])
        return read_number(found[1]) if found else None

    @cached_property
    def rest(self) -> str:
        """What is left when everything known and every filler is cut out: what was not understood."""
        rest = without(self._timed[1], self.matches)
        for pattern in (_OUR_BUILDING, _OUR_ESTATE, _OUR_COMPANY, _NEAR, _FILLER):
            rest = pattern.sub(" ", rest)
        return re.sub(r"[\s,.;:!?。、·~\-'\"()“”]+", "", rest)

    @cached_property
    def title(self) -> bool:
        """It names an activity, and not only by letters that a public service has too."""
        if not self.titles or not self.service:
            return bool(self.titles)
        return any(shared(title.text, self.untimed) > _BY_CHANCE for title in self.titles)

    @property
    def topic(self) -> bool:
        return bool(self.topics or self.kinds or self.series)

    @property
    def subject(self) -> bool:
        """The sentence says nothing but what is looked for: a time, a place, a topic."""
        known = self.when is not None or self.places is not None or self.topic
        return known and len(self.rest) <= 2

    @property
    def anchored(self) -> bool:
        """It names something that the database knows: enough to take it for a request of its own."""
        return self.title or self.when is not None or self.places is not None

    def query(self) -> Query:
        """What is looked for, as a search takes it."""
        return self._query

    @cached_property
    def _query(self) -> Query:
        when = self.when or times.When()
        return Query(
            first=when.first,
            last=when.last,
            minutes=_minutes(when),
            minutes_without=tuple((_minute(begin), _minute(end)) for begin, end in when.without),
            days_without=tuple(sorted(when.without_days)),
            places=self.places,
            kinds=self.kinds,
            series=self.series,
            topics=tuple(self.lexicon.topics[name] for name in self.topics),
            without=tuple(word for name in self.unwanted_topics for word in self.lexicon.topics[name]),
            open_only=self.open_only,
            free_of_charge=self.free_of_charge,
        )


def read(said: str, now: datetime, person: Person, lexicon: Lexicon) -> Reading:
    """The sentence, read. A short one means the same for everybody who lives and works at the same places.

    Many say the same: it is looked through once a day, which takes half as long as all the rest of a message.
    A line in which a phone number may be is not kept.
    """
    reading = Reading(said, now, person, lexicon)
    if len(said) > _REPEATED or may_be_in(said):
        return reading
    key = (said, now.astimezone(lexicon.zone).date(), person.home_id, person.work_id, person.side)
    known = lexicon.read.get(key)
    if known is None:
        if len(lexicon.read) >= _KEPT:
            lexicon.read.clear()
        lexicon.read[key] = reading
        return reading
    # All that was found out so far, but for this speaker.
    reading.__dict__ = {**known.__dict__, "now": now, "person": person}
    return reading


def _outermost(lexicon: Lexicon, place: int | None, kind: str) -> int | None:
    """小区 is the whole estate, also for who lives in one part of it."""
    around: list[PlaceNode] = [node for node in lexicon.above(place) if node.kind == kind]
    return around[-1].id if around else None


def _minutes(when: times.When) -> tuple[int, int] | None:
    """The minutes of the day in which it may start."""
    if when.clock is not None:
        begin = _minute(when.clock)
        return (begin, _minute(when.until)) if when.until else (begin - 30, begin + 60)
    if when.after is None and when.before is None:
        return None
    return (_minute(when.after) if when.after else 0, _minute(when.before) if when.before else 24 * 60)


def _minute(at: time) -> int:
    # The end of the day is written as its last minute, and means midnight.
    return 24 * 60 if at >= time(23, 59) else at.hour * 60 + at.minute
