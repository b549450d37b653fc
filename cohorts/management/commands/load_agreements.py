"""`manage.py load_agreements <file.yaml>`: organizations, agreements and programmes, once."""

import pathlib
from argparse import ArgumentParser

import yaml
from django.core.management import BaseCommand, CommandError

from cohorts.loading import load
from partners.loading import Unusable
from portal.common.exceptions import ActionRefused

KINDS = ("organizations", "initiatives", "agreements", "programmes")


class Command(BaseCommand):
    help = "Load organizations, initiatives, agreements and programmes from YAML. What is there already stays."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", type=pathlib.Path)

    def handle(self, *, file: pathlib.Path, **options: object) -> None:
        try:
            facts = yaml.safe_load(file.read_text("utf-8"))
            made = load(facts)
        except OSError as error:
            raise CommandError(f"{file} cannot be read: {error.strerror}.") from None
        except yaml.YAMLError as error:
            raise CommandError(f"{file} is no YAML: {error}") from None
        except (Unusable, ActionRefused) as error:
            raise CommandError(str(error)) from None
        except (KeyError, AttributeError, TypeError) as error:
            raise CommandError(f"{file} lacks what an agreement needs: {error}.") from None
        total = sum(made.values())
        found = ", ".join(f"{made[kind]} {kind}" for kind in KINDS) if total else "nothing new"
        self.stdout.write(f"{file.name}: {found}.")
