"""成果展示: what came of finished projects, with the names and words of those who agreed, as long as they do."""

from typing import Any

from sqlalchemy import Row

from handlers import photos, project_cards
from handlers.talk import Phrase, Talk, anybody, menu, on, press
from models import project_making, project_people, showcase
from models.card import Article, Card, Choice
from models.refusal import Refusal
from models.text import Several, Text, as_said, prose

_SHOWN = 10
_LIST = (
    Phrase(
        r"(?:成果|项目成果|公益成果)(?:的)?(?:展示|展|墙|橱窗)|^(?:看看?|有什么|有哪些)?(?:项目)?(?:的)?成果[!.。?]*$"
        r"|^(?:show ?case|project results?|finished projects?)[!.?]*$",
        weight=7,
        unless="我的|活动|写|报",
    ),
)


@on("showcase.list", head="showcase", allow=anybody, phrases=_LIST)
def listed(talk: Talk) -> Card:
    """Those on top first, then the newest."""
    shown = showcase.listed(talk.db)
    if not shown:
        return Card(
            Text("过些日子再来看，还没有做完的项目展示。"),
            choices=(Choice(Text("社区项目"), press("projects")),),
        )
    articles = tuple(_line(talk, one) for one in shown[:_SHOWN])
    return Card(Text("做成了{count}个项目：", count=len(shown)), articles=articles)


def _line(talk: Talk, one: Row[Any]) -> Article:
    shown = article(talk, one)
    return Article(
        shown.title,
        shown.ref,
        facts=shown.facts[:1],
        choices=(Choice(Text("看成果"), press("showcasecard", one.id)),),
    )


def article(talk: Talk, one: Row[Any]) -> Article:
    """The result; who gave is named only where they agreed, the others are counted."""
    gave = showcase.gave(talk.db, one.id)
    names = showcase.named(gave)
    facts = [(Text("成果"), as_said(one.result))] if one.result else []
    if names:
        facts.append(
            (Text("一起做的"), Text("{names}", names=Several(tuple(as_said(name) for name in names))))
        )
    silent = {row.organization_id or -row.id for row in gave if not row.named}
    if silent:
        facts.append((Text("没有写名字的"), Text("{count}家", count=len(silent))))
    facts += [(Text("反映的人说"), as_said(words)) for words in showcase.shown_words(talk.db, one.id)]
    facts += project_cards.verified(talk.db, one.verified_by, one.verified_at) if one.verified_by else []
    return Article(project_cards.name(one), project_cards.ref(one), facts=tuple(facts))


@on("showcase.show", head="showcasecard", allow=anybody)
def show(talk: Talk, number: int = 0) -> Card:
    one = _public(talk, number)
    choices = [project_cards.look(one)]
    if not talk.in_group and project_people.looks_after(talk.db, one, talk.person.id):
        row = showcase.of(talk.db, one.id)
        pinned = row is not None and row.pinned is not None
        choices.append(Choice(Text("取消置顶"), press("showcasefree", one.id)) if pinned else Choice(Text("置顶"), press("showcasepin", one.id)))  # fmt: skip
        if one.result_photo_id is not None and row is not None:
            picture = Text("收起照片") if row.picture else Text("公开照片")
            choices.append(Choice(picture, press("showcasepic", one.id)))
        choices.append(Choice(Text("不展示了"), press("showcasehide", one.id)))
    shown = article(talk, one)
    shown = Article(shown.title, shown.ref, facts=shown.facts, choices=tuple(choices))
    pictures = photos.attached(talk.db, showcase.picture(talk.db, one))
    return Card(prose(one.title), articles=(shown,), attachments=pictures)


def _public(talk: Talk, number: int) -> Row[Any]:
    one = project_making.find(talk.db, number)
    if one is None or one.shown_at is None or one.state not in showcase.FINISHED:
        text = Text("请从成果里选一个，没有找到这一个。")
        talk.leave(Refusal("showcase.unknown", text), Choice(Text("成果展示"), press("showcase")), *menu())
    return one
