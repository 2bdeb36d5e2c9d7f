"""What stands among the results: staff put it there, and everybody concerned is asked before he is named or quoted."""

from typing import Any

from sqlalchemy import Row

from handlers import checks, photos, project_cards, showcase
from handlers.talk import Option, Talk, anybody, on, press
from models import duty, notice, organization, phone, project_making, project_people, standing
from models import showcase as results
from models.card import Card, Choice
from models.refusal import Refusal
from models.text import Text, as_said, prose

_NO = ("不", "算了", "no")


def _mine(talk: Talk, number: int) -> Row[Any]:
    """A finished project of one's own place. Raises Refusal."""
    one = project_making.find(talk.db, number)
    if one is None:
        raise Refusal("project.unknown", Text("请再看看编号，没有找到这个项目。"))
    project_people.check(talk.db, one, talk.person.id)
    duty.check_real(talk.db, talk.person.id)
    if one.state not in results.FINISHED:
        text = Text("请等「{title}」做完再展示。", title=prose(one.title))
        talk.leave(Refusal("showcase.early", text, project_cards.ref(one)), project_cards.look(one))
    return one


@on("staff.project", head="showcaseput", allow=anybody, private=True)
def put(talk: Talk, number: int = 0) -> Card:
    """Everybody sees the result; each who gave and who reported is asked once whether to be named."""
    one = _mine(talk, number)
    if not one.result:
        text = Text("请先写「{title}」的成果，再放进展示。", title=prose(one.title))
        talk.leave(Refusal("showcase.empty", text, project_cards.ref(one)), project_cards.look(one))
    if one.shown_at is None:
        results.show(talk.db, one, talk.person.id, talk.now)
    asked = _ask_claimants(talk, one)
    _ask_reporters(talk, one)
    shown = showcase.show(talk, one.id)
    text = Text("放进展示了。问了{count}家愿不愿意写名字，没答应的不写。", count=asked)
    return Card(text, articles=shown.articles, attachments=shown.attachments, tone="done")


def _ask_claimants(talk: Talk, one: Row[Any]) -> int:
    """Each claim once: who claimed, or who stands for the unit by now."""
    asked = 0
    for row in results.gave(talk.db, one.id):
        if row.named is not None or row.member_id is None:
            continue
        text = Text("成果展示里可以写上您的名字吗？「{title}」做成了。", title=prose(one.title))
        if row.organization is not None:
            text = Text(
                "成果展示里可以写上{unit}吗？「{title}」做成了。",
                unit=as_said(row.organization),
                title=prose(one.title),
            )
        card = Card(text, choices=_naming(row.id), refs=(project_cards.ref(one),))
        asked += notice.tell_member(
            talk.db, [card], row.member_id, talk.now, key=f"named:{row.id}", kind="question", rests=True
        )
    return asked


def _naming(claim: int) -> tuple[Choice, ...]:
    return (
        Choice(Text("可以写"), press("namedyes", claim)),
        Choice(Text("不写名字"), press("namedno", claim)),
    )


def _ask_reporters(talk: Talk, one: Row[Any]) -> None:
    for each in results.reporters(talk.db, one.id):
        text = Text(
            "愿意说一句，给大家看吗？您反映的事做成了「{title}」。不说也没关系。", title=prose(one.title)
        )
        choices = (Choice(Text("说一句"), press("showcasesay", one.id)),)
        card = Card(text, choices=choices, refs=(project_cards.ref(one),))
        notice.tell_member(
            talk.db, [card], each, talk.now, key=f"say:{one.id}:{each}", kind="question", rests=True
        )


@on("showcase.name", head="namedyes", allow=anybody, private=True)
def agree(talk: Talk, number: int = 0) -> Card:
    one = _claim(talk, number)
    results.agree(talk.db, number, True)
    text = Text("好的，「{title}」的成果里写上名字。随时可以改。", title=prose(one.title))
    return Card(text, choices=_naming(number)[1:], tone="done", refs=(project_cards.ref(one),))


@on("showcase.name", head="namedno", allow=anybody, private=True)
def disagree(talk: Talk, number: int = 0) -> Card:
    """At any time: the name is gone from the moment on."""
    one = _claim(talk, number)
    results.agree(talk.db, number, False)
    text = Text("好的，「{title}」的成果里不写名字。", title=prose(one.title))
    return Card(text, choices=_naming(number)[:1], tone="done", refs=(project_cards.ref(one),))


def _claim(talk: Talk, number: int) -> Row[Any]:
    """The project of a claim that is one's own, or one's unit's."""
    row = results.claim(talk.db, number)
    one = project_making.find(talk.db, row.project_id) if row is not None else None
    if row is None or one is None:
        raise Refusal("claim.unknown", Text("请再看看编号，没有找到这项认领。"))
    if row.organization_id is None and row.member_id != talk.person.id:
        raise Refusal("claim.other", Text("请本人来说，这项认领是别人的。"))
    if row.organization_id is not None and not standing.stands_for(
        talk.db, talk.person.id, row.organization_id
    ):
        name = as_said(organization.name(talk.db, row.organization_id))
        raise Refusal("claim.other", Text("请{unit}的联系人来说，这项认领是他们的。", unit=name))
    return one


@on("showcase.say", head="showcasesay", allow=anybody, private=True)
def say(talk: Talk, number: int = 0) -> Card:
    """A reporter's own sentence, which he agrees that everybody reads once staff have looked at it."""
    one = project_making.find(talk.db, number)
    if one is None or talk.person.id not in results.reporters(talk.db, number):
        raise Refusal("showcase.other", Text("请反映这件事的人来说，这一句是留给他们的。"))
    about = (showcase.article(talk, one),) if one.shown_at else ()
    words = talk.ask(
        "words", Text("想说什么？一句话就好，不写名字，大家看得到。"), check=_sentence, about=about
    )
    yes, no = Option("yes", Text("公开这句"), ("好", "可以", "yes")), Option("no", Text("不公开"), _NO)
    if talk.ask("sure", Text("“{words}”，这样公开可以吗？工作人员先看一眼。", words=words), yes, no) == "no":
        return Card(Text("好的，没有公开，也没有保留。"), choices=(project_cards.look(one),))
    duty.check_real(talk.db, talk.person.id)
    key = results.say(talk.db, one.id, talk.person.id, words, project_people.where(talk.db, one), talk.now)
    take_back = Choice(Text("收回这句"), press("showcasedrop", key))
    return Card(Text("谢谢。工作人员看过就公开，您随时能收回。"), choices=(take_back,), tone="done")


def _sentence(said: str) -> str:
    return phone.without(checks.words(said))


@on("showcase.say", head="showcasedrop", allow=anybody, private=True)
def take_back(talk: Talk, number: int = 0) -> Card:
    one = results.find_words(talk.db, number)
    if one is None or one.member_id != talk.person.id:
        raise Refusal("showcase.other", Text("请说这句话的人来收回，没有找到您的这一句。"))
    if one.state != "withdrawn":
        results.move_words(talk.db, one, "withdrawn")
    return Card(
        Text("收回了，大家看不到了。"), tone="done", choices=(Choice(Text("成果展示"), press("showcase")),)
    )


@on("staff.project", head="showcasehide", allow=anybody, private=True)
def hide(talk: Talk, number: int = 0) -> Card:
    one = _mine(talk, number)
    if one.shown_at is not None:
        results.hide(talk.db, one, talk.person.id, talk.now)
    back = Choice(Text("放进展示"), press("showcaseput", one.id))
    return Card(
        Text("不展示了，「{title}」的成果收起来了。", title=prose(one.title)), choices=(back,), tone="done"
    )


@on("staff.project", head="showcasepin", allow=anybody, private=True)
def pin(talk: Talk, number: int = 0) -> Card:
    one = _mine(talk, number)
    results.pin(talk.db, one.id, talk.now)
    free = Choice(Text("取消置顶"), press("showcasefree", one.id))
    return Card(Text("「{title}」放到最前面了。", title=prose(one.title)), choices=(free,), tone="done")


@on("staff.project", head="showcasefree", allow=anybody, private=True)
def unpin(talk: Talk, number: int = 0) -> Card:
    one = _mine(talk, number)
    results.pin(talk.db, one.id, None)
    again = Choice(Text("置顶"), press("showcasepin", one.id))
    return Card(
        Text("「{title}」回到按时间排的位置。", title=prose(one.title)), choices=(again,), tone="done"
    )


@on("staff.project", head="showcasepic", allow=anybody, private=True)
def picture(talk: Talk, number: int = 0) -> Card:
    """Somebody of the staff looks at the picture before everybody does, and may take it away again."""
    one = _mine(talk, number)
    row = results.of(talk.db, one.id)
    if one.result_photo_id is None:
        raise Refusal("showcase.picture", Text("请看看别的，这个项目没有成果照片。"))
    if row is not None and row.picture:
        results.pass_picture(talk.db, one.id, False)
        return Card(
            Text("照片收起来了。"),
            tone="done",
            choices=(Choice(Text("看成果"), press("showcasecard", one.id)),),
        )
    shown, no = Option("yes", Text("公开照片"), ("公开", "yes")), Option("no", Text("先不公开"), _NO)
    asked = Text("公开这张照片吗？里面的人都问过本人了吗？")
    if talk.ask("sure", asked, shown, no, about=(showcase.article(talk, one),)) == "no":
        return Card(Text("好的，照片没有公开。"), attachments=photos.attached(talk.db, one.result_photo_id))
    results.pass_picture(talk.db, one.id, True)
    return Card(
        Text("照片公开了。"), tone="done", choices=(Choice(Text("看成果"), press("showcasecard", one.id)),)
    )
