"""What a reviewer sees of an application: this list and nothing else, on every page.

Day of birth, sex, address, contacts, evidence and files are never in it. A blind review leaves out the name and the
year of birth, the answers whose question is marked so, and, where the cohort says it, education and major.
"""

from typing import NamedTuple

from django.utils.translation import gettext as _

from cohorts.models import Answer, Application
from cohorts.models.questions import QuestionKind

NOT_TO_JUDGE = (QuestionKind.FILE, QuestionKind.CONSENT)


class Fact(NamedTuple):
    label: str
    value: str


def facts_of(application: Application) -> list[Fact]:
    """Join `cohort__policy` and `person`; one query for own questions, if it has any."""
    policy, person = application.cohort.policy, application.person
    found = []
    if not policy.blind_review:
        found += [Fact(_("Name"), person.name), Fact(_("Year of birth"), str(person.birth_date.year))]
    if not (policy.blind_review and policy.blind_education):
        school = [application.get_education_display(), application.major]
        found.append(Fact(_("Education"), ", ".join(filter(None, school))))
    found.append(Fact(_("Present situation"), application.get_employment_display()))
    found.append(Fact(_("Motivation"), application.motivation))
    if application.form_id is None:
        return found
    answers = Answer.objects.filter(application=application).exclude(question__kind__in=NOT_TO_JUDGE)
    if policy.blind_review:
        answers = answers.filter(question__blind=False)
    own = (Fact(str(one.question), one.question.shown(one.value)) for one in answers.select_related("question"))
    return [*found, *own]
