"""A frozen selection worked out again: by the portal, and by plain SQL from the exported workbook alone."""

import io
import shutil
import subprocess
from datetime import timedelta
from decimal import Decimal

import openpyxl
import pytest
from django.db import connection
from django.urls import reverse
from django.utils import timezone

from cohorts import queries
from cohorts.actions import board
from cohorts.actions.board import QuotaPlan
from cohorts.actions.selection import prepare_selection, release_selection
from cohorts.frozen import frozen_workbook
from cohorts.models import Application, BonusClaim, BonusRule, CohortPolicy, Decision, Person, Score, SeatQuota
from cohorts.states import ApplicationState, CohortState
from portal.accounts.roles import Role
from portal.audit.models import AccessRecord
from tests.factories import make_application, make_cohort, make_member, make_scores, make_user

pytestmark = pytest.mark.django_db
HOMES = ("대구광역시 중구 국채보상로 1", "부산광역시 해운대구 1", "경상북도 구미시 송정대로 1")


def four_hundred_and_twelve():
    """80 general and 20 advanced seats, half for people of Busan, a limit for veterans, ties on purpose, some fail."""
    cohort = make_cohort(
        state=CohortState.SELECTING, tracks={"일반": 80, "심화": 20},
        policy={"minimum_test": Decimal(52), "minimum_total": Decimal(66), "bonus_limit": Decimal(7)},
    )  # fmt: skip
    tracks, panel, now = list(cohort.tracks.all()), [make_user() for _ in range(3)], timezone.now()
    veteran, poor = (
        BonusRule.objects.create(cohort=cohort, host=cohort.host, name=name, points=points, evidence="증명서")
        for name, points in (("국가유공자 가족", 5), ("저소득층", 3))
    )
    people = Person.objects.bulk_create(
        Person(host=cohort.host, name="홍길동", birth_date="1998-03-15", mobile="", email=f"f{n}@example.kr")
        for n in range(412)
    )
    made = Application.objects.bulk_create(
        Application(
            cohort=cohort, host=cohort.host, person=person, track=tracks[n % 5 == 0], state=ApplicationState.SUBMITTED,
            receipt_number=f"F-{cohort.pk}-{n}", submitted_at=now - timedelta(seconds=n // 3, microseconds=n % 3),
            address=HOMES[n % 7 and 1 + (n % 3 == 0)] if n % 4 else HOMES[0],
        )
        for n, person in enumerate(people)
    )  # fmt: skip
    Score.objects.bulk_create(
        Score(application=one, host=cohort.host, stage=stage, reviewer=reviewer, points=points)
        for n, one in enumerate(made)
        for place, reviewer in enumerate(panel)
        for stage, points in (("document", 60 + n * 7 % 30), ("test", 50 + n * 11 % 45), ("interview", 70 + (n + place) % 9))
    )  # fmt: skip
    BonusClaim.objects.bulk_create(
        BonusClaim(application=one, host=cohort.host, rule=rule, note="원본", state="confirmed", decided_at=now)
        for n, one in enumerate(made)
        for rule, every in ((veteran, 6), (poor, 9))
        if n % every == 0
    )
    quotas = [
        QuotaPlan(None, "region", "부산광역시", "at_least", 50, "percent"),
        QuotaPlan(None, "region", "경상북도 구미시", "at_most", 2, "seats"),
    ]
    board.adopt_rules(cohort, by=None, reason="시험", quotas=quotas)
    return cohort


LOAD = """
CREATE TEMP TABLE told (
  application int, track text, document numeric, test numeric, interview numeric, bonus numeric, failed text,
  seconds bigint, micros int, busan int, gumi int
) ON COMMIT DROP
"""
# For groups that do not overlap: who is beyond the limit of a group stands aside, the best of a group fill what is
# kept for it, the others compete for what is left.
AGAIN = """
WITH based AS (
  SELECT *, round((document * %(document)s + test * %(test)s + interview * %(interview)s) / 100, 2) AS base FROM told
), summed AS (
  SELECT *, base + least(bonus, %(limit)s, 100 - base) AS total FROM based
  WHERE base >= %(minimum)s AND test >= %(minimum_test)s AND failed = ''
), ranked AS (
  SELECT *, row_number() OVER (
    PARTITION BY track ORDER BY total DESC, interview DESC, test DESC, document DESC, seconds, micros, application
  ) AS place FROM summed
), grouped AS (
  SELECT *, row_number() OVER (PARTITION BY track, busan, gumi ORDER BY place) AS in_group FROM ranked
), limited AS (
  SELECT *, busan = 1 AND in_group <= CASE track WHEN '일반' THEN 40 ELSE 10 END AS kept
  FROM grouped WHERE gumi = 0 OR in_group <= 2
), others AS (
  SELECT *, row_number() OVER (PARTITION BY track, kept ORDER BY place) AS among,
    count(*) FILTER (WHERE kept) OVER (PARTITION BY track) AS taken
  FROM limited
)
SELECT application, total, place FROM others
WHERE kept OR among <= CASE track WHEN '일반' THEN 80 ELSE 20 END - taken ORDER BY application
"""


def test_plain_sql_finds_the_same_hundred_people_from_the_exported_workbook():
    selection = prepare_selection(four_hundred_and_twelve(), by=None)
    file, people = frozen_workbook(selection)
    book = openpyxl.load_workbook(file)
    heads, *lines = list(book["Inputs"].iter_rows(min_row=4, values_only=True))
    rules = {row[0]: row[1] for row in book["Rules"].iter_rows(values_only=True) if row[0]}
    at = {name: place for place, name in enumerate(heads)}
    names = ("application", "track", "document", "test", "interview", "bonus", "failed", "seconds", "micros")
    columns = [at[name] for name in (*names, "region:부산광역시", "region:경상북도 구미시")]

    with connection.cursor() as cursor:
        cursor.execute(LOAD)
        rows = [[line[place] if line[place] is not None else "" for place in columns] for line in lines]
        cursor.executemany(f"INSERT INTO told VALUES ({', '.join(['%s'] * len(columns))})", rows)
        values = {name: rules[f"weight_{name}"] for name in ("document", "test", "interview")}
        values |= {
            "limit": rules["bonus_limit"],
            "minimum": rules["minimum_total"],
            "minimum_test": rules["minimum_test"],
        }
        cursor.execute(AGAIN, values)
        again = cursor.fetchall()

    chosen = selection.decisions.filter(outcome="selected").order_by("application_id")
    assert again == list(chosen.values_list("application_id", "total", "rank"))
    assert (len(again), people) == (100, 412)
    assert any(one.reasons for one in chosen)  # the quotas did decide
    assert "홍길동" not in str([list(sheet.values) for sheet in book])
    formulas = [row for row in book["Recompute"].iter_rows(values_only=True) if str(row[0]).startswith("=Inputs!")]
    assert len(formulas) == 412


def test_the_frozen_inputs_give_the_same_whatever_has_changed_since():
    cohort = four_hundred_and_twelve()
    Score.objects.filter(application=cohort.applications.first()).delete()
    selection = prepare_selection(cohort, by=None, turn_down_unranked=True)
    release_selection(selection, by=None)

    Score.objects.update(points=1)
    CohortPolicy.objects.update(weight_document=100, weight_test=0, weight_interview=0, minimum_total=99)
    SeatQuota.objects.all().delete()
    BonusClaim.objects.all().delete()
    Application.objects.update(address="", submitted_at=timezone.now(), track=cohort.tracks.first())

    assert queries.recompute(selection) == []


def test_a_decision_that_does_not_follow_is_found():
    cohort = make_cohort(state=CohortState.SELECTING, tracks={"일반": 1})
    best, next_ = (make_application(cohort=cohort) for _ in range(2))
    make_scores(best, interview=90)
    make_scores(next_, interview=80)
    selection = prepare_selection(cohort, by=None)
    Decision.objects.filter(application=best).update(outcome="waitlisted")

    [found] = queries.recompute(selection)

    assert (found.application_id, found.decided[0], found.recomputed[0]) == (best.pk, "waitlisted", "selected")


def test_the_page_says_the_same_and_gives_the_workbook_for_a_reason(client, settings):
    settings.MFA_REQUIRED = False
    cohort = make_cohort(state=CohortState.SELECTING)
    make_scores(make_application(cohort=cohort))
    selection = prepare_selection(cohort, by=None)
    client.force_login(make_member(Role.OFFICIAL, cohort.host))

    page = client.get(reverse("cohorts:selection-recompute", args=[selection.pk]))
    refused = client.post(reverse("cohorts:selection-export", args=[selection.pk]))
    file = client.post(reverse("cohorts:selection-export", args=[selection.pk]), {"reason": "이의신청 검토"})

    assert (page.context["number"], page.context["decisions"], refused.status_code) == (0, 1, 422)
    assert openpyxl.load_workbook(io.BytesIO(b"".join(file))).sheetnames == ["Inputs", "Rules", "Recompute"]
    record = AccessRecord.objects.get(action="selection.downloaded")
    assert (record.people, record.reason) == (1, "이의신청 검토")


@pytest.mark.parametrize("count", [1, 3])
def test_the_proof_asks_the_same_of_any_number(client, settings, count, django_assert_num_queries):
    settings.MFA_REQUIRED = False
    cohort = make_cohort(state=CohortState.SELECTING)
    for _number in range(count):
        make_scores(make_application(cohort=cohort))
    selection = prepare_selection(cohort, by=None)
    client.force_login(make_member(Role.OFFICIAL, cohort.host))
    there = reverse("cohorts:selection-recompute", args=[selection.pk])
    client.get(there)

    with django_assert_num_queries(7):
        client.get(there)


# The formulas ----------------------------------------------------------------------------------

ALWAYS_RECALCULATES = """<?xml version="1.0" encoding="UTF-8"?>
<oor:items xmlns:oor="http://openoffice.org/2001/registry">
<item oor:path="/org.openoffice.Office.Calc/Formula/Load">
<prop oor:name="OOXMLRecalcMode" oor:op="fuse"><value>0</value></prop></item></oor:items>
"""


def calculated(selection, folder):
    """What an office program makes of the sheet: line by line, whether it is the same."""
    (folder / "user").mkdir(parents=True)
    (folder / "user" / "registrymodifications.xcu").write_text(ALWAYS_RECALCULATES)
    (folder / "selection.xlsx").write_bytes(frozen_workbook(selection)[0].getvalue())
    program = ["soffice", f"-env:UserInstallation=file://{folder}", "--headless", "--convert-to", "xlsx"]
    subprocess.run(
        [*program, "--outdir", folder / "out", folder / "selection.xlsx"], check=True, timeout=120, capture_output=True
    )
    page = openpyxl.load_workbook(folder / "out" / "selection.xlsx", data_only=True)["Recompute"]
    lines = iter(page.iter_rows(values_only=True))
    heads = next(line for line in lines if line[0] == "application")
    return {line[0]: line[heads.index("same")] for line in lines}


@pytest.mark.slow
@pytest.mark.skipif(shutil.which("soffice") is None, reason="needs LibreOffice")
def test_an_office_program_finds_the_same_and_what_was_tampered_with(tmp_path):
    selection = prepare_selection(four_hundred_and_twelve(), by=None)
    assert set(calculated(selection, tmp_path / "right").values()) == {"same"}

    track = selection.decisions.filter(facts__track=str(selection.cohort.tracks.first().pk))
    chosen = track.filter(outcome="selected").last()
    tenth, eleventh = (track.get(rank=rank) for rank in (10, 11))
    Decision.objects.filter(pk=chosen.pk).update(outcome="waitlisted")
    Decision.objects.filter(pk=tenth.pk).update(rank=11)
    Decision.objects.filter(pk=eleventh.pk).update(rank=10)
    found = calculated(selection, tmp_path / "wrong")

    wrong = {pk for pk, said in found.items() if said == "DIFFERENT"}
    assert wrong == {chosen.application_id, tenth.application_id}  # the tenth stands behind whom it is better than
