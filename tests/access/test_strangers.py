"""Nothing of a city is in any list, search, export, count or picture of another: its pages are the same without it."""

import contextlib
import io
import re
import zipfile
from collections.abc import Iterator
from datetime import timedelta
from types import SimpleNamespace

import pytest
import time_machine
from django.conf import settings
from django.db import transaction
from django.test import Client
from django.urls import NoReverseMatch, reverse
from django.utils import timezone

from partners.actions.figures import refresh_all_figures
from partners.models import Initiative, Party
from portal.accounts.roles import Role
from tests import factories as make
from tests.access import world
from tests.access.test_access import TABLE, TABLES, session

ROLES = (Role.OFFICIAL, Role.OPERATOR, Role.MENTOR)
# Shared by all: the organizations there are, and what the whole country may apply for.
SHARED = {
    "partners:organization-list", "cohorts:notice-list", "cohorts:visit-notice-list", "livez", "readyz", "statusz",
}  # fmt: skip
EACH_TIME_ANOTHER = re.compile(r'(name="csrfmiddlewaretoken" value|nonce|"X-CSRFToken"|name="key" value)[=:] ?"[^"]*"')
ORGANIZATIONS = re.compile(
    r'<option value="\d+">(\(주\)가온|한빛|운영사무국)[^<]*</option>'
)  # all know which there are


def addresses(there: SimpleNamespace) -> Iterator[str]:
    """Every page without an object of its own, and those of things that both cities know."""
    for name in dict.fromkeys(row.name for row in TABLE if row.method == "GET" and row.name not in SHARED):
        with contextlib.suppress(NoReverseMatch):  # it asks for an object
            yield reverse(name)
    yield reverse("partners:agreement-timeline") + "?years=all"
    yield from (reverse("partners:roll-up", args=[by]) for by in ("party", "agreement", "initiative", "host"))
    yield f"{reverse('partners:organization-list')}?q={there.company.name}"  # with the number of its agreements
    yield there.initiative.get_absolute_url()
    yield there.company.get_absolute_url()
    yield there.agreement.get_absolute_url()


def pages(there: SimpleNamespace) -> dict[tuple[str, str], str]:
    """What everybody may read; of a list, what a search finds and its file as well."""
    found = {}
    for role, cookie in there.cookies.items():
        client = Client()
        client.cookies[settings.SESSION_COOKIE_NAME] = cookie
        for address in addresses(there):
            found[role, address], listing = read(client, address)
            if listing:
                found[role, f"{address}?q="], _listing = read(client, f"{address}?q=%ED%98%91%EC%95%BD")
            if hasattr(listing, "sheet"):
                found[role, f"{address}?sheet="], _listing = read(client, f"{address}?sheet=xlsx")
    return {key: content for key, content in found.items() if content}


def read(client: Client, address: str) -> tuple[str, object]:
    """What is there, without what differs each time, and the listing of which it is a page."""
    with transaction.atomic():
        answer = client.get(address)
        content = b"".join(answer.streaming_content) if answer.streaming else answer.content
        transaction.set_rollback(True)
    if answer.status_code != 200:
        return "", None
    text = unzipped(content).decode(errors="replace")
    return ORGANIZATIONS.sub("", EACH_TIME_ANOTHER.sub("", text)), (answer.context or {}).get("listing")


def unzipped(content: bytes) -> bytes:
    if not content.startswith(b"PK"):
        return content
    with zipfile.ZipFile(io.BytesIO(content)) as file:
        return b"\n".join(file.read(name) for name in sorted(file.namelist()) if name.startswith("xl/"))


def small_city() -> SimpleNamespace:
    """A city with an agreement of its own; a company and an initiative that another city will know too."""
    city, company = make.make_organization(region="광주광역시"), make.make_company(name="새벽별테크")
    agreement = make.make_agreement(host=city)
    initiative = Initiative.objects.create(name="공동 계획", lead=city)
    agreement.initiatives.add(initiative)
    party = Party.objects.create(agreement=agreement, organization=company)
    agreement.commitments.create(
        party=party, what="특강", unit="회", quantity=9, due_on=timezone.localdate() + timedelta(days=90)
    )
    people = {role: make.make_member(role, city if role != Role.MENTOR else make.make_company()) for role in ROLES}
    return SimpleNamespace(
        city=city, company=company, agreement=agreement, initiative=initiative,
        cookies={role: session(user) for role, user in people.items()},
    )  # fmt: skip


def big_city(there: SimpleNamespace) -> None:
    """The world of the access table, in which the company and the initiative take part."""
    w = world.build()
    for module in TABLES:
        getattr(module, "extend", lambda w: None)(w)
    w.agreement.initiatives.add(there.initiative)
    party = Party.objects.create(agreement=w.agreement, organization=there.company)
    w.agreement.commitments.create(party=party, what="장비", unit="대", quantity=4, due_on=timezone.localdate())
    make.make_consortium_member(w.consortium, there.company)
    w.initiative.delete()  # plans are for all to see; one that both know is there
    make.make_licence_pool(host=w.city, agreement=w.agreement, provider=there.company, seats=7)


@pytest.mark.django_db
def test_the_pages_of_a_city_are_the_same_whether_another_is_there_or_not():
    with time_machine.travel(timezone.now(), tick=False), transaction.atomic():
        there = small_city()
        refresh_all_figures()
        alone = pages(there)
        big_city(there)
        refresh_all_figures()
        beside = pages(there)
        transaction.set_rollback(True)

    assert len(alone) > 100
    assert alone.keys() == beside.keys()
    changed = {key: difference(alone[key], beside[key]) for key in alone if alone[key] != beside[key]}
    assert changed == {}


def difference(before: str, after: str) -> list[str]:
    """What was not there before."""
    known = set(before.split(">"))
    return [part.strip()[:200] for part in after.split(">") if part not in known][:5]
