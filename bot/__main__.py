"""`python -m bot` is the same as `linli`."""

from bot.command import main

main()
