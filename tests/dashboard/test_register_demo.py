"""The demo's office has taken in the register it kept before, and works with a view of it."""

import pytest
from django.utils import timezone

from cohorts.loading import load
from partners.actions import promises
from partners.actions.figures import refresh_figures
from partners.models import Agreement, ComplianceCheck, RegisterImport, RegisterView
from portal.dashboard.demo import cast, checks, old_register, school
from portal.dashboard.demo.clock import DAY, on
from tests.factories import make_agreement


@pytest.mark.django_db
def test_the_old_register_of_the_demo_is_taken_in_whole():
    today = timezone.localdate()
    with on(today - 300 * DAY):
        load(school.facts("agreements.yaml"))
        school.company("robotics", "(주)달구벌로보틱스")
        official = cast.hire()["official"]

    with on(today - 200 * DAY):
        old_register.take_in(official, timezone.localdate())

    kept = Agreement.objects.filter(host=official.acting.organization, key=None)
    assert (RegisterImport.objects.get().state, kept.count()) == ("applied", old_register.COUNT)
    assert set(kept.values_list("state", flat=True)) >= {"in_force", "expired"}
    assert RegisterView.objects.get().shared

    with on(today - 190 * DAY):
        agreement = make_agreement(host=official.acting.organization, state="in_force", signed_on=timezone.localdate())
        promises.add_commitment(
            agreement, by=official, party=agreement.parties.create(organization=agreement.host), what="교육", unit="명",
            transcribed_from="제2조",
        )  # fmt: skip
    with on(today - 186 * DAY):
        refresh_figures(agreement.pk)
    checks.inspect(agreement, today, by=official)
    states = ComplianceCheck.objects.values_list("state", flat=True)
    assert sorted(set(states)) == ["filled", "open"]
