"""What the figures were measured on, and with."""

import platform
import re
import subprocess
from datetime import date
from pathlib import Path


def _first_line(*command):
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=10)
        return done.stdout.splitlines()[0]
    except (OSError, IndexError, subprocess.TimeoutExpired):
        return None


def _cpu():
    text = Path("/proc/cpuinfo").read_text()
    models = re.findall(r"^model name\s*: (.*)$", text, re.MULTILINE)
    return f"{len(models)} × {models[0]}" if models else platform.machine()


def _boost():
    header = Path("/usr/include/boost/version.hpp")
    if header.is_file():
        if found := re.search(r'BOOST_LIB_VERSION "(\w+)"', header.read_text()):
            return "Boost " + found.group(1).replace("_", ".")
    return None


def description(repository):
    """One line each: the machine, the tools, the state of the source."""
    commit = _first_line("git", "-C", str(repository), "describe", "--always", "--dirty")
    tools = [_first_line("g++", "--version"), _boost(), _first_line("go", "version"),
             _first_line("cargo", "--version")]
    return [
        f"{_cpu()}, Linux {platform.release()}, {date.today().isoformat()}",
        ", ".join(tool for tool in tools if tool),
        f"Weft {commit or 'of unknown state'}",
    ]
