"""Kumoh: a university course that is recruiting."""

from datetime import date, time, timedelta

from cohorts.actions.cohorts import plan_cohort, publish_cohort
from cohorts.models import Cohort, Programme
from cohorts.planning import first_too_late
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
    return cohort
