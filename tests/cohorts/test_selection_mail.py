"""The letters of selection and enrolment, in the language of their reader."""

import re

import pytest
from django.utils import timezone

from cohorts import emails
from portal import notify
from tests.factories import make_cohort, make_offer, make_person, make_user

pytestmark = pytest.mark.django_db
OFFERED = ("place_offered", "offer_reminder", "offer_accepted", "offer_expired", "offer_passed_over")
LETTERS = (
    *OFFERED,
    "waitlisted",
    "not_selected",
    "enrolled",
    "application_withdrawn",
    "entry_reminder",
    "seat_cancelled",
)


@pytest.mark.parametrize("language", ["ko", "en"])
@pytest.mark.parametrize("template", LETTERS)
def test_a_letter_is_whole_in_both_languages(template, language, settings):
    settings.SITE_URL = "https://portal.example"
    cohort = make_cohort(name="Daegu 3")
    offer = make_offer()
    offer.application.cohort = cohort
    offer.application.person = make_person(name="Hana Kim", user=make_user(language=language))
    day = timezone.localdate()
    more = {
        "starts_on": day,
        "number": 7,
        "place": 12,
        "attempts": 3,
        "missing": ["-"],
        "reason": "-",
        "until": day,
        "day_starts": timezone.now().time(),
    }

    if template in OFFERED:
        message = emails.about_offer(offer, template, by=None, **more)
    else:
        message = emails.about(offer.application, template, slot=1, by=None, **more)
    [mail] = notify.queue_many([message])

    track = offer.track.name if template in OFFERED else ""
    assert bool(re.search("[가-힣]", (mail.subject + mail.body).replace(track, ""))) == (language == "ko")
    assert "Daegu 3" in mail.subject
    assert "https://portal.example/" in mail.body
    assert "None" not in mail.body
