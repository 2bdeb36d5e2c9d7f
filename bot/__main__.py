"""`python -m bot` is the same as `linli`."""

from bot.command import main

# The process that draws imports this file too, see bot/drawing.py.
if __name__ == "__main__":
    main()
