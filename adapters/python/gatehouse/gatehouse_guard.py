"""The guard of one program: has events judged, knows what to do without a verdict, keeps count, and never raises."""

import atexit
import json
import os
import sys
import threading
import weakref
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from typing import Any, Dict, Mapping, Optional

if __package__:
    from .gatehouse_config import Config
    from .gatehouse_http import Deadline, Fault
    from .gatehouse_log import Log
    from .gatehouse_native import Answer, Identity, NativeWire
    from .gatehouse_outbox import Outbox, Parcel
    from .gatehouse_replies import closed, denies, reason
else:
    from gatehouse_config import Config
    from gatehouse_http import Deadline, Fault
    from gatehouse_log import Log
    from gatehouse_native import Answer, Identity, NativeWire
    from gatehouse_outbox import Outbox, Parcel
    from gatehouse_replies import closed, denies, reason

#: Events that are judged at once; more wait for their turn, within their deadline.
MAX_WORKERS = 16

_guards = weakref.WeakSet()  # type: weakref.WeakSet[Guard]


class Call:
    """One event on its way through the guard."""

    def __init__(self, event: str, data: Mapping[str, Any], identity: Identity, seconds: float):
        self.event = event
        self.data = data
        self.identity = identity
        self.deadline = Deadline(seconds)
        #: Set once a thread has taken it up.
        self.started = False
        #: Set once nobody waits for the verdict any more.
        self.abandoned = False


class Guard:
    """Shares connections, queue and counts among all hooks of equal settings. Safe for threads and forks."""

    def __init__(self, config: Config, wire: Any = None):
        self.config = config
        self.log = Log(config.log_dir, config.log_level)
        self._unusable = ""
        self._wire = wire
        if wire is None:
            self._wire = self._native_wire()
        self._outbox = Outbox(self._deliver, self._dropped)
        self._counts = Counter()  # type: Counter[str]
        self._failures = Counter()  # type: Counter[str]
        self._reset_threads()
        _guards.add(self)
        self._greet()

    def _native_wire(self):
        if not self.config.url:
            self._unusable = "no address is set"
            return None
        try:
            return NativeWire(self.config)
        except ValueError as e:
            self._unusable = str(e)
            return None

    def _greet(self):
        mode = "sync" if self.config.sync else "async"
        fail = "closed" if self.config.fail_closed else "open"
        self.log.info("Akto Agent SDK hooks initialised: mode=%s fail_mode=%s timeout=%gs" % (mode, fail, self.config.timeout))
        for problem in self.config.problems:
            self.log.error("configuration error: " + problem)
        if self._unusable and self.config.url:
            self.log.error("configuration error: " + self._unusable)

    def _reset_threads(self):
        self._lock = threading.Lock()
        self._executor = None  # type: Optional[ThreadPoolExecutor]
        self._finalizer_set = False

    def reset(self) -> None:
        """Let go of threads, connections and queued events that belong to the process this one was forked from."""
        self.log.reset()
        self._reset_threads()
        self._outbox.reset()
        if self._wire is not None:
            self._wire.reset()

    def executor(self) -> ThreadPoolExecutor:
        """The threads that wait for verdicts, apart from the event loop's own."""
        with self._lock:
            if self._executor is None:
                self._executor = ThreadPoolExecutor(MAX_WORKERS, thread_name_prefix="gatehouse")
            return self._executor

    def call(self, event: str, data: Any, tool_use_id: Optional[str], identity: Identity) -> Call:
        """Make a call of what the SDK handed to a hook that is registered for event."""
        fields = data if isinstance(data, dict) else {}
        name = fields.get("hook_event_name")
        if not isinstance(name, str) or not name:
            name = event
            fields = dict(fields, hook_event_name=event)
        if tool_use_id and "tool_name" in fields and "tool_use_id" not in fields:
            fields = dict(fields, tool_use_id=tool_use_id)
        self._count("events")
        return Call(name, fields, identity, self.config.deadline(name))

    def judge(self, call: Call) -> Dict[str, Any]:
        """Wait for the verdict on call and return the reply for the client. Blocks, at most until the deadline."""
        try:
            if call.abandoned:
                return {}
            call.started = True
            body = self._encode(call)
            answer = self._wire.decide(call.event, body, call.identity, call.deadline)
        except Fault as fault:
            return {} if call.abandoned else self.fail(call, fault)
        except Exception as e:
            return {} if call.abandoned else self.fail(call, Fault("internal error, " + type(e).__name__, permanent=True))
        if not call.abandoned:
            self._judged(call, answer)
        return answer.reply

    def _judged(self, call: Call, answer: Answer):
        self._count("judged")
        if self.config.log_payloads:
            self.log.payload("reply to " + call.event, json.dumps(answer.reply))
        if answer.action == "deny" or denies(answer.reply):
            # A reason is made of the policies' own words, never of content.
            self._count("blocked")
            self.log.warning("BLOCKING %s decision=%s: %s" % (_name(call), answer.decision[:64], reason(answer.reply)))
        elif answer.action in ("redact", "ask"):
            self._count({"redact": "redacted", "ask": "asked"}[answer.action])
            self.log.info("%s %s decision=%s" % (answer.action, _name(call), answer.decision[:64]))
        else:
            self.log.debug("%s %s decision=%s" % (answer.action, _name(call), answer.decision[:64]))

    def observe(self, call: Call) -> None:
        """Report call without waiting for anything but its turn in the queue."""
        try:
            self._outbox.put(Parcel(call.event, self._encode(call), call.identity))
            self._finalize_with_multiprocessing()
        except Fault as fault:
            self._lost(call.event, fault.why)
        except Exception as e:
            self._lost(call.event, "internal error, " + type(e).__name__)

    def fail(self, call: Call, fault: Fault) -> Dict[str, Any]:
        """The reply to call where there is no verdict: what the fail mode says."""
        try:
            reply = closed(call.event, dict(call.data), fault.why) if self.config.fail_closed else {}
            with self._lock:
                self._failures[fault.why] += 1
            if self.config.fail_closed and reply:
                self._count("failed_closed")
                self.log.error("BLOCKING %s fail-closed: %s" % (_name(call), fault.why))
                return reply
            self._count("failed_open")
            self.log.error("fail-open: error judging %s: %s" % (_name(call), fault.why))
            if not fault.sent and not fault.permanent:
                self.observe(call)  # it passed unseen; the record of it can still come in later
            return reply
        except Exception:  # the caller must get an answer, and a denial where nothing else is left to say
            return closed(call.event, {}, "internal error") if self.config.fail_closed else {}

    def _encode(self, call: Call) -> bytes:
        if self._wire is None:
            raise Fault(self._unusable, sent=False, permanent=True)
        body = self._wire.encode(call.data)
        if self.config.log_payloads:
            self.log.payload("event " + call.event, body.decode("utf-8", "replace"))
        return body

    def _deliver(self, parcel: Parcel):
        self._wire.record(parcel.event, parcel.body, parcel.identity, Deadline(self.config.deadline(parcel.event)))

    def _dropped(self, parcel: Parcel, why: str):
        self._lost(parcel.event, why)

    def _lost(self, event: str, why: str):
        self._count("dropped")
        with self._lock:
            self._failures[why] += 1
        self.log.error("error: event %s was not recorded: %s" % (event[:64], why))

    def _count(self, name):
        with self._lock:
            self._counts[name] += 1

    def stats(self) -> Dict[str, Any]:
        """Counts since the program's start, and why there was no verdict, as a dict of its own."""
        names = ("events", "judged", "blocked", "redacted", "asked", "failed_open", "failed_closed", "dropped")
        with self._lock:
            numbers = {name: self._counts[name] for name in names}  # type: Dict[str, Any]
            numbers["failures"] = dict(self._failures)
        numbers["queued"] = len(self._outbox)
        numbers["recorded"] = self._outbox.delivered
        numbers["retried"] = self._outbox.retried
        numbers["connections"] = self._wire.connections if self._wire is not None else 0
        return numbers

    def flush(self, seconds: Optional[float] = None) -> bool:
        """Wait until all queued events are recorded or given up, at most so long (AKTO_TIMEOUT); tell whether they are."""
        return self._outbox.flush(self.config.timeout if seconds is None else seconds)

    def close(self) -> None:
        """Flush for the last time, give up what is left, and close connections. A guard that is used again opens new ones."""
        if not self.flush():
            self._outbox.abandon("program ended")
        if self._wire is not None:
            self._wire.close()
        with self._lock:
            executor, self._executor = self._executor, None
        if executor is not None:
            executor.shutdown(wait=False)

    def _finalize_with_multiprocessing(self):
        """Have a forked worker of multiprocessing flush as well: it ends without the interpreter's exit handlers."""
        util = sys.modules.get("multiprocessing.util")
        if util is None or self._finalizer_set:
            return
        self._finalizer_set = True
        if sys.modules["multiprocessing"].parent_process() is not None:
            util.Finalize(None, self.close, exitpriority=10)


def _name(call: Call) -> str:
    """Event, tool and session of call, for the log."""
    parts = [call.event[:64]]
    for label, key in (("tool", "tool_name"), ("session", "session_id")):
        value = call.data.get(key)
        if isinstance(value, str) and value:
            parts.append("%s=%s" % (label, value[:128]))
    return " ".join(parts)


def _close_all():
    for guard in list(_guards):
        guard.close()


def _reset_all():
    for guard in list(_guards):
        guard.reset()


atexit.register(_close_all)
if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_reset_all)
