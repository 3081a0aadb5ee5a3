"""http_server as a process under attack, and its vital signs."""

import contextlib
import re
import subprocess
import time
from http.client import HTTPConnection
from pathlib import Path

PATIENCE = 20  # seconds for anything that should happen soon


class Failure(Exception):
    """Something is not as promised; the text says what."""


class Server:
    """Serves `root` on a free port, and is killed in the end."""

    def __init__(self, program, root, descriptors=None):
        limit = ["prlimit", f"--nofile={descriptors}:{descriptors}"] if descriptors else []
        self._process = subprocess.Popen(
            [*limit, program, "--port", "0", "--root", root],
            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, text=True)
        line = self._process.stdout.readline()
        if not line.startswith("listening on "):
            raise Failure(f"{program} does not start: {line}")
        self.port = int(line.rsplit(":", 1)[1])
        self.vital_signs()  # what it makes when it first needs it, it keeps
        while (signs := self.vital_signs())["connections"] != 1:
            time.sleep(0.1)  # who asked before is still about to leave
        self._quiet = signs

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self._process.kill()
        self._process.wait()
        self._process.stdout.close()

    def vital_signs(self):
        """Connections, fibers and descriptors; that by which they are asked for is among them."""
        with contextlib.closing(HTTPConnection("127.0.0.1", self.port, timeout=PATIENCE)) as connection:
            connection.request("GET", "/metrics")
            metrics = connection.getresponse().read().decode()
            return {
                "connections": _metric(metrics, "http_connections_open"),
                "fibers": _metric(metrics, "weft_fibers_alive"),
                "descriptors": len(list(Path(f"/proc/{self._process.pid}/fd").iterdir())),
            }

    def wait_for_crowd(self, count):
        _wait_until(lambda: self.vital_signs()["connections"] > count, f"{count} are connected")

    def resident_mebibytes(self):
        status = Path(f"/proc/{self._process.pid}/status").read_text()
        return int(re.search(r"VmRSS:\s+(\d+)", status)[1]) // 1024

    def expect_recovery(self):
        """Waits until all is as it was before; returns what that took, and what it looks like."""
        begin = time.monotonic()
        _wait_until(lambda: self.vital_signs() == self._quiet, f"all is as before, {self._quiet}")
        return (f"after {time.monotonic() - begin:.1f} s as before: "
                + ", ".join(f"{count} {what}" for what, count in self._quiet.items())
                + f"; {self.resident_mebibytes()} MiB")


def _wait_until(is_so, what):
    end = time.monotonic() + PATIENCE
    while not is_so():
        if time.monotonic() > end:
            raise Failure(f"waited in vain until {what}")
        time.sleep(0.1)


def _metric(text, name):
    return int(re.search(rf"^{name}(?:{{[^}}]*}})? (\d+)$", text, re.MULTILINE)[1])
