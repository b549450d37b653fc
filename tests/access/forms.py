"""The application form of a cohort as the office sets it up."""

from cohorts.actions import questions as actions
from tests.access import row
from tests.cohorts.asking import ask


def extend(w):
    """A draft of the form of a planned cohort, with two questions."""
    from tests import factories as make

    w.asking = make.make_cohort(programme=w.programme, state="planned")
    w.form = actions.draft_form(w.asking, by=None)
    w.question = ask(w.form)
    ask(w.form, "둘째 질문", "choice")


# admin official operator instructor reviewer mentor trainee
READ = {"own": "200 200 200 403 403 403 403", "other": "200 404 404 403 403 403 403"}
ACT = {"own": "403 302 302 403 403 403 403", "other": "403 404 404 403 403 403 403"}
FILL = {"own": "403 200 200 403 403 403 403", "other": "403 404 404 403 403 403 403"}
INVALID = {"own": "403 422 422 403 403 403 403", "other": "403 404 404 403 403 403 403"}


def same(statuses):
    return statuses | {"same": statuses["own"]}


TABLE = [
    row("cohorts:cohort-next", "GET", lambda w: [w.asking.pk], **same(FILL)),
    row("cohorts:cohort-next", "POST", lambda w: [w.asking.pk], **same(INVALID)),
    row("cohorts:setup-copy", "GET", lambda w: [w.asking.pk], **same(FILL)),
    row("cohorts:setup-copy", "POST", lambda w: [w.asking.pk], **same(INVALID)),
    row("cohorts:application-form", "GET", lambda w: [w.asking.pk], **same(READ)),
    row("cohorts:form-preview", "GET", lambda w: [w.form.pk], **same(READ)),
    row("cohorts:form-draft", "POST", lambda w: [w.asking.pk], **same(ACT)),
    row("cohorts:form-discard", "POST", lambda w: [w.form.pk], **same(ACT)),
    row("cohorts:form-publish", "POST", lambda w: [w.form.pk], **same(ACT)),
    row("cohorts:question-edit", "GET", lambda w: [w.question.pk], **same(FILL)),
    row("cohorts:question-edit", "POST", lambda w: [w.question.pk], **same(INVALID)),
    row("cohorts:question-ask", "GET", lambda w: [w.form.pk], own="403 404 404 403 403 403 403"),  # of no kind
    row("cohorts:question-ask", "GET", lambda w: [w.form.pk], **same(FILL), query="?kind=short"),
    row("cohorts:question-ask", "POST", lambda w: [w.form.pk], **same(INVALID), query="?kind=short"),
    row("cohorts:question-move", "POST", lambda w: [w.question.pk], **same(ACT)),
    row("cohorts:question-remove", "POST", lambda w: [w.question.pk], **same(ACT)),
]  # fmt: skip
