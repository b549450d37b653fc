"""Things of school visits for the tests: an outreach programme, a round, requests and visits."""

import uuid
from datetime import date, timedelta
from itertools import count

from django.utils import timezone

from cohorts.actions.school_requests import _school_of
from cohorts.consents import text_in_use, texts_in_use
from cohorts.models import OutreachRound, SchoolRequest, Visit
from cohorts.outreach_states import RequestState, RoundState, VisitState
from cohorts.states import ASKED_OF_SCHOOLS, ConsentKind, ProgrammeKind
from portal.common.dates import roll_forward
from tests.factories import make_company, make_organization, make_programme

_numbers = count(1)
RURAL, TOWN = "경상북도 봉화군 봉화읍 내성로 1", "대구광역시 중구 국채보상로 1"


def school_day(days: int = 30) -> date:
    """A working day about so many days from now."""
    return roll_forward(timezone.localdate() + timedelta(days=days))


def make_ministry(**fields):
    return make_organization(**{"kind": "ministry", "name": f"교육부 {next(_numbers)}", "region": ""} | fields)


def make_round(*, over: bool = False, **fields) -> OutreachRound:
    """Published and open for two more weeks, three visits of at most 30 pupils; `over`: its window has just closed."""
    now = timezone.now()
    programme = fields.pop("programme", None) or make_programme(
        kind=ProgrammeKind.OUTREACH, host=fields.get("host") or make_ministry(), months_at_least=None, minors=True
    )
    texts_in_use(programme.host_id, ASKED_OF_SCHOOLS)  # as publishing makes them
    closes = now - timedelta(minutes=5) if over else now + timedelta(days=14)
    return OutreachRound.objects.create(
        **{
            "programme": programme,
            "host": programme.host,
            "company": fields.pop("company", None) or make_company(),
            "format": "at_school",
            "topic": f"인공지능은 어떻게 배울까 {next(_numbers)}",
            "grades": ["e5", "e6", "m1"],
            "visits_from": now.date() - timedelta(days=200),
            "visits_until": now.date() + timedelta(days=120),
            "visits_most": 3,
            "pupils_most": 30,
            "apply_opens_at": now - timedelta(days=7),
            "apply_closes_at": closes,
            "state": RoundState.PUBLISHED,
        }
        | fields
    )


def make_request(*, round: OutreachRound | None = None, **fields) -> SchoolRequest:
    """From a school in town with 25 pupils of the fifth year, unless told otherwise."""
    round = round or make_round()
    number = next(_numbers)
    rural = fields.get("rural", False)
    request = SchoolRequest(
        **{
            "round": round,
            "host": round.host,
            "receipt_number": f"T-{number:06d}",
            "submission_key": uuid.uuid4(),
            "school_name": f"한빛초등학교 {number}",
            "office": "봉화교육지원청" if rural else "중부교육지원청",
            "address": RURAL if rural else TOWN,
            "region": "경북" if rural else "대구",
            "rural": rural,
            "rural_basis": "봉화읍" if rural else "",
            "grade": "e5",
            "pupils": 25,
            "wishes": [school_day()],
            "contact_name": "고은별",
            "contact_email": f"teacher{number}@school.example",
            "contact_mobile": "010-1234-5678",
            "consent_text": text_in_use(round.host_id, ConsentKind.SCHOOL_CONTACT),
            "consented_at": timezone.now(),
        }
        | fields
    )
    if request.state == RequestState.ACCEPTED and request.school is None:
        request.state = RequestState.SUBMITTED
        request.school = _school_of(request, by=None)
        request.state = RequestState.ACCEPTED
    request.save()
    return request


def make_visit(*, request: SchoolRequest | None = None, days: float = 7, **fields) -> Visit:
    """Planned so many days from now for 90 minutes, by a named expert; `state="held"` counts 25 pupils."""
    request = request or make_request(state=RequestState.ACCEPTED, round=fields.pop("round", None) or make_round())
    starts = timezone.now() + timedelta(days=days)
    held = {"headcount": {"e5": 25}, "pupils": 25, "teachers": 2, "reported_at": timezone.now()}
    expert = {} if "expert" in fields else {"expert_name": f"전문가 {next(_numbers)}"}
    return Visit.objects.create(
        **{
            "round": request.round,
            "request": request,
            "host": request.host,
            "company": request.round.company,
            "school": request.school,
            "format": request.round.format,
            "starts_at": starts,
            "ends_at": starts + timedelta(minutes=90),
            "place": request.address,
        }
        | expert
        | (held if fields.get("state") == VisitState.HELD else {})
        | fields
    )
