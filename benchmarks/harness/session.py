"""The runs themselves: interleaved rounds, and what came out of them."""

import sys
import time
from statistics import median

from harness.contestants import LABELS, YARDSTICK
from harness.processes import Failure


class Results:
    """The figures of every run that went well, and a line for each that did not."""

    def __init__(self):
        self.runs = {}  # row key -> contestant -> {round: figures}
        self.failures = []

    def add(self, row, name, round_number, figures):
        self.runs.setdefault(row.key, {}).setdefault(name, {})[round_number] = figures

    def add_failure(self, row, name, round_number, failure):
        self.failures.append(f"{LABELS[name]}, {row.title}, round {round_number}: {failure}")

    def has(self, row_key):
        return row_key in self.runs

    def values(self, row_key, name, figure):
        """One contestant's figure in each round."""
        rounds = self.runs.get(row_key, {}).get(name, {})
        return {number: figures[figure] for number, figures in rounds.items() if figure in figures}

    def median(self, row_key, name, figure):
        """None when there is no figure."""
        values = self.values(row_key, name, figure).values()
        return median(values) if values else None

    def ratios(self, row_key, name, figure, less_is_better=False, beside=YARDSTICK):
        """The figure beside another contestant's in the same round, the more the better."""
        own = self.values(row_key, name, figure)
        other = self.values(row_key, beside, figure)
        both = sorted(own.keys() & other.keys())
        if less_is_better:
            return [other[i] / own[i] for i in both]
        return [own[i] / other[i] for i in both]

    def median_ratio(self, row_key, name, figure, less_is_better=False, beside=YARDSTICK):
        ratios = self.ratios(row_key, name, figure, less_is_better, beside)
        return median(ratios) if ratios else None


def measure(rows, rounds):
    """Measures A B C A B C …: what disturbs the machine for a while disturbs all alike."""
    results = Results()
    for row in rows:
        if not row.contestants:
            continue
        start = time.monotonic()
        last = rounds * row.times
        for number in range(1, last + 1):
            for name in row.contestants:
                _tell(f"{row.title}: round {number} of {last}, {LABELS[name]}")
                try:
                    results.add(row, name, number, row.measure(name))
                except Failure as failure:
                    results.add_failure(row, name, number, failure)
        _tell(f"{row.title}: {time.monotonic() - start:.0f} s", end="\n")
    return results


def _tell(text, end=""):
    """Progress, on one line that is written over where that can be done."""
    if sys.stderr.isatty():
        print(f"\r\033[K{text}", end=end, file=sys.stderr, flush=True)
    elif end:
        print(text, file=sys.stderr, flush=True)
