"""Runs the intake and prints what was done, how long it took, and what did not hold."""

import argparse
import contextlib
import os
import pathlib
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

from portal import local
from tests.bench.__main__ import PORTS, gunicorn, session, vacuum

CROWD = 60  # people at once
ROUNDS = 3  # of the waitlist


def main() -> int:
    parser = argparse.ArgumentParser(prog="make intake ARGS=…", description="A whole intake through HTTP.")
    parser.add_argument("--applicants", type=int, default=3_000)
    parser.add_argument("--burst", type=int, default=600, help="how many of them submit in the last ten minutes")
    parser.add_argument("--seats", type=int, default=100)
    parser.add_argument("--reviewers", type=int, default=12)
    parser.add_argument("--each", type=int, default=2, help="reviewers for each application")
    asked = parser.parse_args()
    os.environ.setdefault("PORTAL_ENV", "local")
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "portal.settings")
    for name in local.ADDRESSES:
        os.environ.pop(name, None)  # never somebody's real database
    with tempfile.TemporaryDirectory(prefix="portal-intake-") as where:
        pathlib.Path(where).chmod(0o755)  # PostgreSQL may run as nobody
        with local.servers(pathlib.Path(where) / "state") as (env, _processes):
            os.environ.update(env, MEDIA_ROOT=f"{where}/media")
            import django

            django.setup()
            from django.core.management import call_command

            call_command("prepare")
            from tests.intake.world import make_world

            world = make_world(asked.applicants, asked.seats, asked.reviewers)
            vacuum()
            with gunicorn("floor", "tests.bench.floor_wsgi"), gunicorn("portal", "portal.wsgi"), background(where):
                return Intake(world, asked).run()


@contextlib.contextmanager
def background(where: str) -> Iterator[None]:
    """The worker and the beat that sweeps."""
    commands = local.commands(PORTS["portal"], pathlib.Path(where) / "beat")
    with local.together() as running:
        quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}  # it prints every mail
        running += [local.spawn(*commands[name], **quiet) for name in ("worker", "beat")]
        yield


class Intake:
    """The steps, in their order. Each ends with the invariants."""

    def __init__(self, world: Any, asked: argparse.Namespace) -> None:
        from tests.intake.person import Clock

        self.world, self.asked, self.clock = world, asked, Clock()
        self.cohort = world.cohort
        self.broken: list[str] = []

    def run(self) -> int:
        floor = self.floor()
        early = range(self.asked.applicants - self.asked.burst)
        late = range(self.asked.applicants - self.asked.burst, self.asked.applicants)
        self.step("apply, in quiet", lambda: self.crowd(self.apply, early, at_once=4), "apply")
        self.step("drafts of the late", lambda: self.crowd(self.draft, late, at_once=4), "draft")
        self.closes_in(timedelta(minutes=10))
        self.step(f"last ten minutes, {CROWD} at once", lambda: self.crowd(self.submit, late), "submit")
        self.step("a minute late", self.too_late, "late")
        self.step("reviewers assigned", self.assign, "assign")
        self.step("screening", self.screen, "score")
        self.step("selection prepared", self.prepare, "prepare")
        self.step("selection released", self.release, "release")
        for number in range(1, ROUNDS + 1):
            self.step(f"waitlist, round {number}", self.waitlist_round, "answer")
        self.step("seats filled", self.fill, "answer")
        self.step("mail sent", self.mailed, "mail")
        print(f"floor list: {floor:.1f} ms in quiet, {self.floor(CROWD):.1f} ms with {CROWD} at once")
        print("no request failed" if not self.clock.failed else f"FAILED: {self.clock.failed[:10]}")
        print("every invariant held after every step" if not self.broken else "BROKEN:\n  " + "\n  ".join(self.broken))
        return bool(self.clock.failed or self.broken)

    def step(self, name: str, work: Callable[[], object], what: str) -> None:
        from tests.intake.invariants import violations

        self.clock.spent.clear()
        began = time.monotonic()
        said = work()
        seconds = time.monotonic() - began
        times = sorted(self.clock.spent.get(what, []))
        line = f"{name:32} {seconds:7.1f} s"
        if times:
            line += (
                f"  {len(times):6} requests  {len(times) / seconds:6.1f}/s  median {statistics.median(times):6.1f} ms"
            )
            line += f"  p95 {times[int(len(times) * 0.95)]:7.1f} ms"
        print(f"{line}  {said or ''}", flush=True)
        self.broken += [f"after {name}: {one}" for one in violations()]

    def crowd(self, work: Callable[[int], object], numbers: Iterable[int], at_once: int = CROWD) -> str:
        with ThreadPoolExecutor(at_once) as pool:
            results = list(pool.map(work, numbers))
        return f"{sum(map(bool, results))} of {len(results)}"

    # Applicants ------------------------------------------------------------------------

    def somebody(self, key: str) -> Any:
        from tests.intake.person import Person

        return Person(int(PORTS["portal"]), self.clock, {"sessionid": key})

    def draft(self, number: int, what: str = "draft") -> Any:
        """All pages up to the one that shows the answers."""
        who, told = self.somebody(self.world.applicants[number]), self.answers[number]
        page = who.get(f"/apply/{self.cohort.pk}/", what)
        for _ in range(20):
            page = who.get(page.url, what) if page.status in (301, 302) else page
            if page.status != 200 or page.url.endswith("/check/"):
                break
            page = self.onward(who, page, told, what)
        return (who, page) if page.status == 200 else None

    def onward(self, who: Any, page: Any, told: dict[str, Any], what: str) -> Any:
        """The next page: by the form, or by the link past a page that asks for nothing."""
        if "file" in page.fields:
            return who.get(f"/apply/{self.cohort.pk}/check/", what)
        return who.send(page, what, told)

    @property
    def answers(self) -> Any:
        return _Answers(self.world)

    def apply(self, number: int) -> bool:
        drafted = self.draft(number, "apply")
        return bool(drafted) and self.hand_in(*drafted, "apply")

    def submit(self, number: int) -> bool:
        """Who has a draft: looks at it once more, and hands it in."""
        who = self.somebody(self.world.applicants[number])
        return self.hand_in(who, who.get(f"/apply/{self.cohort.pk}/check/", "submit"), "submit")

    def hand_in(self, who: Any, page: Any, what: str) -> bool:
        """Two clicks: both lead to the same receipt."""
        first, second = (who.send(page, what, {}) for _ in range(2))
        return first.url == second.url and first.url.endswith("/receipt/") and first.status == 200

    def closes_in(self, left: timedelta) -> None:
        from django.utils import timezone

        self.cohort.apply_closes_at = timezone.now() + left
        self.cohort.save(update_fields=["apply_closes_at"])

    def too_late(self) -> str:
        """One more, after the stated minute: refused in a sentence, nothing received."""
        from cohorts.models import Application

        before = Application.objects.received().count()
        drafted = self.draft_of(self.late_session())
        self.closes_in(timedelta(seconds=-1))
        who, page = drafted
        answer = who.send(page, "late", {})
        received = Application.objects.received().count()
        assert received == before, "received after the deadline"
        assert answer.status == 422, answer.status
        return f"{received} received, the late one refused"

    def late_session(self) -> str:
        from tests.factories import make_user
        from tests.intake.world import sessions

        user = make_user()
        user.acting = None
        [key] = sessions([user], first=900_000)
        return key

    def draft_of(self, key: str) -> Any:
        self.world.applicants.append(key)
        return self.draft(len(self.world.applicants) - 1, "late")

    # The office ------------------------------------------------------------------------

    def assign(self) -> str:
        from cohorts.models import ReviewAssignment

        official = self.somebody(self.world.official)
        pk = self.cohort.pk
        self.press(official, f"/cohorts/{pk}/", f"/cohorts/{pk}/close/", "assign", {})
        page = f"/cohorts/{pk}/reviewing/?each={self.asked.each}"
        self.press(official, page, f"/cohorts/{pk}/reviewing/assign/", "assign", {"each": self.asked.each})
        given = ReviewAssignment.objects.filter(cohort=self.cohort)
        loads = sorted(given.filter(reviewer=reviewer).count() for reviewer in self.world.reviewers)
        return f"{sum(loads)} given out, {loads[0]} to {loads[-1]} each"

    def press(self, who: Any, page: str, button: str, what: str, data: dict[str, Any]) -> Any:
        """A button of a page: its form with the token of the page. It has to lead somewhere."""
        shown = who.get(page, f"{what} page")
        answer = who.post(button, what, {"csrfmiddlewaretoken": shown.hidden["csrfmiddlewaretoken"], **data})
        assert answer.status == 200, f"{button}: {answer.status}"
        return answer

    def screen(self) -> str:
        """Each reviewer works off what was given to them; the points come from a seed."""
        from cohorts.models import ReviewAssignment, Score

        given = (
            ReviewAssignment.objects.filter(cohort=self.cohort).order_by("pk").values_list("reviewer", "application")
        )
        work: dict[int, list[int]] = {}
        for reviewer, application in given:
            work.setdefault(reviewer, []).append(application)
        with ThreadPoolExecutor(len(work)) as pool:
            list(pool.map(self.review, work.items()))
        return f"{Score.objects.filter(application__cohort=self.cohort).count()} scores"

    def review(self, mine: tuple[int, list[int]]) -> None:
        import random

        reviewer, applications = mine
        who, chance = self.somebody(self.world.reviewers[reviewer]), random.Random(reviewer)
        for application in applications:
            page = who.get(f"/applications/{application}/score/", "page")
            points = {"document_points": chance.randint(40, 100), "interview_points": chance.randint(40, 100)}
            assert who.send(page, "score", points).status == 200

    def prepare(self) -> str:
        pk, official = self.cohort.pk, self.somebody(self.world.official)
        self.press(official, f"/cohorts/{pk}/selection/", f"/cohorts/{pk}/selection/prepare/", "prepare", {})
        return self.outcomes()

    def release(self) -> str:
        """One asks for it, the other releases; clicked twice, it changes nothing."""
        selection = self.cohort.selections.get()
        first, second = self.somebody(self.world.official), self.somebody(self.world.second)
        board, page = f"/cohorts/{self.cohort.pk}/selection/", f"/selections/{selection.pk}/release/"
        self.press(first, board, f"{page}ask/", "ask", {"note": "이상 없음"})
        shown = second.get(page, "release page")
        second.send(shown, "release", {})
        selection.refresh_from_db()
        assert selection.released_at, "not released"
        before = self.counts()
        second.send(shown, "again", {})
        assert self.counts() == before
        return self.told(before)

    def outcomes(self) -> str:
        from collections import Counter

        selection = self.cohort.selections.get()
        return self.told(Counter(selection.decisions.values_list("outcome", flat=True)))

    def counts(self) -> Any:
        from collections import Counter

        return Counter(self.cohort.applications.values_list("state", flat=True))

    def told(self, numbers: Any) -> str:
        return ", ".join(f"{number} {state}" for state, number in sorted(numbers.items()))

    # The waitlist ------------------------------------------------------------------------

    def live(self) -> list[Any]:
        from cohorts.models import Offer

        return list(Offer.objects.live().select_related("application__person__user").order_by("pk"))

    def waitlist_round(self) -> str:
        """Of those who have an offer seven in ten accept, two decline, and one lets the time pass."""
        from django.utils import timezone

        from cohorts.models import Offer

        offers, now = self.live(), timezone.now()
        chance = self.world.chance
        silent = [offer for offer in offers if chance.random() < 0.1]
        answering = [offer for offer in offers if offer not in silent]
        with ThreadPoolExecutor(CROWD) as pool:
            list(pool.map(self.answer, [(one, chance.random() < 0.78) for one in answering]))
        Offer.objects.filter(pk__in=[one.pk for one in silent]).update(
            offered_at=now - timedelta(hours=72), deadline=now - timedelta(seconds=1)
        )
        wait(lambda: not Offer.objects.expiry_due(timezone.now()).exists(), 60)
        return f"{len(offers)} offers, {len(silent)} without an answer: {self.told(self.counts())}"

    def answer(self, told: tuple[Any, bool]) -> None:
        offer, accepts = told
        who = self.somebody(self.sessions[offer.application.person.user_id])
        page = f"/offers/{offer.pk}/"
        self.press(who, page, f"{page}{'accept' if accepts else 'decline'}/", "answer", {})

    @property
    def sessions(self) -> dict[int, str]:
        return {user.pk: key for user, key in zip(self.world.users, self.world.applicants, strict=False)}

    def fill(self) -> str:
        """Who still has an offer accepts: at the end every seat is taken, none twice."""
        for _ in range(5):
            offers = self.live()
            if not offers:
                break
            with ThreadPoolExecutor(CROWD) as pool:
                list(pool.map(self.answer, [(one, True) for one in offers]))
        taken = self.counts()["accepted"]
        assert taken == self.asked.seats, f"{taken} of {self.asked.seats} seats are taken"
        return self.told(self.counts())

    def mailed(self) -> str:
        from portal.jobs.models import Job
        from portal.jobs.states import JobState
        from portal.notify.models import Mail

        waiting = Job.objects.filter(mail__isnull=False).exclude(state__in=(JobState.DONE, JobState.EXPIRED))
        wait(lambda: not waiting.exists(), 600)
        by_kind: dict[str, int] = {}
        for template in Mail.objects.values_list("template", flat=True):
            by_kind[template] = by_kind.get(template, 0) + 1
        return ", ".join(f"{number} {name.rpartition('/')[2]}" for name, number in sorted(by_kind.items()))

    # The floor -----------------------------------------------------------------------------

    def floor(self, at_once: int = 1) -> float:
        """The median of a bare Django's list, in milliseconds."""
        from tests.intake.person import Clock, Person

        clock, key = Clock(), session(self.world.staff, "django.contrib.auth.backends.ModelBackend")

        def ask(_number: int) -> None:
            answer = Person(int(PORTS["floor"]), clock, {"sessionid": key}).get(f"/list/{self.cohort.pk}", "list")
            assert answer.status == 200

        with ThreadPoolExecutor(at_once) as pool:
            list(pool.map(ask, range(10)))
            clock.spent.clear()
            list(pool.map(ask, range(max(30, at_once * 5))))
        return statistics.median(clock.spent["list"])


class _Answers:
    def __init__(self, world: Any) -> None:
        self.world = world

    def __getitem__(self, number: int) -> dict[str, Any]:
        return self.world.answers(number)


def wait(done: Callable[[], bool], seconds: float) -> None:
    end = time.monotonic() + seconds
    while not done():
        assert time.monotonic() < end, f"not within {seconds:.0f} s"
        time.sleep(0.2)


if __name__ == "__main__":
    sys.exit(main())
