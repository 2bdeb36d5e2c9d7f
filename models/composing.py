"""组团: which offers together cover what a project misses, from as few organizations as can be."""

from collections import deque
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from itertools import combinations

from sqlalchemy import bindparam, select

from models import matching
from models.database import Db
from models.matching import Thing
from models.project_part import PART

# So many organizations are tried in every combination, those that give most. Where they do not suffice, all of them
# are taken and who is not needed goes again: a team that is short where all together are not is never shown.
_TRIED = 10
_LARGEST_TEAM = 6
_OFFERS_A_PART = 100
_MANDATORY = select(PART.c.id).where(PART.c.project_id == bindparam("project"), PART.c.mandatory)

# An organization, or a person who gives for himself.
Giver = tuple[str, int]


@dataclass(frozen=True, slots=True)
class Gift:
    """So much of a part by this offer."""

    offer: Thing
    part: Thing
    share: int


@dataclass(frozen=True, slots=True)
class Team:
    """`missing` is what stays uncovered of each part. `complete`: nothing is missing that the project needs."""

    gifts: tuple[Gift, ...]
    missing: tuple[tuple[Thing, int], ...]
    complete: bool

    @property
    def givers(self) -> tuple[Giver, ...]:
        return tuple(dict.fromkeys(giver(gift.offer) for gift in self.gifts))


@dataclass(frozen=True, slots=True)
class _Task:
    """`fits` has, for each part, the offers that fit it."""

    parts: Mapping[int, Thing]
    offers: Mapping[int, Thing]
    fits: Mapping[int, tuple[int, ...]]
    mandatory: Collection[int] = field(default_factory=set)


def giver(offer: Thing) -> Giver:
    if offer.organization is not None:
        return ("organization", offer.organization)
    return ("member", offer.member or 0)


def event(project: int, member: int) -> str:
    """The key of the notice that asks somebody to give its part of the team."""
    return f"compose:{project}:{member}"


def compose(db: Db, project: int, now: datetime) -> Team:
    """The team for what a project misses now, the parts that it cannot do without first."""
    mandatory = {row.id for row in db.rows(_MANDATORY, project=project)}
    parts = {part.key: part for part in matching.parts(db, project, now)}
    found = {key: matching.offers_for(db, part, now, _OFFERS_A_PART) for key, part in parts.items()}
    offers = {match.thing.key: match.thing for each in found.values() for match in each}
    fits = {key: tuple(match.thing.key for match in each) for key, each in found.items()}
    return chosen(_Task(parts, offers, fits, mandatory & set(parts)))


def chosen(task: _Task) -> Team:
    """The fewest that cover the mandatory parts, then whoever is needed besides for the others."""
    givers = _most_useful(task)
    team = _fewest(task, givers[:_TRIED], task.mandatory)
    if team is None:
        team = _pruned(task, set(givers), givers, task.mandatory)
    everybody = _pruned(task, set(givers), [each for each in givers if each not in team], task.parts)
    return _team(task, _without_idle(task, everybody))


def _most_useful(task: _Task) -> list[Giver]:
    """Those that give most of all first."""
    everybody = dict.fromkeys(giver(offer) for offer in task.offers.values())
    return sorted(everybody, key=lambda each: (-_given(task, {each}, task.parts), each))


def _fewest(task: _Task, givers: list[Giver], parts: Collection[int]) -> set[Giver] | None:
    """The smallest set that covers these parts; None where no such set is among so many."""
    if not parts:
        return set()
    needed = sum(task.parts[key].quantity for key in parts)
    if _given(task, set(givers), parts) < needed:
        return None
    for size in range(1, min(len(givers), _LARGEST_TEAM) + 1):
        # Of several of the same size the one that gives most of the other parts too.
        covering = [
            set(some) for some in combinations(givers, size) if _given(task, set(some), parts) == needed
        ]
        if covering:
            return max(covering, key=lambda some: _given(task, some, task.parts))
    return None


def _pruned(task: _Task, team: set[Giver], some: list[Giver], parts: Collection[int]) -> set[Giver]:
    """Without those of some that are not needed for as much of these parts; who gives least goes first."""
    whole = _given(task, team, parts)
    for each in reversed(some):
        if _given(task, team - {each}, parts) == whole:
            team = team - {each}
    return team


def _without_idle(task: _Task, team: set[Giver]) -> set[Giver]:
    """Without whom as much is given."""
    for each in sorted(team):
        fewer = team - {each}
        if _given(task, fewer, task.parts) == _given(task, team, task.parts) and _given(
            task, fewer, task.mandatory
        ) == _given(task, team, task.mandatory):
            team = fewer
    return team


def _team(task: _Task, team: set[Giver]) -> Team:
    """Mandatory parts are served first; what is left of the offers goes to the others."""
    gifts = _flow(task, team, task.mandatory)
    fixed = {key: sum(gift.share for gift in gifts if gift.part.key == key) for key in task.mandatory}
    everything = _flow(task, team, task.parts)
    whole = {key: sum(gift.share for gift in everything if gift.part.key == key) for key in task.mandatory}
    if all(whole[key] >= fixed[key] for key in task.mandatory):
        gifts = everything
    given: dict[int, int] = {}
    for gift in gifts:
        given[gift.part.key] = given.get(gift.part.key, 0) + gift.share
    missing = tuple(
        (part, part.quantity - given.get(key, 0))
        for key, part in task.parts.items()
        if part.quantity > given.get(key, 0)
    )
    complete = not any(part.key in task.mandatory for part, _ in missing)
    return Team(tuple(gifts), missing, complete)


def _given(task: _Task, team: set[Giver], parts: Iterable[int]) -> int:
    return sum(gift.share for gift in _flow(task, team, parts))


def _flow(task: _Task, team: set[Giver], parts: Iterable[int]) -> list[Gift]:
    """As much as these can give of these parts, nothing of an offer twice: what it adds up to is the proof.

    The largest flow from offers to parts, by augmenting paths; mandatory parts are filled first and stay so.
    """
    wanted = sorted(parts, key=lambda key: (key not in task.mandatory, key))
    left = {key: offer.quantity for key, offer in task.offers.items() if giver(offer) in team}
    short = {key: task.parts[key].quantity for key in wanted}
    used: dict[tuple[int, int], int] = {}
    for part in wanted:
        while short[part]:
            path = _path(task, part, left, used, wanted)
            if path is None:
                break
            _augment(task, path, left, short, used)
    return [
        Gift(task.offers[offer], task.parts[part], share) for (offer, part), share in used.items() if share
    ]


def _path(
    task: _Task, goal: int, left: Mapping[int, int], used: Mapping[tuple[int, int], int], wanted: list[int]
) -> list[int] | None:
    """Part, offer, part, offer …: the last offer has something left, each part gets from the offer behind it what the
    offer before it gave, or is the goal.
    """
    came: dict[int, tuple[int, int] | None] = {goal: None}
    queue = deque([goal])
    while queue:
        part = queue.popleft()
        for offer in task.fits[part]:
            if offer not in left:
                continue
            if left[offer]:
                path = [offer, part]
                while (before := came[path[-1]]) is not None:
                    path += before
                return path[::-1]
            for other in wanted:
                if other not in came and used.get((offer, other), 0):
                    came[other] = (offer, part)
                    queue.append(other)
    return None


def _augment(
    task: _Task,
    path: list[int],
    left: dict[int, int],
    short: dict[int, int],
    used: dict[tuple[int, int], int],
) -> None:
    goal, last = path[0], path[-1]
    steps = [(path[at], path[at + 1]) for at in range(0, len(path), 2)]
    released = [(path[at + 1], path[at + 2]) for at in range(0, len(path) - 2, 2)]
    share = min(short[goal], left[last], *(used[offer, part] for offer, part in released))
    for part, offer in steps:
        used[offer, part] = used.get((offer, part), 0) + share
    for offer, part in released:
        used[offer, part] -= share
    short[goal] -= share
    left[last] -= share
