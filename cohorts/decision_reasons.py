"""Why a selection decided as it did, as codes that a decision keeps and as sentences.

Codes: `minimum_total`; `minimum_<stage>`; `below:<criterion>` and `veto:<criterion>`; `unscored`; `no_track`.
"""

from collections.abc import Iterable, Mapping

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from cohorts.states import Stage

PLAIN = {
    "minimum_total": gettext_lazy("The total is below the least total for a seat."),
    "unscored": gettext_lazy("A score that counts is missing."),
    "no_track": gettext_lazy("No track was chosen."),
}


def explain(codes: Iterable[str], criteria: Mapping[int, str]) -> list[str]:
    """In sentences; `criteria` are the names by id, those of the selection's inputs."""
    return [_explain(code, criteria) for code in codes]


def _explain(code: str, criteria: Mapping[int, str]) -> str:
    if code in PLAIN:
        return str(PLAIN[code])
    kind, _colon, number = code.partition(":")
    if number.isdigit():
        named = {"criterion": criteria.get(int(number), number)}
        if kind == "veto":
            return _("A majority of the reviewers rate “%(criterion)s” low.") % named
        return _("The mark for “%(criterion)s” is below its minimum.") % named
    stage = code.removeprefix("minimum_")
    if stage in Stage.values:
        return _("The score of the stage “%(stage)s” is below its minimum.") % {"stage": Stage(stage).label}
    return code
