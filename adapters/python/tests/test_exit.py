"""Programs that end, fork, or are copies: run as processes of their own."""

import os
import shutil
import subprocess
import sys
import time
import unittest

from tests.stub import Case, closed_port, reply

PACKAGE = os.path.join(os.path.dirname(os.path.dirname(os.path.abspath(__file__))), "gatehouse")
PRELUDE = """
import asyncio, os, sys, time
from gatehouse import create_hooks, flush, stats
hooks = create_hooks()
def send(n):
    return asyncio.run(hooks[0]({"hook_event_name": "UserPromptSubmit", "n": n}, None, None))
"""


class Processes(Case):
    def run_program(self, text, prelude=PRELUDE, cwd=None, **env):
        base = {
            "GATEHOUSE_URL": self.stub.url,
            "LOG_DIR": self.folder.name,
            "AKTO_TIMEOUT": "2",
            "PATH": os.environ["PATH"],
            "PYTHONPATH": os.path.dirname(PACKAGE),
        }
        begin = time.monotonic()
        done = subprocess.run(
            [sys.executable, "-B", "-W", "error", "-c", prelude + text],
            env=dict(base, **env), cwd=cwd or self.folder.name, capture_output=True, text=True, timeout=30,
        )  # fmt: skip
        self.assertEqual((done.returncode, done.stderr), (0, ""))
        return done.stdout, time.monotonic() - begin

    def recorded(self):
        return [r.json["n"] for r in self.stub.requests]

    def test_exit_waits_for_what_is_queued(self):
        self.stub.behave = lambda conn, _: time.sleep(0.01) or conn.sendall(reply({})) or True
        self.run_program("for n in range(60): send(n)", AKTO_SYNC_MODE="false")
        self.assertEqual(self.recorded(), list(range(60)))

    def test_exit_after_an_exception_in_the_program(self):
        self.run_program("try:\n  send(1)\nfinally:\n  sys.exit(0)", AKTO_SYNC_MODE="false")
        self.assertEqual(self.recorded(), [1])

    def test_exit_waits_no_longer_than_the_time_out(self):
        _, took = self.run_program(
            "for n in range(5): send(n)",
            AKTO_SYNC_MODE="false",
            AKTO_TIMEOUT="0.5",
            GATEHOUSE_URL="http://127.0.0.1:%d" % closed_port(),
        )
        self.assertLess(took, 5)
        self.assertEqual(self.log().count("was not recorded: program ended"), 5)

    def test_exit_while_the_server_hangs(self):
        self.stub.behave = lambda conn, _: time.sleep(20)
        for sync in ("true", "false"):
            _, took = self.run_program("send(1)", AKTO_SYNC_MODE=sync, AKTO_TIMEOUT="0.5")
            self.assertLess(took, 5)

    @unittest.skipUnless(hasattr(os, "fork"), "this system does not fork")
    def test_fork(self):
        self.run_program(
            """
send(1)
pid = os.fork()
send(3 if pid else 2)
if pid == 0:
    assert stats()["failed_open"] == 0
    sys.exit(0)
assert os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]) == 0 if hasattr(os, "waitstatus_to_exitcode") else os.waitpid(pid, 0)
send(4)
assert stats()["failed_open"] == 0
"""
        )
        self.assertEqual(sorted(self.recorded()), [1, 2, 3, 4])
        self.assertEqual(self.stub.accepted, 2)

    @unittest.skipUnless(hasattr(os, "fork"), "this system does not fork")
    def test_fork_takes_no_parcels_along(self):
        self.stub.behave = lambda conn, _: time.sleep(0.05) or conn.sendall(reply({})) or True
        self.run_program(
            """
for n in range(10): send(n)
pid = os.fork()
if pid == 0:
    send(100)
    sys.exit(0)
os.waitpid(pid, 0)
""",
            AKTO_SYNC_MODE="false",
        )
        self.assertEqual(sorted(self.recorded()), list(range(10)) + [100])

    def test_workers_of_multiprocessing(self):
        for method in ("fork", "spawn") if hasattr(os, "fork") else ("spawn",):
            with self.subTest(method=method):
                self.stub.requests.clear()
                with open(os.path.join(self.folder.name, "work.py"), "w") as f:
                    f.write(PRELUDE)
                self.run_program(
                    """
import multiprocessing, work
if __name__ == "__main__":
    ctx = multiprocessing.get_context(%r)
    workers = [ctx.Process(target=work.send, args=(n,)) for n in range(3)]
    for w in workers: w.start()
    for w in workers: w.join()
    assert [w.exitcode for w in workers] == [0, 0, 0]
"""
                    % method,
                    prelude="",
                    AKTO_SYNC_MODE="false",
                    PYTHONPATH=os.path.dirname(PACKAGE) + os.pathsep + self.folder.name,
                )
                self.assertEqual(sorted(self.recorded()), [0, 1, 2])

    def test_threads_with_a_loop_each(self):
        self.run_program(
            """
import threading
def work(n):
    for i in range(10): assert send(n * 10 + i) == {}
threads = [threading.Thread(target=work, args=(n,)) for n in range(8)]
for t in threads: t.start()
for t in threads: t.join()
assert stats()["judged"] == 80, stats()
"""
        )
        self.assertEqual(sorted(self.recorded()), list(range(80)))

    def test_files_copied_beside_an_agent(self):
        agent = os.path.join(self.folder.name, "agent")
        os.mkdir(agent)
        for name in os.listdir(PACKAGE):
            if name == "hooks.py" or name.startswith("gatehouse_") and name.endswith(".py"):
                shutil.copy(os.path.join(PACKAGE, name), agent)
        out, _ = self.run_program(
            """
import asyncio, sys
from hooks import create_hooks
user_prompt_submit, stop, pre_tool_use, post_tool_use = create_hooks(client_ip="10.0.0.1")
print(asyncio.run(user_prompt_submit({"prompt": "x", "n": 1}, None, None)))
assert "gatehouse" not in sys.modules
""",
            prelude="",
            cwd=agent,
            PYTHONPATH=agent,
        )
        self.assertEqual((out, self.recorded()), ("{}\n", [1]))

    def test_files_copied_into_a_package(self):
        package = os.path.join(self.folder.name, "mine")
        shutil.copytree(PACKAGE, package, ignore=shutil.ignore_patterns("__pycache__", "__init__.py"))
        open(os.path.join(package, "__init__.py"), "w").close()
        self.run_program("from mine.hooks import create_hooks; create_hooks()", prelude="", PYTHONPATH=self.folder.name)


if __name__ == "__main__":
    unittest.main()
