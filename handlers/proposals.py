"""我来办一场: who stands for an organization proposes an activity, and the officers of the place publish it or give it back."""

from handlers import activity_cards, checks, plan_cards
from handlers.talk import Option, Talk, anybody, on, press
from models import activity, activity_publishing, addressee, contact, duty, notice, place, proposing
from models.activity import Listing
from models.activity_publishing import Plan
from models.card import Article, Card, Choice
from models.refusal import Refusal
from models.text import Several, Text, as_said, prose

_NO = ("不", "算了", "no")


def check_may(talk: Talk) -> None:
    """Raises a Refusal that says who may, where somebody neither is staff nor stands for an organization."""
    if duty.places(talk.db, talk.person.id) or proposing.may(talk.db, talk.person.id):
        return
    person = talk.person
    officer = addressee.nearest(talk.db, (person.work_id, person.home_id), {person.id})
    sentence = Text("请找服务站的工作人员，活动由他们发布，也可以由单位、社团的负责人来提。")
    if officer is not None and officer.name:
        sentence = Text("请找{name}，活动由工作人员发布，也可以由单位、社团的负责人来提。", name=officer.name)
    talk.leave(Refusal("proposal.nobody", sentence), activity_cards.BROWSE)


def needed(talk: Talk, plan: Plan) -> bool:
    """Whether others have to publish it."""
    return not duty.covers(talk.db, talk.person.id, plan.place_id)


def question(talk: Talk, plan: Plan) -> Text:
    return Text(
        "这样提交，对吗？{place}的工作人员看过才发布。", place=as_said(place.name(talk.db, plan.place_id))
    )


def put(talk: Talk, plan: Plan) -> Card:
    """The officers of the place get it with two buttons."""
    check_may(talk)
    wanted = activity_publishing.propose(talk.db, plan, talk.person.id, talk.now)
    officers = contact.office(talk.db, wanted)
    card = _asking(talk, wanted)
    for officer in officers:
        notice.tell_member(
            talk.db,
            [card],
            officer,
            talk.now,
            key=f"proposal:{wanted.number}:{officer}",
            kind="answer",
            rests=True,
        )
    names = tuple(as_said(name) for name in (contact.name_of(talk.db, each) for each in officers) if name)
    text = Text("提交了，工作人员看过告诉您。")
    if names:
        text = Text("提交了，{names}看过告诉您。", names=Several(names))
    return Card(text, articles=(_article(talk, wanted),), tone="done", choices=(activity_cards.BROWSE,))


def _article(talk: Talk, wanted: Listing) -> Article:
    shown = plan_cards.article(talk.db, activity_publishing.plan_of(talk.db, wanted.id))
    return Article(shown.title, wanted.ref, facts=shown.facts, body=shown.body)


def _asking(talk: Talk, wanted: Listing) -> Card:
    who = contact.name_of(talk.db, talk.person.id)
    text = Text("请看一遍，发布不发布？有人想在这里办一场活动。")
    if who:
        text = Text("请看一遍，发布不发布？{name}想在这里办一场活动。", name=who)
    return Card(text, articles=(_article(talk, wanted),), choices=_decisions(wanted), tone="notice")


def _decisions(wanted: Listing) -> tuple[Choice, ...]:
    return (
        Choice(Text("发布"), press("acceptevent", wanted.number)),
        Choice(Text("退回"), press("returnevent", wanted.number)),
    )


@on("staff.activity", head="acceptevent", allow=anybody, private=True)
def accept(talk: Talk, number: int = 0) -> Card:
    """One tap: it is published as it was proposed, with who proposed it as its contact."""
    wanted = _mine(talk, number)
    activity_publishing.decide(talk.db, wanted, "published", talk.person.id, talk.now)
    done = activity.find(talk.db, number)
    _tell(
        talk,
        done,
        Text("发布了：「{title}」现在能报名。", title=prose(done.title)),
        Choice(Text("详情"), press("show", number)),
    )
    shown = activity_cards.full(done, talk.now)
    return Card(Text("发布了，现在就能找到、能报名。"), articles=(shown,), tone="done")


@on("staff.activity", head="returnevent", allow=anybody, private=True)
def give_back(talk: Talk, number: int = 0) -> Card:
    """With a reason, which who proposed it reads."""
    wanted = _mine(talk, number)
    about = (_article(talk, wanted),)
    no = Option("", Text("先不退"), _NO)
    why = talk.ask("reason", Text("退回的原因写什么？对方会看到。"), no, check=checks.words, about=about)
    if not why:
        return Card(Text("好的，没有退回。"), articles=about, choices=_decisions(wanted))
    activity_publishing.decide(talk.db, wanted, "returned", talk.person.id, talk.now, why)
    text = Text("「{title}」退回来了，改一改可以再提。原因：{reason}", title=prose(wanted.title), reason=why)
    _tell(talk, wanted, text, Choice(Text("再提一次"), press("publish")))
    return Card(Text("退回了，原因已经告诉对方。"), tone="done", refs=(wanted.ref,))


def _mine(talk: Talk, number: int) -> Listing:
    """What waits for this officer. Raises Refusal."""
    wanted = activity_publishing.proposal(talk.db, number)
    duty.check(talk.db, talk.person.id, wanted.place_id)
    duty.check_real(talk.db, talk.person.id)
    return wanted


def _tell(talk: Talk, wanted: Listing, text: Text, next_step: Choice) -> None:
    if wanted.contact_id is None or wanted.contact_id == talk.person.id:
        return
    card = Card(text, choices=(next_step,), tone="notice", refs=(wanted.ref,))
    notice.tell_member(
        talk.db,
        [card],
        wanted.contact_id,
        talk.now,
        key=f"proposed:{wanted.number}:decided",
        kind="answer",
        rests=True,
    )
