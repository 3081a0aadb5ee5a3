"""The replicas and the balancers in front of them, as processes."""

import csv
import shutil
import signal
import socket
import subprocess
import time
from pathlib import Path

HERE = Path(__file__).resolve().parent
PATIENCE = 10  # seconds for anything that should happen at once


class Failure(Exception):
    """A program did not do what it should; the text says which and what."""


def free_ports(count):
    """Ports that nobody listens on at the moment."""
    sockets = [socket.socket() for _ in range(count)]
    for each in sockets:
        each.bind(("127.0.0.1", 0))
    ports = [each.getsockname()[1] for each in sockets]
    for each in sockets:
        each.close()
    return ports


def wait_until(is_so, what):
    end = time.monotonic() + PATIENCE
    while not is_so():
        if time.monotonic() > end:
            raise Failure(f"waited in vain until {what}")
        time.sleep(0.01)


class Program:
    """A process whose output goes to a file, killed in the end if need be."""

    def __init__(self, name, command, folder):
        self.name = name
        self._log = folder / f"{name}.log"
        with open(self._log, "wb") as log:
            self._process = subprocess.Popen(
                [str(word) for word in command], stdin=subprocess.DEVNULL, stdout=log, stderr=log
            )

    def wait_for(self, text):
        self._wait_until(lambda: text in self.output(), f"says '{text}'")

    def wait_until_it_listens(self, port):
        self._wait_until(lambda: _listens(port), "listens")

    def output(self):
        return self._log.read_text(errors="replace")

    def _wait_until(self, is_so, what):
        def is_so_by_now():
            if self._process.poll() is not None:
                raise Failure(f"{self.name} has ended: {self.output()}")
            return is_so()

        wait_until(is_so_by_now, f"{self.name} {what}")

    def stop(self):
        self._process.send_signal(signal.SIGTERM)
        self.wait()

    def wait(self):
        try:
            code = self._process.wait(PATIENCE)
        except subprocess.TimeoutExpired:
            raise Failure(f"{self.name} does not end") from None
        if code != 0:
            raise Failure(f"{self.name} has ended with {code}: {self.output()}")

    def kill(self):
        if self._process.poll() is None:
            self._process.kill()
            self._process.wait()


class Replica:
    """One place behind the balancer, where one process follows another."""

    def __init__(self, name, server, port, folder):
        self.name = name
        self._command = [server, "--port", port, "--proxy-protocol", "--drain-timeout", "5s"]
        self._handover = ["--handover", folder / f"{name}.handover"]
        self._folder = folder
        self._started = 0
        self._running = self._start()
        self._running.wait_for("listening on")

    def replace(self):
        """Stops it, and starts it anew: for a while nobody listens."""
        self._running.stop()
        self._running = self._start()
        self._running.wait_for("listening on")

    def hand_over(self):
        """Starts its successor, which takes over."""
        predecessor, self._running = self._running, self._start()
        self._running.wait_for("took over")
        predecessor.wait()

    def kill(self):
        self._running.kill()

    def _start(self):
        self._started += 1
        return Program(f"{self.name}-{self._started}", self._command + self._handover, self._folder)


def _configuration(template, front, ports, folder):
    """The file of this folder, for other ports and another place than /run/replicas."""
    text = (HERE / template).read_text()
    for standard, port in zip([8000, 8001, 8002, 8003], [front, *ports]):
        text = text.replace(f"127.0.0.1:{standard}", f"127.0.0.1:{port}")
    made = folder / template
    made.write_text(text.replace("/run/replicas", str(folder)))
    return made


def _listens(port):
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


class Haproxy:
    NAME = "haproxy"

    @staticmethod
    def is_installed():
        return shutil.which("haproxy") is not None

    def __init__(self, front, ports, folder):
        self._socket = folder / "haproxy.sock"
        configuration = _configuration("haproxy.cfg", front, ports, folder)
        self._program = Program(self.NAME, ["haproxy", "-db", "-f", configuration], folder)
        self._program.wait_until_it_listens(front)

    def restart(self, replica):
        """Out of the balancer, and only then replaced."""
        self._ask(f"set server replicas/{replica.name} state drain")
        time.sleep(0.1)  # for connections that were on their way to it
        replica.replace()
        self._ask(f"set server replicas/{replica.name} state ready")
        wait_until(lambda: self._state_of(replica) == "UP", f"{replica.name} is up again")

    def kill(self):
        self._program.kill()

    def _ask(self, command):
        with socket.socket(socket.AF_UNIX) as connection:
            connection.settimeout(PATIENCE)
            connection.connect(str(self._socket))
            connection.sendall(command.encode() + b"\n")
            return b"".join(iter(lambda: connection.recv(65536), b"")).decode()

    def _state_of(self, replica):
        lines = self._ask("show stat").lstrip("# ").splitlines()
        for row in csv.DictReader(lines):
            if row["pxname"] == "replicas" and row["svname"] == replica.name:
                return row["status"]
        raise Failure(f"haproxy does not know {replica.name}")


class Nginx:
    NAME = "nginx"

    @staticmethod
    def is_installed():
        module = Path("/usr/lib/nginx/modules/ngx_stream_module.so")
        return shutil.which("nginx") is not None and module.exists()

    def __init__(self, front, ports, folder):
        configuration = _configuration("nginx.conf", front, ports, folder)
        command = ["nginx", "-p", folder, "-e", "stderr", "-c", configuration]
        self._program = Program(self.NAME, command, folder)
        self._program.wait_until_it_listens(front)

    def restart(self, replica):
        """Nothing that nginx would notice."""
        replica.hand_over()

    def kill(self):
        # Its worker, too, which a SIGKILL would leave behind.
        self._program.stop()
