"""Why a selection decided as it did, as codes that a decision keeps and as sentences.

Codes: `minimum_total`; `minimum_<stage>`; `below:<criterion>` and `veto:<criterion>`; `unscored`; `no_track`.
By quotas: `kept_for:<group>` and `moved_up` have a seat by them; `limit:<group>` and `behind_kept_seats` lost one.
"""

from collections.abc import Iterable, Mapping

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from cohorts.states import Stage

PLAIN = {
    "minimum_total": gettext_lazy("The total is below the least total for a seat."),
    "unscored": gettext_lazy("A score that counts is missing."),
    "no_track": gettext_lazy("No track was chosen."),
    "moved_up": gettext_lazy("Moved up, because a group before has all the seats it may have."),
    "behind_kept_seats": gettext_lazy("The total would do, but the seats left are kept for a group."),
}


def explain(codes: Iterable[str], criteria: Mapping[int, str], groups: Mapping[str, str] | None = None) -> list[str]:
    """In sentences; `criteria` are the names by id, `groups` those of quotas by code, of the selection's inputs."""
    return [_explain(code, criteria, groups or {}) for code in codes]


def _explain(code: str, criteria: Mapping[int, str], groups: Mapping[str, str]) -> str:
    if code in PLAIN:
        return str(PLAIN[code])
    kind, _colon, number = code.partition(":")
    if kind == "kept_for":
        return _("Has a seat kept for “%(group)s”.") % {"group": groups.get(number, number)}
    if kind == "limit":
        return _("“%(group)s” has all the seats it may have.") % {"group": groups.get(number, number)}
    if number.isdigit():
        named = {"criterion": criteria.get(int(number), number)}
        if kind == "veto":
            return _("A majority of the reviewers rate “%(criterion)s” low.") % named
        return _("The mark for “%(criterion)s” is below its minimum.") % named
    stage = code.removeprefix("minimum_")
    if stage in Stage.values:
        return _("The score of the stage “%(stage)s” is below its minimum.") % {"stage": Stage(stage).label}
    return code
