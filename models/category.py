"""What needs are about: a pack's categories, or those that come along where no pack has any."""

import re
import tomllib
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from sqlalchemy import JSON, Column, select, text
from sqlmodel import Field, SQLModel

from models.database import Db, table_of
from models.pack import Entry, Keys, Slug, section
from models.personal import impersonal
from models.text import Bilingual, Text, as_said, prose

_ALONG = Path(__file__).with_name("categories.toml")


class Category(SQLModel, table=True):
    """`words` are those by which it is told, as people write them. `urgent`: somebody may be hurt, the duty officer
    is told at any hour. `private`: others never see such a need. `days` are the working days in which it is resolved,
    where they are others than usual.
    """

    __tablename__ = "need_category"
    id: int | None = Field(default=None, primary_key=True)
    code: str = Field(unique=True)
    name: str
    english: str | None = None
    sort: str | None = None
    words: list[str] = Field(sa_column=Column(JSON, nullable=False))
    urgent: bool = Field(default=False, sa_column_kwargs={"server_default": text("false")})
    private: bool = Field(default=False, sa_column_kwargs={"server_default": text("false")})
    days: int | None = None


CATEGORY = table_of(Category)


@dataclass(frozen=True, slots=True)
class Sort:
    """A category as the rest of the house knows it; `group` is under what it stands in a list."""

    code: str
    name: str
    english: str | None
    group: str | None
    words: tuple[str, ...]
    urgent: bool = False
    private: bool = False
    days: int | None = None


@section("category", Category)
class CategoryEntry(Entry):
    id: Slug
    name: str = Field(min_length=1)
    english: str | None = None
    group: str | None = None
    words: list[str] = []
    urgent: bool = False
    private: bool = False
    days: int | None = Field(default=None, ge=1, le=60)

    def row(self, keys: Keys) -> dict[str, object]:
        return {
            "name": self.name,
            "english": self.english,
            "sort": self.group,
            "words": self.words,
            "urgent": self.urgent,
            "private": self.private,
            "days": self.days,
        }


_ALL = select(CATEGORY).order_by(CATEGORY.c.id)


def everything(db: Db) -> dict[str, Sort]:
    """All categories by their code, in the order in which they are declared."""
    declared = [
        Sort(
            *(row.code, row.name, row.english, row.sort, tuple(row.words)),
            *(row.urgent, row.private, row.days),
        )
        for row in db.rows(_ALL)
    ]
    return {each.code: each for each in declared or _along()}


@cache
def _along() -> tuple[Sort, ...]:
    """Those that come along."""
    found = [
        CategoryEntry.model_validate(each) for each in tomllib.loads(_ALONG.read_text("utf-8"))["category"]
    ]
    return tuple(
        Sort(
            *(each.id, each.name, each.english, each.group, tuple(each.words)),
            *(each.urgent, each.private, each.days),
        )
        for each in found
    )


def named(one: Sort) -> Text:
    """Its name, in English where it has one and the reader reads English."""
    return Text("{words}", words=Bilingual(one.name, one.english)) if one.english else prose(one.name)


def titled(code: str | None, title: str) -> Text:
    """The title of a need: in its reader's language where it is the name of a category that comes along."""
    found = next((each for each in _along() if each.code == code and each.name == title), None)
    return named(found) if found else as_said(title)


def likely(known: Iterable[Sort], plain: str) -> list[tuple[Sort, int]]:
    """Which of these folded words may be about, each with how much they say so, the likeliest first."""
    found = [(each, score) for each in known if (score := _said(plain, each.words))]
    return sorted(found, key=lambda each: -each[1])


def _said(plain: str, words: Collection[str]) -> int:
    """How many letters of a category's words stand there; of one within another only the longer counts."""
    score = 0
    for word in sorted(words, key=len, reverse=True):
        if stands(word, plain):
            # A Latin word says by its letters about half of what a Chinese one does.
            score += (len(word) + 1) // 2 if word.isascii() else len(word)
            plain = plain.replace(word, "|")
    return score


def stands(word: str, plain: str) -> bool:
    """Whether a word of a category is in folded words; a Latin one as a whole."""
    if word not in plain:
        return False
    return not word.isascii() or re.search(rf"(?<![a-z]){re.escape(word)}(?![a-z])", plain) is not None


impersonal(CATEGORY, "packs write it: what the community itself has")
