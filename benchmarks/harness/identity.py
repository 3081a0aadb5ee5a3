"""A certificate for the TLS servers, made anew in each run."""

import subprocess
import tempfile
from pathlib import Path

from harness.processes import Failure


class Identity:
    """A key of the curve P-256 and a certificate that it has signed itself, until the end of the process."""

    def __init__(self):
        self._folder = tempfile.TemporaryDirectory()
        self.certificate = Path(self._folder.name) / "certificate.pem"
        self.key = Path(self._folder.name) / "key.pem"
        command = ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt",
                   "ec_paramgen_curve:P-256", "-nodes", "-subj", "/CN=localhost", "-days", "2",
                   "-keyout", self.key, "-out", self.certificate]
        try:
            subprocess.run(command, check=True, capture_output=True, timeout=30)
        except (OSError, subprocess.SubprocessError) as error:
            raise Failure(f"no certificate could be made: {error}") from None
