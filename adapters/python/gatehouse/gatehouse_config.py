"""What the environment says about the hooks: where Gatehouse is, whether to wait for it, what to do without it."""

import math
import os
from dataclasses import dataclass, field
from typing import Mapping, Optional, Tuple

#: The longest a prompt may wait, in seconds: the client gives up on it after 30 and then blocks it.
MAX_PROMPT_WAIT_SECONDS = 25.0
#: The longest any other event may wait, in seconds: the client's time-out for a callback is 60.
MAX_WAIT_SECONDS = 55.0

_TRUE = frozenset(("true", "1", "yes", "on"))
_FALSE = frozenset(("false", "0", "no", "off"))


@dataclass(frozen=True)
class Config:
    """Settings of one guard. Equal settings share one guard, with its connections and its queue."""

    #: Address of Gatehouse, with a path prefix where it has one; empty means that every event is a failure.
    url: str = ""
    #: API key, sent as a bearer token; empty sends none.
    token: str = field(default="", repr=False)
    #: True waits for the verdict of every event; False only reports events.
    sync: bool = True
    #: What happens without a verdict: True denies, False lets pass.
    fail_closed: bool = False
    #: The time in seconds after which an event must be answered; see :meth:`deadline`.
    timeout: float = 5.0
    #: Name of this adapter in the records.
    connector: str = "claude_agent_sdk"
    #: Name of the guarded program in the records.
    agent: str = ""
    #: Host name and mode as Akto's wire knows them; the native wire has no use for either.
    host: str = "api.anthropic.com"
    mode: str = "argus"
    #: File or folder of certificates to trust beside the system's.
    ca_path: str = ""
    log_dir: str = ""
    log_level: str = "INFO"
    #: True writes events and replies to the log.
    log_payloads: bool = False
    #: What was wrong with the environment, as sentences without values; logged once.
    problems: Tuple[str, ...] = field(default=(), compare=False)

    def deadline(self, event: str) -> float:
        """Seconds within which an event is answered: less than ``timeout``, and than the client's own limit."""
        limit = MAX_PROMPT_WAIT_SECONDS if event == "UserPromptSubmit" else MAX_WAIT_SECONDS
        return min(self.timeout * 0.9, limit)

    @property
    def grace(self) -> float:
        """Seconds after the deadline in which a thread may still say itself why it has no answer."""
        return min(self.timeout * 0.05, 1.0)

    @classmethod
    def from_env(cls, env: Optional[Mapping[str, str]] = None) -> "Config":
        """Read the variables that the README lists. Never raises: what cannot be read becomes a problem."""
        source = os.environ if env is None else env
        problems = []

        def get(name, default=""):
            return source.get(name, "").strip() or default

        def flag(name, default):
            word = get(name).lower()
            if word in _TRUE or word in _FALSE:
                return word in _TRUE
            if word:
                problems.append("%s is neither true nor false: taken as %s" % (name, str(default).lower()))
            return default

        timeout = 5.0
        if get("AKTO_TIMEOUT"):
            try:
                timeout = float(get("AKTO_TIMEOUT"))
            except ValueError:
                timeout = math.nan
            if not 0.05 <= timeout <= 3600:
                timeout = 5.0
                problems.append("AKTO_TIMEOUT is not a number of seconds: taken as 5")

        # A word that is not known must not let anything pass, so a misspelt "closed" is closed.
        fail_mode = get("GATEHOUSE_FAIL_MODE", "open").lower()
        if fail_mode not in ("open", "closed"):
            problems.append("GATEHOUSE_FAIL_MODE is neither open nor closed: taken as closed")

        mode = get("MODE", "argus").lower()
        if mode not in ("argus", "atlas"):
            mode = "argus"
            problems.append("MODE is neither argus nor atlas: taken as argus")

        level = get("LOG_LEVEL", "INFO").upper()
        if level not in ("DEBUG", "INFO", "WARNING", "ERROR"):
            level = "INFO"
            problems.append("LOG_LEVEL is none of DEBUG, INFO, WARNING, ERROR: taken as INFO")

        token = get("GATEHOUSE_TOKEN")
        if not token and get("GATEHOUSE_TOKEN_FILE"):
            try:
                with open(get("GATEHOUSE_TOKEN_FILE"), encoding="utf-8") as f:
                    token = f.read(65536).strip()
            except (OSError, ValueError):
                problems.append("GATEHOUSE_TOKEN_FILE cannot be read")

        url = get("GATEHOUSE_URL") or get("AKTO_DATA_INGESTION_URL")
        if not url:
            problems.append("neither GATEHOUSE_URL nor AKTO_DATA_INGESTION_URL is set")

        return cls(
            url=url,
            token=token or get("AKTO_TOKEN") or get("AKTO_API_TOKEN"),
            sync=flag("AKTO_SYNC_MODE", True),
            fail_closed=fail_mode != "open",
            timeout=timeout,
            connector=get("AKTO_CONNECTOR", "claude_agent_sdk"),
            agent=get("AGENT_ID"),
            host=get("AKTO_HOST", "api.anthropic.com"),
            mode=mode,
            ca_path=get("SSL_CERT_PATH"),
            log_dir=os.path.expanduser(get("LOG_DIR", "~/.claude/akto/logs")),
            log_level=level,
            log_payloads=flag("LOG_PAYLOADS", False),
            problems=tuple(problems),
        )
