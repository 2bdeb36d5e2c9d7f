"""What can be done instead, after a rule refused something about an activity."""

from handlers.activity_cards import BROWSE, MY_LIST
from handlers.talk import press
from models import eligibility
from models.activity import Listing
from models.card import Choice
from models.refusal import Refusal
from models.registering import largest_party
from models.text import Text


def next_steps(wanted: Listing, refusal: Refusal) -> tuple[Choice, ...]:
    """What can be done instead, for each reason of a refusal."""
    similar = Choice(Text("看看同类的"), press("similar", wanted.number))
    again = Choice(Text("再试一次"), press("register", wanted.number))
    details = Choice(Text("详情"), press("show", wanted.number))
    steps = {
        "registration.already": (
            Choice(Text("取消报名"), press("withdraw", wanted.number)),
            Choice(Text("替人报名"), press("registerfor", wanted.number)),
            MY_LIST,
        ),
        "registration.party": (again, *_together(wanted), details),
        "registration.pace": (again, MY_LIST),
        "registration.none": (MY_LIST, details),
        "registration.arrived": (MY_LIST, details),
        "registration.pending": (Choice(Text("取消报名"), press("withdraw", wanted.number)), MY_LIST),
        "registration.waiting": (Choice(Text("我排第几"), press("place", wanted.number)), MY_LIST, details),
        "registration.offered": (Choice(Text("我排第几"), press("place", wanted.number)), MY_LIST, details),
        "registration.missing": (again, details),
        "activity.early": (details, similar),
        "activity.eligible": (
            Choice(Text("填住处"), press("livein")),
            Choice(Text("填单位"), press("workat")),
            again,
            similar,
        ),
        "activity.club": (*_ways_in(wanted), again, similar),
        "activity.members": (details, similar),
        "guest.already": (MY_LIST, details),
        "guest.most": (MY_LIST, details),
        "guest.pace": (MY_LIST, details),
        "guest.none": (MY_LIST, details),
        "guest.late": (MY_LIST, details),
        "shift.overlap": (MY_LIST, similar),
        "shift.role": (again, details),
    }
    return steps.get(refusal.code, (similar, BROWSE))


def _together(wanted: Listing) -> tuple[Choice, ...]:
    """Those for whom there are too few seats may wait together."""
    few = wanted.free is not None and 0 < wanted.free < largest_party(wanted)
    return (Choice(Text("一起候补"), press("wait", wanted.number)),) if few else ()


def _ways_in(wanted: Listing) -> tuple[Choice, ...]:
    """Into the first of the clubs that it is for."""
    return tuple(
        Choice(Text("加入社团"), press("joinclub", each)) for each in eligibility.organizations(wanted)[:1]
    )
