"""Replies in Claude's own format: whether one is fit to be handed on, and what to say without one.

A reply that the client would silently ignore counts as none, because the event would pass as if it had been allowed.
"""

from typing import Any, Dict

_DECISIONS = ("approve", "block")
_PERMISSIONS = ("allow", "deny", "ask", "defer")
# What names the form of a tool's result, and must survive for the client to accept a replacement.
_FORM_KEYS = ("type", "status")
_FORM_WORDS = frozenset(
    ("text", "image", "document", "resource", "resource_link", "audio", "file", "create", "update", "notebook", "pdf")
    + ("parts", "file_unchanged", "completed", "async_launched", "image/png", "image/jpeg", "image/gif", "image/webp")
)
_NOTE = "Withheld by Gatehouse: this could not be judged"


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


def closed(event: str, data: Dict[str, Any], why: str) -> Dict[str, Any]:
    """The strictest reply to an event that was not judged; empty where the client takes no denial."""
    reason = "Blocked by Gatehouse: this could not be judged (%s), and what is not judged does not pass here." % why
    if event in ("UserPromptSubmit", "UserPromptExpansion"):
        specific = {"hookEventName": event, "suppressOriginalPrompt": True}
        return {"decision": "block", "reason": reason, "hookSpecificOutput": specific}
    if event == "PreToolUse":
        specific = {"hookEventName": event, "permissionDecision": "deny", "permissionDecisionReason": reason}
        return {"hookSpecificOutput": specific}
    if event == "PermissionRequest":
        return {"hookSpecificOutput": {"hookEventName": event, "decision": {"behavior": "deny", "message": reason}}}
    if event == "PostToolUse":
        tool = data.get("tool_name")
        specific = {"hookEventName": event, "updatedToolOutput": withheld(tool, data.get("tool_response"))}
        return {"decision": "block", "reason": reason, "hookSpecificOutput": specific}
    if event in ("PostToolUseFailure", "PostToolBatch"):
        return {"decision": "block", "reason": reason}
    if event in ("Stop", "SubagentStop"):
        # Only together do these end the turn without its answer; a block alone would have the model try again and again.
        return {"continue": False, "stopReason": reason, "decision": "block", "reason": reason}
    if event == "MessageDisplay":
        return {"hookSpecificOutput": {"hookEventName": event, "displayContent": _NOTE}}
    return {}


def withheld(tool: Any, response: Any) -> Any:
    """A tool's result in its own shape, which alone the client accepts, with nothing left of what it said."""
    if isinstance(tool, str) and tool.startswith("mcp__"):
        return [{"type": "text", "text": _NOTE}]
    return _blank(response, 0)


def _blank(value: Any, depth: int) -> Any:
    if isinstance(value, dict) and depth < 64:
        return {
            k: v if k in _FORM_KEYS and isinstance(v, str) and v in _FORM_WORDS else _blank(v, depth + 1)
            for k, v in value.items()
        }
    if isinstance(value, list) and depth < 64:
        return [_blank(v, depth + 1) for v in value]
    if isinstance(value, bool) or value is None:
        return value
    if isinstance(value, (int, float)):
        return 0
    return _NOTE
