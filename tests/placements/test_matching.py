from dataclasses import replace
from itertools import permutations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from placements.matching import Cause, Matching, Project, Trainee, Unmatched, match, standing

SEED = "2026-daegu"
Round = tuple[list[Trainee], list[Project], set[tuple[int, int]]]  # with the blocked pairs


def trainees(count: int, *preferences: int, first: int = 1) -> list[Trainee]:
    return [Trainee(id, preferences) for id in range(first, first + count)]


def members(found: Matching, project: int) -> list[int]:
    return sorted(id for team in found.teams.get(project, []) for id in team)


def test_everybody_gets_the_first_choice_where_there_is_room() -> None:
    found = match([*trainees(4, 1, 2), *trainees(5, 2, 1, first=11)], [Project(1, 1), Project(2, 1)], seed=SEED)

    assert (members(found, 1), members(found, 2)) == ([1, 2, 3, 4], [11, 12, 13, 14, 15])
    assert found.unmatched == []


def test_company_list_goes_before_the_lottery() -> None:
    found = match(trainees(9, 1), [Project(1, 1, wanted=(9, 7, 8))], seed=SEED)

    assert found.teams[1][0][:3] == [9, 7, 8]


def test_the_overflow_goes_to_the_second_choice() -> None:
    found = match(trainees(9, 1, 2), [Project(1, 1, wanted=(1, 2, 3, 4, 5)), Project(2, 1)], seed=SEED)

    assert (members(found, 1), members(found, 2)) == ([1, 2, 3, 4, 5], [6, 7, 8, 9])


@pytest.mark.parametrize(("count", "sizes"), [(3, [3]), (5, [5]), (6, [3, 3]), (7, [4, 3]), (11, [4, 4, 3])])
def test_teams_are_few_and_of_equal_size(count: int, sizes: list[int]) -> None:
    found = match(trainees(count, 1), [Project(1, teams=3)], seed=SEED)

    assert [len(team) for team in found.teams[1]] == sizes


def test_two_trainees_are_no_team_and_go_to_their_next_choice() -> None:
    found = match([*trainees(2, 1, 2), *trainees(3, 2, first=11)], [Project(1, 1), Project(2, 1)], seed=SEED)

    assert found.closed == (1,)
    assert members(found, 2) == [1, 2, 11, 12, 13]


def test_a_project_is_saved_by_those_of_a_closed_one() -> None:
    found = match([*trainees(1, 1, 2), *trainees(2, 2, first=11)], [Project(1, 1), Project(2, 1)], seed=SEED)

    assert members(found, 2) == [1, 11, 12]


def test_sizes_that_leave_one_over_refuse_the_last() -> None:
    found = match(trainees(6, 1), [Project(1, 2, wanted=(1, 2, 3, 4, 5, 6), smallest_team=4)], seed=SEED)

    assert members(found, 1) == [1, 2, 3, 4, 5]
    assert found.unmatched == [Unmatched(6, ((1, Cause.FULL),))]


def test_unmatched_says_why_for_each_preference() -> None:
    full = Project(1, 1, wanted=(1, 2, 3, 4, 5))
    projects = [full, Project(2, 1), Project(3, 1, needs=frozenset({"DL"})), Project(4, 1)]
    unlucky = Trainee(9, (1, 2, 3, 4, 5), frozenset({"PY"}))

    found = match([*trainees(5, 1), unlucky], projects, blocked={(9, 2)}, seed=SEED)

    causes = [Cause.FULL, Cause.BLOCKED, Cause.LACKS_MODULES, Cause.TOO_FEW, Cause.NOT_OFFERED]
    assert found.unmatched == [Unmatched(9, tuple(zip((1, 2, 3, 4, 5), causes, strict=True)))]


def test_no_preference_is_left_for_placing_by_hand() -> None:
    assert match(trainees(1), [Project(1, 1)], seed=SEED).unmatched == [Unmatched(1, ())]


def test_another_seed_draws_other_lots() -> None:
    drawn = {tuple(members(match(trainees(10, 1), [Project(1, 1)], seed=str(n)), 1)) for n in range(10)}

    assert len(drawn) > 1


@st.composite
def rounds(draw: st.DrawFn, most: int = 24) -> Round:
    """A round of matching with every difficulty: needs, blocks, companies' lists, too few, too many."""
    modules = st.frozensets(st.sampled_from(["ML", "DL"]))
    offered = range(1, draw(st.integers(1, 4)) + 1)
    taking_part = range(101, 101 + draw(st.integers(0, most)))
    wanted = st.lists(st.sampled_from([*taking_part, 999]), unique=True, max_size=6).map(tuple)
    few = st.lists(st.sampled_from([*offered, 9]), unique=True, max_size=3).map(tuple)
    projects = [
        Project(id, draw(st.integers(1, 2)), draw(st.sampled_from([frozenset(), frozenset({"ML"})])), draw(wanted))
        for id in offered
    ]
    people = [Trainee(id, draw(few), draw(modules) | draw(modules)) for id in taking_part]
    blocked = draw(st.sets(st.tuples(st.sampled_from([*taking_part, 999]), st.sampled_from([*offered])), max_size=5))
    return people, projects, blocked


def blocking_pairs(
    people: list[Trainee],
    projects: list[Project],
    blocked: set[tuple[int, int]],
    placed: dict[int, int],
    closed: tuple[int, ...],
) -> list[tuple[int, int]]:
    """Pairs of an open project and a trainee who would both rather have each other, told from first principles."""
    open_projects = [project for project in projects if project.id not in closed]
    found = []
    for project in open_projects:
        held = [trainee for trainee, id in placed.items() if id == project.id]
        for one in people:
            if project.id not in one.preferences or not project.needs <= one.modules or (one.id, project.id) in blocked:
                continue
            got = one.preferences.index(placed[one.id]) if one.id in placed else len(one.preferences)
            rather = one.preferences.index(project.id) < got
            has_room = len(held) < project.teams * 5
            worse = [other for other in held if standing(project, other, SEED) > standing(project, one.id, SEED)]
            if rather and (has_room or worse):
                found.append((one.id, project.id))
    return found


def placed_in(found: Matching) -> dict[int, int]:
    return {id: project for project, teams in found.teams.items() for team in teams for id in team}


@given(rounds())
def test_no_pair_would_rather_have_each_other(drawn: Round) -> None:
    people, projects, blocked = drawn
    found = match(people, projects, blocked=blocked, seed=SEED)

    assert blocking_pairs(people, projects, blocked, placed_in(found), found.closed) == []


@given(rounds())
def test_teams_have_3_to_5_members_who_may_and_want_to_be_there(drawn: Round) -> None:
    people, projects, blocked = drawn
    found = match(people, projects, blocked=blocked, seed=SEED)

    by_id = {one.id: one for one in people}
    for project in projects:
        teams = found.teams.get(project.id, [])
        assert len(teams) <= project.teams
        assert all(3 <= len(team) <= 5 for team in teams)
        for one in (by_id[id] for team in teams for id in team):
            assert project.id in one.preferences
            assert project.needs <= one.modules
            assert (one.id, project.id) not in blocked


@given(rounds())
def test_everybody_is_placed_once_or_listed_with_a_cause_for_each_preference(drawn: Round) -> None:
    people, projects, blocked = drawn
    found = match(people, projects, blocked=blocked, seed=SEED)

    placed = [id for teams in found.teams.values() for team in teams for id in team]
    assert sorted([*placed, *(left.trainee for left in found.unmatched)]) == [one.id for one in people]
    wishes = {one.id: one.preferences for one in people}
    assert all(tuple(id for id, _ in left.causes) == wishes[left.trainee] for left in found.unmatched)


@given(rounds(), st.data())
def test_same_seed_gives_the_same_result_in_whatever_order(drawn: Round, data: st.DataObject) -> None:
    people, projects, blocked = drawn
    again = match(data.draw(st.permutations(people)), data.draw(st.permutations(projects)), blocked=blocked, seed=SEED)

    found = match(people, projects, blocked=blocked, seed=SEED)
    assert (again.teams, again.closed) == (found.teams, found.closed)


@given(rounds(most=12), st.data())
def test_where_nothing_closes_no_lie_about_preferences_pays(drawn: Round, data: st.DataObject) -> None:
    people, projects, blocked = drawn
    projects = [replace(project, smallest_team=1, greatest_team=2) for project in projects]
    honest = placed_in(match(people, projects, blocked=blocked, seed=SEED))

    liar = data.draw(st.sampled_from(people)) if people else None
    for lie in permutations(liar.preferences) if liar else ():
        told = [replace(one, preferences=lie) if one is liar else one for one in people]
        got = placed_in(match(told, projects, blocked=blocked, seed=SEED))
        assert liar is not None
        worth = [*liar.preferences, None]
        assert worth.index(honest.get(liar.id)) <= worth.index(got.get(liar.id))
