"""What the callbacks send, return and log while all is well."""

import asyncio
import json
import sys
import time
import types
import unittest
from unittest import mock

import gatehouse
from gatehouse import EVENTS, create_hook_matchers, create_hooks
from tests.stub import Case, reply

PROMPT = {"hook_event_name": "UserPromptSubmit", "session_id": "s1", "prompt": "hello"}
CALL = {"hook_event_name": "PreToolUse", "session_id": "s1", "tool_name": "Bash", "tool_input": {"command": "ls"}, "tool_use_id": "t1"}
RESULT = dict(CALL, hook_event_name="PostToolUse", tool_response={"stdout": "x", "stderr": "", "interrupted": False})
STOP = {"hook_event_name": "Stop", "session_id": "s1", "stop_hook_active": False, "last_assistant_message": "bye"}


def run(hook, data, tool_use_id=None):
    return asyncio.run(hook(data, tool_use_id, {"signal": None}))


class Hooks(Case):
    def test_four_in_the_order_of_the_seed(self):
        hooks = create_hooks(client_ip="10.1.2.3", guard=self.guard())
        for hook, data in zip(hooks, ({"prompt": "x"}, {}, {"tool_name": "Bash"}, {"tool_name": "Bash"})):
            self.assertEqual(run(hook, data), {})
        names = [r.json["hook_event_name"] for r in self.stub.requests]
        self.assertEqual(names, ["UserPromptSubmit", "Stop", "PreToolUse", "PostToolUse"])

    def test_request_is_the_hook_input_as_it_came(self):
        hook = create_hooks(client_ip="10.1.2.3", agent="bot", user="jörg\r\nX-Evil: 1", model="m", guard=self.guard(token="k1"))[0]
        data = dict(PROMPT, prompt='ünï "quoted" \n\x00 \U0001f600', extra={"deep": [1, 2.5, None, True]})
        run(hook, data)
        got = self.stub.requests[0]
        self.assertEqual((got.method, got.target), ("POST", "/v1/hooks/claude?observe=false&fail_mode=open"))
        self.assertEqual(got.json, data)
        want = {
            "authorization": "Bearer k1",
            "content-type": "application/json",
            "x-gatehouse-agent": "bot",
            "x-gatehouse-connector": "claude_agent_sdk",
            "x-gatehouse-user": "jörgX-Evil: 1",
            "x-gatehouse-client-ip": "10.1.2.3",
            "x-gatehouse-model": "m",
            "host": "127.0.0.1:%d" % self.stub.port,
        }
        self.assertEqual({k: got.headers.get(k) for k in want}, want)
        self.assertNotIn("x-evil", got.headers)

    def test_without_client_ip(self):
        run(create_hooks(guard=self.guard())[0], PROMPT)
        self.assertEqual(self.stub.requests[0].headers["x-gatehouse-client-ip"], "0.0.0.0")
        run(create_hooks(client_ip=None, guard=self.guard())[0], PROMPT)
        self.assertEqual(self.stub.requests[1].headers["x-gatehouse-client-ip"], "0.0.0.0")

    def test_lone_surrogate_is_judged(self):
        self.assertEqual(run(create_hooks(guard=self.guard(fail_closed=True))[0], dict(PROMPT, prompt="a\ud800b")), {})
        self.assertEqual(self.stub.requests[0].json["prompt"], "a?b")

    def test_replies_come_back_as_they_are(self):
        replies = (
            (0, PROMPT, {"decision": "block", "reason": "no", "hookSpecificOutput": {"hookEventName": "UserPromptSubmit", "suppressOriginalPrompt": True}}),
            (2, CALL, {"hookSpecificOutput": {"hookEventName": "PreToolUse", "permissionDecision": "deny", "permissionDecisionReason": "no"}}),
            (2, CALL, {"hookSpecificOutput": {"hookEventName": "PreToolUse", "permissionDecision": "ask", "updatedInput": {"command": "ls -l"}}}),
            (3, RESULT, {"hookSpecificOutput": {"hookEventName": "PostToolUse", "updatedToolOutput": {"stdout": "***"}}}),
            (1, STOP, {"decision": "block", "reason": "again"}),
            (1, STOP, {"continue": False, "decision": "block", "reason": "enough", "newer": {"field": 1}}),
        )
        for n, data, want in replies:
            with self.subTest(want=want):
                self.stub.behave = lambda conn, _: conn.sendall(reply(want, "deny")) or True
                self.assertEqual(run(create_hooks(guard=self.guard())[n], data), want)

    def test_tool_use_id_is_added_where_the_input_lacks_it(self):
        hook = create_hooks(guard=self.guard())[2]
        run(hook, {"tool_name": "Bash"}, "toolu_9")
        run(hook, CALL, "other")
        self.assertEqual([r.json["tool_use_id"] for r in self.stub.requests], ["toolu_9", "t1"])

    def test_input_is_not_changed(self):
        data = {"tool_name": "Bash"}
        run(create_hooks(guard=self.guard())[2], data, "toolu_9")
        self.assertEqual(data, {"tool_name": "Bash"})

    def test_input_names_the_event(self):
        hook = create_hooks(guard=self.guard())[2]
        run(hook, RESULT)
        self.assertEqual(self.stub.requests[0].json["hook_event_name"], "PostToolUse")

    def test_odd_inputs_never_raise(self):
        for data in (None, [], "text", 7, {}, {"hook_event_name": 5}, {"x": object()}, {"x": float("nan")}, {1: 2}):
            for fail_closed in (False, True):
                with self.subTest(data=repr(data), fail_closed=fail_closed):
                    hook = create_hooks(guard=self.guard(fail_closed=fail_closed))[0]
                    self.assertIsInstance(run(hook, data), dict)

    def test_connection_is_kept(self):
        hooks = create_hooks(guard=self.guard())
        for _ in range(5):
            run(hooks[0], PROMPT)
        self.assertEqual((self.stub.accepted, len(self.stub.requests)), (1, 5))

    def test_log_lines(self):
        self.stub.behave = lambda conn, _: conn.sendall(reply({"decision": "block", "reason": "no\nkeys"}, "deny")) or True
        guard = self.guard(token="tok-secret")
        run(create_hooks(guard=guard)[0], dict(PROMPT, session_id="s1\nERROR forged"))
        lines = self.log().splitlines()
        self.assertEqual(len(lines), 2)
        self.assertRegex(lines[0], r"INFO .*Akto Agent SDK hooks initialised: mode=sync fail_mode=open")
        self.assertRegex(lines[1], r"WARNING .*BLOCKING UserPromptSubmit session=s1\\u000aERROR forged decision=0199-decision: no\\u000akeys")
        self.assertNotIn("tok-secret", self.log() + repr(guard.config))
        self.assertNotIn("hello", self.log())
        self.assertEqual(guard.stats()["blocked"], 1)

    def test_payloads_are_logged_only_where_wanted(self):
        run(create_hooks(guard=self.guard(log_payloads=True))[0], dict(PROMPT, prompt="canary\nline"))
        self.assertIn('"prompt":"canary\\nline"', self.log())
        self.assertIn("reply to UserPromptSubmit {}", self.log())
        self.assertEqual(len(self.log().splitlines()), 3)

    def test_counts(self):
        guard = self.guard()
        hooks = create_hooks(guard=guard)
        run(hooks[0], PROMPT)
        self.stub.behave = lambda conn, _: conn.sendall(reply({}, "redact")) or True
        run(hooks[3], RESULT)
        self.stub.behave = lambda conn, _: conn.sendall(b"HTTP/1.1 500 Oops\r\nContent-Length: 0\r\n\r\n") or True
        run(hooks[1], STOP)
        got = guard.stats()
        want = {"events": 3, "judged": 2, "redacted": 1, "blocked": 0, "failed_open": 1, "failed_closed": 0, "failures": {"status 500": 1}}
        self.assertEqual({k: got[k] for k in want}, want)


class Async(Case):
    def test_nothing_blocks_and_all_is_recorded_in_order(self):
        self.stub.behave = lambda conn, _: conn.sendall(reply({"decision": "block", "reason": "no"}, "deny")) or True
        guard = self.guard(sync=False)
        hooks = create_hooks(guard=guard)
        for n in range(50):
            self.assertEqual(run(hooks[n % 4], dict(PROMPT, n=n)), {})
        self.assertTrue(guard.flush(5))
        self.assertEqual([r.json["n"] for r in self.stub.requests], list(range(50)))
        self.assertEqual({r.target for r in self.stub.requests}, {"/v1/hooks/claude?observe=true&fail_mode=open"})
        self.assertEqual(guard.stats()["recorded"], 50)

    def test_hooks_do_not_wait_for_the_server(self):
        self.stub.behave = lambda conn, _: time.sleep(0.5) or conn.sendall(reply({})) or True
        hook = create_hooks(guard=self.guard(sync=False))[0]
        begin = time.monotonic()
        for _ in range(20):
            run(hook, PROMPT)
        self.assertLess(time.monotonic() - begin, 3)

    def test_log_names_the_mode(self):
        self.guard(sync=False)
        self.assertIn("mode=async", self.log())


class Loop(Case):
    def ticks_during(self, coroutine):
        async def go():
            ticks = 0

            async def ticker():
                nonlocal ticks
                while True:
                    await asyncio.sleep(0.005)
                    ticks += 1

            task = asyncio.ensure_future(ticker())
            got = await coroutine
            task.cancel()
            return got, ticks

        return asyncio.run(go())

    def test_loop_turns_while_a_verdict_is_awaited(self):
        self.stub.behave = lambda conn, _: time.sleep(0.4) or conn.sendall(reply({})) or True
        _, ticks = self.ticks_during(create_hooks(guard=self.guard())[0](PROMPT, None, None))
        self.assertGreater(ticks, 20)

    def test_loop_turns_while_a_name_is_looked_up(self):
        hook = create_hooks(guard=self.guard(url="http://somewhere.invalid", timeout=0.4))[0]
        with mock.patch("socket.getaddrinfo", lambda *a, **k: time.sleep(4)):
            begin = time.monotonic()
            got, ticks = self.ticks_during(hook(PROMPT, None, None))
            took = time.monotonic() - begin
        self.assertEqual(got, {})
        self.assertGreater(ticks, 10)
        self.assertLess(took, 3)  # asyncio.run waits for no thread of ours

    def test_events_are_judged_side_by_side(self):
        self.stub.behave = lambda conn, _: time.sleep(0.5) or conn.sendall(reply({})) or True
        hook = create_hooks(guard=self.guard(timeout=10.0))[2]

        async def go():
            return await asyncio.gather(*[hook(CALL, None, None) for _ in range(8)])

        begin = time.monotonic()
        self.assertEqual(asyncio.run(go()), [{}] * 8)
        self.assertLess(time.monotonic() - begin, 3)

    def test_more_at_once_than_threads_answer_in_time(self):
        self.stub.behave = lambda conn, _: time.sleep(0.5) or conn.sendall(reply({})) or True
        guard = self.guard(timeout=0.4, fail_closed=True)
        hook = create_hooks(guard=guard)[2]

        async def go():
            return await asyncio.gather(*[hook(CALL, None, None) for _ in range(40)])

        begin = time.monotonic()
        got = asyncio.run(go())
        self.assertLess(time.monotonic() - begin, 3)
        self.assertEqual({r["hookSpecificOutput"]["permissionDecision"] for r in got}, {"deny"})
        self.assertEqual(guard.stats()["failed_closed"], 40)

    def test_cancelling_is_passed_on(self):
        self.stub.behave = lambda conn, _: time.sleep(0.5) or conn.sendall(reply({})) or True
        guard = self.guard()
        hook = create_hooks(guard=guard)[0]

        async def go():
            task = asyncio.ensure_future(hook(PROMPT, None, None))
            await asyncio.sleep(0.05)
            task.cancel()
            await task

        with self.assertRaises(asyncio.CancelledError):
            asyncio.run(go())
        self.assertEqual(guard.stats()["failed_open"], 0)


class Matchers(Case):
    def test_all_events_with_a_time_out_above_our_deadline(self):
        class HookMatcher:
            def __init__(self, matcher=None, hooks=(), timeout=None):
                self.matcher, self.hooks, self.timeout = matcher, hooks, timeout

        sdk = types.ModuleType("claude_agent_sdk")
        sdk.HookMatcher = HookMatcher
        guard = self.guard(timeout=5.0)
        with mock.patch.dict(sys.modules, {"claude_agent_sdk": sdk}):
            matchers = create_hook_matchers(client_ip="10.0.0.1", guard=guard)
        self.assertEqual(tuple(matchers), EVENTS)
        for event, (matcher,) in matchers.items():
            self.assertIsNone(matcher.matcher)
            self.assertGreater(matcher.timeout, guard.config.deadline(event) + guard.config.grace)
            self.assertEqual(run(matcher.hooks[0], {"session_id": "s"}), {})
        self.assertEqual([r.json["hook_event_name"] for r in self.stub.requests], list(EVENTS))

    def test_sdk_without_time_outs(self):
        class HookMatcher:
            def __init__(self, matcher=None, hooks=()):
                self.hooks = hooks

        sdk = types.ModuleType("claude_agent_sdk")
        sdk.HookMatcher = HookMatcher
        with mock.patch.dict(sys.modules, {"claude_agent_sdk": sdk}):
            self.assertEqual(len(create_hook_matchers(guard=self.guard())), len(EVENTS))


class Shared(Case):
    def test_equal_environments_share_a_guard(self):
        env = {"GATEHOUSE_URL": self.stub.url, "LOG_DIR": self.folder.name}
        with mock.patch.dict("os.environ", env, clear=True):
            before = gatehouse.stats().get("events", 0)
            for ip in ("1.1.1.1", "2.2.2.2"):
                run(create_hooks(client_ip=ip)[0], PROMPT)
            self.assertIs(gatehouse.default_guard(), gatehouse.default_guard())
            self.assertEqual(gatehouse.stats()["events"], before + 2)
            self.assertTrue(gatehouse.flush(1))
        self.assertEqual(self.stub.accepted, 1)
        self.assertEqual(self.log().count("initialised"), 1)


class OtherLoops(Case):
    """Under trio, which the SDK supports through anyio, there is no asyncio loop to ask."""

    def drive(self, hook, late=False):
        class MoveOn:
            def __enter__(self):
                return self

            def __exit__(self, *exc):
                return late

        async def run_sync(function, *args, abandon_on_cancel):
            self.assertTrue(abandon_on_cancel)
            if late:
                raise TimeoutError
            return function(*args)

        anyio = types.ModuleType("anyio")
        anyio.move_on_after = lambda seconds: self.limits.append(seconds) or MoveOn()
        anyio.to_thread = types.ModuleType("anyio.to_thread")
        anyio.to_thread.run_sync = run_sync
        self.limits = []
        with mock.patch.dict(sys.modules, {"anyio": anyio, "anyio.to_thread": anyio.to_thread}):
            coroutine = hook(PROMPT, None, None)
            try:
                coroutine.send(None)
            except StopIteration as done:
                return done.value
        self.fail("the hook did not end")

    def test_verdict(self):
        self.stub.behave = lambda conn, _: conn.sendall(reply({"decision": "block", "reason": "no"}, "deny")) or True
        guard = self.guard(timeout=5.0)
        self.assertEqual(self.drive(create_hooks(guard=guard)[0])["reason"], "no")
        self.assertAlmostEqual(self.limits[0], 4.75, delta=0.5)

    def test_deadline(self):
        guard = self.guard(fail_closed=True)
        self.assertEqual(self.drive(create_hooks(guard=guard)[0], late=True)["decision"], "block")
        self.assertEqual(guard.stats()["failed_closed"], 1)

    def test_no_anyio(self):
        guard = self.guard(fail_closed=True)
        with mock.patch.dict(sys.modules, {"anyio": None}):
            with self.assertRaises(StopIteration) as done:
                create_hooks(guard=guard)[0](PROMPT, None, None).send(None)
        self.assertEqual(done.exception.value["decision"], "block")
        self.assertEqual(guard.stats()["failures"], {"internal error, ModuleNotFoundError": 1})


if __name__ == "__main__":
    unittest.main()
