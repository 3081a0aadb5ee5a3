"""The programs that are compared: which there are, what they are called and understand."""

import contextlib
import os
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path

from harness.configuration import Configuration
from harness.processes import RunningServer

WEFT = "weft"
WITHOUT_METRICS = "weft_without_metrics"
YARDSTICK = "raw_epoll"
NGINX = "nginx"
HAPROXY = "haproxy"

# In the order of the tables' columns; name of the program: heading of its column.
LABELS = {
    WEFT: "Weft",
    WITHOUT_METRICS: "not counting",
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
    NGINX: "nginx",
    HAPROXY: "HAProxy",
}

WITH_WORKERS = {WEFT, YARDSTICK, "go", "tokio"}
WITH_IDLE_TIMEOUT = {WEFT, YARDSTICK, "go", "tokio"}

PEERS = Path(__file__).resolve().parent.parent / "peers"
NGINX_STREAM = Path("/usr/lib/nginx/modules/ngx_stream_module.so")


def _find(program):
    """Where an installed program is; Debian has servers where only root looks."""
    return shutil.which(program, path=os.environ.get("PATH", os.defpath) + ":/usr/sbin")


@contextlib.contextmanager
def _configured(command, template, cores, **values):
    """A server of others; `command` makes its command line of the configuration."""
    with Configuration(template, **values) as made:
        with RunningServer(command(made), cores, made.port) as server:
            yield server


def _nginx_command(made):
    return [_find(NGINX), "-e", "stderr", "-p", made.folder, "-c", made.file]


def _haproxy_command(made):
    return [_find(HAPROXY), "-db", "-f", made.file]


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

    def _app(self, name):
        return self.build / "apps" / name

    @property
    def _weft_server(self):
        return self._app("echo_server")

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

    def is_built(self):
        return self.load.is_file()

    @property
    def without_metrics(self):
        """Weft built once more, with WEFT_METRICS=OFF."""
        return Programs(self.build.with_name(self.build.name + "_without_metrics"))

    @staticmethod
    def has_wrk():
        return _find("wrk") is not None

    def http_servers(self):
        weft = [WEFT] if self._app("http_server").is_file() else []
        return weft + self._built("http") + ([NGINX] if _find(NGINX) else [])

    def http_server(self, name, root, cores):
        """A running one, with the files in `root`, as a context manager."""
        if name == NGINX:
            return _configured(_nginx_command, PEERS / "http" / "nginx.conf", cores, root=root)
        program = self._app("http_server") if name == WEFT else self._bin / "http" / name
        return RunningServer([program, "--port", "0", "--workers", "1", "--root", root], cores)

    def proxies(self):
        """None without a backend."""
        if not self._app("http_server").is_file():
            return []
        weft = [WEFT] if self._app("tcp_proxy").is_file() else []
        nginx = [NGINX] if _find(NGINX) and NGINX_STREAM.is_file() else []
        return weft + nginx + ([HAPROXY] if _find(HAPROXY) else [])

    def proxy(self, name, backend_port, cores, for_much=False):
        """A running one, as a context manager. HAProxy is told whether much is to come: left to
        itself, it hardly ever splices."""
        if name == NGINX:
            return _configured(_nginx_command, PEERS / "proxy" / "nginx.conf", cores,
                               backend=backend_port)
        if name == HAPROXY:
            return _configured(_haproxy_command, PEERS / "proxy" / "haproxy.cfg", cores,
                               backend=backend_port,
                               splice="splice-response" if for_much else "splice-auto")
        command = [self._app("tcp_proxy"), "--port", "0", "--workers", "1"]
        return RunningServer([*command, f"127.0.0.1:{backend_port}"], cores)

    def not_built(self):
        """Lines `name: reason`."""
        lines = (self._bin / "not_built.txt").read_text().splitlines()
        if not self._weft_server.is_file():
            lines.insert(0, f"{WEFT}: there is no {self._weft_server}")
        if not self.without_metrics.is_built():
            lines.append(f"{WITHOUT_METRICS}: there is no {self.without_metrics.build}")
        for program, package in (("wrk", "wrk"), (NGINX, "nginx-light"), (HAPROXY, "haproxy")):
            if not _find(program):
                lines.append(f"{program}: not installed ({package})")
        if _find(NGINX) and not NGINX_STREAM.is_file():
            lines.append(f"{NGINX} as a proxy: no {NGINX_STREAM} (libnginx-mod-stream)")
        return lines
