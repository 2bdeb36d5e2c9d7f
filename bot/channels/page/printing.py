"""Prints what the page shows: whole pages, and the fragments that the script puts into them."""

from dataclasses import replace
from secrets import token_urlsafe
from typing import Any

from bot.app import App
from bot.channels.page import cards, view
from bot.channels.page.identity import Size, Theme, Visitor
from bot.channels.page.looking import Look, News
from bot.channels.page.posted import PostedView
from bot.channels.page.words import words
from bot.dispatch import LONGEST_TEXT
from bot.inbound import Reply
from bot.sealing import opened_card
from handlers.help import first_words
from handlers.talk import menu
from handlers.words import Reader, say
from models.card import Card
from models.history import Exchange
from models.member import Language
from models.text import Text


class Printer:
    """One for each App: it reads its clock and zone."""

    def __init__(self, app: App) -> None:
        self._app = app
        self._templates = view.environment()

    def _reader(self, language: Language) -> Reader:
        return Reader(language, self._app.clock.now(), self._app.zone)

    def say(self, text: Text, language: Language) -> str:
        return say(text, self._reader(language))

    def page(
        self, look: Look, language: Language, display: tuple[Size, Theme], told: Reply | None, mark: str
    ) -> str:
        """The whole page; `told` is what is said now and kept nowhere."""
        shown = replace(self._shown(look, language, display, _only_card(told)), mark=mark)
        return self._templates.get_template("page.html").render(page=shown)

    def display(self, look: Look, language: Language, display: tuple[Size, Theme]) -> str:
        shown = self._shown(look, language, display)
        return self._templates.get_template("display.html").render(page=shown)

    def posted(self, shown: PostedView, display: tuple[Size, Theme]) -> str:
        """What a poster's code opens."""
        return self._templates.get_template("posted.html").render(
            page=shown, size=display[0], theme=display[1]
        )

    def aside(self, look: Look, language: Language) -> str:
        shown = self._shown(look, language, ("normal", "auto"))
        return self._templates.get_template("aside.html").render(page=shown)

    def _shown(
        self,
        look: Look,
        language: Language,
        display: tuple[Size, Theme],
        notice: Card | None = None,
    ) -> view.PageView:
        reader = self._reader(language)
        return view.page(
            reader,
            look.news.name,
            told=self._opened(look.news.exchanges),
            greeting=first_words(look.news.name),
            menu=menu(),
            message=token_urlsafe(16),
            longest=LONGEST_TEXT,
            notice=notice,
            coming=look.coming,
            older=look.news.older,
            asks=bool(look.news.open_questions),
            place_line=say(look.reception, reader) if look.reception else None,
            size=display[0],
            theme=display[1],
            personas=tuple((code, say(label, reader)) for code, label in look.personas),
            demo=look.demo,
        )

    def news(self, news: News, visitor: Visitor) -> dict[str, Any]:
        exchanges = [event for _, event in self.events(news, visitor)]
        return {
            "exchanges": exchanges,
            "older": news.older,
            "asks": bool(news.open_questions),
            "gone": False,
            "notice": None,
        }

    def events(self, news: News, visitor: Visitor) -> list[tuple[int, dict[str, Any]]]:
        """Each exchange as the script takes it: its number and its HTML, in its reader's language."""
        language = news.language or "zh-Hans"
        return [
            (
                exchange.number,
                {
                    "number": exchange.number,
                    "html": html,
                    "language": language,
                    "asks": bool(news.open_questions),
                    "message": _message(exchange, visitor),
                },
            )
            for exchange, html in zip(news.exchanges, self._exchanges(news, language), strict=True)
        ]

    def _exchanges(self, news: News, language: Language) -> list[str]:
        reader = self._reader(language)
        said = words(reader, news.name)
        template = self._templates.get_template("exchange.html")
        return [
            template.render(exchange=each)
            for each in view.exchanges(self._opened(news.exchanges), reader, said, news.open_questions)
        ]

    def _opened(self, exchanges: tuple[Exchange, ...]) -> tuple[Exchange, ...]:
        """What came unasked may be from another person, with a phone number that he told."""
        vault = self._app.equipment.vault
        return tuple(
            each if each.said else replace(each, cards=tuple(opened_card(card, vault) for card in each.cards))
            for each in exchanges
        )

    def notice(self, reply: Reply, name: str) -> dict[str, Any]:
        """What is kept nowhere, for the script: it shows it below all else."""
        card = _only_card(reply)
        language: Language = reply.messages[0].language if reply.messages else "zh-Hans"
        html = None
        if card:
            reader = self._reader(language)
            shown = cards.card_view(card, reader, "notice")
            html = self._templates.get_template("card.html").render(card=shown, words=words(reader, name))
        return {"exchanges": [], "asks": False, "gone": reply.gone, "notice": html}


def _only_card(reply: Reply | None) -> Card | None:
    return reply.messages[0].card if reply and reply.messages else None


def _message(exchange: Exchange, visitor: Visitor) -> str | None:
    """The id that the page gave to the line, without what was put around it."""
    scoped = exchange.said.message if exchange.said else None
    if scoped is None or not scoped.startswith(visitor.scoped("")):
        return None
    return scoped.removeprefix(visitor.scoped("")).rpartition("-")[0]
