"""Fills an empty portal with demo data; prints the accounts of a full one."""

import time
from datetime import timedelta
from typing import Any

from django.conf import settings
from django.core.management import BaseCommand, CommandError
from django.utils import timezone, translation

from cohorts.loading import load
from portal.accounts.models import User
from portal.dashboard.demo import (
    cast,
    changwon,
    daegu,
    daegu_next,
    duties,
    evening,
    gumi,
    kumoh,
    ministry,
    pathway,
    school,
)
from portal.dashboard.demo.clock import on


class Command(BaseCommand):
    help = "Fill an empty portal with three cities' cohorts, made by the actions themselves."

    def handle(self, **options: Any) -> None:
        if not settings.DEMO:
            raise CommandError("Demo data is for a portal with DEMO=1; this one keeps real people's data.")
        if not User.objects.exists():
            with translation.override(settings.LANGUAGE_CODE):
                self.fill()
        self.stdout.write("\nDemo accounts, all with the password " + self.style.SUCCESS(cast.PASSWORD))
        for part in cast.CAST:
            self.stdout.write(f"  {part.email:<30} {part.role.label}")

    def fill(self) -> None:
        today = timezone.localdate()
        with on(today - timedelta(days=430)):
            load(school.facts("agreements.yaml"))
            school.company("robotics", "(주)달구벌로보틱스")
            people = cast.hire()
        for city in (changwon, daegu, daegu_next, evening, gumi, kumoh, ministry, pathway, duties):
            began = time.monotonic()
            cohort = city.tell(people, today)
            self.stdout.write(f"  {cohort} is there ({time.monotonic() - began:.1f} s)")
            self.stdout.flush()
