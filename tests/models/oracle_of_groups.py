"""Which figures about groups may be shown, by loops."""

from __future__ import annotations

from collections.abc import Mapping, Sequence


def is_small(people: int | None, minimum: int) -> bool:
    return people is not None and 0 < people < minimum


def shown(users: Mapping[str, int], whole: int, minimum: int) -> dict[str, int | None]:
    """Return how many people of each name are shown, of all who were active."""
    names = sorted(users, key=lambda name: (-users[name], name))
    names = [name for name in names if users[name] >= minimum]
    while names and is_small(abs(whole - sum(users[name] for name in names)), minimum):
        names.pop()
    most = max(whole - minimum, minimum)
    return {
        name: None if name not in names else count if whole - count >= minimum else most
        for name, count in users.items()
    }


def merged(
    counts: Sequence[tuple[int, int | None]], minimum: int
) -> list[tuple[int, int, int]]:
    """Return the first and last of neighbours that are one group, and their people.

    The second of each count are those of its kind outside of the whole, if known.
    """

    def total(group: tuple[int, int]) -> int:
        return sum(people for people, _ in counts[group[0] : group[1] + 1])

    def few(group: tuple[int, int]) -> bool:
        others = [rest for _, rest in counts[group[0] : group[1] + 1]]
        rest = None if None in others else sum(filter(None, others))
        return is_small(total(group), minimum) or is_small(rest, minimum)

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
    return [(*group, total(group)) for group in groups]
