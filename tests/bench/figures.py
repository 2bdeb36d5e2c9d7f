"""One figure with its goal, and the table that all of them end in."""

import statistics
import sys
from collections.abc import Sequence
from dataclasses import dataclass

ROUNDS = 5


@dataclass(frozen=True, slots=True)
class Figure:
    """What was measured; `ratio` is to the peer that `name` names, `goal` what the issue asks for."""

    name: str
    value: str
    ratio: str = ""
    goal: str = ""


def median(values: Sequence[float]) -> float:
    return statistics.median(values)


def rate(values: Sequence[float], unit: str) -> str:
    """The median with the least and the most, so that a noisy run is seen as one."""
    return f"{median(values):,.0f}/s {unit} ({min(values):,.0f}-{max(values):,.0f})"


def seconds(values: Sequence[float]) -> str:
    return f"{median(values):.2f} s ({min(values):.2f}-{max(values):.2f})"


def ratio(ours: Sequence[float], theirs: Sequence[float]) -> str:
    """The median over the rounds of ours to theirs, each pair measured one after the other."""
    return f"{median([one / other for one, other in zip(ours, theirs, strict=True)]):.2f}"


def say(line: str) -> None:
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


def print_table(figures: Sequence[Figure]) -> None:
    rows = [("figure", "value (least-most)", "ratio", "goal")]
    rows += [(figure.name, figure.value, figure.ratio, figure.goal) for figure in figures]
    widths = [max(len(row[column]) for row in rows) for column in range(4)]
    for row in rows:
        say("  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip())
