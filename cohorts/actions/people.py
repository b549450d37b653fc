"""Who is who at a host: one record for each person, whatever way they come."""

from collections.abc import Iterable
from datetime import date
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import Q
from django.utils.translation import gettext as _

from cohorts.actions.consents import take_over_consents
from cohorts.models import Person
from partners.models import Organization
from portal import audit
from portal.accounts.models import User
from portal.common.exceptions import ActionRefused


class People:
    """The records of a host that may belong to some people, found by one query.

    By e-mail address first, then by mobile number or by name and date of birth; two that
    contradict each other are two people, and the one with the address is meant.
    """

    def __init__(self, host_id: int, *, emails: Iterable[str], mobiles: Iterable[str], births: Iterable[date]) -> None:
        found = Person.objects.filter(host_id=host_id).filter(
            Q(email__in=set(emails)) | Q(mobile__in=set(mobiles)) | Q(birth_date__in=set(births))
        )
        self.by_email: dict[str, Person] = {}
        self.by_mobile: dict[tuple[str, str], Person] = {}
        self.by_birth: dict[tuple[str, date], Person] = {}
        for person in found.order_by("pk"):
            self.add(person)

    def add(self, person: Person) -> None:
        self.by_email[person.email] = person
        self.by_mobile[person.mobile, person.name] = person
        self.by_birth[person.name, person.birth_date] = person

    def find(self, *, name: str, birth_date: date, mobile: str, email: str) -> Person | None:
        return self.by_email.get(email) or self.by_mobile.get((mobile, name)) or self.by_birth.get((name, birth_date))


@transaction.atomic(savepoint=False)  # what it refuses, undoes all
def person_of(
    host: Organization,
    *,
    name: str,
    birth_date: date,
    mobile: str,
    email: str,
    address: str = "",
    user: User | None = None,
    by: User | None,
) -> Person:
    """The host's record of a person, found or made, with what is told now.

    An account finds its own record, or one with the address it has proved to own. A name, a
    date of birth or a mobile number is no proof: whoever knows somebody's would read their
    record. So such a second record is made, and the staff are shown both (`queries.resembling`).
    """
    told = {"name": name, "birth_date": birth_date, "mobile": mobile, "email": email, "address": address}
    if user:
        mine = Person.objects.filter(Q(user=user) | Q(email=email), host=host)
        person = next(iter(sorted(mine, key=lambda one: one.user_id != user.pk)), None)
    else:
        known = People(host.pk, emails=[email], mobiles=[mobile], births=[birth_date])
        person = known.find(name=name, birth_date=birth_date, mobile=mobile, email=email)
    if person is None:
        return _record_person(host, user, told, by=by)
    if user and person.user_id not in (None, user.pk):
        raise ActionRefused(_("This e-mail address belongs to somebody else's record here. Use your own."), "email")
    if Person.objects.filter(host=host, email=email).exclude(pk=person.pk).exists():
        raise ActionRefused(_("This e-mail address belongs to somebody else's record here. Use your own."), "email")
    return _correct_person(person, user, told, by=by)


def _record_person(host: Organization, user: User | None, told: dict[str, Any], *, by: User | None) -> Person:
    try:
        person = Person.objects.create(host=host, user=user, **told)
    except IntegrityError:  # a roster has brought the same address this moment
        raise ActionRefused(_("Your record was changed this moment. Please send it again.")) from None
    audit.record(person, "person.recorded", by=by)
    return person


def _correct_person(person: Person, user: User | None, told: dict[str, Any], *, by: User | None) -> Person:
    changed = [field for field, value in told.items() if getattr(person, field) != value]
    for field in changed:
        setattr(person, field, told[field])
    if user and person.user_id is None:
        person.user = user
        changed.append("user")
    if changed:
        person.save(update_fields=changed)
        audit.record(person, "person.changed", by=by, after={"fields": changed})
    return person


@transaction.atomic
def claim_records(user: User, *, host: Organization, email: str) -> list[Person]:
    """Give a host's records with this address to the account that has proved to own it."""
    mine = Person.objects.select_for_update().filter(host=host, email=email.lower(), user=None)
    if Person.objects.filter(host=host, user=user).exists():
        return []
    claimed = list(mine)
    for person in claimed:
        person.user = user
        person.save(update_fields=["user"])
        audit.record(person, "person.claimed", by=user)
        take_over_consents(person, by=user)
    return claimed
