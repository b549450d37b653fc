"""A container's health: `health.py web` asks for a page, `health.py worker|beat` looks at the process.

Neither asks the broker: without it pages are served and jobs wait, and a restart would mend nothing.
"""

import os
import pathlib
import sys
import urllib.request


def web(port: str = "8000") -> bool:
    """The web server reaches its database; asked as the proxy asks, or it would redirect."""
    host = os.environ["ALLOWED_HOSTS"].split(",")[0].strip().lstrip(".")
    headers = {"Host": host, "X-Forwarded-Proto": "https"}
    request = urllib.request.Request(f"http://127.0.0.1:{port}/readyz", headers=headers)
    return urllib.request.urlopen(request, timeout=4).status == 200  # noqa: S310 (our own address)


def process(role: str) -> bool:
    """A Celery process of this role runs, neither stopped (T) nor dead and unburied (Z)."""
    for command in pathlib.Path("/proc").glob("[0-9]*/cmdline"):
        try:
            words = command.read_bytes().decode("utf-8", "replace").split("\0")
            state = command.with_name("stat").read_text().rpartition(")")[2].split()[0]
        except OSError:  # it ended while we looked
            continue
        if "celery" in words and role in words and state not in "TZ":
            return True
    return False


if __name__ == "__main__":
    role, *port = sys.argv[1:]
    try:
        well = web(*port) if role == "web" else process(role)
    except OSError as error:
        sys.exit(f"{role}: {error}")
    sys.exit(0 if well else f"{role}: not running")
