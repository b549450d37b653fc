"""Loads organizations, initiatives and agreements from a file of facts, gaps included.

What is there already, by its key, stays as it is: somebody may have completed it since. So the
same file twice changes nothing.
"""

from collections import Counter
from datetime import date
from typing import Any

from django.db import transaction

from partners.actions.agreements import register_agreement
from partners.actions.initiatives import register_initiative
from partners.actions.organizations import register_organization
from partners.actions.promises import add_commitment, add_party
from partners.models import Agreement, Initiative, Organization, Party
from partners.states import HOST_KINDS, DatePrecision, Measure
from portal.accounts.models import User

PEOPLE = "명"
# What live records count, by the unit of a commitment and a word in it; the first that fits.
COUNTED_BY = (
    ("좌석", "", Measure.LICENCES),
    ("회", "협의체", Measure.MEETINGS),
    ("회", "특강", Measure.LECTURES),
    ("회", "면접", Measure.INTERVIEWS),
    ("건", "공동", Measure.JOINT_PROJECTS),
    ("건", "프로젝트", Measure.PROJECTS),
    ("시간", "멘토", Measure.MENTOR_HOURS),
    ("원", "", Measure.MONEY),
)


class Unusable(ValueError):
    """The file says something that cannot be loaded; the message names it."""


@transaction.atomic
def load_agreements(facts: dict[str, Any], *, by: User | None = None) -> Counter[str]:
    """Everything of `facts` but its programmes; how many were made of each kind.

    Agreements become drafts, since the file does not know all days of signing. All or nothing;
    raises `Unusable`.
    """
    made: Counter[str] = Counter()
    organizations = _organizations(facts.get("organizations") or [], made, by)
    initiatives = _initiatives(facts.get("initiatives") or [], organizations, made, by)
    months = {one["key"]: one.get("months_at_least") for one in facts.get("programmes") or []}
    followers = {one["precedes"]: one["key"] for one in facts.get("agreements") or [] if one.get("precedes")}
    # Those that come before others are registered first, to be named by them.
    ordered = sorted(facts.get("agreements") or [], key=lambda one: not one.get("precedes"))
    for one in ordered:
        if Agreement.objects.filter(key=one["key"]).exists():
            continue
        before = Agreement.objects.filter(key=followers.get(one["key"], "")).first()
        _agreement(one, organizations, initiatives, months.get(one.get("programme")), before, by)
        made["agreements"] += 1
    return made


def _organizations(facts: list[dict[str, Any]], made: Counter[str], by: User | None) -> dict[str, Organization]:
    found = {one.key: one for one in Organization.objects.filter(key__in=[fact["key"] for fact in facts]) if one.key}
    waiting = [fact for fact in facts if fact["key"] not in found]
    while waiting:
        ready = [fact for fact in waiting if not fact.get("parent") or fact["parent"] in found]
        if not ready:
            raise Unusable(f"The organization {waiting[0]['key']} belongs to {waiting[0]['parent']}, which is nowhere.")
        for fact in ready:
            values = {name: value for name, value in fact.items() if name != "parent"}
            # The same office may have been registered by hand before.
            same = Organization.objects.filter(kind=fact["kind"], name=fact["name"], key=None).first()
            found[fact["key"]] = same or register_organization(
                by=by, parent=found.get(fact.get("parent", "")), **values
            )
            made["organizations"] += same is None
        waiting = [fact for fact in waiting if fact["key"] not in found]
    return found


def _initiatives(
    facts: list[dict[str, Any]], organizations: dict[str, Organization], made: Counter[str], by: User | None
) -> dict[str, Initiative]:
    found = {}
    for fact in facts:
        key, name = fact["key"], fact["name"]
        # The same plan may have been registered by hand before.
        same = Initiative.objects.filter(key=key).first() or Initiative.objects.filter(key=None, name=name).first()
        found[key] = same or register_initiative(
            by=by, key=key, name=name, lead=_one(organizations, fact["lead"]), since=fact.get("since")
        )
        made["initiatives"] += same is None
    return found


def _agreement(
    fact: dict[str, Any],
    organizations: dict[str, Organization],
    initiatives: dict[str, Initiative],
    months: int | None,
    before: Agreement | None,
    by: User | None,
) -> None:
    parties = [(_one(organizations, party["organization"]), party) for party in fact.get("parties") or []]
    host = next((organization for organization, _party in parties if organization.kind in HOST_KINDS), None)
    if host is None:
        raise Unusable(f"The agreement {fact['key']} has no party that can keep it in a register.")
    day, precision = read_day(fact.get("signed_on"), fact["key"])
    agreement = register_agreement(
        by=by, host=host, key=fact["key"], title=fact["title"], predecessor=before,
        initiatives=[initiatives[key] for key in fact.get("initiative") or []],
        signed_on=day, signed_precision=precision, training_months=months,
    )  # fmt: skip
    joined: dict[int, Party] = {}
    for organization, party in parties:
        joined[organization.pk] = add_party(
            agreement, by=by, organization=organization, role=party.get("role") or "",
            signatory=party.get("signatory") or "", signatory_title=party.get("title") or "",
        )  # fmt: skip
    for promise in fact.get("commitments") or []:
        organization = _one(organizations, promise["by"])
        add_commitment(
            agreement, by=by, party=joined[organization.pk], what=promise["what"], unit=promise["unit"],
            quantity=promise.get("quantity"), measure=_measure(promise, is_host=organization == host),
        )  # fmt: skip


def _one(organizations: dict[str, Organization], key: str) -> Organization:
    if key not in organizations:
        raise Unusable(f"There is no organization {key}.")
    return organizations[key]


def _measure(promise: dict[str, Any], *, is_host: bool) -> Measure:
    """As the file says, else by unit and words. People: the host's seats where it recruits, else who is trained."""
    if "measure" in promise:
        return Measure(promise["measure"])
    unit, what = promise["unit"], promise["what"]
    if unit == PEOPLE:
        return Measure.SEATS if is_host else Measure.TRAINEES
    return next((measure for of, word, measure in COUNTED_BY if of == unit and word in what), Measure.NONE)


def read_day(value: Any, where: str) -> tuple[date | None, DatePrecision]:
    """A day, "2019-12" for a month, or nothing; YAML reads a whole day by itself."""
    if value is None:
        return None, DatePrecision.DAY
    if isinstance(value, date):
        return value, DatePrecision.DAY
    try:
        year, month = (int(part) for part in str(value).split("-"))
        return date(year, month, 1), DatePrecision.MONTH
    except ValueError:
        raise Unusable(f"{where}: {value!r} is neither a day nor a month.") from None
