"""Keeps the catalogues of the portal's Korean."""

from argparse import ArgumentParser
from typing import Any

from django.core.management import BaseCommand, CommandError

from portal.common.catalogues import compile_catalogues, complaints, update


class Command(BaseCommand):
    help = "Bring each app's locale/ko/LC_MESSAGES/django.po up to date with its code, and compile it."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--check", action="store_true", help="change nothing; fail for what is missing")

    def handle(self, *, check: bool, **options: Any) -> None:
        if not check:
            for path in update():
                self.stdout.write(str(path))
            compile_catalogues()
        if found := complaints():
            text = "\n".join(found)
            if check:
                raise CommandError(text)
            self.stdout.write(f"{text}\n{len(found)} to do.")
