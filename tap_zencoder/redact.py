"""Makes words that are not ours fit for a log: no secret, no e-mail address."""

from __future__ import annotations

import re
from collections.abc import Iterable

MASK = "***"
# Whatever has an @ in it; the part before it may be quoted, and then have spaces.
_ADDRESS = re.compile(r'"[^"]*"@\S*|\S*(?:@|%40)\S*', re.IGNORECASE)
_UNPRINTABLE = re.compile(r"[^\x20-\x7e\xa0-\u2027\u202f-\ud7ff\uf900-\ufffd]+")
_LONGEST = 200
_LONGEST_READ = 2000


def redacted(text: str, secrets: Iterable[str] = ()) -> str:
    """Return foreign text fit for a log line.

    Secrets, however short, and words that hold an e-mail address are masked, control
    characters become spaces, and what is longer than 200 characters is cut.
    """
    for secret in sorted(filter(None, secrets), key=len, reverse=True):
        text = text.replace(secret, MASK)
    if len(text) > _LONGEST_READ:
        # Not within a word, or an address could lose the sign that it is one.
        text = text[:_LONGEST_READ].rpartition(" ")[0] or text[:_LONGEST_READ]
    text = _UNPRINTABLE.sub(" ", text)
    text = _ADDRESS.sub(MASK, text).strip()
    return text if len(text) <= _LONGEST else f"{text[:_LONGEST]}..."
