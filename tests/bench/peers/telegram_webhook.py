"""An echo with python-telegram-bot as its documentation shows it. `python -m tests.bench.peers.telegram_webhook PORT BASE_URL`."""

import sys

from telegram import Update
from telegram.ext import Application, CallbackQueryHandler, ContextTypes, MessageHandler, filters


async def echo(update: Update, _context: ContextTypes.DEFAULT_TYPE) -> None:
    assert update.message is not None
    await update.message.reply_text(update.message.text or "")


async def echo_press(update: Update, context: ContextTypes.DEFAULT_TYPE) -> None:
    query = update.callback_query
    assert query is not None
    await query.answer()
    await context.bot.send_message(query.from_user.id, query.data or "")


def main(port: int, base_url: str) -> None:
    application = Application.builder().token("654321:peer").base_url(base_url).build()
    application.add_handler(MessageHandler(filters.TEXT, echo))
    application.add_handler(CallbackQueryHandler(echo_press))
    application.run_webhook(
        listen="127.0.0.1", port=port, url_path="telegram", webhook_url="https://peer.example.org/telegram"
    )


if __name__ == "__main__":
    main(int(sys.argv[1]), sys.argv[2])
