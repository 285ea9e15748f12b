"""A service's limit on requests that is used up: kept in the store, so that the next run does not ask either."""

import time
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta

from crossnet.data.search.found import LimitError
from crossnet.data.search.store import Store

PERIODS_S = {"s": 1, "m": 60, "h": 3600, "d": 86400}  # of rates, "200/day", by the first letter of their unit
AVAILABLE, LIMIT = "x-ratelimit-available-", "x-ratelimit-limit-"  # and then the scope


class Limit:
    """When a service may be asked again, by whoever `asker` is to it."""

    def __init__(self, store: Store, endpoint: str, asker: str, longest_wait_s: float) -> None:
        self.store, self.endpoint, self.asker, self.longest_wait_s = store, endpoint, asker, longest_wait_s
        self._rate, self._free_at = store.limit(endpoint, asker) or ("", datetime.min.replace(tzinfo=UTC))

    def heed(self, headers: Mapping[str, str], after_s: float = 0.0) -> None:
        """Take note of rates of which nothing is left, for their period, or for as long as the service asks to wait."""
        said = {name.lower(): value.strip() for name, value in headers.items()}
        used_up = {
            scope: said.get(f"{LIMIT}{scope}", "")
            for scope in (name.removeprefix(AVAILABLE) for name in said if name.startswith(AVAILABLE))
            if said[f"{AVAILABLE}{scope}"] in ("0", "0.0")
        }
        if after_s:
            self._note(", ".join(rate or scope for scope, rate in used_up.items()) or "its rate", after_s)
        else:
            for scope, rate in used_up.items():
                unit = rate.partition("/")[2].strip()[:1].lower()
                self._note(rate or scope, PERIODS_S.get(unit, PERIODS_S["d"]))

    def wait(self) -> None:
        """Sleep until a request is allowed, if that is soon; raises LimitError if it is not."""
        left_s = (self._free_at - datetime.now(UTC)).total_seconds()
        if left_s > self.longest_wait_s:
            again = self._free_at + timedelta(seconds=60)  # which is shown in whole minutes
            raise LimitError(
                f"{self.endpoint}: no request is left of {self._rate} until {again:%Y-%m-%d %H:%M} UTC, and none is "
                "made before; run the same again then, and it goes on from here"
            )
        time.sleep(max(0.0, left_s))

    def _note(self, rate: str, seconds: float) -> None:
        free_at = datetime.now(UTC) + timedelta(seconds=seconds)
        if free_at > self._free_at:
            self._rate, self._free_at = rate, free_at
            self.store.keep_limit(self.endpoint, self.asker, rate, free_at)
