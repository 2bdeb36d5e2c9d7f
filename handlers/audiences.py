"""Whom an activity is for, where it is not for everybody: a line on every card of it."""

from dataclasses import replace

from models import eligibility
from models.activity import Listing
from models.card import Article
from models.database import Db
from models.text import Text


def shown(db: Db, wanted: Listing, article: Article) -> Article:
    """The card with whom it is for; of what is for everybody as it was."""
    whom = eligibility.names(db, wanted)
    return article if whom is None else replace(article, facts=(*article.facts, (Text("面向"), whom)))


def marked(db: Db, wanted: Listing, line: Article) -> Article:
    """The same for a line of a list, which shows facts without their names."""
    whom = eligibility.names(db, wanted)
    if whom is None:
        return line
    return replace(line, facts=(*line.facts, (Text("面向"), Text("只面向{names}", names=whom))))
