"""HTTP/1.1 POST over kept-alive connections, with one deadline for all of it.

The deadline covers connecting, sending and every single read, so that a server that trickles bytes cannot stretch it.
Certificates are verified. No redirect is followed. A proxy of the environment is used, but never for this machine.
"""

import base64
# Looked up by the first connection. Where a program forks just then, its child would never find it again.
import encodings.idna  # noqa: F401
import http.client
import io
import ipaddress
import os
import select
import socket
import ssl
import threading
import time
import urllib.parse
import urllib.request
from typing import Dict, List, Mapping, NamedTuple, Optional

MAX_REPLY_BYTES = 16 << 20
MAX_IDLE_CONNECTIONS = 16
MAX_IDLE_SECONDS = 55.0
_CHUNK = 64 << 10


class Fault(Exception):
    """Why there is no answer. ``why`` is a fixed phrase and never holds content."""

    def __init__(self, why: str, sent: bool = True, permanent: bool = False):
        super().__init__(why)
        self.why = why
        #: False where the server certainly did nothing with the request.
        self.sent = sent
        #: True where asking again would give the same.
        self.permanent = permanent


class Deadline:
    """A moment on the monotonic clock."""

    def __init__(self, seconds: float):
        self._end = time.monotonic() + seconds

    def left(self) -> float:
        """Seconds until the deadline; negative after it."""
        return self._end - time.monotonic()

    def arm(self, sock: socket.socket) -> None:
        """Let the next operation on sock take no longer than is left."""
        left = self.left()
        if left <= 0:
            raise socket.timeout("deadline")
        sock.settimeout(left)


class Reply(NamedTuple):
    """What a server answered."""

    status: int
    headers: Mapping[str, str]
    body: bytes


class _Reader(io.RawIOBase):
    """The receiving side of a connection, for http.client."""

    def __init__(self, wire):
        super().__init__()
        self._wire = wire

    def readable(self):
        return True

    def readinto(self, buffer):
        self._wire.deadline.arm(self._wire.sock)
        n = self._wire.sock.recv_into(buffer)
        self._wire.received += n
        return n


class _Wire:
    """One connection: to http.client a socket, on which every operation obeys the deadline of the request."""

    def __init__(self, sock: socket.socket, deadline: Deadline):
        self.sock = sock
        self.deadline = deadline
        self.received = 0
        self.idle_since = 0.0
        self.http = http.client.HTTPConnection("unused")
        self.http.auto_open = 0
        self.http.sock = self

    def makefile(self, mode, *args, **kwargs):
        return io.BufferedReader(_Reader(self))

    def sendall(self, data):
        view = memoryview(data)
        while view:
            self.deadline.arm(self.sock)
            view = view[self.sock.send(view[:_CHUNK]) :]

    def close(self):
        """Does nothing: http.client closes before the body is read. The pool closes the socket."""

    def alive(self) -> bool:
        """Whether the idle connection is still open: a server that hangs up makes it readable."""
        if time.monotonic() - self.idle_since > MAX_IDLE_SECONDS:
            return False
        try:
            if hasattr(select, "poll"):
                poll = select.poll()
                poll.register(self.sock, select.POLLIN)
                return not poll.poll(0)
            return not select.select([self.sock], [], [], 0)[0]
        except (OSError, ValueError):
            return False


class Pool:
    """Connections to one server. Safe for threads. ValueError for an address that is not http or https."""

    def __init__(self, url: str, ca_path: str = "", max_reply_bytes: int = MAX_REPLY_BYTES):
        try:
            parts = urllib.parse.urlsplit(url)
            port = parts.port
        except ValueError:
            raise ValueError("address has no valid port or host") from None
        if parts.scheme not in ("http", "https") or not parts.hostname:
            raise ValueError("address is neither http nor https")
        if parts.username is not None or parts.query or parts.fragment:
            raise ValueError("address holds more than scheme, host, port and path")
        self._tls = parts.scheme == "https"
        self._host = parts.hostname
        self._port = port or (443 if self._tls else 80)
        self._netloc = parts.netloc
        self._path = parts.path.rstrip("/")
        self._ca_path = ca_path
        self._max_reply_bytes = max_reply_bytes
        self._proxy = _proxy_for(parts.scheme, self._host)
        self._context = None  # type: Optional[ssl.SSLContext]
        self._idle = []  # type: List[_Wire]
        #: Connections made so far.
        self.opened = 0
        self.reset()

    def reset(self) -> None:
        """Let go of connections and locks that belong to the process that this one was forked from."""
        self._lock = threading.Lock()
        self._drop_idle()

    def close(self) -> None:
        """Close idle connections."""
        with self._lock:
            self._drop_idle()

    def post(self, path: str, headers: Mapping[str, object], body: bytes, deadline: Deadline) -> Reply:
        """Send body and return the reply, whatever its status. Raises Fault."""
        wire = self._take()
        if wire is not None:
            try:
                return self._exchange(wire, path, headers, body, deadline)
            except Fault:
                # The server hung up on an idle connection just as we used it. Once is safe: nothing came back,
                # and judging an event again gives the same.
                if wire.received or deadline.left() <= 0:
                    raise
        return self._exchange(self._connect(deadline), path, headers, body, deadline)

    def _take(self) -> Optional[_Wire]:
        while True:
            with self._lock:
                if not self._idle:
                    return None
                wire = self._idle.pop()
            if wire.alive():
                return wire
            wire.sock.close()

    def _drop_idle(self):
        idle, self._idle = self._idle, []
        for wire in idle:
            wire.sock.close()

    def _exchange(self, wire, path, headers, body, deadline):
        wire.deadline = deadline
        wire.received = 0
        target = self._path + path
        headers = dict(headers, **{"Host": self._netloc, "Accept-Encoding": "identity"})
        if self._proxy and not self._tls:
            target = "http://" + self._netloc + target
            if self._proxy.authorization:
                headers["Proxy-Authorization"] = self._proxy.authorization
        keep = False
        try:
            wire.http.request("POST", target, body, headers)
            response = wire.http.getresponse()
            reply = self._read(response)
            keep = not response.will_close
            return reply
        except socket.timeout:
            raise Fault("timed out") from None
        except (ConnectionError, http.client.IncompleteRead, http.client.RemoteDisconnected, ssl.SSLError):
            raise Fault("connection was cut") from None
        except (http.client.HTTPException, ValueError):
            raise Fault("reply is not HTTP") from None
        except OSError:
            raise Fault("connection failed") from None
        finally:
            if keep:
                self._give_back(wire)
            else:
                wire.sock.close()

    def _give_back(self, wire):
        wire.idle_since = time.monotonic()
        with self._lock:
            if len(self._idle) < MAX_IDLE_CONNECTIONS:
                self._idle.append(wire)
                return
        wire.sock.close()

    def _read(self, response: http.client.HTTPResponse) -> Reply:
        if response.length is not None and response.length > self._max_reply_bytes:
            raise Fault("reply is too large")
        parts = []
        size = 0
        while True:
            part = response.read(_CHUNK)
            if not part:
                break
            size += len(part)
            if size > self._max_reply_bytes:
                raise Fault("reply is too large")
            parts.append(part)
        if response.length:
            raise Fault("connection was cut")
        return Reply(response.status, response.headers, b"".join(parts))

    def _connect(self, deadline: Deadline) -> _Wire:
        sock = None
        try:
            sock = self._dial(deadline)
            sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            if self._proxy and self._tls:
                self._tunnel(sock, deadline)
            if self._tls:
                deadline.arm(sock)
                sock = self._tls_context().wrap_socket(sock, server_hostname=self._host)
            with self._lock:
                self.opened += 1
            return _Wire(sock, deadline)
        except Exception as e:
            if sock is not None:
                sock.close()
            if isinstance(e, Fault):
                raise
            raise Fault(_why_not_connected(e), sent=False) from None

    def _dial(self, deadline):
        host, port = (self._proxy.host, self._proxy.port) if self._proxy else (self._host, self._port)
        failure = None  # type: Optional[OSError]
        for family, kind, proto, _, address in socket.getaddrinfo(host, port, type=socket.SOCK_STREAM):
            sock = None
            try:
                sock = socket.socket(family, kind, proto)
                deadline.arm(sock)
                sock.connect(address)
                return sock
            except OSError as e:
                failure = e
                if sock is not None:
                    sock.close()
        raise failure or OSError("no address")

    def _tunnel(self, sock, deadline):
        """Ask the proxy for a way through."""
        at = "%s:%d" % ("[%s]" % self._host if ":" in self._host else self._host, self._port)
        head = "CONNECT %s HTTP/1.1\r\nHost: %s\r\n" % (at, at)
        if self._proxy.authorization:
            head += "Proxy-Authorization: %s\r\n" % self._proxy.authorization
        head += "\r\n"
        deadline.arm(sock)
        sock.sendall(head.encode("latin-1"))
        got = b""
        while b"\r\n\r\n" not in got:
            deadline.arm(sock)
            part = sock.recv(1)  # not a byte more: what follows belongs to TLS
            if not part or len(got) > 16384:
                raise Fault("proxy gave no answer", sent=False)
            got += part
        if got.split(b" ", 2)[1:2] != [b"200"]:
            raise Fault("proxy refused", sent=False)

    def _tls_context(self) -> ssl.SSLContext:
        with self._lock:
            if self._context is None:
                context = ssl.create_default_context()
                if self._ca_path:
                    try:
                        context.load_verify_locations(**_where(self._ca_path))
                    except (OSError, ssl.SSLError):
                        raise Fault("SSL_CERT_PATH cannot be read", sent=False) from None
                self._context = context
            return self._context


def _where(path: str) -> Dict[str, str]:
    return {"capath": path} if os.path.isdir(path) else {"cafile": path}


def _why_not_connected(e: Exception) -> str:
    if isinstance(e, socket.timeout):
        return "timed out while connecting"
    if isinstance(e, socket.gaierror):
        return "host name not found"
    if isinstance(e, ConnectionRefusedError):
        return "connection refused"
    if isinstance(e, ssl.SSLCertVerificationError):
        return "certificate is not trusted"
    if isinstance(e, ssl.SSLError):
        return "no TLS connection"
    return "no connection"


def is_loopback(host: str) -> bool:
    """Whether host names this machine."""
    name = host.rstrip(".").lower()
    if name == "localhost" or name.endswith(".localhost"):
        return True
    try:
        return ipaddress.ip_address(name.split("%")[0]).is_loopback
    except ValueError:
        return False


class _Proxy(NamedTuple):
    host: str
    port: int
    authorization: str


def _proxy_for(scheme: str, host: str) -> Optional[_Proxy]:
    """The proxy that the environment names for host, None for none."""
    if is_loopback(host) or urllib.request.proxy_bypass(host):
        return None
    address = urllib.request.getproxies().get(scheme)
    if not address:
        return None
    parts = urllib.parse.urlsplit(address if "://" in address else "http://" + address)
    if parts.scheme != "http" or not parts.hostname:
        raise ValueError("proxy is not an http proxy")
    authorization = ""
    if parts.username is not None:
        user = urllib.parse.unquote(parts.username) + ":" + urllib.parse.unquote(parts.password or "")
        authorization = "Basic " + base64.b64encode(user.encode()).decode()
    return _Proxy(parts.hostname, parts.port or 80, authorization)
