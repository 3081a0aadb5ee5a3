"""Configuration files of servers that take one, with places, @port@, to be filled in."""

import socket
import tempfile
from pathlib import Path


def free_port():
    """A port that nobody listens on at the moment."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


class Configuration:
    """A template filled in, and a folder for what the server writes, until the end of the `with`
    block."""

    def __init__(self, template, **values):
        self._folder = tempfile.TemporaryDirectory()
        self.port = free_port()
        text = template.read_text()
        for name, value in {"port": self.port, "folder": self._folder.name, **values}.items():
            text = text.replace(f"@{name}@", str(value))
        self.folder = Path(self._folder.name)
        self.file = self.folder / template.name
        self.file.write_text(text)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self._folder.cleanup()
