"""Starting programs on chosen cores, with a deadline for everything."""

import ctypes
import json
import os
import re
import resource
import select
import socket
import subprocess
import tempfile
import time

LISTENING = re.compile(r"listening on 127\.0\.0\.1:(\d+)")
START_TIMEOUT = 5  # seconds


class Failure(Exception):
    """A program died, refused, answered wrongly or took too long; the text says which and how."""


def _prepare(cores):
    """Runs in the new process: pins it and lets it open as many files as the system allows."""

    def prepare():
        os.sched_setaffinity(0, cores)
        _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
        resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))

    return prepare


def _last_line(text):
    lines = text.strip().splitlines()
    return lines[-1] if lines else "no message"


def run_json(command, cores, timeout):
    """Runs a program whose last line is JSON, and returns that."""
    try:
        done = subprocess.run(
            command, preexec_fn=_prepare(cores), capture_output=True, text=True, timeout=timeout
        )
    except subprocess.TimeoutExpired:
        raise Failure(f"no answer within {timeout:.0f} s") from None
    except OSError as error:
        raise Failure(f"cannot be started: {error}") from None
    if done.returncode != 0:
        raise Failure(f"exit code {done.returncode}: {_last_line(done.stderr)}")
    try:
        return json.loads(_last_line(done.stdout))
    except ValueError:
        raise Failure(f"what it printed is not JSON: {_last_line(done.stdout)}") from None


def _cpu_clock_of(pid):
    """The clock that shows the CPU time of a process: clock_getcpuclockid(3)."""
    clock = ctypes.c_int()
    if error := ctypes.CDLL(None).clock_getcpuclockid(pid, ctypes.byref(clock)):
        raise Failure(f"its CPU time cannot be measured: {os.strerror(error)}")
    return clock.value


class RunningServer:
    """A server, from when it is listening to the end of the `with` block. It says in a line where
    it is, or listens on `port` without a word."""

    def __init__(self, command, cores, port=None):
        self._errors = tempfile.TemporaryFile(mode="w+")
        try:
            self._process = subprocess.Popen(
                command, preexec_fn=_prepare(cores), stdout=subprocess.PIPE, stderr=self._errors
            )
        except OSError as error:
            raise Failure(f"cannot be started: {error}") from None
        self.pid = self._process.pid
        try:
            self.port = self._wait_for_port(port) if port else self._read_port()
        except Failure:
            self.__exit__()
            raise

    def _read_port(self):
        """The port in the line that says where the server is listening."""
        deadline = time.monotonic() + START_TIMEOUT
        text = ""
        while time.monotonic() < deadline:
            readable, _, _ = select.select([self._process.stdout], [], [], 0.1)
            if not readable:
                continue
            piece = os.read(self._process.stdout.fileno(), 4096)
            if not piece:
                raise Failure(f"the server did not start: {self.last_words()}")
            text += piece.decode(errors="replace")
            if found := LISTENING.search(text):
                return int(found.group(1))
        raise Failure(f"the server was not listening after {START_TIMEOUT} s")

    def _wait_for_port(self, port):
        deadline = time.monotonic() + START_TIMEOUT
        while time.monotonic() < deadline:
            self.check_alive()
            with socket.socket() as probe:
                if probe.connect_ex(("127.0.0.1", port)) == 0:
                    return port
            time.sleep(0.01)
        raise Failure(f"the server was not listening after {START_TIMEOUT} s")

    def cpu_seconds(self):
        """What all its threads have used so far."""
        return time.clock_gettime(_cpu_clock_of(self.pid))

    def check_alive(self):
        if self._process.poll() is not None:
            raise Failure(f"the server died with code {self._process.returncode}: "
                          f"{self.last_words()}")

    def last_words(self):
        self._errors.seek(0)
        return _last_line(self._errors.read())

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self._process.kill()
        self._process.wait()
        self._process.stdout.close()
        self._errors.close()
