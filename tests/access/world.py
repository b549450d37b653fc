"""The cast and the things of the access table: one city with its people, and another."""

from types import SimpleNamespace

from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone

from cohorts.models import Objection, Selection
from cohorts.states import ApplicationState, CohortState
from partners.models import AgreementDocument, Commitment, Organization, Party
from partners.states import OrganizationKind
from placements.models import TeamMember
from portal.accounts.models import Invitation, User, hash_token
from portal.accounts.roles import Role
from tests import access
from tests import factories as make
from tests.files import pdf

STAFF_ROLES = [role for role in access.ROLES if role not in ("mentor", "trainee")]


class World(SimpleNamespace):
    """Two apps that give their things one name would ask about each other's."""

    def __setattr__(self, name: str, thing: object) -> None:
        assert name not in vars(self), f"w.{name} is another thing already"
        super().__setattr__(name, thing)


def build() -> SimpleNamespace:
    """Everything rows may refer to; each app adds its things in its own `add_…` below."""
    w = World(city=make.make_organization(), elsewhere=make.make_organization(region="부산광역시"))
    w.company = make.make_company()
    add_cohort(w)
    add_cast(w)
    add_partners(w)
    return w


def add_cohort(w: SimpleNamespace) -> None:
    w.agreement = make.make_agreement(host=w.city)
    w.party = Party.objects.create(agreement=w.agreement, organization=w.company, role="강의 지원")
    w.programme = make.make_programme(host=w.city, agreement=w.agreement)
    w.cohort = make.make_cohort(programme=w.programme)
    w.application = make.make_application(cohort=w.cohort)
    w.running = make.make_cohort(programme=w.programme, state=CohortState.RUNNING)
    w.enrolment = make.make_enrolment(cohort=w.running, person=w.application.person)
    w.bonus_rule = make.make_bonus_rule(cohort=w.cohort)
    w.bonus_claim = make.make_bonus_claim(application=w.application, rule=w.bonus_rule)
    add_selection(w)
    w.project = make.make_project(cohort=w.running, company=w.company, state="running")


def add_selection(w: SimpleNamespace) -> None:
    """A selection that is open, and another cohort's that was released, with an offer to the same person."""
    w.selecting = make.make_cohort(programme=w.programme, state=CohortState.SELECTING)
    w.selection = Selection.objects.create(cohort=w.selecting, host=w.city, inputs={"seats": {}, "waiting": {}})
    w.released = make.make_cohort(programme=w.programme, state=CohortState.SELECTING)
    w.offered, w.waiting = make.make_waitlist(w.released, ApplicationState.OFFERED, ApplicationState.WAITLISTED)
    w.offered.person = w.application.person
    w.offered.save(update_fields=["person"])
    w.objection = Objection.objects.create(
        application=w.waiting, host=w.city, received_on=timezone.localdate(), what="예비번호를 확인해 주십시오."
    )
    w.offer = make.make_offer(application=w.offered)


def add_cast(w: SimpleNamespace) -> None:
    """own: assigned to the objects; same: colleagues who are not; other: people of another city."""
    platform = Organization.objects.create(kind=OrganizationKind.PUBLIC_AGENCY, name="운영사무국")
    w.own, w.same, w.other = {}, {}, {}
    for relation, city in ((w.own, w.city), (w.same, w.city), (w.other, w.elsewhere)):
        for role in STAFF_ROLES:
            relation[role] = make.make_member(Role(role), platform if role == "admin" else city)
        company = w.company if relation is w.own else make.make_company()
        relation["mentor"] = make.make_member(Role.MENTOR, company)
        relation["trainee"] = make.make_user()
    for cohort in (w.cohort, w.running):
        make.assign(w.own["instructor"], cohort)
        make.assign(w.own["reviewer"], cohort)
    w.team = make.make_team(project=w.project, mentor=w.own["mentor"], members=2)
    TeamMember.objects.create(team=w.team, host=w.team.host, enrolment=w.enrolment)
    give(w.application.person, w.own["trainee"])
    give(make.make_application(cohort=w.cohort).person, w.same["trainee"])
    give(make.make_application().person, w.other["trainee"])


def add_partners(w: SimpleNamespace) -> None:
    w.draft = make.make_agreement(host=w.city, state="draft")
    for organization in (w.city, w.company):
        Party.objects.create(agreement=w.draft, organization=organization)
    promiser = Party.objects.create(agreement=w.agreement, organization=make.make_company())
    w.commitment = Commitment.objects.create(
        agreement=w.agreement, party=promiser, what="교육생 모집", unit="명", quantity=100
    )
    w.document = AgreementDocument.from_upload(
        SimpleUploadedFile("원본.pdf", pdf()), agreement=w.agreement, host=w.city
    )
    w.document.save()
    w.colleague = make.make_member(Role.INSTRUCTOR, w.city).acting
    w.token = "a" * 43
    w.invitation = Invitation.objects.create(
        email="nobody@example.kr",
        role=Role.INSTRUCTOR,
        organization=w.city,
        host=w.city,
        token_hash=hash_token(w.token),
    )


def give(person, user: User) -> None:
    """Join a person's record to an account."""
    person.user = user
    person.save(update_fields=["user"])
