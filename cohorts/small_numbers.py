"""Numbers that are printed for outside single nobody out: fewer than five are not shown (domain.md 6.6).

Rows are put together rather than left out: what is left out could be worked out where the whole is known.
"""

from collections.abc import Sequence

LEAST = 5


def joined(rows: Sequence[tuple[str, list[int | None]]], least: int = LEAST) -> list[tuple[str, list[int | None]]]:
    """The rows of a series, neighbours put together until no column has a small number; their sums stay.

    Of labels the first and the last are named. A column that is small as a whole is None throughout.
    """
    groups: list[list[tuple[str, list[int | None]]]] = []
    wholes = [
        sum(number or 0 for number in column) for column in zip(*(values for _label, values in rows), strict=True)
    ]
    kept = [whole == 0 or whole >= least for whole in wholes]

    def sums(group: Sequence[tuple[str, list[int | None]]]) -> list[int | None]:
        columns = zip(*(values for _label, values in group), strict=True)
        return [
            sum(n for n in column if n is not None) if keep and any(n is not None for n in column) else None
            for column, keep in zip(columns, kept, strict=True)
        ]

    def small(group: Sequence[tuple[str, list[int | None]]]) -> bool:
        return any(number and number < least for number in sums(group))

    for row in rows:
        if groups and small(groups[-1]):
            groups[-1].append(row)
        else:
            groups.append([row])
    while len(groups) > 1 and small(groups[-1]):
        groups[-2:] = [groups[-2] + groups[-1]]
    return [(_named(group[0][0], group[-1][0]), sums(group)) for group in groups]


def _named(first: str, last: str) -> str:
    return first if first == last else f"{first} ~ {last}"


def merged(rows: Sequence[tuple[str, int]], name: str, least: int = LEAST) -> list[tuple[str, int]]:
    """The rows with the small ones in one row of this name, and the next smallest with them while it is still small.

    Where all of them together are fewer than `least` nothing is left.
    """
    kept = sorted((row for row in rows if row[1]), key=lambda row: row[1], reverse=True)
    together, some = 0, False
    while kept and (kept[-1][1] < least or (some and together < least)):
        together, some = together + kept.pop()[1], True
    return [*kept, (name, together)] if together >= least else kept
