"""HTTP servers under wrk, a load generator of others, on 100 connections that are kept alive."""

import functools
import math
import os
import tempfile
import urllib.request
from pathlib import Path

from harness.processes import Failure, run_json
from harness.setting import LOAD_CORE, SERVER_CORE

REPORT = Path(__file__).resolve().parent.parent / "load" / "report.lua"
CONNECTIONS = 100
TEXT = "healthz"
PAGE = "page.txt"
LARGE_FILE = "large.bin"
LARGE_SIZE = 256 * 1024 * 1024


class Site:
    """What the servers have: a page of 4 KiB, and a large file; until the end of the process."""

    def __init__(self):
        self._folder = tempfile.TemporaryDirectory()
        self.root = Path(self._folder.name)
        self.root.chmod(0o755)
        self.page = os.urandom(2048).hex().encode()
        (self.root / PAGE).write_bytes(self.page)
        with open(self.root / LARGE_FILE, "wb") as large:
            large.truncate(LARGE_SIZE)  # all holes: it is read from the page cache


site = functools.cache(Site)


def _url(server, path):
    return f"http://127.0.0.1:{server.port}/{path}"


def expect_answer(server, path, body):
    """Asks once: a wrong answer is not to count as a fast one."""
    try:
        with urllib.request.urlopen(_url(server, path), timeout=5) as answer:
            got = answer.read()
    except OSError as error:
        raise Failure(f"no answer to GET /{path}: {error}") from None
    if got != body:
        raise Failure(f"the wrong answer to GET /{path}")


def load(server, path, pace):
    """CPU time is that of `server`, from before the first connection to behind the last."""
    seconds = math.ceil(pace.duration)
    command = ["wrk", "--threads", "1", "--connections", str(CONNECTIONS),
               "--duration", f"{seconds}s", "--script", REPORT, _url(server, path)]
    before = server.cpu_seconds()
    report = run_json(command, {LOAD_CORE}, seconds + 15)
    cpu = server.cpu_seconds() - before
    server.check_alive()
    if report["errors"] or not report["requests"]:
        raise Failure(f"{report['errors']} errors in {report['requests']} requests")
    requests = report.pop("requests")
    seconds = report.pop("seconds")
    return {"requests": requests, "requests_per_second": requests / seconds,
            "server_cpu_share": cpu / seconds,
            "server_cpu_us_per_request": cpu * 1e6 / requests,
            "requests_per_cpu_second": requests / cpu,
            "p50_us": report["p50_us"], "p99_us": report["p99_us"]}


class HttpRuns:
    def __init__(self, programs, pace):
        self._programs = programs
        self._pace = pace

    def text(self, name):
        return self._run(name, TEXT, b"ready\n")

    def page(self, name):
        return self._run(name, PAGE, site().page)

    def _run(self, name, path, body):
        with self._programs.http_server(name, site().root, {SERVER_CORE}) as server:
            expect_answer(server, path, body)
            return load(server, path, self._pace)
