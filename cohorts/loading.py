"""Loads the programmes of a file of agreements, beside `partners.loading`."""

from collections import Counter
from typing import Any

from django.db import transaction

from cohorts.actions.programmes import register_programme
from cohorts.models import Programme
from cohorts.states import ProgrammeKind
from partners.loading import Unusable, load_agreements
from partners.models import Agreement, Organization
from portal.accounts.models import User


@transaction.atomic
def load(facts: dict[str, Any], *, by: User | None = None) -> Counter[str]:
    """All of `facts`, or nothing; how many were made of each kind. Raises `Unusable`."""
    made = load_agreements(facts, by=by)
    agreements = {one["programme"]: one["key"] for one in facts.get("agreements") or [] if one.get("programme")}
    for fact in facts.get("programmes") or []:
        if Programme.objects.filter(key=fact["key"]).exists():
            continue
        _programme(fact, agreements.get(fact["key"], ""), by)
        made["programmes"] += 1
    return made


def _programme(fact: dict[str, Any], agreement: str, by: User | None) -> None:
    if fact["kind"] not in ProgrammeKind.values:
        raise Unusable(f"{fact['key']}: there is no kind of programme {fact['kind']!r}.")
    host = _organization(fact["host"])
    register_programme(
        by=by,
        host=host,
        key=fact["key"],
        kind=fact["kind"],
        name=fact["name"],
        agreement=Agreement.objects.filter(key=agreement).first(),
        target=fact.get("target") or "",
        areas=", ".join(fact.get("areas") or []),
        tools=", ".join(fact.get("tools") or []),
        description=", ".join(fact.get("formats") or []),
        months_at_least=fact.get("months_at_least"),
        capacity=fact.get("capacity"),
        minors=bool(fact.get("minors")),
        modelled_on=_benchmark(fact.get("benchmark")),
        partners=[_organization(key) for key in fact.get("with") or []],
        stages=[(stage["name"], stage["years"]) for stage in fact.get("stages") or []],
    )


def _organization(key: str) -> Organization:
    found = Organization.objects.filter(key=key).first()
    if found is None:
        raise Unusable(f"There is no organization {key}.")
    return found


def _benchmark(fact: dict[str, Any] | None) -> str:
    return f"{fact['name']} ({fact['country']}, {fact['since']})" if fact else ""
