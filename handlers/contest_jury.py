"""The jury's word on the plans of a contest, as staff enter it; who wins is published for claims."""

from typing import Any

from sqlalchemy import Row

from handlers import checks, contest_cards, project_cards
from handlers.talk import Option, Talk, anybody, on, press
from models import contest, duty, notice, place, project_making, project_people
from models.card import Card, Choice
from models.refusal import Refusal
from models.text import Text, prose

_SHOWN = 10
_NO = ("不", "算了", "no")
_OPEN = ("submitted", "shortlisted")


@on("contest.jury", head="entryjury", allow=anybody, private=True)
def entries(talk: Talk, number: int = 0) -> Card:
    """Every plan of a topic, with what can be entered of it."""
    of = contest.topic(talk.db, number)
    if of is None:
        raise Refusal("contest.unknown", Text("请从题目里选一个，没有找到这一个。"))
    duty.check(talk.db, talk.person.id, of.place_id or place.roots(talk.db)[0])
    handed_in = [each for each in contest.entries(talk.db, of.id) if each.state != "draft"]
    if not handed_in:
        return Card(
            Text("还没有人交方案，{title}。", title=prose(of.title)),
            choices=(Choice(Text("看题目"), press("topicshow", of.id)),),
        )
    articles = tuple(contest_cards.article(talk.db, each, *_choices(each)) for each in handed_in[:_SHOWN])
    return Card(
        Text("「{title}」有{count}份方案：", title=prose(of.title), count=len(handed_in)), articles=articles
    )


def _choices(one: Row[Any]) -> tuple[Choice, ...]:
    if one.state not in _OPEN:
        return (project_cards.look(one),)
    return (Choice(Text("录结果"), press("entryresult", one.id)),)


@on("contest.jury", head="entryresult", allow=anybody, private=True)
def result(talk: Talk, number: int = 0) -> Card:
    """On the short list, a winner, or not, with the reason that the team reads."""
    one = project_making.find(talk.db, number)
    if one is None or one.kind != "entry":
        raise Refusal("contest.unknown", Text("请从题目里选一个，没有找到这一个。"))
    project_people.check(talk.db, one, talk.person.id)
    if one.state not in _OPEN:
        return Card(Text("结果已经录过了。"), articles=(contest_cards.article(talk.db, one),))
    short = (Option("shortlisted", Text("入围")),) if one.state == "submitted" else ()
    won, lost = Option("won", Text("入选")), Option("not_selected", Text("没入选"))
    about = (contest_cards.article(talk.db, one),)
    after = talk.ask("after", Text("评审的结果是什么？"), *short, won, lost, about=about)
    reason = _reason(talk) if after == "not_selected" else None
    yes, no = Option("yes", Text("录入"), ("好", "yes")), Option("no", Text("先不录"), _NO)
    if talk.ask("sure", _sure(after), yes, no) == "no":
        return Card(Text("好的，没有录入。"), articles=(contest_cards.article(talk.db, one, *_choices(one)),))
    duty.check_real(talk.db, talk.person.id)
    contest.judge(talk.db, one, after, talk.person.id, talk.now, reason)
    if after == "won":
        winner = project_making.find(talk.db, one.id)
        assert winner is not None
        project_making.publish(talk.db, winner, talk.person.id, talk.now)
    done = project_making.find(talk.db, one.id)
    assert done is not None
    _tell(talk, done, after, reason)
    return Card(
        Text("录好了，已经告诉队里的单位。"), articles=(contest_cards.article(talk.db, done),), tone="done"
    )


def _reason(talk: Talk) -> str:
    return talk.ask("reason", Text("没入选的原因写什么？队里会看到。"), check=checks.words)


def _sure(after: str) -> Text:
    if after == "won":
        return Text("录成入选吗？录了就公开，大家都能认领。")
    if after == "shortlisted":
        return Text("录成入围吗？队里会收到。")
    return Text("录成没入选吗？队里会收到原因。")


def _tell(talk: Talk, one: Row[Any], after: str, reason: str | None) -> None:
    """Everybody who brought a unit into the team, once for each result."""
    texts = {
        "shortlisted": Text("恭喜入围：「{title}」进了下一轮。", title=prose(one.title)),
        "won": Text("恭喜入选：「{title}」已经公开，大家都能认领。", title=prose(one.title)),
        "not_selected": Text(
            "「{title}」这次没有入选。原因：{reason}", title=prose(one.title), reason=reason or ""
        ),
    }
    look = project_cards.look(one) if after == "won" else Choice(Text("我们的队"), press("entryshow", one.id))
    card = Card(texts[after], choices=(look,), tone="notice", refs=(project_cards.ref(one),))
    members = [row.member_id for row in contest.team(talk.db, one.id) if row.member_id is not None]
    for each in dict.fromkeys(members):
        key = f"contest:{one.id}:{after}:{each}"
        notice.tell_member(talk.db, [card], each, talk.now, key=key, kind="answer", rests=True)
