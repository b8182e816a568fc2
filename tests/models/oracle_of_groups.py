"""Which figures about groups may be shown, by loops."""

from __future__ import annotations

from collections.abc import Mapping, Sequence


def is_small(people: int | None, minimum: int) -> bool:
    return people is not None and 0 < people < minimum


def shown(
    users: Mapping[str, int],
    whole: int,
    minimum: int,
    among: Mapping[str, int] | None = None,
) -> dict[str, tuple[int | None, bool | None]]:
    """Return how many people of each name are shown, and whether that is a bound.

    The whole are all who were active; ``among`` who those of a name can be, if known.
    """
    names = sorted(users, key=lambda name: (-users[name], name))
    names = [name for name in names if users[name] >= minimum]
    while names and is_small(abs(whole - sum(users[name] for name in names)), minimum):
        names.pop()
    seen: dict[str, tuple[int | None, bool | None]] = dict.fromkeys(users, (None, None))
    for name in names:
        most = (among[name] if among else whole) - minimum
        is_bound = users[name] > most
        seen[name] = (max(most, minimum) if is_bound else users[name], is_bound)
    return seen


def merged(
    counts: Sequence[tuple[int, int | None]], minimum: int
) -> list[tuple[int, int, int, int | None]]:
    """Return first and last of neighbours that are one group, its people and others.

    The others are those of its kind outside of the whole, if known: the second of each
    count.
    """

    def total(group: tuple[int, int]) -> int:
        return sum(people for people, _ in counts[group[0] : group[1] + 1])

    def others(group: tuple[int, int]) -> int | None:
        rests = [rest for _, rest in counts[group[0] : group[1] + 1]]
        return None if None in rests else sum(filter(None, rests))

    def few(group: tuple[int, int]) -> bool:
        return is_small(total(group), minimum) or is_small(others(group), minimum)

    groups: list[tuple[int, int]] = []
    for number in range(len(counts)):
        if groups and few(groups[-1]):
            groups[-1] = (groups[-1][0], number)
        else:
            groups.append((number, number))
    while len(groups) > 1 and few(groups[-1]):
        _, last = groups.pop()
        groups[-1] = (groups[-1][0], last)
    if len(groups) == 1 and is_small(total(groups[0]), minimum):
        return []
    return [(*group, total(group), others(group)) for group in groups]
