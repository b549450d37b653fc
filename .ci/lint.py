"""Every check of the code that is no test: `make lint`, or `make lint ARGS="types layers"` for some.

All of them run whatever the others say; one line each with its seconds, then the output
of those that failed. None needs a server. `.ci/prove` shows each of them failing.
"""

import json
import os
import pathlib
import re
import subprocess
import sys
import tempfile
import time
import tomllib
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = pathlib.Path(__file__).resolve().parent.parent
PYTHON = sys.executable
BIN = pathlib.Path(PYTHON).parent
# Addresses that nothing answers at: a check that reads the database would say so.
NO_SERVERS = {"DATABASE_URL": "postgresql://nobody@127.0.0.1:1/none", "REDIS_URL": "redis://127.0.0.1:1/0"}
LOCAL = {**NO_SERVERS, "PORTAL_ENV": "local", "DEMO": "0"}
PRODUCTION = {
    **NO_SERVERS,
    "PORTAL_ENV": "production",
    "SECRET_KEY": "".join(chr(33 + byte % 94) for byte in os.urandom(64)),
    "ALLOWED_HOSTS": "portal.example",
    "SITE_URL": "https://portal.example",
}


class Failed(Exception):
    """A check found something; the text says what."""


def run(*command: object, env: dict[str, str] | None = None) -> str:
    """What a command says; Failed with it unless the command ends with 0."""
    done = subprocess.run(
        [str(part) for part in command],
        cwd=ROOT,
        env={**os.environ, **(env or {})},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    if done.returncode:
        raise Failed(done.stdout.strip() or f"{command[0]} ended with {done.returncode}.")
    return done.stdout


def manage(*arguments: str, env: dict[str, str]) -> str:
    return run(PYTHON, "-W", "ignore", "manage.py", *arguments, env=env)


def tracked() -> list[pathlib.Path]:
    """The repository's own files; in a copy without git, all files but the built ones."""
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True)
    if listed.returncode == 0:
        return [path for name in listed.stdout.split("\0") if name and (path := ROOT / name).is_file()]
    built = {".git", ".venv", "node_modules", "vendor", ".local", "staticfiles", "__pycache__"}
    return [path for path in ROOT.rglob("*") if path.is_file() and not built & set(path.relative_to(ROOT).parts)]


# Code ------------------------------------------------------------------------------


def format_() -> None:
    run(BIN / "ruff", "format", "--check", "--quiet", "--diff", ".")


def rules() -> None:
    run(BIN / "ruff", "check", "--quiet", ".")


def types() -> None:
    run(BIN / "mypy", env=LOCAL)


def layers() -> None:
    run(BIN / "lint-imports", "--no-cache")


def templates() -> None:
    run(BIN / "djlint", "templates", "--lint", "--quiet")


# Django ------------------------------------------------------------------------------


def migrations() -> None:
    manage("makemigrations", "--check", "--dry-run", env=LOCAL)


def messages() -> None:
    """Every string has its Korean."""
    manage("messages", "--check", env=LOCAL)


def deploy() -> None:
    """Django's own list for a deployment, on the settings of one."""
    with tempfile.TemporaryDirectory() as files:
        manage("check", "--deploy", "--fail-level", "WARNING", env={**PRODUCTION, "MEDIA_ROOT": files})


def static() -> None:
    """Each file that a style sheet or a template's `static` tag names is there."""
    with tempfile.TemporaryDirectory() as files:
        env = {**PRODUCTION, "MEDIA_ROOT": f"{files}/media", "STATIC_ROOT": files}
        manage("collectstatic", "--noinput", "--verbosity", "0", env=env)
        names = json.loads(pathlib.Path(files, "staticfiles.json").read_text())["paths"]
    wanted = re.compile(r"""{%\s*static\s+["']([^"']+)["']""")
    pages = [path for path in tracked() if "templates" in path.parts and path.suffix == ".html"]
    gone = [
        f"{page.relative_to(ROOT)}: {name}"
        for page in pages
        for name in wanted.findall(page.read_text())
        if name not in names
    ]
    if gone:
        raise Failed("\n".join(gone))


# Packages ----------------------------------------------------------------------------

UNREACHABLE = re.compile(
    r"Failed to resolve|Max retries exceeded|ConnectTimeout|ReadTimeout|Temporary failure|40[345] "
)


class NotDone(Exception):
    """The check could not be made here; the text says why. Nothing was found, nothing was cleared."""


def audit() -> None:
    """Known advisories for the locked Python packages, from whichever of the two sources answers."""
    silent = []
    for source in ("osv", "pypi"):
        answers, why = ask_advisories(source)
        if answers is None:
            silent.append(f"{source}: {why}")
            continue
        found = [
            f"{one['name']} {one['version']}: {bug['id']}, fixed in {bug['fix_versions']}"
            for one in answers
            for bug in one.get("vulns", [])
        ]
        found += [f"{one['name']}: {one['skip_reason']}" for one in answers if "skip_reason" in one]
        if found:
            raise Failed("\n".join(found))
        return
    raise NotDone("no source of advisories answers here (" + "; ".join(silent) + ")")


def ask_advisories(source: str) -> tuple[list[dict] | None, str]:
    """pip-audit's answer per package, or None and why when the source knows none of them or is out of reach."""
    lock = ROOT / "requirements" / "test.lock"
    command = [BIN / "pip-audit", "--require-hashes", "--disable-pip", "--progress-spinner", "off"]
    command += ["-f", "json", "-s", source, "-r", lock]
    done = subprocess.run([str(part) for part in command], cwd=ROOT, capture_output=True, text=True)
    if not done.stdout.startswith("{"):
        if UNREACHABLE.search(done.stderr):
            return None, "out of reach"
        raise Failed(done.stderr.strip()[-2000:])
    answers = json.loads(done.stdout)["dependencies"]
    if all("not found" in one.get("skip_reason", "").lower() for one in answers):
        return None, "knows none of the packages"
    return answers, ""


def npm_audit() -> None:
    """Known advisories for the locked packages of node_modules."""
    done = subprocess.run(["npm", "audit", "--json"], cwd=ROOT, capture_output=True, text=True)
    try:
        answer = json.loads(done.stdout)
    except ValueError:
        raise Failed(done.stdout + done.stderr) from None
    if done.returncode == 0 and "vulnerabilities" in answer:
        return
    if found := answer.get("vulnerabilities"):
        raise Failed("\n".join(f"{name}: {what['severity']}, {what['range']}" for name, what in found.items()))
    said = answer.get("message") or json.dumps(answer)
    if "/advisories/bulk" in said or re.search(r"ENOTFOUND|ECONNREFUSED|ETIMEDOUT|EAI_AGAIN", said):
        raise NotDone("the registry gives no advisories here (" + said.split(" - ")[0] + ")")
    raise Failed(said)


def locks() -> None:
    """Each lock has what pyproject.toml asks for, and nothing that it stopped asking for."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())
    asked, groups = project["project"]["dependencies"], project["dependency-groups"]
    wanted = {
        "deploy": asked,
        "run": [*asked, *groups["local"]],
        "test": [*asked, *groups["local"], *groups["test"], *groups["lint"]],
    }
    pins = {name: dict(read_lock(ROOT / "requirements" / f"{name}.lock")) for name in wanted}
    wrong = []
    for name, lines in wanted.items():
        requirements = {canonicalize_name(one.name): one for one in map(Requirement, lines)}
        for package, one in requirements.items():
            version, _ = pins[name].get(package, (None, False))
            if version is None or not one.specifier.contains(version, prereleases=True):
                wrong.append(f"requirements/{name}.lock has {package} {version}; pyproject.toml asks for {one}")
        stale = [package for package, (_, direct) in pins[name].items() if direct and package not in requirements]
        wrong += [
            f"requirements/{name}.lock has {package}, which pyproject.toml no longer asks for" for package in stale
        ]
        wider = pins["test"]
        differs = [package for package, pin in pins[name].items() if wider.get(package, pin)[0] != pin[0]]
        wrong += [f"{package} differs between requirements/{name}.lock and test.lock" for package in differs]
    if wrong:
        raise Failed("\n".join([*wrong, "Run `make lock`."]))


def read_lock(path: pathlib.Path) -> Iterator[tuple[str, tuple[str, bool]]]:
    """Per package its version, and whether the project itself asks for it (uv's `# via` lines say so)."""
    for entry in re.split(r"\n(?=[A-Za-z0-9])", path.read_text()):
        if head := re.match(r"([\w.-]+)(?:\[[^]]*\])?==([^ ;]+)", entry):
            yield (
                canonicalize_name(head[1]),
                (head[2], bool(re.search(r"#\s+(via )?ai-school-portal$", entry, re.MULTILINE))),
            )


# What no file may hold ---------------------------------------------------------------

FORBIDDEN = {
    "a private key": re.compile(r"-----BEGIN [A-Z ]*PRIVATE KEY-----"),
    "a cloud or forge token": re.compile(
        r"\b(?:AKIA[0-9A-Z]{16}|gh[pousr]_\w{36}|xox[abp]-\w{10,}|npm_\w{36}|pypi-\w{50})"
    ),
    "a package registry's host": re.compile(
        r"\b(?:pypi\.org|pythonhosted\.org|registry\.npmjs\.org|registry\.yarnpkg\.com)\b"
    ),
    "a path of one machine": re.compile(r"(?<![\w.)>}$/*-])/(?:root|work|Users/\w+|home/(?!portal\b)\w+)/"),
}
ADDRESS = re.compile(r"^(?!\s*\"url\": ).*://|--(?:extra-)?index-url|\"resolved\":")  # "url" is a funding page


def secrets() -> None:
    """No secret, no registry's address and no machine's path is in a tracked file."""
    wrong = []
    for path in tracked():
        try:
            text = path.read_text()
        except UnicodeDecodeError:
            continue
        patterns = {**FORBIDDEN, "an address in a lock": ADDRESS} if is_lock(path) else FORBIDDEN
        for number, line in enumerate(text.splitlines(), 1):
            wrong += [f"{path.relative_to(ROOT)}:{number}: {what}" for what, it in patterns.items() if it.search(line)]
    if wrong:
        raise Failed("\n".join(wrong))


def is_lock(path: pathlib.Path) -> bool:
    return path.suffix == ".lock" or path.name in {"package-lock.json", "pylock.toml"}


CHECKS: dict[str, Callable[[], None]] = {
    "format": format_,
    "rules": rules,
    "types": types,
    "layers": layers,
    "templates": templates,
    "migrations": migrations,
    "messages": messages,
    "deploy": deploy,
    "static": static,
    "locks": locks,
    "secrets": secrets,
    "audit": audit,
    "npm-audit": npm_audit,
}


def result(check: Callable[[], None]) -> tuple[str, str, float]:
    began = time.monotonic()
    try:
        check()
    except NotDone as why:
        return "NOT DONE", str(why), time.monotonic() - began
    except Failed as what:
        return "FAILED", str(what), time.monotonic() - began
    return "ok", "", time.monotonic() - began


def main(names: list[str]) -> int:
    if unknown := set(names) - set(CHECKS):
        sys.exit(f"No such check: {', '.join(sorted(unknown))}. There are: {', '.join(CHECKS)}.")
    began, failed = time.monotonic(), {}
    chosen = names or list(CHECKS)
    with ThreadPoolExecutor(max_workers=os.cpu_count()) as pool:
        for name, (word, said, seconds) in zip(
            chosen, pool.map(result, [CHECKS[name] for name in chosen]), strict=True
        ):
            reason = f"  {said}" if word == "NOT DONE" else ""
            print(f"{name:<11} {seconds:5.1f} s  {word}{reason}", flush=True)
            if word == "FAILED":
                failed[name] = said
    for name, said in failed.items():
        print(f"\n— {name} —\n{said}")
    print(f"\n{len(chosen) - len(failed)} of {len(chosen)} checks passed in {time.monotonic() - began:.1f} s.")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
