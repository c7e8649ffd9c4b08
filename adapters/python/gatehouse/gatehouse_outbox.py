"""A bounded queue of events that nobody waits for, and the one thread that delivers them, in order."""

import threading
import time
from collections import deque
from typing import Any, Callable, Deque, NamedTuple

if __package__:
    from .gatehouse_http import Fault
else:
    from gatehouse_http import Fault

MAX_EVENTS = 10000
MAX_BYTES = 64 << 20
#: Deliveries of one event whose fate the server left open. One that it certainly did not get does not count.
MAX_TRIES = 5
_FIRST_PAUSE_SECONDS = 0.1
_LONGEST_PAUSE_SECONDS = 5.0
_IDLE_SECONDS = 10.0


class Parcel(NamedTuple):
    """One event on its way."""

    event: str
    body: bytes
    identity: Any


class Outbox:
    """Delivers parcels one after the other, so that a session's events arrive as they happened.

    ``deliver`` raises Fault; ``dropped`` is told of every parcel that is given up, and why. A full queue refuses what is new.
    """

    def __init__(
        self,
        deliver: Callable[[Parcel], None],
        dropped: Callable[[Parcel, str], None],
        max_events: int = MAX_EVENTS,
        max_bytes: int = MAX_BYTES,
    ):
        self._deliver = deliver
        self._dropped = dropped
        self._max_events = max_events
        self._max_bytes = max_bytes
        #: Deliveries that had to be tried again.
        self.retried = 0
        #: Parcels delivered.
        self.delivered = 0
        self.reset()

    def reset(self) -> None:
        """Start empty, as a forked process must: what was queued belongs to its parent."""
        self._queue = deque()  # type: Deque[Parcel]
        self._bytes = 0
        self._changed = threading.Condition(threading.Lock())
        self._thread = None
        self._hurry = False

    def __len__(self) -> int:
        return len(self._queue)

    def put(self, parcel: Parcel) -> None:
        """Queue a parcel; never waits."""
        with self._changed:
            full = len(self._queue) >= self._max_events or self._bytes + len(parcel.body) > self._max_bytes
            if not full:
                self._queue.append(parcel)
                self._bytes += len(parcel.body)
                self._start()
                self._changed.notify_all()
        if full:
            self._dropped(parcel, "queue is full")

    def flush(self, seconds: float) -> bool:
        """Wait until all is delivered or given up, at most so long; tell whether it is."""
        end = time.monotonic() + seconds
        with self._changed:
            self._hurry = True
            self._start()
            alone = self._queue and self._thread is None
            self._changed.notify_all()
        try:
            if alone:  # at the very end of a program no thread can be started
                while self._queue and time.monotonic() < end:
                    self._step()
            with self._changed:
                return self._changed.wait_for(lambda: not self._queue, max(0.0, end - time.monotonic()))
        finally:
            self._hurry = False

    def abandon(self, why: str) -> None:
        """Give up all that is queued."""
        with self._changed:
            parcels, self._bytes = list(self._queue), 0
            self._queue.clear()
            self._changed.notify_all()
        for parcel in parcels:
            self._dropped(parcel, why)

    def _start(self):
        """Have a thread at work. The lock is held."""
        if self._thread is None and self._queue:
            thread = threading.Thread(target=self._run, name="gatehouse-outbox", daemon=True)
            try:
                thread.start()
            except RuntimeError:
                return
            self._thread = thread

    def _run(self):
        while True:
            with self._changed:
                if not self._queue:
                    self._changed.wait(_IDLE_SECONDS)
                if not self._queue:
                    self._thread = None
                    return
            self._step()

    def _step(self):
        """Deliver the first parcel, or give it up."""
        with self._changed:
            if not self._queue:
                return
            parcel = self._queue[0]
        pause = _FIRST_PAUSE_SECONDS
        tries = 0
        while True:
            try:
                self._deliver(parcel)
                self.delivered += 1
                break
            except Fault as fault:
                tries += fault.sent
                if fault.permanent or tries >= MAX_TRIES:
                    self._dropped(parcel, fault.why)
                    break
            except Exception as e:
                self._dropped(parcel, "internal error, " + type(e).__name__)
                break
            if not self._pause(parcel, pause):
                return
            self.retried += 1
            pause = min(pause * 2, _LONGEST_PAUSE_SECONDS)
        with self._changed:
            if self._is_first(parcel):
                self._queue.popleft()
                self._bytes -= len(parcel.body)
            self._changed.notify_all()

    def _pause(self, parcel, seconds):
        """Wait before the next try; a flush cuts it short. False where the parcel was given up meanwhile."""
        with self._changed:
            hurry = self._hurry
            self._changed.wait_for(
                lambda: self._hurry != hurry or not self._is_first(parcel), _FIRST_PAUSE_SECONDS if hurry else seconds
            )
            return self._is_first(parcel)

    def _is_first(self, parcel):
        return bool(self._queue) and self._queue[0] is parcel
