"""What is published for a project: who follows it is told, and whoever wants to help with it finds it there."""

from handlers import activity_cards, project_cards, project_news
from handlers.talk import Talk
from models import follow, project_making, project_people, project_volunteers
from models.card import Card
from models.refusal import Refusal
from models.text import Text


def check(talk: Talk, number: int | None) -> None:
    """Whether something may be published for it: by who looks after it, while it is under way. Raises Refusal."""
    if number is None:
        return
    one = project_making.find(talk.db, number)
    if one is None or one.state not in ("claiming", "ready", "running"):
        raise Refusal("project.over", Text("请换一个项目，没有项{number}，或者它已经结束了。", number=number))
    project_people.check(talk.db, one, talk.person.id)


def published(talk: Talk, number: int | None) -> None:
    """Who follows the project hears of what was published for it in this very moment."""
    one = None if number is None else project_making.find(talk.db, number)
    if one is None:
        return
    for each in project_volunteers.just_published(talk.db, one.id, talk.now):
        text = Text("{project}要人了，来报名吧：", project=project_cards.name(one))
        shown = activity_cards.row(each, talk.now)
        card = Card(text, articles=(shown,), choices=(project_cards.look(one),))
        members = follow.followers(talk.db, project=one.id)
        project_news.to(talk.db, members, card, f"activity:{each.id}:project", talk.now)
