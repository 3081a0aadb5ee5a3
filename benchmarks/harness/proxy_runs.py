"""TCP proxies between wrk, or curl, and Weft's HTTP server, which both share the other core."""

import time

from harness import http_runs
from harness.contestants import WEFT
from harness.processes import Failure, run_json
from harness.setting import LOAD_CORE, SERVER_CORE

FETCHES = 4  # of the large file, on one connection
GIB = 1 << 30


class ProxyRuns:
    def __init__(self, programs, pace):
        self._programs = programs
        self._pace = pace

    def requests(self, name):
        with self._backend() as backend, self._proxy(name, backend, for_much=False) as proxy:
            http_runs.expect_answer(proxy, http_runs.TEXT, b"ready\n")
            return http_runs.load(proxy, http_runs.TEXT, self._pace)

    def transfer(self, name):
        with self._backend() as backend, self._proxy(name, backend, for_much=True) as proxy:
            return self._fetch(proxy)

    def _backend(self):
        return self._programs.http_server(WEFT, http_runs.site().root, {LOAD_CORE})

    def _proxy(self, name, backend, for_much):
        return self._programs.proxy(name, backend.port, {SERVER_CORE}, for_much)

    @staticmethod
    def _fetch(proxy):
        url = f"http://127.0.0.1:{proxy.port}/{http_runs.LARGE_FILE}?[1-{FETCHES}]"
        command = ["curl", "--silent", "--show-error", "--fail", "--output", "/dev/null",
                   "--write-out", "%{size_download}\\n", url]
        before, begin = proxy.cpu_seconds(), time.monotonic()
        last_size = run_json(command, {LOAD_CORE}, 60)
        seconds = time.monotonic() - begin
        cpu = proxy.cpu_seconds() - before
        proxy.check_alive()
        if last_size != http_runs.LARGE_SIZE:
            raise Failure(f"{last_size} bytes instead of {http_runs.LARGE_SIZE}")
        gib = FETCHES * http_runs.LARGE_SIZE / GIB
        return {"gib_per_second": gib / seconds, "gib_per_cpu_second": gib / cpu,
                "server_cpu_share": cpu / seconds}
