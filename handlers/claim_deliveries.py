"""What was promised comes: who gives it says so, who looks after the project confirms it or sends it back."""

from typing import Any

from sqlalchemy import Row

from handlers import checks, claim_cards, claim_news, photos, project_cards
from handlers.claim_decisions import find, numbered, to_decide
from handlers.claim_form import Share
from handlers.claim_list import own
from handlers.talk import Arguments, Option, Phrase, Talk, anybody, on, press
from handlers.understanding import amounts
from handlers.understanding.reading import Reading
from models import claim_deciding, claim_steps, claiming_parts, duty, photo, project_claim, project_part
from models.card import Card, Choice
from models.project_making import find as find_project
from models.refusal import Refusal
from models.text import Text

# Who says that he confirms it, received it.
_CONFIRMED = r"^确认|确认(?:收到|到位)"
_GAVE = (
    Phrase(
        r"认领的?.{0,12}(?:送到了|到位了|送来了|交了|完成了)|^(?:送到了|已送到|到位了)|(?:送到了|已送到|到位).{0,6}认\s*\d+|认\s*\d+.{0,4}(?:送到|送来|到位|交付|交了)|^(?:交付|交了)\s*认\s*\d+",
        weight=8,
        unless=_CONFIRMED,
    ),
    Phrase(
        r"\b(?:delivered|dropped off)\b.{0,20}\bclaim|\bclaim\s*#?\d+ (?:is )?(?:delivered|here|done)",
        weight=8,
    ),
)
_GOT = (
    Phrase(r"^(?:确认收到|收到了?|签收)\s*(?:认领?\s*#?\d{1,9})", weight=8),
    Phrase(r"^认领?\s*#?\d{1,9}\s*号?(?:的?东西)?(?:确认收到|确认到位|已?收到|已?签收)", weight=8),
    Phrase(r"^确认\s*认领?\s*#?\d{1,9}\s*号?(?:的?东西)?已?(?:收到|到位|送到)", weight=8),
    Phrase(r"^确认已?收到[了啦]?[\s。.!！]*$", weight=8),
    Phrase(r"^(?:confirm|received) claim\s*#?\d{1,9}", weight=8),
)
_SKIP = Option(0, Text("不发照片"), ("没有", "跳过", "不发", "skip", "no"))


def _gave(reading: Reading) -> Arguments:
    """Which claim, and how much of it where the sentence counts that."""
    counted = [many for many, word in amounts.find(reading.untimed) if word]
    return {**numbered(reading), "said": counted[-1] if counted else None}


@on("claim.deliver", head="gaveclaim", allow=anybody, private=True, phrases=_GAVE, reads=_gave)
def deliver(talk: Talk, number: int | None = None, said: int | None = None) -> Card:
    """How much, and a photo where there is one; then M28 goes to who looks after the project."""
    claim = own(talk, number) if number is not None else _only(talk)
    part = project_part.find(talk.db, claim.part_id)
    assert part is not None
    if claim.state != "accepted":
        return _stands(talk, claim.id, mine=True)
    if part.kind == "money":
        text = Text("请等工作人员确认到账，这里不收款。有疑问可以直接问他们。")
        talk.leave(Refusal("claim.money", text), claim_cards.look(claim))
    about = (claim_cards.article(talk.db, claim),)
    everything = Option(claim.quantity, Text("全部{share}", share=claim_cards.share(part, claim.quantity)))
    many = claim.quantity
    if said is not None and 0 < said <= claim.quantity:
        many = said
    elif claim.quantity > 1:
        check = Share(lambda share: _check_many(share, claim.quantity))
        many = talk.ask("many", Text("到位了多少？"), everything, check=check, about=about)
    picture = talk.ask(
        "photo", Text("请发一张照片，没有可以跳过。"), _SKIP, check=photos.Picture(), about=about
    )
    duty.check_real(talk.db, talk.person.id)
    kept = picture or None
    if kept is not None and not photo.use(talk.db, kept, talk.person.id, talk.now):
        kept = None
    if not claim_steps.deliver(talk.db, talk.schedule, claim, many, kept, None, talk.person.id, talk.now):
        return _stands(talk, claim.id, mine=True)
    found = project_claim.find(talk.db, claim.id)
    assert found is not None
    claim_news.delivered(talk.db, found, talk.now)
    text = Text("记下了，谢谢。{number}等工作人员确认收到。", number=claim_cards.number(claim))
    return _done(talk, found, text)


def _check_many(many: int, most: int) -> None:
    if many > most:
        raise Refusal("claim.many", Text("请写{most}以内，多出来的可以再认领一项。", most=most))


def _only(talk: Talk) -> Row[Any]:
    """The one that is owed; asked for where there are several. Raises Refusal."""
    owed = [each for each in claiming_parts.mine(talk.db, talk.person.id) if each.state == "accepted"]
    if not owed:
        choice = Choice(Text("我的认领"), press("myclaims"))
        talk.leave(Refusal("claim.none", Text("您现在没有等着送的认领。")), choice)
    return _chosen(talk, owed, Text("到位的是哪一项？"))


def _chosen(talk: Talk, claims: list[Row[Any]], asked: Text) -> Row[Any]:
    if len(claims) == 1:
        return claims[0]
    options = [
        Option(
            each.id,
            Text("{number} {share}", number=claim_cards.number(each), share=claim_cards.of(talk.db, each)),
        )
        for each in claims
    ]
    chosen = talk.ask("which", asked, *options)
    return next(each for each in claims if each.id == chosen)


@on("staff.claim", head="gotclaim", allow=anybody, private=True, phrases=_GOT, reads=numbered)
def confirm(talk: Talk, number: int | None = None) -> Card:
    """One tap; also of what came without a word of who gave it, and of money, which staff alone know of."""
    number = number if number is not None else _came(talk)
    claim = _mine(talk, number)
    if claim.state == "accepted":
        claim_steps.deliver(
            talk.db, talk.schedule, claim, claim.quantity, None, None, talk.person.id, talk.now
        )
        claim = find(talk, number)
    if claim.state != "delivered" or not claim_steps.confirm(talk.db, claim, talk.person.id, talk.now):
        return _stands(talk, number)
    claim_news.confirmed(talk.db, claim, talk.now)
    return _done(talk, claim, Text("确认了，{who}收到了感谢。", who=claim_cards.who(talk.db, claim)))


def _came(talk: Talk) -> int:
    """The one that waits to be confirmed; asked for where there are several. Raises Refusal."""
    came = [each for each in claim_deciding.waiting_for(talk.db, talk.person.id) if each.state == "delivered"]
    if not came:
        choice = Choice(Text("我的认领"), press("myclaims"))
        talk.leave(Refusal("claim.none", Text("现在没有等您确认收到的认领。")), choice)
    return int(_chosen(talk, came, Text("收到的是哪一项？")).id)


@on("staff.claim", head="backclaim", allow=anybody, private=True)
def send_back(talk: Talk, number: int = 0) -> Card:
    """With what was not right; it is owed again."""
    claim = _mine(talk, number)
    if claim.state != "delivered":
        return _stands(talk, number)
    about = (claim_cards.article(talk.db, claim, staff=True),)
    keep = Option("", Text("先不退"), ("不", "算了", "no"))
    why = talk.ask("reason", Text("哪里不对？写一句，对方会看到。"), keep, check=checks.words, about=about)
    if not why:
        return _stands(talk, number)
    if not claim_steps.send_back(talk.db, talk.schedule, claim, why, talk.person.id, talk.now):
        return _stands(talk, number)
    claim_news.sent_back(talk.db, find(talk, number), why, talk.now)
    return _done(talk, claim, Text("退回了，原因和新的日期已经告诉对方。"))


def _mine(talk: Talk, number: int) -> Row[Any]:
    part = project_part.find(talk.db, find(talk, number).part_id)
    # Who leads a team does not say that money came.
    return to_decide(talk, number, lead=part is not None and part.kind != "money")


def _stands(talk: Talk, number: int, *, mine: bool = False) -> Card:
    claim = find(talk, number)
    text = Text(
        "{number}现在是：{state}。", number=claim_cards.number(claim), state=project_claim.STATES[claim.state]
    )
    choices = claim_cards.own_choices(claim) if mine else claim_cards.decisions(claim)
    return Card(text, articles=(claim_cards.article(talk.db, claim, *choices, staff=not mine),))


def _done(talk: Talk, claim: Row[Any], text: Text) -> Card:
    one = find_project(talk.db, claim.project_id)
    assert one is not None
    choices: tuple[Choice, ...] = (project_cards.look(one),)
    return Card(text, choices=choices, tone="done", refs=(project_cards.ref(one),))
