"""No figure about few people: neighbours are merged until they are enough."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Generic, TypeVar

if TYPE_CHECKING:
    from collections.abc import Iterable

T = TypeVar("T")


@dataclass(frozen=True)
class Group(Generic[T]):
    """Neighbours that are shown as one, and how many people they are together."""

    members: list[T]
    people: int

    def with_(self, other: Group[T]) -> Group[T]:
        """Merge with the group after it."""
        return Group([*self.members, *other.members], self.people + other.people)


def merge(counts: Iterable[tuple[T, int]], minimum: int) -> list[Group[T]]:
    """Merge neighbours until each group is nobody or at least the minimum.

    Returns nothing if all together are fewer.
    """
    groups: list[Group[T]] = []
    for member, people in counts:
        group = Group([member], people)
        if groups and _is_small(groups[-1], minimum):
            group = groups.pop().with_(group)
        groups.append(group)
    while len(groups) > 1 and _is_small(groups[-1], minimum):
        last = groups.pop()
        groups.append(groups.pop().with_(last))
    return [] if groups and _is_small(groups[-1], minimum) else groups


def _is_small(group: Group[T], minimum: int) -> bool:
    return 0 < group.people < minimum
