"""Somebody at the application form of a cohort: what they have begun, until when, and its pages."""

import secrets
from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from django.http import Http404, HttpRequest
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from cohorts.actions import applications as actions
from cohorts.actions.answers import save_own_answers
from cohorts.actions.consents import give_consents
from cohorts.actions.typed import Pages, Typed
from cohorts.consents import Asked, asked_of
from cohorts.deadlines import Deadline, deadline
from cohorts.forms.apply import AboutForm, ConsentForm, FileForm, MotivationForm, SituationForm, StepForm
from cohorts.forms.questions import QuestionsForm
from cohorts.models import Application, Cohort, Person, Question
from cohorts.queries.answers import OwnAnswers, own_answers, unanswered
from cohorts.queries.applying import cohort_rows, my_rows
from cohorts.states import ApplicationState
from portal.accounts.models import User
from portal.common import resumable
from portal.common.forms import PortalForm


@dataclass(frozen=True)
class Step:
    slug: str
    label: str | Promise
    form: type[StepForm] | None = None  # None: own questions
    questions: list[Question] = field(default_factory=list)

    @property
    def template(self) -> str:
        return f"cohorts/apply_{self.slug if self.form else 'questions'}.html"

    @property
    def is_saved_as_typed(self) -> bool:
        """Not the consents and files, which are single acts."""
        return self.form in (AboutForm, SituationForm, MotivationForm, None)


USUAL = (
    Step("consents", gettext_lazy("Consents"), ConsentForm),
    Step("about", gettext_lazy("About you"), AboutForm),
    Step("situation", gettext_lazy("Your situation"), SituationForm),
    Step("motivation", gettext_lazy("Motivation"), MotivationForm),
)
FILES = Step("files", gettext_lazy("Files"), FileForm)


@dataclass
class Applying:
    user: User
    cohort: Cohort
    application: Application | None
    deadline: Deadline
    typed: Pages = field(default_factory=dict)  # what stands on the pages and was not sent

    @cached_property
    def own(self) -> OwnAnswers:
        return own_answers(self.application) if self.application else unanswered(self.cohort)

    @cached_property
    def steps(self) -> dict[str, Step]:
        """In order; own questions stand before the files, those that no answer calls for left out."""
        own = [Step(page.slug, self.own.titles[page.slug], None, page.questions) for page in self.own.pages]
        return {step.slug: step for step in (*USUAL, *own, FILES)}

    @property
    def labels(self) -> list[str | Promise]:
        return [*(step.label for step in self.steps.values()), _("Check")]

    @property
    def is_submitted(self) -> bool:
        return self.application is not None and self.application.state != ApplicationState.DRAFT

    @property
    def check_url(self) -> str:
        return reverse("cohorts:apply-check", args=[self.cohort.pk])

    def step_url(self, slug: str) -> str:
        return step_url(self.cohort, slug)

    def after(self, slug: str) -> str:
        """The page after this one; the last leads to the check."""
        order = list(self.steps)
        following = order[order.index(slug) + 1 :] if slug in order else []
        return self.step_url(following[0]) if following else self.check_url

    def before(self, slug: str) -> str:
        order = list(self.steps)
        at = order.index(slug)
        return self.step_url(order[at - 1]) if at else ""

    @cached_property
    def known(self) -> Person | None:
        """What the host knows of the account, as it was before there was an application."""
        return self.user.persons.filter(host=self.cohort.host_id).first()

    @cached_property
    def asked_consents(self) -> Asked:
        return asked_of(None, self.user, self.cohort.host_id)

    # A page ------------------------------------------------------------------------------

    def form(self, step: Step, request: HttpRequest) -> PortalForm:
        sent = request.method == "POST"
        data, files = (request.POST, resumable.files_of(request)) if sent else (None, None)
        if step.form is None:
            options = {"questions": step.questions, "answers": self.own.values, "files": self.own.files}
            form: PortalForm = QuestionsForm(data, files, **options)
        else:
            form = step.form(data, files, cohort=self.cohort, **self.options(step, sent))
        form.initial = {**form.initial, **self.typed.get(step.slug, {})}
        return form

    def options(self, step: Step, sent: bool) -> dict[str, Any]:
        if step.form is ConsentForm:
            return {"asked": self.asked_consents}
        if sent:
            return {}
        if self.application:
            return {"initial": actions.answers_of(self.application)}
        if person := self.known:  # so that nobody types it twice
            return {"initial": {name: getattr(person, name) for name in actions.PERSON}}
        return {"initial": {"name": self.user.name}}

    def save(self, step: Step, form: PortalForm, tab: actions.Tab | None = None) -> None:
        """Act on a page that was sent; `application` is the fresh one afterwards."""
        told, by = form.cleaned_data, self.user
        if isinstance(form, ConsentForm):
            give_consents(self.cohort.host, form.ticked(), by=by)
        elif self.application is None:
            self.application = actions.start_application(self.cohort, by=by, **told)
        elif isinstance(form, FileForm):
            actions.attach_file(self.application, told["file"], kind=told["kind"], by=by)
        else:
            self._write(form, tab, Typed(step.slug, {}))

    def keeps(self, step: Step) -> bool:
        """Whether what is typed on a page is kept before its button is pressed."""
        begun = self.application is not None or step.form is AboutForm
        return step.is_saved_as_typed and begun and not self.is_submitted

    def keep(self, step: Step, form: PortalForm, tab: actions.Tab | None) -> None:
        """Keep what is valid of a page as an answer, and the rest as it was typed. What is told about the person
        belongs to the record of a person everywhere: before the button it is all only typed."""
        if step.form is AboutForm:
            typed = Typed(step.slug, as_typed(form, form.fields))
            self.typed = actions.keep_typed(self.cohort, typed, by=self.user, told=form.cleaned_data)
        else:
            mistakes = [name for name in form.errors if not form.has_error(name, "required")]
            self._write(form, tab, Typed(step.slug, as_typed(form, mistakes)))

    def _write(self, form: PortalForm, tab: actions.Tab | None, typed: Typed) -> None:
        assert self.application  # noqa: S101  # `save` begins one
        if isinstance(form, QuestionsForm):
            self.application = save_own_answers(self.application, form.so_far(), by=self.user, tab=tab, typed=typed)
            for name in ("own", "steps"):  # other questions may be asked now
                self.__dict__.pop(name, None)
        elif isinstance(form, StepForm):
            more = form.so_far()
            self.application = actions.save_answers(self.application, by=self.user, tab=tab, typed=typed, **more)
        if not self.is_submitted:
            self.typed = self.application.typed or {}

    # Windows -----------------------------------------------------------------------------

    def tab_of(self, step: Step, request: HttpRequest) -> actions.Tab | None:
        """What the page says of its window; nothing before there is a draft."""
        mine, seen = request.POST.get("tab", "")[:32], request.POST.get("seen", "")[:32]
        return actions.Tab(step.slug, mine, seen) if self.application and mine else None

    def marks(self, step: Step, request: HttpRequest) -> dict[str, str]:
        """What the page brings along. Shown after a refusal, it may overwrite the next time."""
        last = self.application.tabs.get(step.slug, "") if self.application else ""
        return {"tab": request.POST.get("tab", "")[:32] or secrets.token_hex(8), "seen": last}


def as_typed(form: PortalForm, names: Iterable[str]) -> dict[str, str]:
    """What stands in these fields, as it was typed; no choices of several, no files."""
    found = {name: form[name].data for name in names if name in form.fields}
    return {name: data for name, data in found.items() if isinstance(data, str)}


def step_url(cohort: Cohort, slug: str) -> str:
    return reverse("cohorts:apply-step", args=[cohort.pk, slug])


def at_the_form(request: HttpRequest, pk: int) -> Applying:
    """One's own application here that counts, draft or submitted; 404 for what is not published."""
    user = request.user
    found = cohort_rows(cohort=pk, account=user.pk, email=user.email)
    if not found:
        raise Http404
    cohort, application = found[0], next(iter(my_rows(cohort=pk, account=user.pk)), None)
    if application:
        application.cohort = cohort
    until, typed = cohort.extended_until, cohort.typed or {}
    return Applying(user, cohort, application, deadline(cohort, until), typed)
