"""The programs that are compared: which there are, what they are called and understand."""

import subprocess
from dataclasses import dataclass
from pathlib import Path

WEFT = "weft"
YARDSTICK = "raw_epoll"

# In the order of the tables' columns; name of the program: heading of its column.
LABELS = {
    WEFT: "Weft",
    YARDSTICK: "raw epoll",
    "raw_context": "raw context",
    "asio_callbacks": "Asio",
    "asio_spawn": "asio::spawn",
    "boost_fiber": "Boost.Fiber",
    "libuv": "libuv",
    "state_threads": "State Thr.",
    "go": "Go",
    "tokio": "Tokio",
    "thread_per_connection": "threads",
}

WITH_WORKERS = {WEFT, YARDSTICK, "go", "tokio"}
WITH_IDLE_TIMEOUT = {WEFT, YARDSTICK, "go", "tokio"}


@dataclass(frozen=True)
class Programs:
    """What has been built in one build directory."""

    build: Path

    @property
    def _bin(self):
        return self.build / "benchmarks" / "bin"

    @property
    def load(self):
        return self._bin / "raw_load"

    def _built(self, kind):
        folder = self._bin / kind
        return [name for name in LABELS if (folder / name).is_file()]

    def servers(self):
        weft = [WEFT] if self._weft_server.is_file() else []
        return weft + self._built("echo")

    def tls_servers(self):
        weft = [WEFT] if self._weft_server.is_file() else []
        return weft + self._built("tls")

    def udp_servers(self):
        return self._built("udp")

    def micro(self):
        return self._built("micro")

    def micro_cases(self, name):
        listed = subprocess.run(self.micro_command(name, "--list"), capture_output=True, text=True,
                                check=True, timeout=10)
        return listed.stdout.split()

    def micro_command(self, name, case):
        return [self._bin / "micro" / name, case]

    @property
    def _weft_server(self):
        return self.build / "apps" / "echo_server"

    def server_command(self, name, workers=1, idle_timeout=0):
        """The command line of an echo server on a free port; `idle_timeout` in seconds, 0: none."""
        if name == WEFT:
            command = [self._weft_server, "--address", "127.0.0.1", "--port", "0"]
            command += ["--workers", str(workers)]
            return command + (["--idle-timeout", f"{idle_timeout}s"] if idle_timeout else [])
        command = [self._bin / "echo" / name, "--port", "0"]
        if workers != 1:
            command += ["--workers", str(workers)]
        if idle_timeout:
            command += ["--idle-timeout", str(idle_timeout)]
        return command

    def tls_server_command(self, name, identity):
        """The same by TLS."""
        files = ["--certificate", identity.certificate, "--key", identity.key]
        if name == WEFT:
            return self.server_command(name) + ["--tls"] + files
        return [self._bin / "tls" / name, "--port", "0"] + files

    def udp_server_command(self, name):
        return [self._bin / "udp" / name, "--port", "0"]

    def not_built(self):
        """Lines `name: reason`."""
        lines = (self._bin / "not_built.txt").read_text().splitlines()
        if not self._weft_server.is_file():
            lines.insert(0, f"{WEFT}: there is no {self._weft_server}")
        return lines
