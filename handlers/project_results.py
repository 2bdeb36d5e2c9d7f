"""Back to the start: what came of a project, with numbers, for who reported it, who gave something and who helped."""

from datetime import datetime
from typing import Any

from sqlalchemy import Row

from handlers import (
    checks,
    claim_cards,
    claim_news,
    closing,
    need_cards,
    need_news,
    photos,
    project_cards,
    project_news,
)
from handlers.project_news import to
from handlers.project_states import mine, stands
from handlers.talk import Option, Phrase, Talk, anybody, on, press
from handlers.understanding.reading import Reading
from models import (
    handling,
    moves,
    need,
    notice,
    phone,
    photo,
    project,
    project_claim,
    project_part,
    project_people,
    project_results,
    project_volunteers,
)
from models.card import Article, Attachment, Card, Choice
from models.database import Db
from models.project_making import find as find_project
from models.project_results import Figures
from models.text import Text, as_said

_SKIP = Option(0, Text("不发照片"), ("没有", "跳过", "不发", "skip", "no"))
_NUMBER = r"(?:项目?\s*#?\d{1,9}|project\s*#?\d{1,9})"
_WRAP = (
    Phrase(r"^(?:完成项目|finish (?:the |a )?project)[.。!]*$", weight=8),
    Phrase(
        rf"^(?:完成|办结){_NUMBER}|^{_NUMBER}\s*(?:已经|已)?(?:完成|办结|完工|做完)了?[.。!]*$|^(?:finish|complete|close) {_NUMBER}",
        weight=9,
    ),
    Phrase(
        r"^(?:完成|办结).{2,20}项目$|^.{2,20}项目(?:已经|已)?(?:完成|完工|办结|做完)了?[.。!]*$",
        weight=7,
        needs="project",
    ),
)


def _named(reading: Reading) -> dict[str, Any]:
    return {"number": reading.projects[0]} if len(reading.projects) == 1 else {}


def ask(db: Db, one: Row[Any], now: datetime) -> None:
    """Everything came and every activity is accounted for: who looks after it is asked for the result, once."""
    if not project_results.ask(db, one.id, now):
        return
    found = project_results.figures(db, one.id, now)
    text = Text(
        "{project}都办好了：{figures}。请看一看结果，您点了，反映的人和伙伴们就收到。",
        project=project_cards.name(one),
        figures=project_cards.figures(found),
    )
    choices = (Choice(Text("看结果"), press("wrapproject", one.id)), project_cards.look(one))
    card = Card(text, choices=choices, tone="notice", refs=(project_cards.ref(one),))
    to(db, project_people.officers(db, one), card, f"project:{one.id}:result", now)


@on("staff.need", head="wrapproject", allow=anybody, private=True, phrases=_WRAP, reads=_named)
def wrap(talk: Talk, number: int = 0) -> Card:
    """The figures are there already; a sentence and a photo may be added, and one yes sends it all."""
    one = mine(talk, number)
    if one.state not in ("ready", "running"):
        return stands(talk, one)
    came, own = project_results.unconfirmed(talk.db, one, talk.person.id)
    found = project_results.figures(talk.db, one.id, talk.now, came)
    about = (_article(talk.db, one, found, came),)
    usual = Option("", Text("不用加"), ("不加", "没有", "跳过", "skip", "no"))
    asked = Text("这是结果里的数字。要加一句话吗？大家看得到。")
    words = talk.ask("words", asked, usual, check=_sentence, about=about)
    picture = talk.ask(
        "photo", Text("请发一张照片，没有可以跳过。"), _SKIP, check=photos.Picture(), about=about
    )
    yes = Option("yes", Text("确认发布"), ("确认", "好", "是", "发布", "yes"))
    no = Option("no", Text("先不发"), ("不", "算了", "no"))
    question = Text("这样发布，对吗？反映的人、认领的单位和志愿者都会收到。")
    if came:
        question = Text(
            "{question}有{count}项说到位了、还没确认，发布就是您确认收到；没收到的请先退回。",
            question=question,
            count=len(came),
        )
    if own:
        question = Text(
            "{question}还有{count}项是您自己或您单位认领的，没有算进去，请先让别的工作人员确认。",
            question=question,
            count=len(own),
        )
    open_ones = [each for each in project_claim.of_project(talk.db, one.id) if each.state in ("offered", "waiting", "accepted")]  # fmt: skip
    if open_ones:
        question = Text(
            "{question}还有{count}项认领没有到位，发布后不再需要。", question=question, count=len(open_ones)
        )
    if talk.ask("sure", question, yes, no, about=(_article(talk.db, one, found, came, words),)) == "no":
        return stands(talk, one)
    kept = picture or None
    if kept is not None and not photo.use(talk.db, kept, talk.person.id, talk.now):
        kept = None
    done = project_results.approve(talk.db, one, words or None, kept, talk.person.id, talk.now)
    if done is None:
        return stands(talk, one)
    needs, over = done
    _tell(talk, one, found, needs, over, words, kept, {each.id for each in came})
    return stands(talk, one, Text("发布了，反映的人、认领的单位和志愿者都收到了结果。"))


def _sentence(words: str) -> str:
    return phone.without(checks.words(words))


def _article(db: Db, one: Row[Any], found: Figures, came: list[Row[Any]], words: str = "") -> Article:
    """The figures, with the claims of which this officer's yes says that they came."""
    facts = [(Text("数字"), project_cards.figures(found))]
    facts += [(Text("发布时确认收到"), _came(db, each)) for each in came]
    if found.activities:
        facts.append((Text("活动"), Text("{count}场", count=found.activities)))
    if words:
        facts.append((Text("成果"), as_said(words)))
    return Article(project_cards.name(one), project_cards.ref(one), facts=tuple(facts))


def _came(db: Db, claim: Row[Any]) -> Text:
    part = project_part.find(db, claim.part_id)
    assert part is not None
    share = claim_cards.share(part, project_results.came(claim))
    return Text("{number} {who} {share}", number=claim_cards.number(claim), who=claim_cards.who_for_staff(db, claim), share=share)  # fmt: skip


def _tell(
    talk: Talk,
    one: Row[Any],
    found: Figures,
    needs: list[Row[Any]],
    over: list[Row[Any]],
    words: str,
    picture: int | None,
    new: set[int],
) -> None:
    pictures = photos.attached(talk.db, picture)
    for each in needs:
        _tell_reporter(talk, one, found, each, words, pictures)
    for claims in project_results.shares(talk.db, one.id):
        if not _tell_partner(talk, one, found, claims, pictures):
            # Who had the result of it before hears of what came since.
            for claim in claims:
                if claim.id in new:
                    claim_news.confirmed(talk.db, claim, talk.now)
    _tell_volunteers(talk, one, found, pictures)
    for claim in over:
        _tell_over(talk, one, claim)
    told = {each.reporter_id for each in needs}
    text = Text(
        "{project}完成了：{figures}。", project=project_cards.name(one), figures=project_cards.figures(found)
    )
    if not found:
        text = Text("{project}完成了。", project=project_cards.name(one))
    card = Card(
        text, choices=(project_cards.look(one),), refs=(project_cards.ref(one),), attachments=pictures
    )
    others = [each for each in project_news.followers(talk.db, one) if each not in told]
    to(talk.db, others, card, f"project:{one.id}:done", talk.now)


def _tell_reporter(
    talk: Talk, one: Row[Any], found: Figures, each: Row[Any], words: str, pictures: tuple[Attachment, ...]
) -> None:
    """M10: the numbers, and the question whether it is solved."""
    now = need.find(talk.db, each.id)
    assert now is not None
    subject, numbers = need_cards.name(now), project_cards.figures(found)
    asked = Text("{need}办好了：{figures}。{words}\n解决了吗？", need=subject, figures=numbers, words=words)
    public = Text("您关注的{need}办好了：{figures}。{words}", need=subject, figures=numbers, words=words)
    if not found:
        asked = Text("{need}办好了。{words}\n解决了吗？", need=subject, words=words)
        public = Text("您关注的{need}办好了。{words}", need=subject, words=words)
    refs = (need.ref(now.id), project_cards.ref(one))
    card = Card(asked, choices=need_cards.solved_choices(now), tone="notice", refs=refs, attachments=pictures)
    other = Card(public, choices=(need_cards.look(now),), tone="notice", refs=refs, attachments=pictures)
    need_news.tell(talk.db, now, card, handling.event(talk.db, now), talk.now, followers=other)


def _tell_partner(
    talk: Talk, one: Row[Any], found: Figures, claims: list[Row[Any]], pictures: tuple[Attachment, ...]
) -> bool:
    """M50: what came of it, with their own share; one for each organization or person. False where they had it before."""
    first = claims[0]
    facts = [(Text("您给的"), claim_cards.of(talk.db, each)) for each in claims]
    facts += [(Text("一共"), project_cards.figures(found))]
    shown = Article(project_cards.name(one), project_cards.ref(one), facts=tuple(facts), choices=(project_cards.look(one),))  # fmt: skip
    text = Text(
        "{project}完成了，谢谢{who}。", project=project_cards.name(one), who=claim_cards.who(talk.db, first)
    )
    if first.organization_id is None:
        text = Text("{project}完成了，谢谢您。", project=project_cards.name(one))
    card = Card(text, articles=(shown,), tone="done", attachments=pictures)
    whose = f"organization {first.organization_id}" if first.organization_id else f"member {first.member_id}"
    if first.member_id is None:
        return False
    key = f"project:{one.id}:share:{whose}"
    return notice.tell_member(talk.db, [card], first.member_id, talk.now, key=key, kind="answer", rests=True)


def _tell_volunteers(talk: Talk, one: Row[Any], found: Figures, pictures: tuple[Attachment, ...]) -> None:
    """M51."""
    text = Text("{project}完成了，谢谢您来帮忙。{figures}，里面有您的一份。", project=project_cards.name(one), figures=project_cards.figures(found))  # fmt: skip
    card = Card(text, choices=(project_cards.look(one),), tone="done", refs=(project_cards.ref(one),), attachments=pictures)  # fmt: skip
    to(
        talk.db,
        project_volunteers.came(talk.db, one.id, talk.now),
        card,
        f"project:{one.id}:thanks",
        talk.now,
    )


def _tell_over(talk: Talk, one: Row[Any], claim: Row[Any]) -> None:
    text = Text("不用送了：{project}完成了，{number}（{share}）这次没有用上。谢谢您。", project=project_cards.name(one), number=claim_cards.number(claim), share=claim_cards.of(talk.db, claim))  # fmt: skip
    card = Card(text, choices=(project_cards.look(one),), tone="notice", refs=(project_cards.ref(one),))
    to(talk.db, [claim.member_id], card, f"claim:{claim.id}:over", talk.now)


def follow_answers(db: Db, one: Row[Any], now: datetime) -> None:
    """What the reporters say of it: all of them yes ends it, one no brings it back to work."""
    after = project_results.follow_answers(db, one, now)
    found = find_project(db, one.id)
    if after == "running" and found is not None:
        text = Text(
            "请再看看{project}：反映的人说还没解决。办好后再点“完成项目”。", project=project_cards.name(found)
        )
        choices = (Choice(Text("完成项目"), press("wrapproject", found.id)), project_cards.look(found))
        card = Card(text, choices=choices, tone="notice", refs=(project_cards.ref(found),))
        event = f"project:{found.id}:reopened {moves.event(db, project.MACHINE, found.id)}"
        to(db, project_people.deciders(db, found), card, event, now)


@closing.when_thanked
def pass_on_thanks(db: Db, one: Row[Any], words: str, now: datetime) -> None:
    """M11: who gave something and who came reads the reporter's own words, which passed the check."""
    found = find_project(db, one.project_id) if one.project_id is not None else None
    if found is None:
        return
    text = Text(
        "谢谢您。{project}解决了，反映的人说：\n{words}", project=project_cards.name(found), words=words
    )
    card = Card(text, choices=(project_cards.look(found),), tone="done", refs=(project_cards.ref(found),))
    helped = [
        *project_news.partners(db, found.id, ("confirmed",)),
        *project_volunteers.came(db, found.id, now),
    ]
    to(db, helped, card, f"need:{one.id}:thanks", now, but=[one.reporter_id] if one.reporter_id else [])
