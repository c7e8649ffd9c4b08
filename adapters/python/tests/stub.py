"""A stub of Gatehouse on loopback that can misbehave in every way that a server can."""

import json
import os
import socket
import struct
import tempfile
import threading
import unittest

from gatehouse import Config, Guard

HEAD = "X-Gatehouse-Action: %s\r\nX-Gatehouse-Decision: 0199-decision\r\nContent-Type: application/json\r\n"


class Request:
    """One request as it came in."""

    def __init__(self, method, target, headers, body):
        self.method, self.target, self.headers, self.body = method, target, headers, body

    @property
    def json(self):
        return json.loads(self.body)


def reply(body, action="allow", status="200 OK", head=HEAD, extra=""):
    """Bytes of a reply; body is bytes, or is encoded as JSON."""
    raw = body if isinstance(body, bytes) else json.dumps(body).encode()
    lines = "HTTP/1.1 %s\r\n%s%sContent-Length: %d\r\n\r\n" % (status, head % action if "%s" in head else head, extra, len(raw))
    return lines.encode() + raw


class Stub:
    """Serves on a free port. ``behave(conn, request)`` answers and returns whether the connection stays open."""

    def __init__(self, behave=None, tls=None):
        self.behave = behave or self.allow
        self.requests = []
        self.accepted = 0
        self._tls = tls
        self._conns = []
        self._lock = threading.Lock()
        self._listener = socket.socket()
        self._listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        self._listener.bind(("127.0.0.1", 0))
        self._listener.listen(128)
        self.port = self._listener.getsockname()[1]
        self.url = "%s://127.0.0.1:%d" % ("https" if tls else "http", self.port)
        threading.Thread(target=self._accept, daemon=True).start()

    @staticmethod
    def allow(conn, request):
        conn.sendall(reply({}))
        return True

    def close(self):
        """Stop listening and hang up on everybody."""
        try:
            self._listener.shutdown(socket.SHUT_RDWR)
        except OSError:
            pass
        self._listener.close()
        self.hang_up()

    def hang_up(self):
        with self._lock:
            conns, self._conns = self._conns, []
        for conn in conns:
            try:
                conn.shutdown(socket.SHUT_RDWR)
            except OSError:
                pass
            conn.close()

    def _accept(self):
        while True:
            try:
                conn, _ = self._listener.accept()
            except OSError:
                return
            with self._lock:
                self.accepted += 1
                self._conns.append(conn)
            threading.Thread(target=self._serve, args=(conn,), daemon=True).start()

    def _serve(self, conn):
        try:
            if self._tls:
                conn = self._tls.wrap_socket(conn, server_side=True)
            conn.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            reader = conn.makefile("rb")
            while True:
                request = read_request(reader)
                if request is None:
                    return
                with self._lock:
                    self.requests.append(request)
                if not self.behave(conn, request):
                    return
        except (OSError, ValueError):
            pass  # they hung up, or did not speak HTTP
        finally:
            conn.close()


def read_request(reader):
    line = reader.readline()
    if not line:
        return None
    method, target, _ = line.decode().split(" ", 2)
    headers = {}
    while True:
        line = reader.readline().decode("utf-8").rstrip("\r\n")
        if not line:
            break
        name, _, value = line.partition(":")
        headers[name.lower()] = value.strip()
    return Request(method, target, headers, reader.read(int(headers.get("content-length", "0"))))


def reset(conn):
    """Close a connection the rude way."""
    conn.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    conn.close()
    return False


def closed_port():
    """A port that nobody listens on."""
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return s.getsockname()[1]


class Case(unittest.TestCase):
    """Has a stub, a folder for logs, and makes guards for the stub."""

    def setUp(self):
        self.folder = tempfile.TemporaryDirectory()
        self.addCleanup(self.folder.cleanup)
        self.stub = Stub()
        self.addCleanup(self.stub.close)

    def guard(self, **settings):
        settings = dict(dict(url=self.stub.url, log_dir=self.folder.name, timeout=2.0), **settings)
        guard = Guard(Config(**settings))
        self.addCleanup(guard.close)
        return guard

    def log(self):
        path = os.path.join(self.folder.name, "akto-agent-sdk.log")
        if not os.path.exists(path):
            return ""
        with open(path, encoding="utf-8") as f:
            return f.read()
