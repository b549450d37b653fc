"""From the agreement to a hundred accepted seats."""

import csv
import random
from decimal import Decimal

from django.core import mail

from cohorts.actions import offers, scores
from cohorts.models import Application, Cohort, Offer, Person, Programme, RosterLine, Score
from cohorts.states import Stage
from partners.models import Agreement
from portal.accounts.models import User
from portal.notify.models import Mail
from tests.browser.chain.cast import APPLICANT, DATA, Cast
from tests.browser.chain.desk import Desk, did, on
from tests.workers import drain


def agree(desk: Desk, cast: Cast) -> Agreement:
    """The admin registers Microsoft, the official the agreement: drafted, signed, in force."""
    with on("2026-01-12"):
        desk.open(cast.admin, "/organizations/register/")
        desk.fill(kind="company", name="한국마이크로소프트")
        desk.press("Register")
        desk.sees("한국마이크로소프트")
        did(cast.admin, "organization.registered")

        desk.open(cast.official, "/agreements/register/")
        desk.fill(title="대구 AI 스쿨 업무협약", kind="mou", valid_from="2026-01-12", valid_until="2027-06-30",
                  training_months=6, department="미래인재과")  # fmt: skip
        desk.press("Register the draft")
        desk.sees("대구 AI 스쿨 업무협약")
        desk.examine()
        here = desk.page.url
        agreement = Agreement.objects.get()
        for organization, role, who, title in (
            ("한국마이크로소프트", "교육 제공", "이지은", "대표"), ("대구광역시", "모집·운영", "권영진", "시장"),
        ):  # fmt: skip
            desk.go(f"{here}parties/add/")
            desk.choose(organization=organization)
            desk.fill(role=role, signatory=who, signatory_title=title)
            desk.submit()
            desk.sees(f"{title} {who}")
        for organization, what, measure in (
            ("한국마이크로소프트", "AI·데이터 현장 중심 실무 교육", "trainees"),
            ("대구광역시", "AI·IT 취업 희망 지역 청년 모집", "seats"),
        ):
            desk.go(f"{here}commitments/add/")
            desk.choose(party=organization)
            desk.fill(what=what, quantity=100, unit="명", measure=measure)
            desk.submit()
            desk.sees(what)
        desk.confirm("sign", signed_on="2026-01-12")
        desk.sees_state(agreement, "signed")
        desk.confirm("bring-into-force")
        desk.sees_state(agreement, "in_force")
        desk.look("agreement")
        desk.go(f"{here}history/")
        desk.sees(cast.official.name)
    agreement.refresh_from_db()
    assert (agreement.state, str(agreement.signed_on), agreement.parties.count()) == ("in_force", "2026-01-12", 2)
    did(cast.official, "agreement.registered", "agreement.signed", "agreement.brought_into_force")
    return agreement


def announce(desk: Desk, cast: Cast, agreement: Agreement) -> Cohort:
    """Programme and cohort: too short a course is refused; 100 seats, 80 and 20, are announced."""
    with on("2026-03-16"):
        desk.open(cast.official, "/programmes/new/")
        desk.choose(agreement=agreement.title)
        desk.fill(kind="intensive", name="대구 AI 스쿨", target="AI·IT 취업을 희망하는 지역 청년")
        desk.submit()
        desk.sees("대구 AI 스쿨")
        programme = Programme.objects.get()
        desk.go("/cohorts/new/")
        desk.choose(programme=programme.name)
        desk.fill(
            place="대구삼성창조캠퍼스", capacity=100, apply_opens_at="2026-03-31T09:00", apply_closes_at="2026-04-14T18:00",
            starts_on="2026-05-04", ends_on="2026-09-30", notice="여섯 달 동안 배우고 지역 기업의 과제를 해냅니다.",
            tracks__0__name="일반", tracks__0__capacity=80, tracks__1__name="심화", tracks__1__capacity=20,
        )  # fmt: skip
        desk.submit()
        desk.page.locator(".form-hint-invalid", has_text="2026").first.wait_for()  # six months are promised
        desk.fill(ends_on="2026-11-03")
        desk.submit()
        desk.page.locator("#tracks").wait_for()
        cohort = Cohort.objects.get()
        desk.go(f"/cohorts/{cohort.pk}/policy/")
        desk.fill(offer_hours=48)
        desk.submit()
        desk.sees("The rules were saved.")
        desk.go(f"/cohorts/{cohort.pk}/")
        for person in (cast.reviewer, cast.instructor):
            desk.page.locator('[data-dialog-open="assign"]').click()
            desk.choose(membership=person.name)
            desk.page.locator("#assign button").last.click()
            desk.page.get_by_role("rowheader", name=person.name).wait_for()
        desk.confirm("publish")
        desk.sees_state(cohort, "recruiting")
        desk.examine()
        desk.look("cohort")
    with on("2026-04-01"):
        desk.page.context.clear_cookies()
        desk.go(f"/courses/{cohort.pk}/")  # as everybody sees it
        desk.sees("여섯 달 동안 배우고 지역 기업의 과제를 해냅니다.")
    did(cast.official, "programme.registered", "cohort.planned", "policy.edited", "staff.assigned", "cohort.published")
    return cohort


def take_in(desk: Desk, cast: Cast, cohort: Cohort) -> None:
    """The operator closes the applications and sends the office's list; the worker reads it and takes it in."""
    with on("2026-04-15"):
        desk.open(cast.operator, f"/cohorts/{cohort.pk}/")
        desk.confirm("close")
        desk.sees_state(cohort, "selecting")
        desk.go(f"/cohorts/{cohort.pk}/rosters/")
        desk.fill(file=DATA / "applicants.xlsx")
        desk.submit()
        desk.page.locator("#job-progress, .p-stats").first.wait_for()
        desk.examine()
        desk.page.locator(".p-stats").wait_for(timeout=30_000)
        desk.examine()
        desk.look("roster")
        assert desk.tiles() == ["395", "0", "0", "8", "6", "11"]  # new, changed, same, ineligible, duplicate, error
        desk.confirm("confirm")
        desk.page.locator('[data-dialog-open="invite"]').wait_for(timeout=30_000)
        did(cast.operator, "cohort.closed", "roster.received", "roster.confirmed", "roster.applied")
        with (DATA / "applicants.expected.csv").open(encoding="utf-8") as file:
            expected = [(int(row["row"]), row["outcome"]) for row in csv.DictReader(file)]
        assert list(RosterLine.objects.order_by("number").values_list("number", "outcome")) == expected
    assert len(expected) == 412
    assert Application.objects.filter(cohort=cohort).count() == 395


def claim(desk: Desk, cast: Cast) -> User:
    """The operator invites an applicant of the list, who opens the link on a telephone and claims the record."""
    with on("2026-04-15", "14:00"):
        desk.open(cast.operator, "/invitations/send/")
        desk.choose(organization=cast.city.name)
        desk.fill(email=APPLICANT, role="trainee")
        desk.submit()
        desk.sees(APPLICANT)
        link = next(line for line in Mail.objects.latest("pk").body.splitlines() if "/invitations/" in line)
        drain()
        assert APPLICANT in mail.outbox[-1].to
        desk.leave(small=True)
        desk.go("/" + link.split("/", 3)[3])
        desk.fill(name="박영일", password="turtle-lantern-42")
        desk.submit()
        desk.sees("Welcome. You have accepted the invitation.")
    user = User.objects.get(email=APPLICANT)
    did(user, "invitation.accepted", "person.claimed")
    assert Person.objects.get(user=user).email == APPLICANT
    return user


def score(desk: Desk, cast: Cast, cohort: Cohort) -> None:
    """The reviewer gives three people their points on the screen, the applicant the most; then all the others."""
    best = Application.objects.get(person__user=cast.applicant)
    others = list(Application.objects.filter(cohort=cohort).in_selection().exclude(pk=best.pk).order_by("pk"))
    with on("2026-04-16"):
        desk.open(cast.reviewer, "/scores/")
        desk.look("scores")
        for application, points in ((best, "97.5"), (others[0], "96"), (others[1], "95.25")):
            desk.go(f"/applications/{application.pk}/score/")
            desk.fill(document_points=points, test_points=points, interview_points=points)
            desk.submit()
            desk.sees("Your scores for %(number)s are saved.", number=application.receipt_number)
        draw = random.Random(412)
        for application in others[2:]:
            given = {stage: scores.Given(Decimal(draw.randrange(400, 950)) / 10) for stage in Stage}
            scores.score_application(application, given, by=cast.reviewer)
    did(cast.reviewer, "application.scored")
    assert Score.objects.filter(application__cohort=cohort).count() == 3 * 387


def select(desk: Desk, cast: Cast, cohort: Cohort) -> None:
    """The official prepares the selection, and the operator looks at it and releases it: one mail to each of 387."""
    with on("2026-04-17"):
        desk.open(cast.official, f"/cohorts/{cohort.pk}/selection/")
        desk.press("Prepare the selection")
        desk.confirm("ask")
        desk.page.locator("main .p-note.info").first.wait_for()
        drain()
        desk.open(cast.operator, f"/cohorts/{cohort.pk}/selection/")
        desk.page.locator('main a[href*="/release/"]').click()
        desk.examine()
        desk.press("Release now")
        desk.page.locator('main a[href$="/waitlist/"]').first.wait_for()
        desk.examine()
        desk.look("selection")
        did(cast.official, "selection.prepared")
        did(cast.operator, "selection.released")
        before = len(mail.outbox)
        drain()
        assert len(mail.outbox) - before == 387
    assert Offer.objects.live().count() == 100
    assert Offer.objects.filter(track__name="심화").count() == 20


def answer(desk: Desk, cast: Cast, cohort: Cohort) -> None:
    """The applicant accepts on a telephone, six decline, six of the waitlist move up: never more than 100."""
    mine = Offer.objects.get(application__person__user=cast.applicant)
    with on("2026-04-17", "15:00"):
        desk.open(cast.applicant, f"/offers/{mine.pk}/", small=True)
        desk.look("offer")
        desk.confirm("accept")
        desk.page.locator('[data-dialog-open="withdraw"]').wait_for()
        did(cast.applicant, "application.accepted")
        for place, offer in enumerate(Offer.objects.live().order_by("pk")):
            if place % 17 == 5:
                offers.decline_offer(offer, by=None, reason="다른 과정에 참여합니다.")
            else:
                offers.accept_offer(offer, by=None)
    with on("2026-04-18"):
        assert Offer.objects.live().count() == 6
        desk.open(cast.official, f"/cohorts/{cohort.pk}/waitlist/")
        desk.look("waitlist")
        for offer in Offer.objects.live():
            offers.accept_offer(offer, by=None)
        drain()
    assert Offer.objects.filter(state="accepted").count() == 100
    assert Offer.objects.filter(state="declined").count() == 6
