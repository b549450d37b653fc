"""Kumoh: a university course that is recruiting."""

from datetime import date, time, timedelta

from cohorts.actions.applications import save_answers, start_application, submit_application
from cohorts.actions.cohorts import plan_cohort, publish_cohort
from cohorts.actions.consents import give_consents
from cohorts.models import Cohort, Programme
from cohorts.planning import first_too_late
from cohorts.states import ConsentKind
from portal.accounts.models import User
from portal.dashboard.demo import school
from portal.dashboard.demo.clock import DAY, monday, on
from portal.dashboard.demo.daegu import stated
from portal.dashboard.demo.roster import invented

SEED = 1979


def tell(cast: dict[str, User], today: date) -> Cohort:
    by = cast["official.kumoh"]
    programme = Programme.objects.get(key="kumoh-manufacturing")
    deadline = today + 12 * DAY
    start = monday(deadline) + timedelta(weeks=4)
    with on(today - 10 * DAY):
        cohort = plan_cohort(
            programme, by=by, capacity=40, policy={"region": "경상북도", "unemployed_only": False, "age_max": 45},
            apply_opens_at=stated(today - 8 * DAY, time(9)), apply_closes_at=first_too_late(stated(deadline, time(18))),
            starts_on=start, ends_on=start + timedelta(weeks=16), place="경상북도 구미시 대학로 61",
            notice="3D익스피리언스 플랫폼으로 설계·시뮬레이션·제조를 배우는 재직자·구직자 과정입니다.",
        )  # fmt: skip
        cohort = publish_cohort(cohort, by=by)
    with on(today - 2 * DAY):
        file = invented(23, region="경상북도 구미시", deadline=today - 3 * DAY, track="일반", seed=SEED)
        school.take_roster(cohort, file, by=by)
    with on(today - DAY, "20:10"):
        apply(cast["applicant"], cohort)
    return cohort


def apply(user: User, cohort: Cohort) -> None:
    """One application by the public page, submitted in an evening."""
    give_consents(cohort.host, [ConsentKind.COLLECTION, ConsentKind.THIRD_PARTY], by=user)
    application = start_application(
        cohort, by=user, name=user.name, birth_date=date(cohort.starts_on.year - 27, 3, 15), mobile="010-5555-0123",
        address="경상북도 구미시 대학로 1",
    )  # fmt: skip
    application = save_answers(
        application, by=user, education="university", major="기계공학", employment="seeking", track=cohort.tracks.first(),
        motivation="구미의 제조기업에서 설계와 시뮬레이션을 잇는 일을 하고 싶습니다.",
    )  # fmt: skip
    submit_application(application, by=user)
