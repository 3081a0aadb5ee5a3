"""On which cores, and for how long."""

from dataclasses import dataclass

SERVER_CORE = 0
LOAD_CORE = 1
BOTH_CORES = frozenset({SERVER_CORE, LOAD_CORE})


@dataclass(frozen=True)
class Pace:
    """How long one run lasts, in seconds."""

    duration: float
    warm_up: float
