"""What is true: tables, rules, refusals. Importing this room makes every table and pack section known."""

from importlib import import_module
from pkgutil import iter_modules

for _module in iter_modules(__path__):
    if not _module.ispkg and _module.name != "migrate":
        import_module(f"{__name__}.{_module.name}")
