// Connections: kept, renewed, verified, through a proxy or not.
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import net from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";

import { isLoopback, Pool, proxyFor } from "../dist/http.js";
import { allow, env, reply, sleep, Stub, timed, world } from "./stub.mjs";

const post = (pool, body = "{}", seconds = 2) => pool.post("/p", {}, Buffer.from(body), seconds);
const fault = (why, sent) => (error) => error.name === "Fault" && error.why === why && (sent === undefined || error.sent === sent);

function poolFor(t, url, ...rest) {
  const pool = new Pool(url, ...rest);
  t.after(() => pool.close());
  return pool;
}

test("path prefix", async (t) => {
  const { stub } = await world(t);
  for (const [prefix, want] of [["", "/p"], ["/", "/p"], ["/a/b", "/a/b/p"], ["/a/b/", "/a/b/p"]]) {
    await post(poolFor(t, stub.url + prefix));
    assert.equal(stub.requests.at(-1).target, want);
  }
});

test("large bodies both ways", async (t) => {
  const { stub } = await world(t);
  const back = Buffer.alloc(4 << 20, " ");
  stub.behave = (socket) => socket.write(reply(back));
  const got = await post(poolFor(t, stub.url), "x".repeat(2 << 20), 10);
  assert.equal(got.body.length, back.length);
  assert.equal(stub.requests[0].body.length, 2 << 20);
});

test("an idle connection that the server closed is noticed", async (t) => {
  const { stub } = await world(t);
  const pool = poolFor(t, stub.url);
  await post(pool);
  stub.hangUp();
  await sleep(50);
  assert.equal((await post(pool)).status, 200);
  assert.deepEqual([stub.accepted, stub.requests.length], [2, 2]);
});

test("a connection that dies as it is used is tried once more", async (t) => {
  const { stub } = await world(t);
  stub.behave = (socket) => (stub.requests.length === 2 ? socket.end() : allow(socket));
  const pool = poolFor(t, stub.url);
  await post(pool);
  assert.equal((await post(pool)).status, 200);
  assert.deepEqual([stub.accepted, stub.requests.length], [2, 3]);
});

test("a new connection that dies is not tried again", async (t) => {
  const { stub } = await world(t);
  stub.behave = (socket) => socket.end();
  await assert.rejects(post(poolFor(t, stub.url)), fault("connection was cut", true));
  assert.equal(stub.requests.length, 1);
});

test("a reply that breaks off is not tried again", async (t) => {
  const { stub } = await world(t);
  stub.behave = (socket) => (stub.requests.length === 2 ? socket.end("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\n{") : allow(socket));
  const pool = poolFor(t, stub.url);
  await post(pool);
  await assert.rejects(post(pool), fault("connection was cut", true));
  assert.equal(stub.requests.length, 2);
});

test("a slow reply is not tried again, nor taken for the next one", async (t) => {
  const { stub } = await world(t);
  stub.behave = async (socket) => {
    if (stub.requests.length === 2) await sleep(300);
    socket.write(reply(Buffer.from(`${stub.requests.length}`)));
  };
  const pool = poolFor(t, stub.url);
  await post(pool);
  await assert.rejects(post(pool, "{}", 0.1), fault("timed out", true));
  assert.equal(stub.requests.length, 2);
  assert.equal((await post(pool)).body.toString(), "3");
});

test("a server that reads nothing", async (t) => {
  const server = net.createServer((socket) => socket.pause());
  await new Promise((done) => server.listen(0, "127.0.0.1", done));
  t.after(() => server.close());
  const pool = poolFor(t, `http://127.0.0.1:${server.address().port}`);
  const [, took] = await timed(() => assert.rejects(post(pool, "x".repeat(32 << 20), 0.4), fault("timed out", true)));
  assert.ok(took < 3000, `${took} ms`);
});

test("many at once share connections", async (t) => {
  const { stub } = await world(t);
  stub.behave = (socket, { body }) => socket.write(reply(body));
  const pool = poolFor(t, stub.url);
  const bodies = Array.from({ length: 200 }, (_, n) => `body ${n}`);
  const got = await Promise.all(bodies.map((body) => post(pool, body, 10)));
  assert.deepEqual(got.map((r) => r.body.toString()), bodies);
  assert.ok(stub.accepted <= 32, `${stub.accepted} connections`);
});

test("an idle connection does not keep the program alive", async (t) => {
  const { stub } = await world(t);
  const program = `
    import { Pool } from ${JSON.stringify(new URL("../dist/http.js", import.meta.url).href)};
    await new Pool(process.argv[1]).post("/p", {}, Buffer.from("{}"), 5);`;
  const { spawn } = await import("node:child_process");
  const child = spawn(process.execPath, ["--input-type=module", "-e", program, stub.url]);
  const [code, took] = await timed(() => new Promise((done) => child.on("exit", done)));
  assert.equal(code, 0);
  assert.ok(took < 4000, `${took} ms`);
});

test("which proxy is used", () => {
  const proxies = { http_proxy: "http://user:p%40ss@proxy.test:3128", HTTPS_PROXY: "proxy.test:3129" };
  for (const [url, env, want] of [
    ["http://gatehouse.test", proxies, "proxy.test:3128"],
    ["https://gatehouse.test", proxies, "proxy.test:3129"],
    ["http://gatehouse.test", {}, undefined],
    ["http://127.0.0.1:8700", proxies, undefined],
    ["http://localhost:8700", proxies, undefined],
    ["http://[::1]:8700", proxies, undefined],
    ["http://app.localhost", proxies, undefined],
    ["http://gatehouse.test", { ...proxies, no_proxy: "*" }, undefined],
    ["http://gatehouse.test", { ...proxies, no_proxy: "a, gatehouse.test" }, undefined],
    ["http://a.gatehouse.test", { ...proxies, NO_PROXY: ".gatehouse.test:80" }, undefined],
    ["http://notgatehouse.test", { ...proxies, no_proxy: "gatehouse.test" }, "proxy.test:3128"],
  ]) {
    assert.equal(proxyFor(new URL(url), env)?.host, want, url);
  }
  assert.throws(() => proxyFor(new URL("http://a.test"), { http_proxy: "socks5://proxy.test" }), fault("proxy is not an http proxy"));
  for (const [host, want] of [
    ["127.0.0.1", true], ["127.9.9.9", true], ["::1", true], ["[::1]", true], ["localhost", true], ["localhost.", true],
    ["localhost.example.com", false], ["127.0.0.1.example.com", false], ["10.0.0.1", false], ["0.0.0.0", false],
  ]) {
    assert.equal(isLoopback(host), want, host);
  }
});

test("through a proxy", async (t) => {
  const { stub } = await world(t);
  env(t, { http_proxy: `http://user:p%40ss@127.0.0.1:${stub.port}` });
  assert.equal((await post(poolFor(t, "http://gatehouse.test:8700/x"))).status, 200);
  const [got] = stub.requests;
  assert.deepEqual([got.target, got.headers.host], ["http://gatehouse.test:8700/x/p", "gatehouse.test:8700"]);
  assert.equal(got.headers["proxy-authorization"], "Basic dXNlcjpwQHNz");
});

test("a refused tunnel", async (t) => {
  const { stub } = await world(t);
  env(t, { https_proxy: `http://127.0.0.1:${stub.port}` });
  stub.behave = (socket) => socket.end("HTTP/1.1 407 No\r\n\r\n");
  await assert.rejects(post(poolFor(t, "https://gatehouse.test")), fault("proxy refused", false));
  assert.deepEqual([stub.requests[0].method, stub.requests[0].target], ["CONNECT", "gatehouse.test:443"]);
});

function hasOpenssl() {
  try {
    execFileSync("openssl", ["version"]);
    return true;
  } catch {
    return false;
  }
}

test("TLS", { skip: !hasOpenssl() && "openssl makes the certificate: apt-get install openssl" }, async (t) => {
  const folder = mkdtempSync(join(tmpdir(), "gatehouse-tls-"));
  t.after(() => rmSync(folder, { recursive: true }));
  const [key, cert] = ["key.pem", "cert.pem"].map((name) => join(folder, name));
  const subject = ["-subj", "/CN=stub", "-addext", "subjectAltName=IP:127.0.0.1,DNS:gatehouse.test"];
  const kind = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "2"];
  execFileSync("openssl", ["req", "-x509", ...kind, ...subject, "-keyout", key, "-out", cert], { stdio: "ignore" });
  const secure = await Stub.start(allow, { key: readFileSync(key), cert: readFileSync(cert) });
  t.after(() => secure.close());

  await t.test("an unknown certificate is refused, whatever the environment says", async (t) => {
    env(t, { NODE_TLS_REJECT_UNAUTHORIZED: "0" });
    await assert.rejects(post(poolFor(t, secure.url)), fault("certificate is not trusted", false));
    assert.equal(secure.requests.length, 0);
  });
  await t.test("a trusted one", async (t) => {
    for (const ca of [cert, folder]) {
      const pool = poolFor(t, secure.url, ca);
      const before = secure.accepted;
      for (let n = 0; n < 3; n++) assert.equal((await post(pool, "x".repeat(100000))).status, 200);
      assert.equal(secure.accepted - before, 1);
    }
  });
  await t.test("a wrong name is refused", async (t) => {
    await assert.rejects(post(poolFor(t, `https://localhost:${secure.port}`, cert)), fault("certificate is not trusted", false));
  });
  await t.test("an unreadable file of certificates trusts nobody", async (t) => {
    for (const path of ["/nowhere", key]) await assert.rejects(post(poolFor(t, secure.url, path)), fault("SSL_CERT_PATH cannot be read"));
  });
  await t.test("a plain server", async (t) => {
    const server = net.createServer((socket) => socket.end("HTTP/1.1 400 Bad Request\r\n\r\n"));
    await new Promise((done) => server.listen(0, "127.0.0.1", done));
    t.after(() => server.close());
    await assert.rejects(post(poolFor(t, `https://127.0.0.1:${server.address().port}`)), fault("no TLS connection", false));
  });
  await t.test("a handshake that never ends", async (t) => {
    const { stub } = await world(t); // waits for the end of a request's head
    await assert.rejects(post(poolFor(t, `https://127.0.0.1:${stub.port}`), "{}", 0.3), fault("timed out while connecting", false));
  });
  await t.test("through a proxy", async (t) => {
    const asked = [];
    const proxy = net.createServer((socket) => {
      socket.once("data", (head) => {
        asked.push(head.toString().split("\r\n")[0]);
        const out = net.connect(secure.port, "127.0.0.1", () => {
          socket.write("HTTP/1.1 200 Connection established\r\n\r\n");
          socket.pipe(out).pipe(socket);
        });
        for (const s of [socket, out]) s.on("error", () => {});
      });
    });
    await new Promise((done) => proxy.listen(0, "127.0.0.1", done));
    t.after(() => proxy.close());
    env(t, { https_proxy: `http://127.0.0.1:${proxy.address().port}` });
    const pool = poolFor(t, "https://gatehouse.test", cert);
    for (let n = 0; n < 2; n++) assert.equal((await post(pool)).status, 200);
    assert.deepEqual(asked, ["CONNECT gatehouse.test:443 HTTP/1.1"]);
    await assert.rejects(post(poolFor(t, "https://other.test", cert)), fault("certificate is not trusted", false));
    pool.close();
  });
});
