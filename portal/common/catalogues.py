"""The Korean of the portal: reading marked strings out of the code, keeping and compiling catalogues.

The source language is English. Each app keeps its Korean in its own `locale/`; what belongs
to no app, and the packages of `portal` but `portal.common`, in `portal/locale/`. No gettext
programs are needed.
"""

import io
import os
import pathlib
import re
from collections.abc import Iterator, Sequence
from typing import Any

from babel.messages.catalog import Catalog
from babel.messages.extract import extract
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po
from django.apps import apps
from django.conf import settings
from django.utils.translation.template import templatize

LANGUAGE = "ko"
# Which arguments of a call hold the context, the string and its plural.
KEYWORDS = {
    **dict.fromkeys(["_", "_now", "gettext", "gettext_lazy", "gettext_noop"]),
    **dict.fromkeys(["ngettext", "ngettext_lazy"], (1, 2)),
    **dict.fromkeys(["pgettext", "pgettext_lazy"], ((1, "c"), 2)),
    **dict.fromkeys(["npgettext", "npgettext_lazy"], ((1, "c"), 2, 3)),
}
PLACEHOLDER = re.compile(r"%(?:\(\w+\))?[a-zA-Z]")
HEADER = (
    'msgid ""\nmsgstr ""\n"Language: ko\\n"\n"MIME-Version: 1.0\\n"\n'
    '"Content-Type: text/plain; charset=UTF-8\\n"\n"Content-Transfer-Encoding: 8bit\\n"\n'
    '"Plural-Forms: nplurals=1; plural=0;\\n"\n\n'
)


def homes() -> dict[pathlib.Path, list[pathlib.Path]]:
    """The folders with a catalogue, each with the folders whose strings it holds."""
    base = pathlib.Path(settings.BASE_DIR)
    portal, templates = base / "portal", base / "templates"
    owned = {
        pathlib.Path(app.path): templates / app.label
        for app in apps.get_app_configs()
        if pathlib.Path(app.path).is_relative_to(base) and "site-packages" not in app.path
    }
    alone = {path: own for path, own in owned.items() if path.parent == base or path == portal / "common"}
    shared = [path for path in sorted(portal.iterdir()) if path not in alone and path.suffix in {"", ".py"}]
    shared += [path for path in sorted(templates.iterdir()) if path not in alone.values()]
    return {portal: shared} | {path: [path, own] for path, own in alone.items()}


def files(folder: pathlib.Path) -> Iterator[pathlib.Path]:
    if folder.is_file():
        yield folder
    elif folder.is_dir():
        found = (path for pattern in ("*.py", "*.html", "*.txt") for path in folder.rglob(pattern))
        yield from (path for path in sorted(found) if "migrations" not in path.parts)


def code_of(path: pathlib.Path) -> str:
    """A file as Python whose calls of gettext can be read; a template by Django's own means."""
    text = path.read_text("utf-8")
    if path.suffix == ".py":
        return text
    # Only the calls matter: without indentation the rest cannot upset Python's tokenizer.
    return "\n".join(line.lstrip() for line in templatize(text, origin=str(path)).splitlines())


def extracted(folders: list[pathlib.Path]) -> Catalog:
    catalog = Catalog(locale=LANGUAGE)
    for path in (path for folder in folders for path in files(folder)):
        source = io.BytesIO(code_of(path).encode())
        name = path.relative_to(settings.BASE_DIR).as_posix()
        for _line, string, _comments, context in extract("python", source, KEYWORDS, (), {"encoding": "utf-8"}):
            catalog.add(string, locations=[(name, 1)], context=context)
    return catalog


def po_of(home: pathlib.Path) -> pathlib.Path:
    return home / "locale" / LANGUAGE / "LC_MESSAGES" / "django.po"


def kept(home: pathlib.Path) -> Catalog:
    path = po_of(home)
    if not path.exists():
        return Catalog(locale=LANGUAGE)
    with path.open("rb") as file:
        return read_po(file, locale=LANGUAGE)


def merged(home: pathlib.Path, folders: list[pathlib.Path]) -> Catalog:
    """The strings of the code with the Korean kept so far. Strings of other packages that the
    portal says better (they lie in no file of ours) stay where their comment says "override"."""
    now, before = extracted(folders), kept(home)
    for message in before:
        if not message.id:
            continue
        if (same := now.get(message.id, message.context)) is not None:
            same.string = message.string
        elif "override" in message.user_comments:
            now.add(message.id, message.string, context=message.context, user_comments=message.user_comments)
    return now


def written(catalog: Catalog) -> str:
    for message in catalog:
        message.locations = sorted(set(message.locations))
    out = io.BytesIO()
    write_po(out, catalog, width=100, omit_header=True, sort_output=True, include_lineno=False)
    return HEADER + out.getvalue().decode()


def forms_of(words: Any) -> Sequence[Any]:
    """A string with its plural, or alone."""
    return words if isinstance(words, tuple | list) else (words,)


def update() -> list[pathlib.Path]:
    """Bring every catalogue up to date with the code; returns those that changed."""
    changed = []
    for home, folders in homes().items():
        path, text = po_of(home), written(merged(home, folders))
        if text == HEADER or (path.exists() and path.read_text("utf-8") == text):
            continue
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, "utf-8")
        changed.append(path)
    return changed


def complaints() -> list[str]:
    """What is missing or wrong in the catalogues; empty if all is well."""
    found: list[str] = []
    said: dict[tuple[str | None, str], tuple[str, str]] = {}
    for home, folders in homes().items():
        name = home.relative_to(settings.BASE_DIR).as_posix()
        if (path := po_of(home)).exists() and path.read_text("utf-8") != written(merged(home, folders)):
            found.append(f"{name}: run `manage.py messages`, the code has changed")
        for message in merged(home, folders):
            if not message.id:
                continue
            korean = [str(word or "") for word in forms_of(message.string)]
            english = [str(word) for word in forms_of(message.id)]
            if not all(korean):
                found.append(f"{name}: no Korean for {english[0]!r} ({message.locations[0][0]})")
                continue
            if sorted(PLACEHOLDER.findall(str(korean[0]))) != sorted(PLACEHOLDER.findall(english[-1])):
                found.append(f"{name}: other placeholders in the Korean of {english[0]!r}")
            first, where = said.setdefault((message.context, english[0]), (korean[0], name))
            if first != korean[0]:
                found.append(f"{name} and {where} say {english[0]!r} differently: {korean[0]!r}, {first!r}")
    return found


def compile_catalogues() -> int:
    """Write the .mo beside each .po that is newer; returns how many. Quick when nothing changed."""
    count = 0
    for home in homes():
        po = po_of(home)
        mo = po.with_suffix(".mo")
        if not po.exists() or (mo.exists() and mo.stat().st_mtime_ns >= po.stat().st_mtime_ns):
            continue
        half = mo.with_suffix(f".{os.getpid()}")
        with half.open("wb") as file:
            write_mo(file, kept(home))
        half.replace(mo)
        count += 1
    return count
