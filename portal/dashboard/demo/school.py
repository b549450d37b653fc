"""The steps that a demo's cities share, each one action or a few."""

import pathlib
import random
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import time
from decimal import Decimal
from typing import Any

import yaml
from django.core.files.uploadedfile import SimpleUploadedFile

from cohorts.actions import board, bonus, offers, pledges, rosters, scores, selection
from cohorts.actions import enrolment as enrolments
from cohorts.models import Application, BonusRule, Cohort, Offer, Programme, QuotaGroup
from cohorts.queries.release import second_pairs
from cohorts.states import Stage
from curriculum import actions as teaching
from curriculum.actions.attendance import Entry, in_training_on
from curriculum.models import Module
from partners.models import Organization
from partners.states import OrganizationKind
from placements.actions import offer_project
from placements.models import Project
from portal.accounts.models import User
from portal.dashboard.demo.clock import work_off

DATA = pathlib.Path(__file__).parent.parent / "demo_data"


def facts(name: str) -> dict[str, Any]:
    return yaml.safe_load((DATA / name).read_text(encoding="utf-8"))


def company(key: str, name: str) -> Organization:
    """An invented company of the region."""
    made, _new = Organization.objects.get_or_create(
        name=name, kind=OrganizationKind.COMPANY, defaults={"key": key or None, "region": "대구광역시"}
    )
    return made


def take_roster(cohort: Cohort, file: SimpleUploadedFile, *, by: User) -> None:
    """Send the office's list, look at it, take it in."""
    roster = rosters.receive_roster(cohort, file, by=by)
    work_off()
    roster.refresh_from_db()
    rosters.confirm_roster(roster, by=by)
    work_off()


def score_all(cohort: Cohort, *, by: User, seed: int) -> None:
    """Points for everybody, spread as real panels spread them."""
    draw = random.Random(seed)  # noqa: S311  # the same points in every demo
    for application in Application.objects.filter(cohort=cohort).in_selection().order_by("pk"):
        gift = draw.gauss(74, 9)
        points = {stage: max(30, min(100, gift + draw.gauss(0, 6))) for stage in Stage}
        given = {stage: scores.Given(Decimal(f"{value:.1f}")) for stage, value in points.items()}
        scores.score_application(application, given, by=by)


def select(cohort: Cohort, *, by: User) -> None:
    """Prepared by one and released by another; alone, with the reason, where nobody else works in the office."""
    prepared = selection.prepare_selection(cohort, by=by)
    if others := second_pairs(cohort.host_id, by):
        selection.request_release(prepared, by=by, note="점수와 가점을 확인했습니다.")
        colleague = others[0]
        colleague.act_as(colleague.memberships.get(organization=cohort.host_id, ended_at=None))
        selection.release_selection(prepared, by=colleague)
    else:
        selection.release_selection(prepared, by=by, override="다른 담당자가 없습니다.")


GIVES_POINTS = (("국가유공자 가족", 5, "취업지원 대상자 증명서"), ("저소득층", 3, "수급자 또는 차상위계층 증명서"))


def claim_points(cohort: Cohort, *, by: User, most: int) -> None:
    """Rules of bonus points, and papers that people brought to the counter; nobody has decided yet."""
    rules = bonus_rules(cohort, by=by)
    for place, application in enumerate(Application.objects.filter(cohort=cohort).in_selection().order_by("pk")[:most]):
        bonus.claim_bonus(application, rules[place % 2], by=by, note="창구에서 원본 확인")


def bonus_rules(cohort: Cohort, *, by: User) -> list[BonusRule]:
    return [
        bonus.set_bonus_rule(cohort, by=by, name=name, points=Decimal(points), evidence=evidence)
        for name, points, evidence in GIVES_POINTS
    ]


def give_points(cohort: Cohort, *, by: User, every: int = 14) -> None:
    """Every fourteenth applicant brought a paper to the counter; two of three are confirmed."""
    rules = bonus_rules(cohort, by=by)
    people = Application.objects.filter(cohort=cohort).in_selection().order_by("pk")[::every]
    for place, application in enumerate(people):
        claim = bonus.claim_bonus(application, rules[place % 2], by=by, note="창구에서 원본 확인")
        if place % 3:
            bonus.confirm_bonus(claim, by=by)
        else:
            bonus.refuse_bonus(claim, by=by, reason="발급일이 모집공고일보다 빠릅니다.")
    plan = board.QuotaPlan(None, QuotaGroup.BONUS, str(rules[1].pk), "at_least", 5, "percent")
    board.adopt_rules(
        cohort, by=by, reason="모집공고 제5조: 저소득층 5% 우선 선발", quotas=[plan], bonus_limit=Decimal(5)
    )


def answer(cohort: Cohort, *, declining: int = 0) -> None:
    """Everybody with an offer accepts, but for the first `declining`."""
    for place, offer in enumerate(Offer.objects.live().filter(application__cohort=cohort).order_by("pk")):
        if place < declining:
            offers.decline_offer(offer, by=None, reason="다른 과정에 참여하게 되었습니다.")
        else:
            offers.accept_offer(offer, by=None)


def write_modules(programme: Programme, *, by: User, chosen: Sequence[str] = ()) -> None:
    """The modules of curriculum.yaml, or some of them."""
    written: dict[str, Module] = {}
    for module in facts("curriculum.yaml")["modules"]:
        if not chosen or module["code"] in chosen:
            after = [written[code] for code in module["after"] if code in written]
            fields = {name: module[name] for name in ("code", "title", "hours")}
            written[module["code"]] = teaching.write_module(programme, by=by, after=after, **fields)


@dataclass(frozen=True)
class Habit:
    """How often a trainee is missing, late, and gone early."""

    absent: float
    late: float
    early: float


def habits(people: Iterable[int], draw: random.Random) -> dict[int, Habit]:
    """Most are there nearly always, a few are at risk."""
    found = {}
    for pk in people:
        weak = draw.random() < 0.07
        found[pk] = Habit(0.17 if weak else 0.02, 0.12 if weak else 0.03, 0.05 if weak else 0.01)
    return found


def attend(day: Any, habit: dict[int, Habit], draw: random.Random, *, by: User) -> None:
    """Save the register of one day."""
    entries = []
    for pk in in_training_on(day).values_list("pk", flat=True):
        chance = habit.get(pk, Habit(0.02, 0.03, 0.01))
        if draw.random() < chance.absent:
            excuse = draw.choice(("illness", "interview", "")) if draw.random() < 0.4 else ""
            entries.append(Entry(pk, excuse=excuse))
            continue
        check_in = time(9, draw.randrange(12, 50)) if draw.random() < chance.late else time(8, draw.randrange(35, 59))
        check_out = time(17, draw.randrange(5, 45)) if draw.random() < chance.early else time(18, draw.randrange(0, 20))
        outings = ((time(14, 0), time(15, draw.randrange(0, 50))),) if draw.random() < 0.008 else ()
        entries.append(Entry(pk, check_in, check_out, outings))
    teaching.save_register(day, entries, by=by)


def offer_projects(cohort: Cohort, *, by: User) -> list[Project]:
    """The field projects of projects.yaml, from companies that are made for them."""
    modules = {module.code: module for module in cohort.programme.modules.all()}
    return [
        offer_project(
            cohort,
            company=company("", fact["company"]),
            by=by,
            needs=[modules[code] for code in fact["needs"] if code in modules],
            title=fact["title"],
            teams_max=fact["teams"],
            nda=fact["nda"],
            description=f"{fact['company']}의 현장 데이터를 다룹니다. 팀은 3~5명입니다.",
        )
        for fact in facts("projects.yaml")["projects"]
    ]


def enrol(cohort: Cohort, *, by: User) -> None:
    """At the orientation everybody signs the rules on paper and says whether they are in other training."""
    for application in cohort.applications.accepted():
        pledges.record_entry(application, by=by, paper_note="오리엔테이션에서 받은 서약서", other_training=False)
    enrolments.enrol(cohort, by=by)
