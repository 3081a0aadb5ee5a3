"""The tables of the report: which figures of which rows, how they are written, what is aimed at."""

from dataclasses import dataclass

from harness.contestants import HAPROXY, LABELS, NGINX, WEFT, WITHOUT_METRICS, YARDSTICK
from harness.rows import METRICS_CASES, METRICS_SHAPE, MICRO_CASES, SHAPES, TLS_SHAPES, UDP_SHAPES


@dataclass(frozen=True)
class Beside:
    """A goal that is so many times a peer's figure of the same run."""

    peer: str
    factor: float = 1


@dataclass(frozen=True)
class Best:
    """A goal that is the best of these peers' ratios; for a table of such."""

    peers: tuple[str, ...]


@dataclass(frozen=True)
class Line:
    title: str
    row_key: str
    figure: str
    goal: float | Beside | Best | None = None
    less_is_better: bool = False
    scale: float = 1
    digits: int = 2


@dataclass(frozen=True)
class Table:
    title: str
    lines: list[Line]
    beside: str | None = None  # cells are ratios to this one's, which itself shows its own figure


def _echo(title, prefix, figure, shapes=SHAPES, goal=0.97, **options):
    return Table(title, [Line(shape.title, f"{prefix}_{shape.key}", figure, goal=goal, **options)
                         for shape in shapes], beside=YARDSTICK)


def _cpu(title, prefix):
    return _echo(title, prefix, "server_cpu_us_per_request", less_is_better=True)


def _micro(case, figure="ns_per_op", unit="ns", **options):
    return Line(f"{MICRO_CASES[case].title}, {unit}", f"micro_{case}", figure, less_is_better=True,
                **options)


def _metrics(row_key, title, figure, **options):
    return Line(title, f"metrics_{row_key}", figure, goal=0.98, **options)


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
    ], beside=YARDSTICK),
    Table("Memory and workers", [
        Line("idle connection, server memory, bytes", "memory", "bytes_per_connection",
             goal=4400, less_is_better=True, digits=0),
        Line("work of two workers, in that of one", "two_workers", "work_of_two", goal=1.8),
    ]),
    _echo("Echo by TLS, requests per second", "tls_echo", "requests_per_second", shapes=TLS_SHAPES,
          goal=0.9),
    _echo("Echo by TLS, server CPU per request (µs)", "tls_echo", "server_cpu_us_per_request",
          shapes=TLS_SHAPES, goal=0.9, less_is_better=True),
    Table("Handshake, one echo, close, by TLS", [
        Line("connections per second", "tls_churn", "requests_per_second", goal=0.9),
        Line("server CPU per connection (µs)", "tls_churn", "server_cpu_us_per_request",
             goal=0.9, less_is_better=True),
    ], beside=YARDSTICK),
    Table("Memory of an idle TLS connection", [
        Line("server memory, bytes", "tls_memory", "bytes_per_connection", less_is_better=True,
             digits=0),
    ]),
    _echo("UDP echo, requests per second", "udp_echo", "requests_per_second", shapes=UDP_SHAPES,
          goal=0.9),
    _echo("UDP echo, server CPU per request (µs)", "udp_echo", "server_cpu_us_per_request",
          shapes=UDP_SHAPES, goal=0.9, less_is_better=True),
    Table("HTTP with one worker, 100 connections", [
        line for row_key, what in (("http_plaintext", "short text"),
                                   ("http_file_4k", "file of 4 KiB"))
        for line in (
            Line(f"{what}, requests per second", row_key, "requests_per_second",
                 goal=Best(("go", NGINX))),
            Line(f"{what}, server CPU per request (µs)", row_key, "server_cpu_us_per_request",
                 goal=Best(("go", NGINX)), less_is_better=True),
            Line(f"{what}, latency p99 (µs)", row_key, "p99_us", less_is_better=True),
        )
    ], beside=NGINX),
    Table("Through a TCP proxy with one worker, per second of its CPU time", [
        Line("requests, 100 connections", "proxy_requests", "requests_per_cpu_second",
             goal=Best((NGINX, HAPROXY))),
        Line("GiB, one connection", "proxy_transfer", "gib_per_cpu_second",
             goal=Best((NGINX, HAPROXY))),
    ], beside=HAPROXY),
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
    ]),
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
    ]),
    Table("Names, from a server on this machine", [
        _micro("lookup", goal=Beside("thread_per_connection"), digits=0),
        _micro("lookup", figure="p99_us", unit="p99, µs", goal=Beside("thread_per_connection"),
               digits=0),
        _micro("lookup_known", goal=Beside("thread_per_connection"), digits=0),
        _micro("lookup_known", figure="p99_us", unit="p99, µs",
               goal=Beside("thread_per_connection"), digits=1),
    ]),
    Table("Files", [
        _micro("copy_file", goal=Beside("raw_epoll", 1.05), digits=0),
    ]),
    Table("Weft with its metrics", [
        _metrics("http", "HTTP, a short text, requests per second", "requests_per_second"),
        _metrics("http", "HTTP, a short text, server CPU per request (µs)",
                 "server_cpu_us_per_request", less_is_better=True),
        _metrics("echo", f"echo, {METRICS_SHAPE.title}, requests per second",
                 "requests_per_second"),
        _metrics("echo", f"echo, {METRICS_SHAPE.title}, server CPU per request (µs)",
                 "server_cpu_us_per_request", less_is_better=True),
        *(_metrics(case.key, f"{case.title}, ns", "ns_per_op", less_is_better=True)
          for case in METRICS_CASES),
    ], beside=WITHOUT_METRICS),
]

# Who stands for 1 in a table, in words.
IN_THAT_OF = {
    YARDSTICK: "the raw epoll loop",
    NGINX: "nginx",
    HAPROXY: "HAProxy",
    WITHOUT_METRICS: "one built without them",
}


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
    return Grid(table.title + (f", in that of {IN_THAT_OF[table.beside]}" if table.beside else ""),
                header, rows)


def _number(value, digits):
    return "–" if value is None else f"{value:,.{digits}f}"


def _absolute(line, value):
    digits = line.digits if value is None or value < 1000 else 0
    return _number(value, digits)


def _ratio(table, line, results, name):
    return results.median_ratio(line.row_key, name, line.figure, line.less_is_better, table.beside)


def _cell(table, line, results, name):
    if table.beside and name != table.beside:
        return _number(_ratio(table, line, results, name), 2)
    cell = _absolute(line, results.median(line.row_key, name, line.figure))
    return f"1 = {cell}" if table.beside else cell


def _range(table, line, results):
    if table.beside:
        values = results.ratios(line.row_key, WEFT, line.figure, line.less_is_better, table.beside)
    else:
        values = list(results.values(line.row_key, WEFT, line.figure).values())
    if not values:
        return "–"
    low, high = min(values), max(values)
    if table.beside:
        return f"{low:.2f} – {high:.2f}"
    return f"{_absolute(line, low)} – {_absolute(line, high)}"


def _goal(table, line, results):
    goal = line.goal
    if goal is None:
        return ""
    sign = "≤" if line.less_is_better and not table.beside else "≥"
    if isinstance(goal, Best):
        ratios = [_ratio(table, line, results, peer) for peer in goal.peers]
        best = max((ratio for ratio in ratios if ratio is not None), default=None)
        return "–" if best is None else f"{sign} {best:.2f}"
    if not isinstance(goal, Beside):
        return f"{sign} {goal:,g}"
    theirs = results.median(line.row_key, goal.peer, line.figure)
    return "–" if theirs is None else f"{sign} {_absolute(line, theirs * goal.factor)}"
