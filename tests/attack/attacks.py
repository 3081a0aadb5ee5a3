"""What is done to http_server, one function each. Each returns what there is to say, or raises Failure."""

import re
import shutil
import subprocess
import time
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context

from clients import come_and_go, come_and_stay, trickle, visit
from server import Failure

SLOWHTTPTEST = ["slowhttptest", "-c", "1000", "-r", "500", "-l", "12", "-p", "5", "-i", "2"]


class Skip(Exception):
    """This machine cannot do that; the text says why."""


def beside():
    """Runs functions in other processes, at the same time."""
    return ProcessPoolExecutor(4, mp_context=get_context("fork"))


def slow_headers(serve):
    """5,000 clients send a byte every 5 s, while 100 others are to be served within twice the time."""
    said = []
    with serve() as server, beside() as processes:
        for _ in range(3):  # as others, too, may make this machine slow for a while
            before = processes.submit(visit, server.port, 6).result()
            attack = processes.submit(trickle, server.port, 16)
            server.wait_for_crowd(5000)
            during = processes.submit(visit, server.port, 12).result()
            came_back = attack.result()
            after = processes.submit(visit, server.port, 6).result()
            _expect_all_answered(before, during, after)
            said += [f"{when} {answers}" for when, answers
                     in [("before:", before), ("during:", during), ("after: ", after)]]
            said.append(f"clients that were put out and came back: {came_back}")
            if during.p99() <= 2 * max(before.p99(), after.p99()):
                return "\n".join([*said, server.expect_recovery()])
    raise Failure("\n".join([*said, "that is more than twice the time"]))


def slowhttptest_headers(serve):
    """slowhttptest -H: 1,000 slow headers."""
    return _slowhttptest(serve, ["-H"], "/small.txt")


def slowhttptest_bodies(serve):
    """slowhttptest -B: 1,000 slow bodies."""
    return _slowhttptest(serve, ["-B", "-t", "GET", "-s", "8192"], "/small.txt")


def slowhttptest_reads(serve):
    """slowhttptest -X: 1,000 that read a large file slowly."""
    return _slowhttptest(serve, ["-X", "-w", "512", "-y", "1024", "-n", "2", "-z", "32"], "/large.bin")


def _slowhttptest(serve, mode, path):
    if not shutil.which("slowhttptest"):
        raise Skip("there is no slowhttptest")
    with serve() as server, beside() as processes:
        others = processes.submit(visit, server.port, 10)
        tool = subprocess.run([*SLOWHTTPTEST, *mode, "-u", f"http://127.0.0.1:{server.port}{path}"],
                              stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=60)
        said = re.sub(r"\x1b\[[0-9;]*[A-Za-z]", "", tool.stdout)  # colours
        looks = re.findall(r"service available:\s+(YES|NO)", said)
        if not looks or "NO" in looks:
            raise Failure(f"slowhttptest found it unavailable, {looks.count('NO')} times of {len(looks)}")
        _expect_all_answered(others.result())
        return (f"available at each of {len(looks)} looks; others: {others.result()}\n"
                + server.expect_recovery())


def accept_storm(serve):
    """10,000 clients connect and close as fast as they can, and 2,000 connect and stay."""
    with serve() as server, beside() as processes:
        staying = processes.submit(come_and_stay, server.port, 8, 2000)
        server.wait_for_crowd(2000)
        others = processes.submit(visit, server.port, 5)
        storms = [processes.submit(come_and_go, server.port, 5000) for _ in range(2)]
        rate = sum(each.result() for each in storms)
        _expect_all_answered(others.result())
        staying.result()
        return f"{rate:.0f} a second; others: {others.result()}\n" + server.expect_recovery()


def no_descriptors(serve):
    """A server that may have 300 descriptors is visited by 1,000; who was there before has an answer."""
    with serve(descriptors=300) as server, beside() as processes:
        others = processes.submit(visit, server.port, 6)
        time.sleep(1)
        crowd = processes.submit(come_and_stay, server.port, 3, 1000)
        answers = others.result()
        if answers.losses or set(answers.statuses) - {200, 503}:
            raise Failure(f"others have {answers}; {answers.losses[:3]}")
        crowd.result()
        recovery = server.expect_recovery()
        later = processes.submit(visit, server.port, 2).result()
        _expect_all_answered(later)
        return f"others: {answers}; later: {later}\n" + recovery


def _expect_all_answered(*several):
    for answers in several:
        if answers.losses or set(answers.statuses) != {200}:
            raise Failure(f"others have {answers}; {answers.losses[:3]}")


ATTACKS = [slow_headers, slowhttptest_headers, slowhttptest_bodies, slowhttptest_reads, accept_storm,
           no_descriptors]
