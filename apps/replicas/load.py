"""Clients that come, are served, and go, until they are told to end."""

import socket
import threading
import time

REQUESTS = 3  # of each connection
PATIENCE = 10  # seconds for any answer


def visit(port, number):
    """One connection; raises OSError where anything is not as it should be."""
    with socket.create_connection(("127.0.0.1", port), timeout=PATIENCE) as connection:
        for request in range(REQUESTS):
            message = b"request %d of connection %d\n" % (request, number)
            connection.sendall(message)
            answer = b""
            while len(answer) < len(message):
                piece = connection.recv(len(message) - len(answer))
                if not piece:
                    raise ConnectionError("closed before the answer")
                answer += piece
            if answer != message:
                raise ConnectionError(f"a wrong answer: {answer!r}")
            time.sleep(0.003)
        connection.shutdown(socket.SHUT_WR)
        if connection.recv(1):
            raise ConnectionError("more than was sent")


class Load:
    """So many clients at once, each in a thread."""

    def __init__(self, port, clients=16):
        self.connections = 0
        self.failures = []
        self._port = port
        self._lock = threading.Lock()
        self._is_over = threading.Event()
        self._threads = [threading.Thread(target=self._run) for _ in range(clients)]
        for each in self._threads:
            each.start()

    def end(self):
        self._is_over.set()
        for each in self._threads:
            each.join()

    def _run(self):
        while not self._is_over.is_set():
            with self._lock:
                self.connections += 1
                number = self.connections
            try:
                visit(self._port, number)
            except OSError as failure:
                with self._lock:
                    self.failures.append(f"connection {number}: {failure}")
