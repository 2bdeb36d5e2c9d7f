"""The two files of an export: a page for people and JSON for programs, made when they are fetched."""

import json
from datetime import datetime
from functools import cache, partial
from typing import Any

from jinja2 import Environment, Template

from handlers.recipes import Content, Maker, Making, recipe
from handlers.subscriptions import KINDS
from handlers.words import say
from models import community, personal
from models.database import Db
from models.personal import Cell, Section
from models.text import Text, as_said

PAGE, DATA = "export.page", "export.data"
# What the tables themselves have no words for: the kinds of activities.
_READ = {("subscription", "subject"): lambda subject: KINDS.get(subject.removeprefix("kind:"))}
# Longer values are folded away, so that the page stays easy to read.
_LONG = 300
# Spreadsheets that open the page compute nothing of it: `\@` marks every value as text.
_TEMPLATE = r"""<!doctype html>
<html lang="{{ language }}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="referrer" content="no-referrer">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<title>{{ title }}</title>
<style>
  :root { color-scheme: light dark }
  body { font: 1rem/1.6 system-ui, sans-serif; max-width: 42rem; margin: 0 auto; padding: 1rem; overflow-wrap: anywhere }
  h1 { font-size: 1.4rem } h2 { font-size: 1.15rem; margin-top: 2rem; border-bottom: 1px solid }
  dl { display: grid; grid-template-columns: minmax(6em, 30%) 1fr; gap: .2rem 1rem; margin: 0; padding: .7rem 0 }
  dl + dl { border-top: 1px dotted }
  dt { opacity: .75 } dd { margin: 0; white-space: pre-line; mso-number-format: "\@" }
</style>
</head>
<body>
<h1>{{ title }}</h1>
<p>{{ made }}</p>
{% for section in sections -%}
<section>
<h2>{{ section.title }}</h2>
{% for row in section.rows -%}
<dl>
{% for name, words in row -%}
<dt>{{ name }}</dt><dd>{% if words|length > long %}<details><summary>{{ words[:40] }}…</summary>{{ words }}</details>
{%- else %}{{ words }}{% endif %}</dd>
{% endfor -%}
</dl>
{% endfor -%}
</section>
{% endfor -%}
<footer><p>{{ closing }}</p></footer>
</body>
</html>
"""


@cache
def _template() -> Template:
    return Environment(autoescape=True).from_string(_TEMPLATE)


@recipe(PAGE)
def page(db: Db, maker: Maker) -> Making:
    return partial(_page, maker, community.name(db) or "", personal.export(db, maker.person.id, maker.vault))


def _page(maker: Maker, name: str, stored: list[Section]) -> Content:
    reader = maker.reader
    sections = [
        {
            "title": say(section.title, reader),
            "rows": [
                [(say(cell.name, reader), _words(section.table, cell, maker)) for cell in row]
                for row in section.rows
            ],
        }
        for section in stored
    ]
    made = Text("{at}整理，我们存的关于您的内容都在这里。", at=as_said(_local(maker.now, maker)))
    written = _template().render(
        language=reader.language,
        title=say(Text("您在{community}的数据", community=as_said(name)), reader),
        made=say(made, reader),
        sections=sections,
        closing=say(Text("想全部删掉，在聊天里说“删除我的账号”。"), reader),
        long=_LONG,
    )
    return Content("text/html; charset=utf-8", written.encode())


@recipe(DATA)
def data(db: Db, maker: Maker) -> Making:
    return partial(_data, maker, community.name(db) or "", personal.export(db, maker.person.id, maker.vault))


def _data(maker: Maker, name: str, stored: list[Section]) -> Content:
    def plain(value: Any) -> str:
        return value.astimezone(maker.zone).isoformat() if isinstance(value, datetime) else str(value)

    tables = {
        section.table: [{cell.column: cell.value for cell in row} for row in section.rows]
        for section in stored
    }
    whole = {"community": name, "made": maker.now, "data": tables}
    written = json.dumps(whole, ensure_ascii=False, indent=2, default=plain)
    return Content("application/json; charset=utf-8", written.encode())


def _words(table: str, cell: Cell, maker: Maker) -> str:
    if isinstance(cell.words, datetime):
        return _local(cell.words, maker)
    read = _READ.get((table, cell.column))
    return say((read and read(cell.value)) or cell.words, maker.reader)


def _local(moment: datetime, maker: Maker) -> str:
    """The day as a number: a file is read on any day, so that it says no 今天."""
    return f"{moment.astimezone(maker.zone):%Y-%m-%d %H:%M}"
