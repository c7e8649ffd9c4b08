"""Hooks of the Claude Agent SDK that have every event judged by Gatehouse.

    from hooks import create_hooks

    user_prompt_submit, stop, pre_tool_use, post_tool_use = create_hooks(client_ip=request.remote_addr)

or, for all events at once, ``ClaudeAgentOptions(hooks=create_hook_matchers(client_ip=...))``. The README lists the
environment variables. A callback never raises and always answers before the client's own time-out.
"""

import asyncio
import math
import threading
from collections import OrderedDict
from typing import Any, Awaitable, Callable, Dict, List, Optional, Tuple

if __package__:
    from .gatehouse_config import Config
    from .gatehouse_guard import Call, Guard
    from .gatehouse_http import Fault
    from .gatehouse_native import Identity
else:
    from gatehouse_config import Config
    from gatehouse_guard import Call, Guard
    from gatehouse_http import Fault
    from gatehouse_native import Identity

__all__ = ["EVENTS", "Config", "Guard", "Hook", "create_hook_matchers", "create_hooks", "default_guard", "flush", "stats"]

#: What the SDK calls: input, tool-use id, context; the reply is a dict in Claude's own format.
Hook = Callable[[Dict[str, Any], Optional[str], Any], Awaitable[Dict[str, Any]]]

#: The events that :func:`create_hook_matchers` registers: all that the SDK gives to callbacks and that carry
#: content, can be denied, or mark a step of the run. (It never calls back for the start and the end of a session.)
EVENTS = (
    "UserPromptSubmit",
    "UserPromptExpansion",
    "PreToolUse",
    "PermissionRequest",
    "PostToolUse",
    "PostToolUseFailure",
    "PostToolBatch",
    "MessageDisplay",
    "Stop",
    "StopFailure",
    "SubagentStart",
    "SubagentStop",
    "PreCompact",
    "PostCompact",
    "Notification",
)

_MAX_GUARDS = 32
_NO_CLIENT_IP = "0.0.0.0"

_guards = OrderedDict()  # type: OrderedDict[Config, Guard]
_guards_lock = threading.Lock()


def default_guard(config: Optional[Config] = None) -> Guard:
    """The guard for config, or for what the environment says now; one and the same for equal settings."""
    wanted = config or Config.from_env()
    with _guards_lock:
        guard = _guards.pop(wanted, None) or Guard(wanted)
        _guards[wanted] = guard
        if len(_guards) > _MAX_GUARDS:
            _guards.popitem(last=False)
        return guard


def create_hooks(
    client_ip: str = "",
    *,
    agent: str = "",
    user: str = "",
    model: str = "",
    guard: Optional[Guard] = None
) -> Tuple[Hook, Hook, Hook, Hook]:
    """The hooks for UserPromptSubmit, Stop, PreToolUse and PostToolUse, in this order. Call it once per request or session.

    ``client_ip``, ``agent`` (else ``AGENT_ID``), ``user`` and ``model`` go into the records.
    """
    hook = _maker(client_ip, agent, user, model, guard)
    return hook("UserPromptSubmit"), hook("Stop"), hook("PreToolUse"), hook("PostToolUse")


def create_hook_matchers(
    client_ip: str = "",
    *,
    agent: str = "",
    user: str = "",
    model: str = "",
    guard: Optional[Guard] = None
) -> Dict[str, List[Any]]:
    """The value for ``ClaudeAgentOptions(hooks=...)`` that guards all :data:`EVENTS`; arguments as for :func:`create_hooks`.

    Each comes with a time-out just above our own deadline. Needs ``claude_agent_sdk``.
    """
    from claude_agent_sdk import HookMatcher

    guard = guard or default_guard()
    hook = _maker(client_ip, agent, user, model, guard)
    matchers = {}
    for event in EVENTS:
        timeout = math.ceil(guard.config.deadline(event)) + 5
        try:
            matchers[event] = [HookMatcher(hooks=[hook(event)], timeout=timeout)]
        except TypeError:  # an SDK older than time-outs
            matchers[event] = [HookMatcher(hooks=[hook(event)])]
    return matchers


def stats() -> Dict[str, Any]:
    """Counts since the program's start, of all guards together: see :meth:`Guard.stats`."""
    with _guards_lock:
        guards = list(_guards.values())
    total = {}  # type: Dict[str, Any]
    for one in (guard.stats() for guard in guards):
        failures = one.pop("failures")
        merged = total.setdefault("failures", {})
        for why, n in failures.items():
            merged[why] = merged.get(why, 0) + n
        for name, n in one.items():
            total[name] = total.get(name, 0) + n
    return total


def flush(seconds: Optional[float] = None) -> bool:
    """Wait until queued events are recorded, at most so long for each guard; tell whether they are.

    It blocks. Exit of the program does the same; a program that is killed, or ends by ``os._exit``, should call it.
    """
    with _guards_lock:
        guards = list(_guards.values())
    return all([guard.flush(seconds) for guard in guards])


def _maker(client_ip, agent, user, model, guard):
    guard = guard or default_guard()
    identity = Identity(_text(client_ip) or _NO_CLIENT_IP, _text(agent), _text(user), _text(model))

    def make(event: str) -> Hook:
        async def hook(input_data, tool_use_id=None, context=None):
            call = guard.call(event, input_data, tool_use_id, identity)
            if guard.config.sync:
                return await _wait(guard, call)
            guard.observe(call)
            return {}

        hook.__name__ = hook.__qualname__ = "gatehouse_" + event
        return hook

    return make


def _text(value) -> str:
    return "" if value is None else str(value)


async def _wait(guard: Guard, call: Call) -> Dict[str, Any]:
    """Have call judged by a thread, and answer by the deadline whatever that thread does."""
    seconds = max(0.0, call.deadline.left()) + guard.config.grace
    try:
        try:
            loop = asyncio.get_running_loop()
        except RuntimeError:
            return await _wait_elsewhere(guard, call, seconds)
        future = loop.run_in_executor(guard.executor(), guard.judge, call)
        try:
            done, _ = await asyncio.wait({future}, timeout=seconds)
        finally:
            if not future.done():
                call.abandoned = True
                future.cancel()
        return future.result() if done else guard.fail(call, _late(call))
    except Exception as e:
        call.abandoned = True
        return guard.fail(call, Fault("internal error, " + type(e).__name__, permanent=True))


async def _wait_elsewhere(guard: Guard, call: Call, seconds: float) -> Dict[str, Any]:
    """The same under another event loop that anyio, and so the SDK, knows: trio."""
    import anyio
    import anyio.to_thread

    with anyio.move_on_after(seconds):
        return await anyio.to_thread.run_sync(guard.judge, call, abandon_on_cancel=True)
    call.abandoned = True
    return guard.fail(call, _late(call))


def _late(call: Call) -> Fault:
    return Fault("timed out") if call.started else Fault("timed out waiting for a thread", sent=False)
