"""Replies in Claude's own format: whether one is fit to be handed on, and what to say without one.

A reply that the client would silently ignore counts as none, because the event would pass as if it had been allowed.
"""

from typing import Any, Dict

_DECISIONS = ("approve", "block")
_PERMISSIONS = ("allow", "deny", "ask", "defer")
# Members whose strings name things and do not hold text: the client compares them with words of its own, and drops
# a result in which one has changed.
_KEPT = frozenset(
    (
        "action agentId agentType cell_id cell_type edit_mode encoding file filePath file_path id kind language level "
        "media_type mediaType mimeType mode notebook_path operation outcome path severity status taskId taskType "
        "task_id task_type tool_use_id type unanswered uri url verdict"
    ).split()
)
_MAX_DEPTH = 200


def flaw(event: str, reply: Any) -> str:
    """Why the client would not act on reply as it is meant, as a fixed phrase; empty where it would."""
    if not isinstance(reply, dict):
        return "reply is not an object"
    if "error" in reply:
        return "reply is an error"
    if not isinstance(reply.get("continue", True), bool):
        return "reply has no valid continue"
    if reply.get("decision", "block") not in _DECISIONS:
        return "reply has no valid decision"
    for name in ("reason", "systemMessage", "stopReason"):
        if not isinstance(reply.get(name, ""), str):
            return "reply has no valid text"
    specific = reply.get("hookSpecificOutput")
    if "hookSpecificOutput" not in reply:
        return ""
    if not isinstance(specific, dict) or specific.get("hookEventName") != event:
        return "reply is for another event"
    if event == "PreToolUse" and specific.get("permissionDecision", "deny") not in _PERMISSIONS:
        return "reply has no valid permission"
    if not isinstance(specific.get("updatedInput", {}), dict):
        return "reply has no valid input"
    if not isinstance(specific.get("displayContent", ""), str):
        return "reply has no valid text"
    return ""


def denies(reply: Dict[str, Any]) -> bool:
    """Whether the client, on reading reply, stops what it was about to do."""
    specific = reply.get("hookSpecificOutput") or {}
    permission = specific.get("decision") if isinstance(specific.get("decision"), dict) else {}
    return (
        reply.get("decision") == "block"
        or reply.get("continue") is False
        or specific.get("permissionDecision") == "deny"
        or permission.get("behavior") == "deny"
    )


def reason(reply: Dict[str, Any]) -> str:
    """What reply tells of why; empty where it tells nothing."""
    specific = reply.get("hookSpecificOutput") or {}
    permission = specific.get("decision") if isinstance(specific.get("decision"), dict) else {}
    said = reply.get("reason") or specific.get("permissionDecisionReason") or permission.get("message") or reply.get("stopReason")
    return said[:400] if isinstance(said, str) else ""


def closed(event: str, data: Dict[str, Any], why: str) -> Dict[str, Any]:
    """The denial of an event that was not judged; empty where the client obeys none."""

    def told(did, advice=""):
        return "Gatehouse %s: it could not be judged (%s), and what is not judged does not pass here.%s" % (did, why, advice)

    def specific(**fields):
        return {"hookSpecificOutput": dict(hookEventName=event, **fields)}

    note = "[withheld by Gatehouse: could not be judged: %s]" % why
    if event in ("UserPromptSubmit", "UserPromptExpansion"):
        return dict(_block(told("denied this prompt")), **specific(suppressOriginalPrompt=True))
    if event == "PreToolUse":
        said = told("denied this tool call", " The call was not run.")
        return specific(permissionDecision="deny", permissionDecisionReason=said)
    if event == "PermissionRequest":
        said = told("denied this tool call", " The call was not run.")
        return specific(decision={"behavior": "deny", "message": said})
    if event == "PostToolUse":
        output = withheld(data.get("tool_name"), data.get("tool_input"), data.get("tool_response"), note)
        return dict(_block(told("withheld this tool's result")), **specific(updatedToolOutput=output))
    if event == "PostToolBatch":
        return _block(told("stopped the turn at a tool result"))
    if event == "MessageDisplay":
        return specific(displayContent=note)
    if event == "Stop":
        # A block alone would have the model try again, to be judged no better.
        return dict(_block(told("withheld this answer")), **{"continue": False})
    if event == "PreModelSwitch":
        return specific(permissionDecision="deny", permissionDecisionReason=told("denied this change of model"))
    if event in ("Elicitation", "ElicitationResult"):
        return specific(action="decline")
    if event in ("PreCompact", "ConfigChange"):
        return _block(told("denied this step"))
    return {}


def _block(reason: str) -> Dict[str, Any]:
    return {"decision": "block", "reason": reason}


def withheld(tool: Any, tool_input: Any, response: Any, note: str) -> Any:
    """A tool's result with its text replaced, in the shape in which alone the client takes it."""
    block = [{"type": "text", "text": note}]
    if isinstance(tool, str) and tool.startswith("mcp__"):
        return block
    if isinstance(response, dict):
        if tool == "Bash" and "stdout" in response:
            # Paths and names by which the output could be fetched after all are left out.
            return {"stdout": note, "stderr": "", "interrupted": False, "isImage": False}
        if tool == "Read" and "file" in response:
            path = tool_input.get("file_path") if isinstance(tool_input, dict) else None
            file = {"filePath": path if isinstance(path, str) else "", "content": note}
            return {"type": "text", "file": dict(file, numLines=1, startLine=1, totalLines=1)}
        if tool in ("Agent", "Task") and "content" in response:
            return dict(response, content=block)
    return _blank(response, "", note, 0)


def _blank(value: Any, name: Any, note: str, depth: int) -> Any:
    if depth > _MAX_DEPTH:
        return note
    if isinstance(value, dict):
        return {k: _blank(v, k, note, depth + 1) for k, v in value.items()}
    if isinstance(value, list):
        return [_blank(v, "", note, depth + 1) for v in value]
    if isinstance(value, str):
        return value if not value or name in _KEPT else note
    return value
