"""Who may read by the doors: senders, readers with a token of their own, and everybody where the operator says so."""

import hmac
from collections.abc import Collection
from dataclasses import dataclass, field

READABLE = ("open311", "sensorthings")      # the doors that tell what is stored


@dataclass(frozen=True)
class Visitors:
    """The doors that anybody may read, and the tokens of those who may read all of them."""

    public: Collection[str] = ()
    tokens: Collection[str] = field(default=(), repr=False)

    def knows(self, authorization: str | None) -> bool:
        """Whether a header bears a reader's token; all are compared, so that the time tells nothing."""
        scheme, _, given = (authorization or "").partition(" ")
        sent = given.strip().encode("utf-8", "surrogateescape")
        return scheme.lower() == "bearer" and sum(hmac.compare_digest(one.encode(), sent) for one in self.tokens) > 0
