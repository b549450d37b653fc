"""The intake as a proof: a tenth of it, through HTTP with the portal's own processes."""

import os
import subprocess
import sys

import pytest

from portal import local


@pytest.mark.slow
def test_an_intake_keeps_its_promises_from_the_first_page_to_the_last_seat():
    command = [sys.executable, "-W", "ignore", "-m", "tests.intake"]
    size = ["--applicants", "300", "--burst", "100", "--seats", "20", "--reviewers", "4"]
    env = {name: value for name, value in os.environ.items() if name not in local.ADDRESSES}

    found = subprocess.run([*command, *size], cwd=local.ROOT, env=env, capture_output=True, text=True)

    assert found.returncode == 0, found.stdout + found.stderr[-3000:]
    assert "every invariant held after every step" in found.stdout
