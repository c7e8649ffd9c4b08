"""The log file: one line an entry, private, bounded, and never in the way."""

import os
import stat
import subprocess
import sys
import threading
import unittest

from gatehouse import gatehouse_log
from gatehouse.gatehouse_log import KEPT_FILES, Log, one_line
from tests.stub import Case


class Lines(unittest.TestCase):
    def test_one_line(self):
        for text, want in (
            ("plain ünï 漢字 \U0001f600", "plain ünï 漢字 \U0001f600"),
            ("a\nb\r\nc", "a\\u000ab\\u000d\\u000ac"),
            ("a\x00\t\x1b[31m\x7f\x85", "a\\u0000\\u0009\\u001b[31m\\u007f\\u0085"),
            ("a\u2028b\u2029c", "a\\u2028b\\u2029c"),
            ("a\u202eb\u2066c", "a\\u202eb\\u2066c"),
            ("a\ud800b", "a\\ud800b"),
        ):
            self.assertEqual(one_line(text), want)
        self.assertEqual(len(one_line("x" * 10000)), 2051)


class Files(Case):
    @property
    def path(self):
        return os.path.join(self.folder.name, "akto-agent-sdk.log")

    def test_private_and_in_a_new_folder(self):
        folder = os.path.join(self.folder.name, "a", "b")
        Log(folder).info("hello")
        path = os.path.join(folder, "akto-agent-sdk.log")
        self.assertEqual(stat.S_IMODE(os.stat(path).st_mode), 0o600)
        self.assertEqual(stat.S_IMODE(os.stat(folder).st_mode), 0o700)
        with open(path) as f:
            self.assertRegex(f.read(), r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z INFO \[\d+\] hello\n$")

    def test_levels(self):
        for level, want in (("DEBUG", 4), ("INFO", 3), ("WARNING", 2), ("ERROR", 1), ("odd", 3)):
            log = Log(os.path.join(self.folder.name, level), level)
            log.debug("x"), log.info("x"), log.warning("x"), log.error("x")
            with open(os.path.join(self.folder.name, level, "akto-agent-sdk.log")) as f:
                self.assertEqual(len(f.readlines()), want, level)

    def test_rotation_is_bounded(self):
        log = Log(self.folder.name, max_file_bytes=1000)
        for n in range(200):
            log.info("line %03d %s" % (n, "x" * 50))
        names = sorted(os.listdir(self.folder.name))
        self.assertEqual(names, ["akto-agent-sdk.log"] + ["akto-agent-sdk.log.%d" % n for n in range(1, KEPT_FILES + 1)])
        for name in names:
            self.assertLessEqual(os.path.getsize(os.path.join(self.folder.name, name)), 1000)
        self.assertIn("line 199", self.log())

    def test_file_moved_by_another_is_left_alone(self):
        log = Log(self.folder.name)
        log.info("one")
        os.rename(self.path, self.path + ".old")
        log.info("two")
        self.assertIn("two", self.log())
        self.assertNotIn("one", self.log())
        os.remove(self.path)
        log.info("three")
        self.assertIn("three", self.log())

    def test_threads(self):
        log = Log(self.folder.name)
        threads = [threading.Thread(target=lambda: [log.info("word " * 20) for _ in range(100)]) for _ in range(8)]
        for t in threads:
            t.start()
        for t in threads:
            t.join()
        lines = self.log().splitlines()
        self.assertEqual(len(lines), 800)
        self.assertEqual({line.split("] ")[1] for line in lines}, {"word " * 20})

    def test_processes_share_a_file(self):
        program = (
            "import sys; from gatehouse.gatehouse_log import Log; log = Log(sys.argv[1], max_file_bytes=20000)\n"
            "for n in range(300): log.info('entry %s %d end' % (sys.argv[2], n))"
        )
        root = os.path.dirname(os.path.dirname(os.path.abspath(gatehouse_log.__file__)))
        workers = [
            subprocess.Popen([sys.executable, "-B", "-c", program, self.folder.name, str(n)], env=dict(os.environ, PYTHONPATH=root))
            for n in range(4)
        ]
        for w in workers:
            self.assertEqual(w.wait(30), 0)
        for name in os.listdir(self.folder.name):
            path = os.path.join(self.folder.name, name)
            self.assertLess(os.path.getsize(path), 25000)
            with open(path) as f:
                for line in f:
                    self.assertRegex(line, r"^\S+ INFO \[\d+\] entry \d \d+ end\n$")

    def test_unwritable(self):
        blocked = os.path.join(self.folder.name, "file")
        open(blocked, "w").close()
        for folder in (blocked, os.path.join(blocked, "below"), "/proc/nowhere", "\x00", ""):
            Log(folder).error("lost")

    @unittest.skipUnless(hasattr(os, "mkfifo"), "this system has no named pipes")
    def test_pipe_in_its_place_does_not_block(self):
        os.mkfifo(self.path)
        Log(self.folder.name).error("lost")

    def test_full_disk(self):
        if not os.path.exists("/dev/full"):
            self.skipTest("this system has no /dev/full")
        os.symlink("/dev/full", self.path)
        Log(self.folder.name).error("lost")


if __name__ == "__main__":
    unittest.main()
