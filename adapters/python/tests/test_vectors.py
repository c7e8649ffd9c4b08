"""The hook calls and replies that the Go, Python and TypeScript sides share, in testdata/vectors/claude."""

import asyncio
import glob
import json
import os
import unittest

from gatehouse import create_hooks
from tests.stub import Case, closed_port, reply
from tests.test_faults import stripped

FOLDER = os.path.join(os.path.dirname(os.path.abspath(__file__)), *[os.pardir] * 3, "testdata", "vectors", "claude")

# Vectors whose reply to a denial is also, but for its sentences, what stands in for a verdict that is missing.
DENIALS = (
    "batch_deny config_change_deny display_deny elicitation_deny failure_deny_passes model_switch_deny permission_deny "
    "prompt_deny prompt_expansion_deny result_agent_deny result_bash_deny result_grep_deny result_mcp_deny "
    "result_read_deny result_read_image_deny result_webfetch_deny session_start_deny_passes stop_deny_used_up "
    "subagent_stop_deny_used_up tool_call_deny tool_call_mcp_deny unknown_event_deny_passes"
).split()


def vectors():
    found = {}
    for path in sorted(glob.glob(os.path.join(FOLDER, "*.json"))):
        with open(path, encoding="utf-8") as f:
            found[os.path.basename(path)[:-5]] = json.load(f)
    return found


class Vectors(Case):
    def test_each_input_arrives_and_each_reply_comes_back(self):
        every = vectors()
        self.assertGreater(len(every), 50)
        guard = self.guard(timeout=10.0)
        hook = create_hooks(guard=guard)[0]
        for name, v in every.items():
            with self.subTest(name=name):
                self.stub.behave = lambda conn, _: conn.sendall(reply(v["want_reply"], v["want_applied"])) or True
                self.assertEqual(asyncio.run(hook(v["input"], None, None)), v["want_reply"])
                self.assertEqual(self.stub.requests[-1].json, v["input"])
        self.assertEqual(guard.stats()["judged"], len(every))
        denied = sum(v["want_applied"] == "deny" for v in every.values())
        self.assertGreaterEqual(guard.stats()["blocked"], denied)

    def test_fail_closed_denies_in_the_form_that_the_server_does(self):
        every = vectors()
        guard = self.guard(url="http://127.0.0.1:%d" % closed_port(), fail_closed=True, timeout=10.0)
        hook = create_hooks(guard=guard)[0]
        for name in DENIALS:
            with self.subTest(name=name):
                v = every[name]
                got = asyncio.run(hook(v["input"], None, None))
                self.assertEqual(stripped(got), stripped(v["want_reply"]))


if __name__ == "__main__":
    unittest.main()
