"""Connections: kept, renewed, verified, through a proxy or not."""

import os
import shutil
import socket
import ssl
import subprocess
import threading
import time
import unittest
from unittest import mock

from gatehouse.gatehouse_http import Deadline, Fault, Pool, is_loopback
from tests.stub import Case, Stub, closed_port, read_request, reply


def post(pool, body=b"{}", seconds=2.0):
    return pool.post("/p", {}, body, Deadline(seconds))


class Connections(Case):
    def pool(self, url=None, **options):
        pool = Pool(url or self.stub.url, **options)
        self.addCleanup(pool.close)
        return pool

    def test_path_prefix(self):
        for prefix, want in (("", "/p"), ("/", "/p"), ("/a/b", "/a/b/p"), ("/a/b/", "/a/b/p")):
            post(self.pool(self.stub.url + prefix))
            self.assertEqual(self.stub.requests[-1].target, want)

    def test_large_bodies_both_ways(self):
        back = b" " * (4 << 20)
        self.stub.behave = lambda conn, _: conn.sendall(reply(back)) or True
        self.assertEqual(post(self.pool(), b"x" * (8 << 20), 10.0).body, back)
        self.assertEqual(len(self.stub.requests[0].body), 8 << 20)

    def test_idle_connection_that_the_server_closed_is_noticed(self):
        pool = self.pool()
        post(pool)
        self.stub.hang_up()
        time.sleep(0.05)
        self.assertEqual(post(pool).status, 200)
        self.assertEqual((self.stub.accepted, len(self.stub.requests)), (2, 2))

    def test_connection_that_dies_as_it_is_used_is_tried_once_more(self):
        def second_is_cut(conn, request):
            if len(self.stub.requests) == 2:
                return False
            return Stub.allow(conn, request)

        self.stub.behave = second_is_cut
        pool = self.pool()
        post(pool)
        self.assertEqual(post(pool).status, 200)
        self.assertEqual((self.stub.accepted, len(self.stub.requests)), (2, 3))

    def test_new_connection_that_dies_is_not_tried_again(self):
        self.stub.behave = lambda conn, _: False
        with self.assertRaisesRegex(Fault, "connection was cut"):
            post(self.pool())
        self.assertEqual(len(self.stub.requests), 1)

    def test_reply_that_breaks_off_is_not_tried_again(self):
        def half(conn, request):
            if len(self.stub.requests) == 2:
                conn.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\n{")
                return False
            return Stub.allow(conn, request)

        self.stub.behave = half
        pool = self.pool()
        post(pool)
        with self.assertRaisesRegex(Fault, "connection was cut"):
            post(pool)
        self.assertEqual(len(self.stub.requests), 2)

    def test_slow_reply_is_not_tried_again(self):
        def slow(conn, request):
            if len(self.stub.requests) > 1:
                time.sleep(0.5)
            return Stub.allow(conn, request)

        self.stub.behave = slow
        pool = self.pool()
        post(pool)
        with self.assertRaisesRegex(Fault, "timed out"):
            post(pool, seconds=0.2)
        self.assertEqual(len(self.stub.requests), 2)

    def test_late_reply_is_not_taken_for_the_next_one(self):
        def slow(conn, request):
            if len(self.stub.requests) == 1:
                time.sleep(0.3)
                conn.sendall(reply(b"late"))
                return True
            conn.sendall(reply(b"mine"))
            return True

        self.stub.behave = slow
        pool = self.pool()
        with self.assertRaises(Fault):
            post(pool, seconds=0.1)
        time.sleep(0.3)
        self.assertEqual(post(pool).body, b"mine")

    def test_unasked_bytes_are_no_reply(self):
        self.stub.behave = lambda conn, _: conn.sendall(reply(b"one") + reply(b"smuggled")) or True
        pool = self.pool()
        for _ in range(3):
            self.assertEqual(post(pool).body, b"one")

    def test_connection_close_is_obeyed(self):
        self.stub.behave = lambda conn, _: conn.sendall(reply({}, extra="Connection: close\r\n")) or False
        pool = self.pool()
        for _ in range(3):
            self.assertEqual(post(pool).status, 200)
        self.assertEqual(self.stub.accepted, 3)

    def test_server_that_reads_nothing(self):
        with socket.socket() as listener:
            listener.bind(("127.0.0.1", 0))
            listener.listen(1)
            begin = time.monotonic()
            with self.assertRaisesRegex(Fault, "timed out"):
                post(self.pool("http://127.0.0.1:%d" % listener.getsockname()[1]), b"x" * (32 << 20), 0.4)
            self.assertLess(time.monotonic() - begin, 3)

    def test_threads_share_connections(self):
        self.stub.behave = lambda conn, r: conn.sendall(reply(r.body)) or True
        pool = self.pool()
        wrong = []

        def work(n):
            for i in range(25):
                body = b"%d-%d" % (n, i)
                if post(pool, body, 10.0).body != body:
                    wrong.append(body)

        threads = [threading.Thread(target=work, args=(n,)) for n in range(8)]
        for t in threads:
            t.start()
        for t in threads:
            t.join()
        self.assertEqual(wrong, [])
        self.assertEqual(len(self.stub.requests), 200)
        self.assertLessEqual(self.stub.accepted, 8)

    def test_more_files_than_select_can_take(self):
        import resource

        soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
        self.addCleanup(resource.setrlimit, resource.RLIMIT_NOFILE, (soft, hard))
        resource.setrlimit(resource.RLIMIT_NOFILE, (max(soft, min(hard, 4096)) if hard != resource.RLIM_INFINITY else 4096, hard))
        files = [open(os.devnull) for _ in range(1100)]
        self.addCleanup(lambda: [f.close() for f in files])
        pool = self.pool()
        post(pool)
        self.assertEqual(post(pool).status, 200)
        self.assertEqual(self.stub.accepted, 1)


class Proxies(Case):
    def setUp(self):
        super().setUp()
        # Every name leads to the stub, so that a request without the proxy would be seen as well.
        real = socket.getaddrinfo
        patch = mock.patch("socket.getaddrinfo", lambda host, port, **k: real("127.0.0.1", port, **k))
        patch.start()
        self.addCleanup(patch.stop)

    def env(self, **values):
        patch = mock.patch.dict("os.environ", values, clear=True)
        patch.start()
        self.addCleanup(patch.stop)

    def test_http(self):
        self.env(http_proxy="http://user:p%%40ss@proxy.test:%d" % self.stub.port)
        pool = Pool("http://gatehouse.test:8700/x")
        self.addCleanup(pool.close)
        self.assertEqual(post(pool).status, 200)
        got = self.stub.requests[0]
        self.assertEqual((got.target, got.headers["host"]), ("http://gatehouse.test:8700/x/p", "gatehouse.test:8700"))
        self.assertEqual(got.headers["proxy-authorization"], "Basic dXNlcjpwQHNz")

    def test_never_for_this_machine(self):
        self.env(http_proxy="http://proxy.test:%d" % closed_port(), https_proxy="http://proxy.test:1", all_proxy="http://proxy.test:1")
        for host in ("127.0.0.1", "localhost", "app.localhost", "LOCALHOST"):
            pool = Pool("http://%s:%d" % (host, self.stub.port))
            self.addCleanup(pool.close)
            self.assertEqual(post(pool).status, 200)
            self.assertEqual(self.stub.requests[-1].target, "/p")

    def test_no_proxy(self):
        self.env(http_proxy="http://proxy.test:%d" % closed_port(), no_proxy="gatehouse.test")
        pool = Pool("http://gatehouse.test:%d" % self.stub.port)
        self.addCleanup(pool.close)
        self.assertEqual(post(pool).status, 200)

    def test_refused_tunnel(self):
        self.env(https_proxy="http://proxy.test:%d" % self.stub.port)
        self.stub.behave = lambda conn, _: conn.sendall(b"HTTP/1.1 407 No\r\n\r\n") or False
        with self.assertRaisesRegex(Fault, "proxy refused"):
            post(Pool("https://gatehouse.test"))
        self.assertEqual((self.stub.requests[0].method, self.stub.requests[0].target), ("CONNECT", "gatehouse.test:443"))

    def test_loopback_names(self):
        for host, want in (
            ("127.0.0.1", True), ("127.9.9.9", True), ("::1", True), ("localhost", True), ("localhost.", True),
            ("localhost.example.com", False), ("127.0.0.1.example.com", False), ("10.0.0.1", False), ("0.0.0.0", False),
        ):
            self.assertEqual(is_loopback(host), want, host)


@unittest.skipUnless(shutil.which("openssl"), "openssl makes the certificate: apt-get install openssl")
class TLS(Case):
    def setUp(self):
        super().setUp()
        self.key, self.cert = (os.path.join(self.folder.name, n) for n in ("key.pem", "cert.pem"))
        subprocess.run(
            ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-keyout", self.key,
             "-out", self.cert, "-days", "2", "-subj", "/CN=stub", "-addext", "subjectAltName=IP:127.0.0.1,DNS:gatehouse.test"],
            check=True, capture_output=True,
        )  # fmt: skip
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(self.cert, self.key)
        self.secure = Stub(tls=context)
        self.addCleanup(self.secure.close)

    def test_unknown_certificate_is_refused(self):
        with self.assertRaises(Fault) as caught:
            post(Pool(self.secure.url))
        self.assertEqual((caught.exception.why, caught.exception.sent), ("certificate is not trusted", False))
        self.assertEqual(self.secure.requests, [])

    def test_trusted_certificate(self):
        pool = Pool(self.secure.url, ca_path=self.cert)
        self.addCleanup(pool.close)
        for _ in range(3):
            self.assertEqual(post(pool, b"x" * 100000).status, 200)
        self.assertEqual(self.secure.accepted, 1)
        self.secure.hang_up()
        time.sleep(0.05)
        self.assertEqual(post(pool).status, 200)

    def test_wrong_name_is_refused(self):
        with self.assertRaisesRegex(Fault, "certificate is not trusted"):
            post(Pool("https://localhost:%d" % self.secure.port, ca_path=self.cert))

    def test_unreadable_ca_trusts_nobody(self):
        for path in ("/nowhere", self.key):
            with self.assertRaisesRegex(Fault, "SSL_CERT_PATH cannot be read"):
                post(Pool(self.secure.url, ca_path=path))

    def test_plain_server(self):
        with self.assertRaises(Fault) as caught:
            post(Pool("https://127.0.0.1:%d" % self.stub.port))
        self.assertEqual((caught.exception.why, caught.exception.sent), ("no TLS connection", False))

    def test_through_a_proxy(self):
        proxy = socket.socket()
        proxy.bind(("127.0.0.1", 0))
        proxy.listen(4)
        self.addCleanup(proxy.close)
        asked = []

        def serve():
            conn, _ = proxy.accept()
            asked.append(read_request(conn.makefile("rb", 0)))
            conn.sendall(b"HTTP/1.1 200 Connection established\r\nX: y\r\n\r\n")
            out = socket.create_connection(("127.0.0.1", self.secure.port))

            def copy(a, b):
                while True:
                    part = a.recv(65536)
                    if not part:
                        return
                    b.sendall(part)

            threading.Thread(target=copy, args=(out, conn), daemon=True).start()
            copy(conn, out)
            conn.close()
            out.close()

        threading.Thread(target=serve, daemon=True).start()
        with mock.patch.dict("os.environ", {"https_proxy": "http://127.0.0.1:%d" % proxy.getsockname()[1]}, clear=True):
            pool = Pool("https://gatehouse.test", ca_path=self.cert)
        self.addCleanup(pool.close)
        self.assertEqual(post(pool).status, 200)
        self.assertEqual((asked[0].method, asked[0].target), ("CONNECT", "gatehouse.test:443"))
        self.assertEqual(len(self.secure.requests), 1)


if __name__ == "__main__":
    unittest.main()
