"""What is measured: each row is one kind of run, made once per round with each contestant."""

import functools
from collections.abc import Callable
from dataclasses import dataclass, field

from harness.contestants import (LABELS, WEFT, WITH_IDLE_TIMEOUT, WITH_WORKERS, WITHOUT_METRICS,
                                 YARDSTICK)
from harness.http_runs import HttpRuns
from harness.identity import Identity
from harness.processes import RunningServer, run_json
from harness.proxy_runs import ProxyRuns
from harness.setting import BOTH_CORES, LOAD_CORE, SERVER_CORE

IDLE_TIMEOUT = 30  # seconds


@dataclass(frozen=True)
class Row:
    key: str
    title: str
    contestants: list[str]
    measure: Callable[[str], dict] = field(repr=False)  # the name of a contestant -> its figures
    times: int = 1  # in each round


@dataclass(frozen=True)
class Shape:
    """A shape of load: the options of raw_load."""

    key: str
    title: str
    connections: int
    size: int
    depth: int = 1
    same_core: bool = False


SHAPES = [
    Shape("1", "1 × 64 B, same core", 1, 64, same_core=True),
    Shape("100", "100 × 64 B", 100, 64),
    Shape("1000", "1,000 × 64 B", 1_000, 64),
    Shape("10000", "10,000 × 512 B", 10_000, 512),
    Shape("pipelined", "100 × 16 × 64 B", 100, 64, depth=16),
]
WORKERS_SHAPE = SHAPES[2]
CHURN_SHAPE = Shape("churn", "connect, one echo, close", 64, 64)
IDLE_SHAPE = Shape("memory", "idle connection", 10_000, 64)
TLS_SHAPES = [SHAPES[0], SHAPES[1], SHAPES[2]]
TLS_CHURN_SHAPE = Shape("tls_churn", "handshake, one echo, close, by TLS", 64, 64)
TLS_IDLE_SHAPE = Shape("tls_memory", "idle TLS connection", 2_000, 64)
# No more under way at once than fit into a socket's buffer.
UDP_SHAPES = [
    Shape("1", "1 × 64 B, same core", 1, 64, same_core=True),
    Shape("100", "100 × 64 B", 100, 64),
    Shape("deep", "10 × 16 × 64 B", 10, 64, depth=16),
]


@dataclass(frozen=True)
class MicroCase:
    """A case of the micro benchmarks, and the cores that it runs on."""

    key: str
    title: str
    cores: frozenset[int] = frozenset({SERVER_CORE})


MICRO_CASES = {case.key: case for case in [
    MicroCase("yield_2", "yield among 2"),
    MicroCase("yield_1000", "yield among 1,000"),
    MicroCase("spawn_join", "spawn and join"),
    MicroCase("mutex", "mutex, lock and unlock"),
    MicroCase("condition_variable", "condition variable, round trip"),
    MicroCase("spawn_million", "a million spawned at once, each"),
    MicroCase("skynet", "skynet of a million"),
    MicroCase("park_million", "a million parked"),
    MicroCase("sleep_million", "a million sleepers"),
    MicroCase("recursive_mutex", "recursive mutex, lock and unlock"),
    MicroCase("shared_mutex", "shared mutex, lock_shared and unlock_shared"),
    MicroCase("semaphore", "semaphore, acquire and release"),
    MicroCase("semaphore_ping_pong", "semaphores, round trip"),
    MicroCase("future", "a promise handed over, its value set and got"),
    MicroCase("channel_ping_pong", "rendezvous channels, round trip"),
    MicroCase("channel_stream", "channel of 128, an item"),
    MicroCase("select", "select of two channels, one ready"),
    MicroCase("mutex_contended", "mutex, 1,000 in line on two cores, a turn", BOTH_CORES),
    MicroCase("channel_two_workers", "channel of 128 between two cores, an item", BOTH_CORES),
    MicroCase("blocking", "a blocking call, round trip", BOTH_CORES),
    MicroCase("lookup", "a name, 64 at once", BOTH_CORES),
    MicroCase("lookup_known", "the same name again, 64 at once", BOTH_CORES),
    MicroCase("copy_file", "a file copied to a socket, a MiB", BOTH_CORES),
]}
MICRO_TIMEOUT = 60  # seconds
METRICS_SHAPE = SHAPES[1]
METRICS_TIMES = 3  # what is asked is a difference of two per cent
METRICS_CASES = [MICRO_CASES["yield_2"], MICRO_CASES["spawn_join"]]


class Measurements:
    """Makes the rows out of the programs that there are."""

    def __init__(self, programs, peers, pace):
        self._programs = programs
        self._peers = peers  # the names to be compared, or None for all
        self._pace = pace
        self._identity = functools.cache(Identity)
        self._http = HttpRuns(programs, pace)
        self._proxy = ProxyRuns(programs, pace)

    def rows(self):
        yield from self._echo_rows()
        yield from self._idle_timeout_rows()
        yield self._row(CHURN_SHAPE.key, CHURN_SHAPE.title, self._servers(), self._churn)
        yield self._row(IDLE_SHAPE.key, IDLE_SHAPE.title, self._servers(), self._memory)
        yield self._row("two_workers", "two workers", self._servers() & WITH_WORKERS, self._workers)
        yield from self._tls_rows()
        yield from self._udp_rows()
        yield from self._http_rows()
        yield from self._proxy_rows()
        yield from self._micro_rows()
        yield from self._metrics_rows()

    def _row(self, key, title, contestants, measure, times=1):
        # raw_epoll and Weft first, so that the pair whose ratio matters most runs side by side.
        order = [WEFT, YARDSTICK]
        order += [name for name in LABELS if name not in order]
        chosen = [name for name in dict.fromkeys(order) if name in contestants]
        return Row(key, title, chosen, measure, times)

    def _chosen(self, names):
        return {name for name in names if self._peers is None or name in self._peers}

    def _servers(self):
        return self._chosen(self._programs.servers())

    def _echo_rows(self):
        for shape in SHAPES:
            yield self._row(f"echo_{shape.key}", f"echo, {shape.title}", self._servers(),
                            lambda name, shape=shape: self._echo(name, shape))

    def _idle_timeout_rows(self):
        for shape in SHAPES:
            yield self._row(
                f"idle_timeout_{shape.key}", f"echo with an idle timeout, {shape.title}",
                self._servers() & WITH_IDLE_TIMEOUT,
                lambda name, shape=shape: self._echo(name, shape, idle_timeout=IDLE_TIMEOUT))

    def _tls_rows(self):
        servers = self._chosen(self._programs.tls_servers())
        for shape in TLS_SHAPES:
            yield self._row(f"tls_echo_{shape.key}", f"echo by TLS, {shape.title}", servers,
                            lambda name, shape=shape: self._tls("tls_echo", name, shape))
        for mode, shape in (("tls_churn", TLS_CHURN_SHAPE), ("tls_idle", TLS_IDLE_SHAPE)):
            yield self._row(shape.key, shape.title, servers,
                            lambda name, mode=mode, shape=shape: self._tls(mode, name, shape))

    def _udp_rows(self):
        for shape in UDP_SHAPES:
            yield self._row(f"udp_echo_{shape.key}", f"UDP echo, {shape.title}",
                            self._chosen(self._programs.udp_servers()),
                            lambda name, shape=shape: self._udp(name, shape))

    def _http_rows(self):
        if not self._programs.has_wrk():
            return
        servers = self._chosen(self._programs.http_servers())
        yield self._row("http_plaintext", "HTTP, a short text", servers, self._http.text)
        yield self._row("http_file_4k", "HTTP, a file of 4 KiB", servers, self._http.page)

    def _proxy_rows(self):
        proxies = self._chosen(self._programs.proxies())
        if self._programs.has_wrk():
            yield self._row("proxy_requests", "requests through a proxy", proxies,
                            self._proxy.requests)
        yield self._row("proxy_transfer", "1 GiB through a proxy", proxies, self._proxy.transfer)

    def _micro_rows(self):
        for case in MICRO_CASES.values():
            yield self._row(
                f"micro_{case.key}", case.title, self._chosen(self._with_case(case.key)),
                lambda name, case=case: self._micro(name, case))

    def _metrics_rows(self):
        """Weft as it is, and with the counters left out."""
        other = self._programs.without_metrics
        if not other.is_built():
            return
        versions = {WEFT: self, WITHOUT_METRICS: Measurements(other, None, self._pace)}
        measured = {"echo": (f"echo, {METRICS_SHAPE.title}",
                             lambda of: of._echo(WEFT, METRICS_SHAPE))}
        if self._programs.has_wrk():
            measured["http"] = ("HTTP, a short text", lambda of: of._http.text(WEFT))
        for case in METRICS_CASES:
            measured[case.key] = (case.title, lambda of, case=case: of._micro(WEFT, case))
        for key, (title, measure) in measured.items():
            yield self._row(f"metrics_{key}", f"{title}, with and without metrics",
                            self._chosen(versions),
                            lambda name, measure=measure: measure(versions[name]), METRICS_TIMES)

    def _with_case(self, case):
        for name in self._programs.micro():
            if case in self._programs.micro_cases(name):
                yield name

    def _micro(self, name, case):
        return run_json(self._programs.micro_command(name, case.key), case.cores, MICRO_TIMEOUT)

    def _load(self, mode, shape, server):
        seconds = self._pace.duration + self._pace.warm_up
        command = [self._programs.load, mode, "--port", str(server.port),
                   "--server", str(server.pid), "--connections", str(shape.connections),
                   "--size", str(shape.size), "--depth", str(shape.depth),
                   "--duration", str(self._pace.duration), "--warm-up", str(self._pace.warm_up)]
        core = SERVER_CORE if shape.same_core else LOAD_CORE
        figures = run_json(command, {core}, seconds + 15)
        server.check_alive()
        return figures

    def _serve(self, name, cores=frozenset({SERVER_CORE}), **options):
        return RunningServer(self._programs.server_command(name, **options), cores)

    def _echo(self, name, shape, **options):
        with self._serve(name, **options) as server:
            return self._load("echo", shape, server)

    def _tls(self, mode, name, shape):
        command = self._programs.tls_server_command(name, self._identity())
        with RunningServer(command, {SERVER_CORE}) as server:
            return self._load(mode, shape, server)

    def _udp(self, name, shape):
        with RunningServer(self._programs.udp_server_command(name), {SERVER_CORE}) as server:
            return self._load("udp_echo", shape, server)

    def _churn(self, name):
        with self._serve(name) as server:
            return self._load("churn", CHURN_SHAPE, server)

    def _memory(self, name):
        with self._serve(name) as server:
            return self._load("idle", IDLE_SHAPE, server)

    def _workers(self, name):
        """One worker on a core of its own, then two on both cores. The load generator shares the
        second core with a worker, so requests per second say little; the CPU time that a request
        takes says how much of two cores' work would be done."""
        one = self._echo(name, WORKERS_SHAPE)
        with self._serve(name, {SERVER_CORE, LOAD_CORE}, workers=2) as server:
            two = self._load("echo", WORKERS_SHAPE, server)
        cpu_one = one["server_cpu_us_per_request"]
        cpu_two = two["server_cpu_us_per_request"]
        return {"cpu_us_per_request_1": cpu_one, "cpu_us_per_request_2": cpu_two,
                "work_of_two": 2 * cpu_one / cpu_two}
