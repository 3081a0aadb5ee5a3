"""The tables of the report: which figures of which rows, how they are written, what is aimed at."""

from dataclasses import dataclass

from harness.contestants import LABELS, WEFT, YARDSTICK
from harness.rows import MICRO_CASES, SHAPES, TLS_SHAPES, UDP_SHAPES


@dataclass(frozen=True)
class Beside:
    """A goal that is so many times a peer's figure of the same run."""

    peer: str
    factor: float = 1


@dataclass(frozen=True)
class Line:
    title: str
    row_key: str
    figure: str
    goal: float | Beside | None = None
    less_is_better: bool = False
    scale: float = 1
    digits: int = 2


@dataclass(frozen=True)
class Table:
    title: str
    lines: list[Line]
    relative: bool  # cells are ratios to the raw epoll loop, which itself shows its own figure


def _echo(title, prefix, figure, shapes=SHAPES, goal=0.97, **options):
    return Table(title, [Line(shape.title, f"{prefix}_{shape.key}", figure, goal=goal, **options)
                         for shape in shapes], relative=True)


def _cpu(title, prefix):
    return _echo(title, prefix, "server_cpu_us_per_request", less_is_better=True)


def _micro(case, figure="ns_per_op", unit="ns", **options):
    return Line(f"{MICRO_CASES[case].title}, {unit}", f"micro_{case}", figure, less_is_better=True,
                **options)


TABLES = [
    _echo("Echo, requests per second", "echo", "requests_per_second"),
    _cpu("Echo, server CPU per request (µs)", "echo"),
    _echo("Echo with a 30 s idle timeout, requests per second", "idle_timeout",
          "requests_per_second"),
    _cpu("Echo with a 30 s idle timeout, server CPU per request (µs)", "idle_timeout"),
    Table("Connect, one echo, close", [
        Line("connections per second", "churn", "requests_per_second", goal=0.95),
        Line("server CPU per connection (µs)", "churn", "server_cpu_us_per_request",
             less_is_better=True),
    ], relative=True),
    Table("Memory and workers", [
        Line("idle connection, server memory, bytes", "memory", "bytes_per_connection",
             goal=4400, less_is_better=True, digits=0),
        Line("work of two workers, in that of one", "two_workers", "work_of_two", goal=1.8),
    ], relative=False),
    _echo("Echo by TLS, requests per second", "tls_echo", "requests_per_second", shapes=TLS_SHAPES,
          goal=0.9),
    _echo("Echo by TLS, server CPU per request (µs)", "tls_echo", "server_cpu_us_per_request",
          shapes=TLS_SHAPES, goal=0.9, less_is_better=True),
    Table("Handshake, one echo, close, by TLS", [
        Line("connections per second", "tls_churn", "requests_per_second", goal=0.9),
        Line("server CPU per connection (µs)", "tls_churn", "server_cpu_us_per_request",
             goal=0.9, less_is_better=True),
    ], relative=True),
    Table("Memory of an idle TLS connection", [
        Line("server memory, bytes", "tls_memory", "bytes_per_connection", less_is_better=True,
             digits=0),
    ], relative=False),
    _echo("UDP echo, requests per second", "udp_echo", "requests_per_second", shapes=UDP_SHAPES,
          goal=0.9),
    _echo("UDP echo, server CPU per request (µs)", "udp_echo", "server_cpu_us_per_request",
          shapes=UDP_SHAPES, goal=0.9, less_is_better=True),
    Table("Fibers, tasks, goroutines", [
        _micro("yield_2", goal=15, digits=1),
        _micro("yield_1000", goal=12, digits=1),
        _micro("spawn_join", goal=50, digits=0),
        _micro("mutex", goal=4, digits=1),
        _micro("condition_variable", goal=70, digits=0),
        _micro("spawn_million", goal=70, digits=0),
        _micro("skynet", figure="ms", unit="ms", goal=350, digits=0),
        _micro("park_million", figure="bytes_each", unit="bytes each", goal=4400, digits=0),
        _micro("park_million", figure="mappings", unit="mappings", goal=100, digits=0),
        _micro("park_million", figure="wake_ns_each", unit="waking each, ns", goal=350, digits=0),
        _micro("sleep_million", figure="lateness_p99_us", unit="lateness p99, µs", goal=200,
               digits=0),
        _micro("sleep_million", figure="cpu_us_each", unit="CPU each, µs", goal=6.5, digits=1),
    ], relative=False),
    Table("What std's concurrency headers have, and channels", [
        _micro("recursive_mutex", goal=5, digits=1),
        _micro("shared_mutex", goal=5, digits=1),
        _micro("semaphore", goal=5, digits=1),
        _micro("semaphore_ping_pong", goal=60, digits=0),
        _micro("future", goal=Beside("boost_fiber", 1 / 3), digits=0),
        _micro("channel_ping_pong", goal=80, digits=0),
        _micro("channel_stream", goal=15, digits=1),
        _micro("select", goal=Beside("go", 1 / 2), digits=0),
        _micro("mutex_contended", goal=Beside("go", 1 / 2), digits=0),
        _micro("channel_two_workers", goal=Beside("go", 1 / 1.5), digits=0),
        _micro("blocking", goal=Beside("tokio"), digits=0),
    ], relative=False),
    Table("Names, from a server on this machine", [
        _micro("lookup", goal=Beside("thread_per_connection"), digits=0),
        _micro("lookup", figure="p99_us", unit="p99, µs", goal=Beside("thread_per_connection"),
               digits=0),
        _micro("lookup_known", goal=Beside("thread_per_connection"), digits=0),
        _micro("lookup_known", figure="p99_us", unit="p99, µs",
               goal=Beside("thread_per_connection"), digits=1),
    ], relative=False),
    Table("Files", [
        _micro("copy_file", goal=Beside("raw_epoll", 1.05), digits=0),
    ], relative=False),
]


@dataclass(frozen=True)
class Grid:
    """A table filled in: texts only."""

    title: str
    header: list[str]
    rows: list[list[str]]


def fill(table, results):
    """The table with the lines that were measured, or None when none was."""
    lines = [line for line in table.lines if results.has(line.row_key)]
    if not lines:
        return None
    names = [name for name in LABELS if any(name in results.runs[line.row_key] for line in lines)]
    header = [""] + [LABELS[name] for name in names]
    if WEFT in names:
        header += ["Weft's range", "goal"]
    rows = []
    for line in lines:
        cells = [_cell(table, line, results, name) for name in names]
        if WEFT in names:
            cells += [_range(table, line, results), _goal(table, line, results)]
        rows.append([line.title] + cells)
    return Grid(table.title + (", in that of the raw epoll loop" if table.relative else ""),
                header, rows)


def _number(value, digits):
    return "–" if value is None else f"{value:,.{digits}f}"


def _absolute(line, value):
    digits = line.digits if value is None or value < 1000 else 0
    return _number(value, digits)


def _cell(table, line, results, name):
    if table.relative and name != YARDSTICK:
        return _number(
            results.median_ratio(line.row_key, name, line.figure, line.less_is_better), 2)
    cell = _absolute(line, results.median(line.row_key, name, line.figure))
    return f"1 = {cell}" if table.relative else cell


def _range(table, line, results):
    if table.relative:
        values = results.ratios(line.row_key, WEFT, line.figure, line.less_is_better)
    else:
        values = list(results.values(line.row_key, WEFT, line.figure).values())
    if not values:
        return "–"
    low, high = min(values), max(values)
    if table.relative:
        return f"{low:.2f} – {high:.2f}"
    return f"{_absolute(line, low)} – {_absolute(line, high)}"


def _goal(table, line, results):
    goal = line.goal
    if goal is None:
        return ""
    sign = "≤" if line.less_is_better and not table.relative else "≥"
    if not isinstance(goal, Beside):
        return f"{sign} {goal:,g}"
    theirs = results.median(line.row_key, goal.peer, line.figure)
    return "–" if theirs is None else f"{sign} {_absolute(line, theirs * goal.factor)}"
