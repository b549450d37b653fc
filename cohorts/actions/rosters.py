"""A roster on its way in: received, judged row by row, looked at, applied as a whole or not at all."""

from contextlib import suppress
from dataclasses import dataclass
from datetime import date, datetime
from typing import TYPE_CHECKING, Any

from django.db import connection, transaction
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from cohorts.actions.moves import _move_all
from cohorts.actions.people import People
from cohorts.consents import text_in_use
from cohorts.eligibility import EligibilityRules
from cohorts.models import Application, Cohort, CohortPolicy, Consent, Person, RosterImport, RosterLine
from cohorts.roster import judge_rows, looks_like_roster
from cohorts.states import TAKES_ROSTERS, ApplicationState, ConsentKind
from partners.actions.members import send_invitation
from portal import audit, jobs
from portal.accounts.models import Invitation, User
from portal.accounts.roles import Role
from portal.audit.models import AuditEvent
from portal.common.exceptions import ActionRefused
from portal.common.spreadsheets import Table
from portal.jobs.models import Job

if TYPE_CHECKING:
    from django.core.files.uploadedfile import UploadedFile

PERSON = ("name", "birth_date", "mobile", "email", "address")
APPLICATION = ("address", "education", "major", "employment", "motivation")
TAKEN = (RosterLine.Outcome.OK, RosterLine.Outcome.INELIGIBLE)
# An application that has gone further is not changed by a file any more.
OPEN_TO_A_ROSTER = (ApplicationState.SUBMITTED, ApplicationState.INELIGIBLE)


def rules_of(cohort: Cohort, policy: CohortPolicy) -> EligibilityRules:
    """A cohort's rules as `cohorts.eligibility` takes them."""
    return EligibilityRules(
        closes_at=cohort.apply_closes_at,
        age_min=policy.age_min,
        age_max=policy.age_max,
        age_reference_date=policy.age_reference_date,
        region=policy.region,
        unemployed_only=policy.unemployed_only,
    )


@transaction.atomic
def receive_roster(cohort: Cohort, upload: "UploadedFile[Any]", *, by: User | None) -> RosterImport:
    """Keep an uploaded roster and have it read; `upload` has passed `portal.common.uploads.accept`."""
    cohort = Cohort.objects.select_for_update(no_key=True).get(pk=cohort.pk)
    if cohort.state not in TAKES_ROSTERS:
        raise ActionRefused(_("This cohort does not take applications any more."))
    roster = RosterImport.from_upload(upload, cohort=cohort, host_id=cohort.host_id, uploaded_by=by)
    roster.save()
    audit.record(roster, "roster.received", by=by, after={"sha256": roster.sha256, "size": roster.size})
    jobs.enqueue("read_roster", key=roster.job_key, payload={"roster": roster.pk}, by=by, host=roster.host_id)
    return roster


def read_roster(roster: RosterImport, *, job: Job | None = None) -> RosterImport:
    """Judge every row of a roster; a file that cannot be read says so with what to do."""
    cohort = Cohort.objects.select_related("policy").get(pk=roster.cohort_id)
    rules, tracks = rules_of(cohort, cohort.policy), list(cohort.tracks.values_list("name", flat=True))

    def judged(table: Table) -> list[RosterLine]:
        lines = [
            RosterLine(
                roster=roster,
                host_id=roster.host_id,
                number=row.number,
                outcome=row.outcome,
                reason=row.reason,
                notes=row.notes,
                values={key: stored(value) for key, value in row.values.items()},
                shown=row.raw_redacted,
            )
            for row in judge_rows(table, rules, tracks)
        ]
        plan = Plan(roster)
        for line in lines:
            line.change = plan.change(line)
        return lines

    roster.read(looks_like_roster, judged)
    return roster


def stored(value: Any) -> Any:
    return value.isoformat() if isinstance(value, date | datetime) else value


@dataclass
class Values:
    """What a line says, in the types of the models."""

    line: RosterLine

    @property
    def person(self) -> dict[str, Any]:
        values = {name: self.line.values.get(name, "") for name in PERSON}
        return values | {"birth_date": date.fromisoformat(values["birth_date"])}

    @property
    def application(self) -> dict[str, Any]:
        return {name: self.line.values.get(name, "") for name in APPLICATION}

    @property
    def track(self) -> str:
        return self.line.values["track"]

    @property
    def submitted_at(self) -> datetime:
        return datetime.fromisoformat(self.line.values["submitted_at"])

    @property
    def reasons(self) -> list[str]:
        ineligible = self.line.outcome == RosterLine.Outcome.INELIGIBLE
        return [note for note in self.line.notes if not_quiet(note)] if ineligible else []


def not_quiet(note: str) -> bool:
    """Codes that are reasons of ineligibility, without the remarks on how a value was read."""
    return note.startswith(("age_under_", "age_over_")) or note in ("not_resident", "employed", "after_deadline")


class Plan:
    """What taking a roster would change in a cohort: a handful of queries however many rows."""

    def __init__(self, roster: RosterImport, lines: list[RosterLine] | None = None) -> None:
        self.roster = roster
        self.tracks = {track.name: track for track in roster.cohort.tracks.all()}
        self.people = self.known_people()
        live = Application.objects.filter(cohort=roster.cohort_id).live().select_related("track")
        self.applications = {application.person_id: application for application in live}

    def known_people(self) -> People:
        """All people of the host: a roster is read rarely, and names alone would miss some."""
        people = People(self.roster.host_id, emails=[], mobiles=[], births=[])
        for person in Person.objects.filter(host=self.roster.host_id).order_by("pk"):
            people.add(person)
        return people

    def find(self, line: RosterLine) -> tuple[Person | None, Application | None]:
        told = {name: value for name, value in Values(line).person.items() if name != "address"}
        person = self.people.find(**told)
        return person, self.applications.get(person.pk) if person else None

    def known(self, line: RosterLine) -> tuple[Person, Application]:
        """Who a changed line is about. LookupError if the line is new."""
        person, application = self.find(line)
        if person is None or application is None:
            raise LookupError(line.number)
        return person, application

    def change(self, line: RosterLine) -> str:
        """New, changed, same, or not taken at all."""
        if line.outcome not in TAKEN:
            return RosterLine.Change.NONE
        person, application = self.find(line)
        if person is None or application is None:
            return RosterLine.Change.NEW
        if application.state not in OPEN_TO_A_ROSTER:
            return RosterLine.Change.SAME
        return RosterLine.Change.CHANGED if self.differences(line, person, application) else RosterLine.Change.SAME

    def differences(self, line: RosterLine, person: Person, application: Application) -> list[str]:
        """The names of the fields that differ from what is on record."""
        values = Values(line)
        found = [name for name, value in values.person.items() if getattr(person, name) != value]
        found += [name for name, value in values.application.items() if getattr(application, name) != value]
        if application.track is None or application.track.name != values.track:
            found.append("track")
        if application.ineligible_reasons != values.reasons:
            found.append("ineligible_reasons")
        return found


@transaction.atomic
def confirm_roster(roster: RosterImport, *, by: User) -> RosterImport:
    """Say yes to a preview; a job applies it. The second of two who confirm is told so."""
    roster = roster.locked(RosterImport.State.PREVIEW)
    roster.begin_to_apply()
    audit.record(roster, "roster.confirmed", by=by, after=roster.counts)
    jobs.enqueue("apply_roster", key=roster.job_key, payload={"roster": roster.pk}, by=by, host=roster.host_id)
    return roster


@transaction.atomic
def discard_roster(roster: RosterImport, *, by: User) -> RosterImport:
    """Put a preview aside; its rows, with what they say of people, are deleted."""
    roster = roster.locked(RosterImport.State.PREVIEW, RosterImport.State.UNREADABLE)
    roster.put_aside()
    audit.record(roster, "roster.discarded", by=by)
    return roster


@transaction.atomic
def give_back_roster(roster: RosterImport) -> RosterImport:
    """Refuse to apply it for somebody who has lost the role; a colleague may confirm it again."""
    roster = roster.locked(RosterImport.State.APPLYING)
    roster.give_back()
    audit.record(roster, "roster.refused", by=None)
    return roster


@transaction.atomic
def apply_roster(roster: RosterImport, *, by: User | None, job: Job | None = None) -> dict[str, int]:
    """Take every ready or ineligible row in, all or nothing; returns how many are new and changed.

    What is new is worked out again under the cohort's lock, so that nothing said between the
    preview and now is overwritten unseen or taken twice.
    """
    cohort = Cohort.objects.select_for_update(no_key=True).get(pk=roster.cohort_id)
    roster = roster.locked(RosterImport.State.APPLYING)
    roster.cohort = cohort
    lines = list(roster.lines.filter(outcome__in=TAKEN).order_by("number"))
    plan = Plan(roster)
    for line in lines:
        line.change = plan.change(line)
    new = [line for line in lines if line.change == RosterLine.Change.NEW]
    changed = [line for line in lines if line.change == RosterLine.Change.CHANGED]
    events = add_applications(plan, cohort, new, by=by)
    if job:
        job.advance(len(new), len(lines))
    events += change_applications(plan, changed, by=by)
    AuditEvent.objects.bulk_create(events, batch_size=2000)
    RosterLine.objects.bulk_update(lines, ["application", "change"], batch_size=2000)
    roster.end_applied()
    done = {"new": len(new), "changed": len(changed)}
    audit.record(roster, "roster.applied", by=by, after=done)
    if job:
        job.advance(len(lines), len(lines))
    return done


def add_applications(plan: Plan, cohort: Cohort, lines: list[RosterLine], *, by: User | None) -> list[AuditEvent]:
    """New people and their applications, with receipts and the consent they gave on paper."""
    strangers = []
    for line in lines:
        if plan.find(line)[0] is None:
            stranger = Person(host_id=cohort.host_id, **Values(line).person)
            plan.people.add(stranger)
            strangers.append(stranger)
    Person.objects.bulk_create(strangers, batch_size=2000)
    ids = next_ids(len(lines))
    made = []
    for pk, line in zip(ids, lines, strict=True):
        values = Values(line)
        person, _none = plan.find(line)
        made.append(
            Application(
                pk=pk,
                host_id=cohort.host_id,
                cohort=cohort,
                person=person,
                track=plan.tracks[values.track],
                state=ApplicationState.INELIGIBLE if values.reasons else ApplicationState.SUBMITTED,
                receipt_number=receipt_number(cohort.pk, pk, values.submitted_at),
                source=Application.Source.ROSTER,
                submitted_at=values.submitted_at,
                ineligible_reasons=values.reasons,
                **values.application,
            )
        )
        line.application_id = pk
    Application.objects.bulk_create(made, batch_size=2000)
    give_paper_consent(cohort.host_id, [application.person_id for application in made])
    return [
        audit.event(application, "application.received", by=by, after={"state": application.state, "source": "roster"})
        for application in made
    ]


def change_applications(plan: Plan, lines: list[RosterLine], *, by: User | None) -> list[AuditEvent]:
    """What a later file says otherwise; the fields' names go into the history, not their values."""
    people, applications, events = [], [], []
    moves: dict[ApplicationState, list[Application]] = {}
    for line in lines:
        person, application = plan.known(line)
        fields = plan.differences(line, person, application)
        values = Values(line)
        for name, value in values.person.items():
            setattr(person, name, value)
        for name, value in values.application.items():
            setattr(application, name, value)
        application.track = plan.tracks[values.track]
        application.ineligible_reasons = values.reasons
        state = ApplicationState.INELIGIBLE if values.reasons else ApplicationState.SUBMITTED
        if application.state != state:
            moves.setdefault(state, []).append(application)
        line.application_id = application.pk
        people.append(person)
        applications.append(application)
        events.append(audit.event(application, "application.changed", by=by, after={"fields": fields}))
    Person.objects.bulk_update(people, PERSON, batch_size=500)
    Application.objects.bulk_update(applications, ["track", "ineligible_reasons", *APPLICATION], batch_size=500)
    return events + _move_all(moves, by=by)


def give_paper_consent(host_id: int, people: list[int]) -> None:
    """Who comes by an office's roster has signed there; the portal notes the text in use and the channel."""
    text = text_in_use(host_id, ConsentKind.COLLECTION)
    given = [
        Consent(host_id=host_id, person_id=pk, text=text, kind=text.kind, channel=Consent.Channel.PAPER)
        for pk in people
    ]
    Consent.objects.bulk_create(given, ignore_conflicts=True, batch_size=2000)


def next_ids(number: int) -> list[int]:
    """Ids of applications yet to be written, so that their receipts can name them."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT nextval(pg_get_serial_sequence('cohorts_application', 'id')) FROM generate_series(1, %s)", [number]
        )
        return [row[0] for row in cursor.fetchall()]


def receipt_number(cohort_id: int, application_id: int, submitted_at: datetime) -> str:
    """`26-0012-000345`: year, cohort, application."""
    return f"{timezone.localtime(submitted_at):%y}-{cohort_id:04d}-{application_id:06d}"


@transaction.atomic
def invite_applicants(roster: RosterImport, *, by: User) -> int:
    """Have everybody of an applied roster who has no account invited to claim the record; returns how many.

    A job sends the invitations. Who was invited before is not written to again.
    """
    if roster.state != RosterImport.State.APPLIED:
        raise ActionRefused(_("Take the roster in first; then its applicants can be invited."))
    count = uninvited(roster).count()
    if not count:
        raise ActionRefused(_("Everybody of this roster has an account or an invitation already."))
    audit.record(roster, "roster.invited", by=by, after={"people": count})
    key = f"invite-roster:{roster.pk}:{timezone.now():%Y%m%d%H%M}"
    jobs.enqueue("invite_applicants", key=key, payload={"roster": roster.pk}, by=by, host=roster.host_id)
    return count


def uninvited(roster: RosterImport) -> QuerySet[Person]:
    """People of a roster without an account and without an invitation that is open."""
    taken = roster.lines.filter(application__isnull=False).values("application__person")
    invited = Invitation.objects.open().filter(organization=roster.host_id, role=Role.TRAINEE).values("email")
    return Person.objects.filter(pk__in=taken, user=None).exclude(email__in=invited).order_by("pk")


def send_invitations(roster: RosterImport, *, by: User, job: Job) -> int:
    """Write to everybody who is not invited yet; each in a transaction of its own."""
    people = list(uninvited(roster))
    for done, person in enumerate(people):
        with suppress(ActionRefused):  # invited or joined meanwhile
            send_invitation(by=by, email=person.email, role=Role.TRAINEE, organization=roster.host)
        job.advance(done + 1, len(people))
    return len(people)
