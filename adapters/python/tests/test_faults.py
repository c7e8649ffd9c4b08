"""Every way in which a server can fail to give a verdict, in both fail modes."""

import asyncio
import time
import unittest

from gatehouse import create_hooks
from tests.stub import HEAD, Case, closed_port, reply, reset

PROMPT = {"hook_event_name": "UserPromptSubmit", "session_id": "s1", "prompt": "canary-content"}
TIMEOUT = 0.5


def ok(**fields):
    return reply(dict({"hookSpecificOutput": {"hookEventName": "UserPromptSubmit"}}, **fields))


def send(data, keep=False):
    def behave(conn, request):
        conn.sendall(data)
        return keep

    return behave


def trickle(data, pause):
    def behave(conn, request):
        for n in range(len(data)):
            conn.sendall(data[n : n + 1])
            time.sleep(pause)
        return False

    return behave


def huge_chunked(conn, request):
    conn.sendall(b"HTTP/1.1 200 OK\r\nX-Gatehouse-Action: allow\r\nTransfer-Encoding: chunked\r\n\r\n")
    chunk = b"100000\r\n" + b" " * 0x100000 + b"\r\n"
    for _ in range(40):
        conn.sendall(chunk)
    return False


DEEP = b"[" * 200000
HTML = b"<!doctype html><title>Sign in</title>"
# name, behaviour, the reason in the counts
FAULTS = (
    ("slow", lambda conn, r: time.sleep(TIMEOUT * 6), "timed out"),
    ("trickled head", trickle(reply({}), 0.05), "timed out"),
    ("trickled body", trickle(b"HTTP/1.1 200 OK\r\nContent-Length: 5000\r\n\r\n" + b" " * 5000, 0.01), "timed out"),
    ("hangs up", lambda conn, r: False, "connection was cut"),
    ("reset", lambda conn, r: reset(conn), "connection was cut"),
    ("cut in the head", send(b"HTTP/1.1 200 OK\r\nX-Gate"), "reply is not from Gatehouse"),
    ("cut in the body", send(reply(b'{"decision":"block"}')[:-5]), "connection was cut"),
    ("cut in a chunk", send(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nff\r\n{"), "connection was cut"),
    ("not HTTP", send(b"SSH-2.0-OpenSSH_9.2\r\n"), "reply is not HTTP"),
    ("not HTTP for long", send(b"x" * 200000), "reply is not HTTP"),
    ("many headers", send(b"HTTP/1.1 200 OK\r\n" + b"A: b\r\n" * 500 + b"\r\n"), "reply is not HTTP"),
    ("500", send(reply({"error": {}}, status="500 Oops"), True), "status 500"),
    ("500 with a verdict", send(reply({"decision": "approve"}, status="500 Oops"), True), "status 500"),
    ("404", send(reply({}, status="404 Not Found"), True), "status 404"),
    ("401", send(reply({}, status="401 Unauthorized"), True), "token refused, status 401"),
    ("413", send(reply({}, status="413 Too Large"), True), "event is too large, status 413"),
    ("204", send(b"HTTP/1.1 204 No Content\r\nX-Gatehouse-Action: allow\r\n\r\n", True), "status 204"),
    ("redirect", send(reply({}, status="302 Found", extra="Location: http://127.0.0.1:1/\r\n"), True), "redirect refused"),
    ("permanent redirect", send(reply({}, status="308 Moved", extra="Location: /login\r\n"), True), "redirect refused"),
    ("upgrade", send(b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\nConnection: Upgrade\r\n\r\n"), "status 101"),
    ("stranger", send(reply({"status": "ok"}, head="Content-Type: application/json\r\n"), True), "reply is not from Gatehouse"),
    ("stranger with {}", send(reply({}, head=""), True), "reply is not from Gatehouse"),
    ("unknown action", send(reply({}, "permit"), True), "reply is not from Gatehouse"),
    ("HTML", send(reply(HTML), True), "reply is not JSON"),
    ("HTML of a stranger", send(reply(HTML, head="Content-Type: text/html\r\n"), True), "reply is not from Gatehouse"),
    ("empty", send(reply(b""), True), "reply is not JSON"),
    ("half JSON", send(reply(b'{"decision":'), True), "reply is not JSON"),
    ("not UTF-8", send(reply(b'{"reason":"\xff"}'), True), "reply is not JSON"),
    ("deep", send(reply(DEEP), True), "reply is not JSON"),
    ("huge", send(b"HTTP/1.1 200 OK\r\nX-Gatehouse-Action: allow\r\nContent-Length: 99999999999\r\n\r\n"), "reply is too large"),
    ("huge in chunks", huge_chunked, "reply is too large"),
    ("array", send(reply([]), True), "reply is not an object"),
    ("null", send(reply(None), True), "reply is not an object"),
    ("string", send(reply("allow"), True), "reply is not an object"),
    ("error", send(reply({"error": {"code": "internal"}}), True), "reply is an error"),
    ("continue as word", send(ok(**{"continue": "false"}), True), "reply has no valid continue"),
    ("unknown decision", send(ok(decision="deny"), True), "reply has no valid decision"),
    ("reason as object", send(ok(decision="block", reason={}), True), "reply has no valid text"),
    ("other event", send(reply({"hookSpecificOutput": {"hookEventName": "Stop"}}), True), "reply is for another event"),
    ("no event", send(reply({"hookSpecificOutput": {}}), True), "reply is for another event"),
    ("null output", send(reply({"hookSpecificOutput": None}), True), "reply is for another event"),
)


class Faults(Case):
    def ask(self, guard, data=PROMPT):
        hook = create_hooks(guard=guard)[0]
        begin = time.monotonic()
        got = asyncio.run(hook(data, None, None))
        self.assertLess(time.monotonic() - begin, guard.config.timeout + 1)  # a busy machine is late by more than the margin
        return got

    def test_each_in_both_modes(self):
        for name, behave, why in FAULTS:
            for fail_closed in (False, True):
                with self.subTest(name=name, fail_closed=fail_closed):
                    self.stub.behave = behave
                    guard = self.guard(timeout=TIMEOUT if why == "timed out" else 5.0, fail_closed=fail_closed)
                    got = self.ask(guard)
                    self.assertEqual(guard.stats()["failures"], {why: 1})
                    if fail_closed:
                        self.assertEqual(got["decision"], "block")
                        self.assertIn(why, got["reason"])
                        self.assertEqual(guard.stats()["failed_closed"], 1)
                        self.assertRegex(self.log(), "ERROR .*BLOCKING UserPromptSubmit session=s1 fail-closed: " + why)
                    else:
                        self.assertEqual(got, {})
                        self.assertEqual(guard.stats()["failed_open"], 1)
                        self.assertRegex(self.log(), "ERROR .*fail-open: error judging UserPromptSubmit session=s1: " + why)
                    # The next event is judged as if nothing had been.
                    self.stub.behave = send(ok(decision="block", reason="no"), True)
                    self.assertEqual(self.ask(guard)["reason"], "no")
                    self.assertNotIn("canary", self.log())

    def test_down(self):
        for url, why in (
            ("http://127.0.0.1:%d" % closed_port(), "connection refused"),
            ("http://nowhere.invalid", "host name not found"),
            ("", "no address is set"),
            ("ftp://127.0.0.1", "address is neither http nor https"),
            ("http://127.0.0.1:99999", "address has no valid port or host"),
            ("http://user:pass@127.0.0.1", "address holds more than scheme, host, port and path"),
        ):
            with self.subTest(url=url):
                guard = self.guard(url=url, fail_closed=True, timeout=5.0)
                self.assertEqual(self.ask(guard)["decision"], "block")
                self.assertEqual(guard.stats()["failures"], {why: 1})

    def test_what_passed_while_the_server_was_down_is_recorded_later(self):
        port = closed_port()
        guard = self.guard(url="http://127.0.0.1:%d" % port)
        self.assertEqual(self.ask(guard), {})
        self.assertEqual(guard.stats()["queued"], 1)
        guard._wire = self.guard()._wire  # the server comes back
        self.assertTrue(guard.flush(5))
        self.assertEqual(self.stub.requests[0].target, "/v1/hooks/claude?observe=true&fail_mode=open")
        self.assertEqual(self.stub.requests[0].json, PROMPT)

    def test_what_the_server_may_have_seen_is_not_sent_twice(self):
        self.stub.behave = send(reply({}, status="500 Oops"), True)
        guard = self.guard()
        self.ask(guard)
        guard.flush(1)
        self.assertEqual(len(self.stub.requests), 1)

    def test_what_was_denied_is_not_sent_later(self):
        guard = self.guard(url="http://127.0.0.1:%d" % closed_port(), fail_closed=True)
        self.assertEqual(self.ask(guard)["decision"], "block")
        self.assertEqual(guard.stats()["queued"], 0)


RESULT = {"tool_name": "Bash", "tool_input": {"command": "cat k"}, "tool_response": {"stdout": "SECRET", "stderr": "SECRET", "interrupted": False}}
CLOSED = (
    # event, further input, the reply without its reasons
    ("UserPromptSubmit", {}, {"decision": "block", "hookSpecificOutput": {"suppressOriginalPrompt": True}}),
    ("UserPromptExpansion", {}, {"decision": "block", "hookSpecificOutput": {"suppressOriginalPrompt": True}}),
    ("PreToolUse", {}, {"hookSpecificOutput": {"permissionDecision": "deny"}}),
    ("PermissionRequest", {}, {"hookSpecificOutput": {"decision": {"behavior": "deny"}}}),
    (
        "PostToolUse",
        RESULT,
        {"decision": "block", "hookSpecificOutput": {"updatedToolOutput": {"stdout": "NOTE", "stderr": "", "interrupted": False, "isImage": False}}},
    ),
    (
        "PostToolUse",
        {"tool_name": "mcp__db__query", "tool_response": [{"type": "text", "text": "SECRET"}]},
        {"decision": "block", "hookSpecificOutput": {"updatedToolOutput": [{"type": "text", "text": "NOTE"}]}},
    ),
    (
        "PostToolUse",
        {"tool_name": "Read", "tool_input": {"file_path": "/a"}, "tool_response": {"type": "image", "file": {"base64": "SECRET"}}},
        {
            "decision": "block",
            "hookSpecificOutput": {
                "updatedToolOutput": {
                    "type": "text",
                    "file": {"filePath": "/a", "content": "NOTE", "numLines": 1, "startLine": 1, "totalLines": 1},
                }
            },
        },
    ),
    (
        "PostToolUse",
        {"tool_name": "Agent", "tool_response": {"status": "completed", "content": [{"type": "text", "text": "SECRET"}], "totalTokens": 5}},
        {
            "decision": "block",
            "hookSpecificOutput": {"updatedToolOutput": {"status": "completed", "content": [{"type": "text", "text": "NOTE"}], "totalTokens": 5}},
        },
    ),
    (
        "PostToolUse",
        {"tool_name": "Grep", "tool_response": {"mode": "content", "content": "SECRET", "lines": ["SECRET", {"type": "x", "n": 2, "ok": True, "no": None}]}},
        {
            "decision": "block",
            "hookSpecificOutput": {
                "updatedToolOutput": {"mode": "content", "content": "NOTE", "lines": ["NOTE", {"type": "x", "n": 2, "ok": True, "no": None}]}
            },
        },
    ),
    ("PostToolUse", {"tool_name": "Odd", "tool_response": "SECRET"}, {"decision": "block", "hookSpecificOutput": {"updatedToolOutput": "NOTE"}}),
    ("PostToolUseFailure", {"error": "SECRET"}, {}),
    ("PostToolBatch", {"tool_calls": []}, {"decision": "block"}),
    ("MessageDisplay", {"delta": "SECRET"}, {"hookSpecificOutput": {"displayContent": "NOTE"}}),
    ("Stop", {}, {"decision": "block", "continue": False}),
    ("SubagentStop", {}, {}),
    ("PreModelSwitch", {}, {"hookSpecificOutput": {"permissionDecision": "deny"}}),
    ("Elicitation", {}, {"hookSpecificOutput": {"action": "decline"}}),
    ("PreCompact", {}, {"decision": "block"}),
    ("ConfigChange", {}, {"decision": "block"}),
    ("Notification", {}, {}),
    ("SubagentStart", {}, {}),
    ("SomethingNew", {}, {}),
)


def stripped(value):
    """A reply with its sentences taken out."""
    if isinstance(value, dict):
        return {
            k: stripped(v)
            for k, v in value.items()
            if k not in ("reason", "permissionDecisionReason", "message", "hookEventName")
        }
    if isinstance(value, list):
        return [stripped(v) for v in value]
    if isinstance(value, str) and value.startswith("[withheld by Gatehouse"):
        return "NOTE"
    return value


class Closed(Case):
    def test_the_form_of_each_event(self):
        guard = self.guard(url="http://127.0.0.1:%d" % closed_port(), fail_closed=True)
        hook = create_hooks(guard=guard)[0]
        for event, more, want in CLOSED:
            with self.subTest(event=event, more=more):
                got = asyncio.run(hook(dict(more, hook_event_name=event), None, None))
                self.assertEqual(stripped(got), want)
                self.assertNotIn("SECRET", repr(got))
                if "hookSpecificOutput" in got:
                    self.assertEqual(got["hookSpecificOutput"]["hookEventName"], event)
                if got.get("decision") == "block":
                    self.assertIn("connection refused", got["reason"])

    def test_passes_are_counted_as_open(self):
        guard = self.guard(url="", fail_closed=True)
        asyncio.run(create_hooks(guard=guard)[0]({"hook_event_name": "Notification"}, None, None))
        self.assertEqual((guard.stats()["failed_open"], guard.stats()["failed_closed"]), (1, 0))

    def test_deep_result(self):
        deep = "SECRET"
        for _ in range(5000):
            deep = [deep]
        guard = self.guard(url="", fail_closed=True)
        got = asyncio.run(create_hooks(guard=guard)[3]({"tool_name": "Odd", "tool_response": deep}, None, None))
        self.assertNotIn("SECRET", repr(got))
        self.assertEqual(got["decision"], "block")


if __name__ == "__main__":
    unittest.main()
