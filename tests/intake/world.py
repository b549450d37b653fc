"""The city, its cohort and everybody who has to do with it, made in the database."""

import random
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from django.contrib.sessions.backends.db import SessionStore
from django.contrib.sessions.models import Session
from django.utils import timezone

from cohorts.models import Cohort
from partners.models import Organization
from portal.accounts.models import User
from portal.accounts.roles import Role
from tests import factories as make

DISTRICTS = ("중구", "동구", "서구", "남구", "북구", "수성구", "달서구", "달성군")
FAMILY, GIVEN = "김이박최정강조윤장임", ("민준", "서연", "지우", "도윤", "하은", "시우", "수아", "예준")
TRACKS = {"일반": 0.8, "심화": 0.2}  # Daegu 2021: 80 general, 20 advanced seats


@dataclass
class World:
    city: Organization
    cohort: Cohort
    staff: User
    official: str  # sessions
    second: str
    reviewers: dict[int, str]  # by user
    applicants: list[str]
    users: list[User] = field(default_factory=list)
    chance: random.Random = field(default_factory=lambda: random.Random(2021))

    def answers(self, number: int) -> dict[str, Any]:
        """What the applicant `number` writes on all pages of the form."""
        tracks = list(self.cohort.tracks.order_by("pk").values_list("pk", flat=True))
        name = FAMILY[number % len(FAMILY)] + GIVEN[number // 7 % len(GIVEN)]
        return {
            "collection": "on", "name": name, "birth_date": f"{1992 + number % 14}-0{1 + number % 9}-15",
            "mobile": f"010-{3000 + number // 10_000:04d}-{number % 10_000:04d}",
            "address": f"대구광역시 {DISTRICTS[number % len(DISTRICTS)]} 국채보상로 {number}",
            "education": "university", "major": "경제학", "employment": "unemployed", "other_training": "False",
            "track": tracks[number % 5 == 0], "motivation": f"{number}번째로 지원합니다. 지역에서 일하고 싶습니다. " * 8,
        }  # fmt: skip


def make_world(applicants: int, seats: int, reviewers: int) -> World:
    city = make.make_organization(name="한빛시")
    advanced = round(seats * TRACKS["심화"])
    weights = {"weight_document": 60, "weight_test": 0, "weight_interview": 40}
    cohort = make.make_cohort(
        programme=make.make_programme(host=city), tracks={"일반": seats - advanced, "심화": advanced},
        apply_closes_at=timezone.now() + timedelta(days=1), policy={**weights, "region": "대구광역시"},
    )  # fmt: skip
    staff = [make.make_member(Role.OFFICIAL, city) for _ in range(2)]
    panel = [make.make_member(Role.REVIEWER, city) for _ in range(reviewers)]
    for one in panel:
        make.assign(one, cohort)
    users = User.objects.bulk_create(
        User(email=f"intake{number}@example.kr", name=f"지원자 {number}", password="!") for number in range(applicants)
    )
    first, second, *others = sessions([*staff, *panel, *users])
    return World(
        city, cohort, staff[0], first, second, {one.pk: key for one, key in zip(panel, others, strict=False)},
        others[reviewers:], users,
    )  # fmt: skip


def sessions(users: list[User], first: int = 0) -> list[str]:
    """Signed in with the second factor, as after a sign-in by a code."""
    from django.conf import settings
    from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY

    from portal.accounts.middleware import SESSION_KEY as MEMBERSHIP_KEY

    store, until, rows = SessionStore(), timezone.now() + timedelta(hours=6), []
    for number, user in enumerate(users, first):
        said = {
            SESSION_KEY: str(user.pk), BACKEND_SESSION_KEY: settings.AUTHENTICATION_BACKENDS[0],
            HASH_SESSION_KEY: user.get_session_auth_hash(), MEMBERSHIP_KEY: user.acting.pk if user.acting else 0,
            "second_factor": True,
        }  # fmt: skip
        rows.append(Session(session_key=f"intake{number:026d}", session_data=store.encode(said), expire_date=until))
    return [row.session_key for row in Session.objects.bulk_create(rows)]
