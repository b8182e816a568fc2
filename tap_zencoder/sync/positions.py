"""What a day without an answer means: its position among the others decides.

Before the first answered day, it is older than the API's history, or an error. Between
answered days, an absent one is quiet and a refused one an error. After the last, it is
not there yet, and left to the next sync, or an error if there are too many.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date

from tap_zencoder.api.answers import quiet_report
from tap_zencoder.api.reports import UsageReport
from tap_zencoder.days import DEFAULT_HISTORY_DAYS, ranges
from tap_zencoder.errors import NoAnswerError, RejectedError
from tap_zencoder.sync.ahead import Answer
from tap_zencoder.sync.log import SyncLog, counted

_Waiting = list[tuple[date, NoAnswerError]]
_Settled = Iterator[tuple[date, Answer]]


@dataclass
class Positions:
    """Finds out what days without an answer mean, once the days around are known.

    ``bookmark_of`` gives the latest bookmark of the streams that a day is due for.
    """

    today: date
    most_late: int
    bookmark_of: Callable[[date], date | None]
    log: SyncLog
    quiet: list[date] = field(default_factory=list)

    def settled(self, answers: Iterable[tuple[date, Answer]]) -> _Settled:
        """Yield the days to sync, each with its report or with why there is none."""
        waiting: _Waiting = []
        last: date | None = None
        for day, answer in answers:
            if isinstance(answer, NoAnswerError):
                # Without the traceback, which would keep the whole answer in memory.
                waiting.append((day, answer.with_traceback(None)))
                continue
            if isinstance(answer, UsageReport):
                yield from self._before(waiting, None if last else day)
                last = day
            # After any other error, the streams that wait for these days stop as well.
            waiting = []
            yield day, answer
            del answer  # one day's memory ends before the next one's begins
        if waiting:
            yield from self._after(waiting, last)

    def _before(self, waiting: _Waiting, first: date | None) -> _Settled:
        """Yield what days before an answered one mean, the ``first`` perhaps."""
        old = [w for w in waiting if first and self._is_old(w[0])]
        if old:
            self.log.warn_once(
                f"Leaving out {_days(old)}: the API has no answer for days before "
                f"{first}. {old[-1][1]}"
            )
        for day, error in waiting[len(old) :]:
            bookmark = self.bookmark_of(day)
            # The sync that set a bookmark had answers for days before it, and for it.
            is_between = first is None or (bookmark and day < bookmark)
            if error.absent and is_between:
                self.quiet.append(day)
                yield day, quiet_report(day.isoformat(), error.received)
            elif is_between:
                yield day, error
            else:
                yield (
                    day,
                    RejectedError(
                        f"{error} The first day with an answer is {first}: if there is "
                        "nothing before it, set start_date to it."
                    ),
                )

    def _after(self, waiting: _Waiting, last: date | None) -> _Settled:
        days, error = _days(waiting), waiting[-1][1]
        was_there = any(
            day <= (self.bookmark_of(day) or date.min) for day, _ in waiting
        )
        if last and len(waiting) <= self.most_late and not was_there:
            self.log.warn_once(
                f"No answer yet for {days}. The next sync asks again. {error}"
            )
            return
        others = f"the last day with one is {last}" if last else "nor for any other day"
        sentence = (
            f"The API has no answer for {days}, {others}. {error} Set delay_days if "
            "figures come late, or start_date if the API's history begins later."
        )
        for day, _ in waiting:
            yield day, RejectedError(sentence)

    def _is_old(self, day: date) -> bool:
        return (self.today - day).days >= DEFAULT_HISTORY_DAYS


def _days(waiting: _Waiting) -> str:
    return f"{counted(len(waiting), 'day')}, {ranges(day for day, _ in waiting)}"
