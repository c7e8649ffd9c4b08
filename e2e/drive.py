"""Runs one agent on the real Claude Agent SDK for Python, as the job in the file of the first argument says, and
prints every message that the application gets as one line of JSON. The tests read it."""

import asyncio
import dataclasses
import json
import sys

from claude_agent_sdk import (
    ClaudeAgentOptions,
    ClaudeSDKClient,
    HookMatcher,
    PermissionResultAllow,
    PermissionResultDeny,
)


def emit(message):
    print(json.dumps(message, default=plain), flush=True)


def plain(value):
    if dataclasses.is_dataclass(value):
        fields = {f.name: getattr(value, f.name) for f in dataclasses.fields(value)}
        return {"class": type(value).__name__, **fields}
    return str(value)


def hooks_of(job):
    """Returns the adapter's hooks: all of them, or the four that create_hooks returns in order."""
    if not job.get("adapter"):
        return None
    sys.path.insert(0, job["adapter"])
    import hooks

    if not job.get("adapter_four"):
        return hooks.create_hook_matchers(client_ip="203.0.113.7")
    prompt, stop, pre, post = hooks.create_hooks(client_ip="203.0.113.7")
    return {
        "UserPromptSubmit": [HookMatcher(hooks=[prompt])],
        "Stop": [HookMatcher(hooks=[stop])],
        "PreToolUse": [HookMatcher(hooks=[pre])],
        "PostToolUse": [HookMatcher(hooks=[post])],
    }


def person_of(job):
    """Returns the callback that is asked for permission, or None where nobody is there."""
    if not job.get("person"):
        return None

    async def can_use_tool(tool, tool_input, context):
        emit({"type": "asked", "tool": tool, "input": tool_input, "reason": getattr(context, "decision_reason", None) or ""})
        if job["person"] == "allow":
            return PermissionResultAllow(updated_input=tool_input)
        return PermissionResultDeny(message="a person said no")

    return can_use_tool


async def main():
    with open(sys.argv[1], encoding="utf-8") as f:
        job = json.load(f)
    options = ClaudeAgentOptions(
        cwd=job["dir"],
        cli_path=job.get("cli") or None,
        setting_sources=[],
        allowed_tools=job.get("allowed") or [],
        permission_mode=job.get("permission_mode") or "default",
        mcp_servers=job.get("mcp_servers") or {},
        settings=json.dumps(job["settings"]) if job.get("settings") else None,
        resume=job.get("resume") or None,
        include_partial_messages=bool(job.get("partial")),
        hooks=hooks_of(job),
        can_use_tool=person_of(job),
        stderr=lambda line: print(line, file=sys.stderr),
    )
    async with ClaudeSDKClient(options=options) as client:
        for prompt in job["prompts"]:
            await client.query(prompt)
            async for message in client.receive_response():
                emit(message)


asyncio.run(main())
