"""Ten thousand agreements with thirty thousand commitments: the sums stay quick and their queries the same."""

import statistics
import time
from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from partners.actions.figures import refresh_all_figures
from partners.models import Agreement, Commitment, CommitmentFigure, Initiative, Organization, Party
from partners.states import Measure
from portal.accounts.models import User
from portal.accounts.roles import Role
from tests.factories import make_member, make_organization

pytestmark = [pytest.mark.slow, pytest.mark.django_db]
FEW, MANY = 100, 10_000
PAGES = [
    reverse("partners:commitment-list"),
    reverse("partners:commitment-list") + "?state=delayed",
    *(reverse("partners:roll-up", args=[by]) for by in ("party", "agreement", "initiative", "host")),
    reverse("partners:initiative-list"),
]


def fill(host: Organization, number: int) -> None:
    """So many agreements, each with one of 200 companies and three commitments, every fifth in one of ten plans."""
    today = timezone.localdate()
    companies = Organization.objects.bulk_create(
        [Organization(kind="company", name=f"{host.name} 협력사 {n}") for n in range(200)]
    )
    plans = Initiative.objects.bulk_create([Initiative(name=f"{host.name} 계획 {n}", lead=host) for n in range(10)])
    agreements = Agreement.objects.bulk_create(
        (
            Agreement(host=host, title=f"지역 인재 양성 협약 {n}", number=f"2026-{n:05d}", state="in_force",
                      signed_on=today - timedelta(days=200), valid_from=today - timedelta(days=200 + n % 50),
                      valid_until=today + timedelta(days=n % 400 - 20))
            for n in range(number)
        ),
        batch_size=2_000,
    )  # fmt: skip
    parties = Party.objects.bulk_create(
        [Party(agreement=one, organization=companies[n % 200]) for n, one in enumerate(agreements)], batch_size=2_000
    )
    Commitment.objects.bulk_create(
        (
            Commitment(agreement=party.agreement, party=party, what=f"과제 {measure}", unit="건", quantity=10, measure=measure)
            for party in parties
            for measure in (Measure.NONE, Measure.SEATS, Measure.MENTOR_HOURS)
        ),
        batch_size=2_000,
    )  # fmt: skip
    joins = Agreement.initiatives.through
    joins.objects.bulk_create(
        joins(agreement=one, initiative=plans[n % 10]) for n, one in enumerate(agreements) if n % 5 == 0
    )


def milliseconds(browser, url: str) -> float:
    taken = []
    for _round in range(9):
        begun = time.perf_counter()
        assert browser.get(url).status_code == 200
        taken.append((time.perf_counter() - begun) * 1000)
    return statistics.median(taken)


def queries(browser, url: str) -> int:
    with CaptureQueriesContext(connection) as seen:
        browser.get(url)
    return len(seen)


def test_ten_thousand_agreements_cost_no_more_queries_and_little_more_time(sign_in, capsys):
    small, large = make_organization(name="작은시"), make_organization(name="큰시")
    fill(small, FEW)
    fill(large, MANY)
    begun = time.perf_counter()
    assert refresh_all_figures() == 3 * (FEW + MANY)
    counting = time.perf_counter() - begun
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
    found: dict[str, dict[str, tuple[float, int]]] = {}
    readers: dict[str, User] = {
        "few": make_member(Role.OFFICIAL, small), "many": make_member(Role.OFFICIAL, large),
        "admin": make_member(Role.ADMIN),
    }  # fmt: skip
    for name, reader in readers.items():
        browser = sign_in(reader)
        for url in PAGES:
            browser.get(url)
            found.setdefault(url, {})[name] = (milliseconds(browser, url), queries(browser, url))
    with capsys.disabled():
        print(f"\n30,300 commitments counted anew in {counting:.1f} s; milliseconds (queries):")  # noqa: T201
        for url, taken in found.items():
            print(f"{url:45}" + "".join(f"{name:>8} {ms:6.1f} ({n})" for name, (ms, n) in taken.items()))  # noqa: T201

    assert CommitmentFigure.objects.exclude(state="").count() == 3 * (FEW + MANY)
    for url, taken in found.items():
        assert len({n for _ms, n in taken.values()}) == 1, url
        assert taken["many"][1] <= 8, url
    assert counting < 60
