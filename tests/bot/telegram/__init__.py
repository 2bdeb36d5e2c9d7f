"""The Telegram channel, against a Telegram of our own over real HTTP."""
