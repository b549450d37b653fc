"""Fills an empty portal with demo data; prints the accounts of a full one."""

from typing import Any

from django.conf import settings
from django.core.management import BaseCommand, CommandError

from portal.accounts.models import User
from portal.dashboard.demo import cast


class Command(BaseCommand):
    help = "Fill an empty portal with three cities' cohorts, made by the actions themselves."

    def handle(self, **options: Any) -> None:
        if not settings.DEMO:
            raise CommandError("Demo data is for a portal with DEMO=1; this one keeps real people's data.")
        if not User.objects.exists():
            self.fill()
        self.stdout.write("\nDemo accounts, all with the password " + self.style.SUCCESS(cast.PASSWORD))
        for part in cast.CAST:
            self.stdout.write(f"  {part.email:<30} {part.role.label}")

    def fill(self) -> None:
        cast.hire()
