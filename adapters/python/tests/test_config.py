"""What the environment means."""

import os
import tempfile
import unittest

from gatehouse import Config

URL = {"GATEHOUSE_URL": "http://127.0.0.1:8700"}


class Environment(unittest.TestCase):
    def test_defaults_of_the_seed(self):
        c = Config.from_env({"AKTO_DATA_INGESTION_URL": "https://akto.example"})
        want = {
            "url": "https://akto.example", "token": "", "sync": True, "fail_closed": False, "timeout": 5.0, "connector": "claude_agent_sdk",
            "agent": "", "host": "api.anthropic.com", "mode": "argus", "ca_path": "", "log_level": "INFO", "log_payloads": False, "problems": (),
            "log_dir": os.path.expanduser("~/.claude/akto/logs"),
        }  # fmt: skip
        self.assertEqual({k: getattr(c, k) for k in want}, want)

    def test_each_variable(self):
        for env, field, want in (
            ({"GATEHOUSE_URL": "http://a", "AKTO_DATA_INGESTION_URL": "http://b"}, "url", "http://a"),
            ({"GATEHOUSE_TOKEN": "g", "AKTO_TOKEN": "a"}, "token", "g"),
            ({"AKTO_TOKEN": "a", "AKTO_API_TOKEN": "b"}, "token", "a"),
            ({"AKTO_API_TOKEN": " b\n"}, "token", "b"),
            ({"AKTO_SYNC_MODE": "false"}, "sync", False),
            ({"AKTO_SYNC_MODE": "FALSE"}, "sync", False),
            ({"AKTO_SYNC_MODE": "0"}, "sync", False),
            ({"AKTO_SYNC_MODE": ""}, "sync", True),
            ({"AKTO_TIMEOUT": "2.5"}, "timeout", 2.5),
            ({"GATEHOUSE_FAIL_MODE": "Closed"}, "fail_closed", True),
            ({"GATEHOUSE_FAIL_MODE": "open"}, "fail_closed", False),
            ({"MODE": "ATLAS"}, "mode", "atlas"),
            ({"AKTO_HOST": "h"}, "host", "h"),
            ({"AKTO_CONNECTOR": "c"}, "connector", "c"),
            ({"AGENT_ID": "bot"}, "agent", "bot"),
            ({"LOG_DIR": "/x"}, "log_dir", "/x"),
            ({"LOG_LEVEL": "debug"}, "log_level", "DEBUG"),
            ({"LOG_PAYLOADS": "true"}, "log_payloads", True),
            ({"SSL_CERT_PATH": "/ca.pem"}, "ca_path", "/ca.pem"),
        ):
            with self.subTest(env=env):
                c = Config.from_env(dict(URL, **env))
                self.assertEqual(getattr(c, field), want)
                self.assertEqual(c.problems, ())

    def test_what_cannot_be_read_is_told_and_takes_the_strict_side(self):
        for env, field, want in (
            ({"GATEHOUSE_FAIL_MODE": "closd"}, "fail_closed", True),
            ({"AKTO_SYNC_MODE": "maybe"}, "sync", True),
            ({"LOG_PAYLOADS": "maybe"}, "log_payloads", False),
            ({"AKTO_TIMEOUT": "5s"}, "timeout", 5.0),
            ({"AKTO_TIMEOUT": "0"}, "timeout", 5.0),
            ({"AKTO_TIMEOUT": "-1"}, "timeout", 5.0),
            ({"AKTO_TIMEOUT": "nan"}, "timeout", 5.0),
            ({"AKTO_TIMEOUT": "inf"}, "timeout", 5.0),
            ({"MODE": "x"}, "mode", "argus"),
            ({"LOG_LEVEL": "loud"}, "log_level", "INFO"),
            ({"GATEHOUSE_TOKEN_FILE": "/nowhere/token"}, "token", ""),
            ({"GATEHOUSE_URL": ""}, "url", ""),
        ):
            with self.subTest(env=env):
                c = Config.from_env(dict(URL, **env))
                self.assertEqual(getattr(c, field), want)
                self.assertEqual(len(c.problems), 1)

    def test_token_from_a_file(self):
        with tempfile.NamedTemporaryFile("w", suffix=".token") as f:
            f.write("gh_1_secret\n")
            f.flush()
            c = Config.from_env(dict(URL, GATEHOUSE_TOKEN_FILE=f.name, AKTO_TOKEN="other"))
        self.assertEqual(c.token, "gh_1_secret")
        self.assertNotIn("gh_1_secret", repr(c))

    def test_deadlines_stay_below_all_others(self):
        for timeout in (0.05, 1, 5, 30, 3600):
            for event, limit in (("UserPromptSubmit", 30), ("PreToolUse", 60), ("Stop", 60)):
                c = Config(timeout=timeout)
                self.assertLess(c.deadline(event) + c.grace, min(timeout, limit))


if __name__ == "__main__":
    unittest.main()
