"""Everything between the code and a portal that can be served, each step doing nothing the second time."""

import pathlib
from typing import Any

from django.core.management import BaseCommand, CommandParser, call_command
from django.utils.translation.reloader import translation_file_changed

from portal.common.catalogues import compile_catalogues


class Command(BaseCommand):
    help = "Migrate the database, make the cache table, compile the message catalogues; with --demo fill it too."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--demo", action="store_true", help="fill an empty portal with demo data")

    def handle(self, **options: Any) -> None:
        if compile_catalogues():
            # Django had looked before: what the demo writes down would speak English for ever.
            translation_file_changed(sender=None, file_path=pathlib.Path("django.mo"))
        call_command("migrate", interactive=False, verbosity=0)
        call_command("createcachetable", verbosity=0)
        if options["demo"]:
            call_command("demo")
