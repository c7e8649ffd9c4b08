"""Gatehouse's own wire: the hook's input goes out as it is, and the reply comes back in Claude's own format.

A wire is an object with ``decide`` and ``record``; another one can take this one's place.
"""

import json
from typing import Any, Dict, Mapping, NamedTuple

if __package__:
    from .gatehouse_config import Config
    from .gatehouse_http import Deadline, Fault, Pool, Reply
    from .gatehouse_replies import flaw
else:
    from gatehouse_config import Config
    from gatehouse_http import Deadline, Fault, Pool, Reply
    from gatehouse_replies import flaw

_PATH = "/v1/hooks/claude?observe=%s&fail_mode=%s"
_ACTIONS = ("allow", "alert", "redact", "ask", "deny")
_MAX_IDENTITY_CHARS = 256


class Identity(NamedTuple):
    """Who is behind an event, as far as the program knows."""

    client_ip: str = ""
    agent: str = ""
    user: str = ""
    model: str = ""


class Answer(NamedTuple):
    """What was decided about one event."""

    reply: Dict[str, Any]
    #: One of allow, alert, redact, ask, deny: what the client does on reading reply.
    action: str
    #: Name of the record.
    decision: str


class NativeWire:
    """Speaks ``POST /v1/hooks/claude``. Safe for threads."""

    def __init__(self, config: Config):
        self._config = config
        self._pool = Pool(config.url, config.ca_path)
        self._fail_mode = "closed" if config.fail_closed else "open"

    @property
    def connections(self) -> int:
        """Connections made so far."""
        return self._pool.opened

    def reset(self) -> None:
        """Start afresh in a forked process."""
        self._pool.reset()

    def close(self) -> None:
        """Close idle connections."""
        self._pool.close()

    def encode(self, data: Mapping[str, Any]) -> bytes:
        """The body for an event. Lone surrogates, which no JSON reader need accept, become question marks."""
        try:
            return json.dumps(data, ensure_ascii=False, allow_nan=False, separators=(",", ":")).encode("utf-8", "replace")
        except (TypeError, ValueError, RecursionError):
            raise Fault("event is not JSON", sent=False, permanent=True) from None

    def decide(self, event: str, body: bytes, identity: Identity, deadline: Deadline) -> Answer:
        """Have one event judged. Raises Fault."""
        return self._ask(event, body, identity, "false", deadline)

    def record(self, event: str, body: bytes, identity: Identity, deadline: Deadline) -> None:
        """Have one event judged and recorded for the record alone; it is durable on return. Raises Fault."""
        self._ask(event, body, identity, "true", deadline)

    def _ask(self, event, body, identity, observe, deadline):
        path = _PATH % (observe, self._fail_mode)
        reply = self._pool.post(path, self._headers(identity), body, deadline)
        _check_status(reply)
        # Any server answers something to a POST. Only Gatehouse says what it did, and without that word an
        # empty object from a stranger would pass for an allow.
        action = reply.headers.get("X-Gatehouse-Action", "")
        if action not in _ACTIONS:
            raise Fault("reply is not from Gatehouse")
        try:
            parsed = json.loads(reply.body)
        except (ValueError, RecursionError):
            raise Fault("reply is not JSON") from None
        wrong = flaw(event, parsed)
        if wrong:
            raise Fault(wrong)
        return Answer(parsed, action, reply.headers.get("X-Gatehouse-Decision", ""))

    def _headers(self, identity):
        headers = {"Content-Type": "application/json", "User-Agent": "gatehouse-python"}
        token = self._config.token
        if token:
            headers["Authorization"] = _value(token if token.lower().startswith("bearer ") else "Bearer " + token, 65536)
        named = (
            ("X-Gatehouse-Agent", identity.agent or self._config.agent),
            ("X-Gatehouse-Connector", self._config.connector),
            ("X-Gatehouse-User", identity.user),
            ("X-Gatehouse-Client-IP", identity.client_ip),
            ("X-Gatehouse-Model", identity.model),
        )
        for name, value in named:
            if value:
                headers[name] = _value(value, _MAX_IDENTITY_CHARS)
        return headers


def _value(text: str, limit: int) -> bytes:
    """Text as the value of a header: one line, bounded."""
    return "".join(c for c in text[:limit] if c >= " " and c != "\x7f").strip().encode("utf-8", "replace")


def _check_status(reply: Reply) -> None:
    status = reply.status
    if status == 200:
        return
    if 300 <= status < 400:
        raise Fault("redirect refused")
    if status in (401, 403):
        raise Fault("token refused, status %d" % status, permanent=True)
    if status == 413:
        raise Fault("event is too large, status 413", permanent=True)
    if status in (429, 503):
        raise Fault("server is busy, status %d" % status, sent=False)
    raise Fault("status %d" % status, permanent=400 <= status < 500)
