"""Clients: those that behave, whose answers are timed, and those that do not. Each function is meant for a process
of its own, so that none holds up what another measures."""

import collections
import contextlib
import math
import socket
import struct
import threading
import time

PATIENCE = 20  # seconds for any answer
REQUEST = b"GET /small.txt HTTP/1.1\r\nHost: localhost\r\n\r\n"


class Answers:
    """What clients got, and how fast."""

    def __init__(self):
        # Threads append to these, and do nothing else with them.
        self.seconds = []
        self.statuses = []
        self.losses = []

    def p99(self):
        """In seconds; without any answer there is no end to it."""
        return sorted(self.seconds)[len(self.seconds) * 99 // 100] if self.seconds else math.inf

    def __str__(self):
        counts = [f"{count} answers {status}"
                  for status, count in sorted(collections.Counter(self.statuses).items())]
        return ", ".join([*counts, f"{len(self.losses)} lost", f"p99 {1000 * self.p99():.1f} ms"])


def visit(port, seconds, clients=100, interval=0.2):
    """Keep their connection and ask once in `interval` each, whether the server keeps up or not: the time of an answer
    counts from when its request was due."""
    answers = Answers()
    begin = time.monotonic() + 0.2

    def run(first):
        try:
            with _connect(port) as connection:
                due = first
                while due < begin + seconds:
                    time.sleep(max(due - time.monotonic(), 0))
                    connection.sendall(REQUEST)
                    status = _status_of_answer(connection)
                    answers.seconds.append(time.monotonic() - due)
                    answers.statuses.append(status)
                    due += interval
        except OSError as loss:
            answers.losses.append(str(loss))

    threads = [threading.Thread(target=run, args=[begin + interval * i / clients])
               for i in range(clients)]
    for each in threads:
        each.start()
    for each in threads:
        each.join()
    return answers


def trickle(port, seconds, clients=5000, interval=5):
    """Each sends another byte of a header once in `interval`, and comes back when it is put out; returns how often."""
    came_back = 0
    connections = [_begin_to_ask(port) for _ in range(clients)]
    begin, count = time.monotonic(), 0
    while (due := begin + count * interval / clients) < begin + seconds:
        time.sleep(max(due - time.monotonic(), 0))
        i = count % clients
        if not _send_another_byte(connections[i]):
            connections[i].close()
            connections[i] = _begin_to_ask(port)
            came_back += 1
        count += 1
    for each in connections:
        each.close()
    return came_back


def come_and_go(port, clients):
    """One after the other, as fast as can be, every other with a reset; returns how many a second."""
    begin = time.monotonic()
    for i in range(clients):
        with _connect(port) as connection:
            if i % 2:
                reset = struct.pack("ii", 1, 0)  # on, after no time
                connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, reset)
    return clients / (time.monotonic() - begin)


def come_and_stay(port, seconds, clients):
    """All of them at once, without a word."""
    with contextlib.ExitStack() as clean_up:
        for _ in range(clients):
            clean_up.enter_context(_connect(port))
        time.sleep(seconds)


def _connect(port):
    return socket.create_connection(("127.0.0.1", port), timeout=PATIENCE)


def _begin_to_ask(port):
    connection = _connect(port)
    connection.sendall(b"GET /small.txt HTTP/1.1\r\nHost: localhost\r\nX-Slow: ")
    connection.setblocking(False)
    return connection


def _send_another_byte(connection):
    """False: the server has ended the connection."""
    try:
        with contextlib.suppress(BlockingIOError):
            connection.recv(65536)  # its reason, or its end
            return False
        connection.send(b"x")
        return True
    except OSError:
        return False


def _status_of_answer(connection):
    answer = b""
    while True:
        piece = connection.recv(65536)
        if not piece:
            raise ConnectionError("closed")
        answer += piece
        head, end, body = answer.partition(b"\r\n\r\n")
        if end and len(body) == int(head.split(b"\r\nContent-Length: ")[1].split(b"\r\n")[0]):
            return int(head[9:12])
