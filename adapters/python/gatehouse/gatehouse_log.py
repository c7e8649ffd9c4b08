"""The log file: one event a line, whatever the values hold; bounded in size; never in the agent's way.

Several processes may write to one file: a line is one appending write, and who finds the file too long moves it aside
under a lock. A file that cannot be written is given up for a while; nothing else happens.
"""

import os
import re
import threading
import time

FILE_NAME = "akto-agent-sdk.log"
MAX_FILE_BYTES = 10 << 20
KEPT_FILES = 3
MAX_LINE_CHARS = 2048
MAX_PAYLOAD_CHARS = 256 << 10
_RETRY_SECONDS = 30.0

_LEVELS = {"DEBUG": 10, "INFO": 20, "WARNING": 30, "ERROR": 40}
# Control characters, line and paragraph separators, lone surrogates, and what turns the direction of text.
_UNSAFE = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029\u200e\u200f\u202a-\u202e\u2066-\u2069\ud800-\udfff]")

try:
    import fcntl
except ImportError:  # Windows
    fcntl = None


def one_line(text: str, limit: int = MAX_LINE_CHARS) -> str:
    """Text without anything that could start a second line or steer a terminal, cut at limit characters."""
    cut = text if len(text) <= limit else text[:limit] + "..."
    return _UNSAFE.sub(lambda m: "\\u%04x" % ord(m.group()), cut)


class Log:
    """Writes lines of at least one level to ``FILE_NAME`` in a folder. Safe for threads. Never raises."""

    def __init__(self, folder: str, level: str = "INFO", max_file_bytes: int = MAX_FILE_BYTES):
        self._path = os.path.join(folder, FILE_NAME) if folder else ""
        self._least = _LEVELS.get(level, 20)
        self._max_file_bytes = max_file_bytes
        self._fd = -1
        self._given_up_at = None
        self.reset()

    def reset(self) -> None:
        """Forget locks that another thread may have held when this process was forked."""
        self._lock = threading.Lock()

    def debug(self, text: str) -> None:
        self._write("DEBUG", text)

    def info(self, text: str) -> None:
        self._write("INFO", text)

    def warning(self, text: str) -> None:
        self._write("WARNING", text)

    def error(self, text: str) -> None:
        self._write("ERROR", text)

    def payload(self, what: str, text: str) -> None:
        """Write content, for those who asked for it."""
        self._write("INFO", what + " " + text, MAX_PAYLOAD_CHARS)

    def _write(self, level, text, limit=MAX_LINE_CHARS):
        if not self._path or _LEVELS[level] < self._least:
            return
        now = time.time()
        stamp = time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(now)) + ".%03dZ" % (now % 1 * 1000)
        line = ("%s %s [%d] %s\n" % (stamp, level, os.getpid(), one_line(text, limit))).encode("utf-8", "replace")
        try:
            with self._lock:
                if self._given_up_at is not None and time.monotonic() - self._given_up_at < _RETRY_SECONDS:
                    return
                try:
                    self._open()
                    if os.fstat(self._fd).st_size + len(line) > self._max_file_bytes:
                        self._rotate()
                    os.write(self._fd, line)
                    self._given_up_at = None
                except OSError:
                    self._given_up_at = time.monotonic()
                    self._close()
        except Exception:  # a log must never be the reason that an agent stops
            pass

    def _open(self):
        """Have the file open that the path names now: another process may have moved ours aside."""
        if self._fd >= 0:
            try:
                if os.path.samestat(os.fstat(self._fd), os.stat(self._path)):
                    return
            except OSError:
                pass
            self._close()
        os.makedirs(os.path.dirname(self._path), mode=0o700, exist_ok=True)
        flags = os.O_WRONLY | os.O_APPEND | os.O_CREAT | getattr(os, "O_CLOEXEC", 0)
        # Without O_NONBLOCK a pipe that lies there instead of a file would hold the agent up.
        self._fd = os.open(self._path, flags | getattr(os, "O_NONBLOCK", 0), 0o600)

    def _rotate(self):
        if fcntl is not None:
            try:
                fcntl.flock(self._fd, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except OSError:
                return  # another process is at it; this line still goes into the old file
        if not os.path.samestat(os.fstat(self._fd), os.stat(self._path)):
            self._open()
            return
        if fcntl is None:
            self._close()  # Windows renames no open file
        for n in range(KEPT_FILES, 0, -1):
            older = self._path if n == 1 else "%s.%d" % (self._path, n - 1)
            if os.path.exists(older):
                os.replace(older, "%s.%d" % (self._path, n))
        self._close()
        self._open()

    def _close(self):
        if self._fd >= 0:
            fd, self._fd = self._fd, -1
            os.close(fd)
