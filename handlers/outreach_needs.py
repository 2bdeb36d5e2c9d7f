"""What a company said on a visit that it needs: a need like any other, which its contact may follow."""

from handlers import need_cards
from handlers.talk import Talk, press
from models import consultation, need, notice, reporting
from models.card import Card, Choice
from models.reporting import Report
from models.text import Text


def enter(talk: Talk, tower: int, spot: str, company: int | None, words: str) -> reporting.Done:
    """A need like any other, of this company; its contact is told, and of danger everybody on duty there."""
    scored = reporting.categories(talk.db, words)
    code = scored[0][0].code if scored else reporting.OTHER
    urgent = reporting.is_urgent(talk.db, code, words)
    report = Report(words, code, tower, spot=spot, urgent=urgent)
    done = reporting.submit(talk.db, talk.vault, talk.schedule, talk.person.id, report, talk.now)
    # Who was there and is staff of the tower has it: it was said to him.
    need.from_visit(talk.db, done.number, company, talk.person.id)
    found = need.find(talk.db, done.number)
    assert found is not None
    look = need_cards.look(found)
    told = Card(
        Text("走访时记下了{need}，请看一看。", need=need_cards.name(found)),
        choices=(look,),
        tone="notice",
        refs=(need.ref(done.number),),
    )
    for officer in done.officers if urgent else ():
        if officer != talk.person.id:
            _tell(talk, told, officer, f"need:{done.number}:new:{officer}", rests=False)
    if company is not None:
        follow = Choice(Text("关注"), press("support", done.number))
        to = Card(
            Text(
                "我们走访时记下了贵单位说的：{need}。点“关注”，每一步都告诉您。", need=need_cards.name(found)
            ),
            choices=(look, follow),
            tone="notice",
            refs=(need.ref(done.number),),
        )
        for member in consultation.representatives(talk.db, company):
            if member != talk.person.id:
                _tell(talk, to, member, f"need:{done.number}:visit:{member}")
    return done


def _tell(talk: Talk, card: Card, member: int, key: str, *, rests: bool = True) -> None:
    notice.tell_member(talk.db, [card], member, talk.now, key=key, kind="answer", rests=rests)
