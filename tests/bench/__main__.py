"""Measures every page beside the floor, on throw-away servers, and prints one table: `make bench`.

    make bench                                  every page
    make bench ARGS="list 'home of official'"   pages with one of these words in their line
    make bench ARGS="--rounds 5 sheet"          quicker and rougher; 15 rounds unless told otherwise

Times are medians of interleaved requests over one connection each, given as multiples of the
floor's list (of its static page for public pages) measured in the same rounds; queries are counted
in this process. Each line ends with its goals and says "within" or what is over. Writes nothing.
"""

import argparse
import contextlib
import http.client
import os
import pathlib
import random
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.parse
import urllib.request
from collections.abc import Iterator
from types import SimpleNamespace
from typing import Any

from portal import local

PORTS = {"floor": "8971", "portal": "8972"}
LONGEST = 600  # seconds of measuring


def main() -> int:
    parser = argparse.ArgumentParser(prog="make bench ARGS=…", description="Every page beside a bare Django.")
    parser.add_argument("words", nargs="*", help="measure the pages whose line has one of these in it")
    parser.add_argument("--rounds", type=int, default=15, help="how often each page is asked for")
    asked = parser.parse_args()
    os.environ.setdefault("PORTAL_ENV", "local")
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "portal.settings")
    for name in local.ADDRESSES:
        os.environ.pop(name, None)  # never somebody's real database
    with tempfile.TemporaryDirectory(prefix="portal-bench-") as where:
        pathlib.Path(where).chmod(0o755)  # PostgreSQL may run as nobody
        with local.servers(pathlib.Path(where) / "state", throwaway=True) as (env, _processes):
            os.environ.update(env, MEDIA_ROOT=f"{where}/media")
            import django

            django.setup()
            from django.conf import settings
            from django.core.management import call_command

            settings.ALLOWED_HOSTS.append("testserver")
            call_command("prepare")
            from tests.bench.seed import seed

            began = time.monotonic()
            w = seed()
            vacuum()
            print(f"seeded in {time.monotonic() - began:.0f} s", flush=True)
            with gunicorn("floor", "tests.bench.floor_wsgi"), gunicorn("portal", "portal.wsgi"):
                return report(w, asked.rounds, asked.words)


def vacuum() -> None:
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE")


@contextlib.contextmanager
def gunicorn(name: str, application: str) -> Iterator[None]:
    """The web process of `portal.local`, serving `application`."""
    command = local.commands(PORTS[name], pathlib.Path("unused"))["web"]
    command = [application if word == "portal.wsgi" else word for word in command]
    command += ["--keep-alive", "75"]  # or what is asked for less often than every two seconds connects anew
    path = "/static" if name == "floor" else "/livez"
    with local.together() as running:
        process = local.spawn(*command, stdout=subprocess.DEVNULL, stderr=None)
        running.append(process)
        url = f"http://127.0.0.1:{PORTS[name]}{path}"
        local.until(lambda: answers(url), process, None)
        yield


def answers(url: str) -> bool:
    try:
        return urllib.request.urlopen(url, timeout=2).status == 200
    except OSError:
        return False


# Asking ----------------------------------------------------------------------------------


def session(user: Any, backend: str) -> str:
    from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
    from django.contrib.sessions.backends.db import SessionStore

    from portal.accounts.middleware import SESSION_KEY as MEMBERSHIP_KEY

    store = SessionStore()
    store[SESSION_KEY], store[BACKEND_SESSION_KEY] = str(user.pk), backend
    store[HASH_SESSION_KEY] = user.get_session_auth_hash()
    store[MEMBERSHIP_KEY] = user.acting.pk if user.acting else 0
    store["second_factor"] = True
    store.save()
    return str(store.session_key)


class Asker:
    """One kept connection to one server."""

    def __init__(self, name: str) -> None:
        self.connection = http.client.HTTPConnection("127.0.0.1", int(PORTS[name]), timeout=60)

    def ask(self, url: str, headers: dict[str, str]) -> tuple[float, int, int]:
        """Milliseconds, status and bytes; once more on a new connection if the server closed the old one."""
        for last in (False, True):
            began = time.perf_counter()
            try:
                self.connection.request("GET", url, headers=headers)
                response = self.connection.getresponse()
                size = len(response.read())
                return (time.perf_counter() - began) * 1000, response.status, size
            except (http.client.HTTPException, ConnectionError):
                self.connection.close()
                if last:
                    raise
        raise AssertionError


def quoted(url: str) -> str:
    return urllib.parse.quote(url, safe="/?&=%:")


def asks(w: SimpleNamespace) -> dict[str, tuple[str, str, dict[str, str], Any]]:
    """Label → server, address, headers, page; the floor first."""
    from django.conf import settings

    from tests.bench.pages import pages

    backend = settings.AUTHENTICATION_BACKENDS[0]
    cookies = {role: session(user, backend) for role, user in w.members.items()}
    floor = session(w.members["official"], "django.contrib.auth.backends.ModelBackend")
    cohort = w.cohorts[1_000]
    paths = {"list": f"/list/{cohort.pk}", "detail": f"/detail/{cohort.first.pk}", "static": "/static"}
    found = {}
    for name, path in paths.items():
        found[f"floor {name}"] = ("floor", path, {"Cookie": f"sessionid={floor}"}, None)
    for page in pages(w):
        headers = {"Cookie": f"sessionid={cookies[page.role]}"} if page.role else {}
        if page.kind == "fragment":
            headers |= {"HX-Request": "true", "HX-Target": "rows"}
        found[f"{page.label} · {page.role}"] = ("portal", quoted(page.url), headers, page)
    return found


def queries(url: str, headers: dict[str, str]) -> int:
    from django.db import connection
    from django.test import Client
    from django.test.utils import CaptureQueriesContext

    client = Client(headers={name: value for name, value in headers.items() if name != "Cookie"})
    if cookie := headers.get("Cookie"):
        client.cookies["sessionid"] = cookie.partition("=")[2]
    with CaptureQueriesContext(connection) as caught:
        client.get(url)
    if os.environ.get("BENCH_SQL"):
        for query in caught.captured_queries:
            print(f"   {float(query['time']) * 1000:6.1f} ms  {query['sql'][:400]}")
    return len(caught)


def report(w: SimpleNamespace, rounds: int, wanted: list[str]) -> int:
    everything = asks(w)
    chosen = {
        label: ask
        for label, ask in everything.items()
        if ask[0] == "floor" or not wanted or any(word in label for word in wanted)
    }
    servers = {name: Asker(name) for name in PORTS}
    times: dict[str, list[float]] = {label: [] for label in chosen}
    answered: dict[str, tuple[int, int]] = {}
    end = time.monotonic() + LONGEST
    shuffled = random.Random(1)  # the same orders in every run
    for turn in range(rounds + 2):
        order = [ask for ask in chosen.items() for _ in range(5 if ask[1][0] == "floor" else 1)]
        shuffled.shuffle(order)  # so that no page always pays for the one before it
        for label, (server, url, headers, _page) in order:
            spent, status, size = servers[server].ask(url, headers)
            answered[label] = (status, size)
            if turn >= 2:  # the first two warm both workers up
                times[label].append(spent)
        if time.monotonic() > end:
            print(f"stopped after {turn - 1} rounds")
            break
    medians = {label: statistics.median(values) for label, values in times.items()}
    return table(chosen, medians, answered)


def table(chosen: dict, medians: dict[str, float], answered: dict[str, tuple[int, int]]) -> int:
    from tests.bench.pages import GOALS, RANKING_MS

    floors = {name: medians[f"floor {name}"] for name in ("list", "detail", "static")}
    over = measured = 0
    print(f"{'page · role':44} {'queries':>7} {'kB':>7} {'ms':>7} {'× floor':>7}  goals")
    for label, (_server, url, headers, page) in chosen.items():
        status, size = answered[label]
        line = f"{label:44} {{:>7}} {size / 1000:7.1f} {medians[label]:7.1f} "
        if page is None:
            print(line.format("") + f"{medians[label] / floors['list']:7.2f}")
            continue
        count = queries(urllib.parse.unquote(url), headers)
        most, most_queries = GOALS[page.kind]
        base = floors["static" if page.kind == "public" else "list"]
        times = medians[label] / base
        late = times > most if most else medians[label] > RANKING_MS
        said = f"{most} ×" if most else f"{RANKING_MS} ms"
        words = [f"OVER {said}"] * late + [f"OVER {most_queries} queries"] * (count > most_queries)
        words += [f"status {status}"] * (status != 200)
        over, measured = over + bool(words), measured + 1
        goals = f"{said}, {most_queries} queries"
        print(line.format(count) + f"{times:7.2f}  {', '.join(words) or f'within {goals}'}", flush=True)
    print(f"{over} of {measured} over their goals" if over else f"all {measured} within their goals")
    return 0


if __name__ == "__main__":
    sys.exit(main())
