/**
 * HTTP/1.1 POST over kept-alive connections, with one deadline for all of it.
 *
 * Certificates are verified, whatever the environment says. No redirect is followed. A proxy of the environment is used,
 * but never for this machine.
 */
import { readdirSync, readFileSync, statSync } from "node:fs";
import http from "node:http";
import https from "node:https";
import net from "node:net";
import { join } from "node:path";
import tls from "node:tls";

import { Fault } from "./fault.js";

export const MAX_REPLY_BYTES = 16 * 2 ** 20;
const MAX_SOCKETS = 32;
const MAX_IDLE_SOCKETS = 16;
const MAX_IDLE_MS = 55_000;

/** What a server answered. */
export interface Reply {
  readonly status: number;
  readonly headers: http.IncomingHttpHeaders;
  readonly body: Buffer;
}

/** Connections to one server. The constructor throws a Fault for an address that is not http or https. */
export class Pool {
  /** Connections made so far. */
  opened = 0;
  readonly #url: URL;
  readonly #path: string;
  readonly #proxy: URL | undefined;
  readonly #agent: http.Agent;
  readonly #request: typeof http.request;
  readonly #caPath: string;
  readonly #maxReplyBytes: number;
  readonly #connected = new WeakSet<net.Socket>();
  #ca: string[] | undefined;

  constructor(url: string, caPath = "", maxReplyBytes = MAX_REPLY_BYTES) {
    this.#url = parse(url);
    this.#path = this.#url.pathname.replace(/\/+$/, "");
    this.#proxy = proxyFor(this.#url, process.env);
    this.#caPath = caPath;
    this.#maxReplyBytes = maxReplyBytes;
    const secure = this.#url.protocol === "https:";
    const options = { keepAlive: true, maxSockets: MAX_SOCKETS, maxFreeSockets: MAX_IDLE_SOCKETS, timeout: MAX_IDLE_MS, scheduling: "lifo" as const };
    this.#agent = secure ? new https.Agent(options) : new http.Agent(options);
    this.#request = secure ? https.request : http.request;
    if (secure && this.#proxy) this.#tunnelAll(this.#proxy);
  }

  /** Closes idle connections. */
  close(): void {
    this.#agent.destroy();
  }

  /**
   * Sends body and resolves to the reply, whatever its status; rejects with a Fault. Aborting gives up at once.
   */
  async post(path: string, headers: http.OutgoingHttpHeaders, body: Buffer, seconds: number, signal?: AbortSignal): Promise<Reply> {
    const end = performance.now() + seconds * 1000;
    const first: Attempt = { reused: false, received: false };
    try {
      return await this.#exchange(path, headers, body, end, first, signal);
    } catch (fault) {
      // The server hung up on an idle connection just as we used it. Once is safe: nothing came back, and judging
      // an event again gives the same.
      if (!first.reused || first.received || performance.now() >= end || signal?.aborted) throw fault;
      for (const idle of Object.values(this.#agent.freeSockets)) idle?.forEach((socket) => socket.destroy());
      return await this.#exchange(path, headers, body, end, { reused: false, received: false }, signal);
    }
  }

  #exchange(path: string, headers: http.OutgoingHttpHeaders, body: Buffer, end: number, attempt: Attempt, signal?: AbortSignal): Promise<Reply> {
    return new Promise((resolve, reject) => {
      const request = this.#request(this.#options(path, headers, body));
      const timer = setTimeout(() => settle(late(connected)), Math.max(0, end - performance.now()));
      let settled = false;
      let connected = false;
      const settle = (result: Reply | Fault): void => {
        if (settled) return;
        settled = true;
        clearTimeout(timer);
        signal?.removeEventListener("abort", abort);
        if (result instanceof Fault) {
          request.destroy();
          reject(result);
        } else resolve(result);
      };
      // First of all: a request without this listener ends the whole program.
      request.on("error", (error: NodeJS.ErrnoException) => settle(faultOf(error, connected)));
      const abort = (): void => settle(new Fault("given up by the client", connected));
      signal?.addEventListener("abort", abort);
      if (signal?.aborted) return abort();

      request.on("socket", (socket) => {
        // request.reusedSocket is false for a socket that was never idle because requests were waiting for it.
        attempt.reused = this.#connected.has(socket);
        connected = attempt.reused;
        if (connected) return;
        this.opened++;
        socket.once(socket instanceof tls.TLSSocket ? "secureConnect" : "connect", () => {
          this.#connected.add(socket);
          connected = true;
        });
      });
      request.on("upgrade", (_, socket) => {
        socket.destroy();
        settle(new Fault("status 101"));
      });
      request.on("response", (response) => {
        attempt.received = true;
        this.#read(response, settle);
      });
      request.end(body);
    });
  }

  #options(path: string, headers: http.OutgoingHttpHeaders, body: Buffer): https.RequestOptions {
    const target = this.#path + path;
    const all: http.OutgoingHttpHeaders = { ...headers, Host: this.#url.host, "Content-Length": body.length };
    const common = { method: "POST", agent: this.#agent, headers: all };
    if (this.#url.protocol === "http:") {
      if (!this.#proxy) return { ...common, hostname: hostOf(this.#url), port: this.#url.port || 80, path: target };
      const authorization = credentials(this.#proxy);
      if (authorization) all["Proxy-Authorization"] = authorization;
      return { ...common, hostname: hostOf(this.#proxy), port: this.#proxy.port || 80, path: this.#url.origin + target };
    }
    const server = { hostname: hostOf(this.#url), port: this.#url.port || 443, path: target };
    const trust = { rejectUnauthorized: true, ...(this.#caPath ? { ca: this.#trusted() } : {}) };
    return { ...common, ...server, ...trust };
  }

  #read(response: http.IncomingMessage, settle: (result: Reply | Fault) => void): void {
    if (Number(response.headers["content-length"] ?? 0) > this.#maxReplyBytes) return settle(new Fault("reply is too large"));
    const parts: Buffer[] = [];
    let size = 0;
    response.on("data", (part: Buffer) => {
      size += part.length;
      if (size > this.#maxReplyBytes) settle(new Fault("reply is too large"));
      else parts.push(part);
    });
    response.on("error", () => settle(new Fault("connection was cut")));
    response.on("close", () => settle(new Fault("connection was cut")));
    response.on("end", () => {
      if (!response.complete) return settle(new Fault("connection was cut"));
      settle({ status: response.statusCode ?? 0, headers: response.headers, body: Buffer.concat(parts) });
    });
  }

  #trusted(): string[] {
    this.#ca ??= certificates(this.#caPath);
    return this.#ca;
  }

  /** Has the agent reach its server through a tunnel of the proxy's. */
  #tunnelAll(proxy: URL): void {
    type Connected = (error: Error | null, socket?: net.Socket) => void;
    const dial = (options: tls.ConnectionOptions & { host?: string }, done: Connected): undefined => {
      const at = `${this.#url.hostname}:${this.#url.port || 443}`;
      const authorization = credentials(proxy);
      const headers = { Host: at, ...(authorization ? { "Proxy-Authorization": authorization } : {}) };
      const ask = http.request({ hostname: hostOf(proxy), port: proxy.port || 80, method: "CONNECT", path: at, headers, agent: false });
      ask.setTimeout(MAX_IDLE_MS, () => ask.destroy());
      ask.on("error", () => done(new Fault("no connection", false)));
      ask.on("response", () => done(new Fault("proxy refused", false)));
      ask.on("connect", (response, socket) => {
        if (response.statusCode !== 200) {
          socket.destroy();
          return done(new Fault("proxy refused", false));
        }
        done(null, tls.connect({ ...options, socket, servername: net.isIP(hostOf(this.#url)) ? "" : hostOf(this.#url) }));
      });
      ask.end();
      return undefined;
    };
    (this.#agent as unknown as { createConnection: typeof dial }).createConnection = dial;
  }
}

interface Attempt {
  reused: boolean;
  received: boolean;
}

function parse(address: string): URL {
  let url: URL;
  try {
    url = new URL(address);
  } catch {
    throw new Fault("address is neither http nor https", false, true);
  }
  if (!["http:", "https:"].includes(url.protocol)) throw new Fault("address is neither http nor https", false, true);
  if (url.username || url.password || url.search || url.hash) {
    throw new Fault("address holds more than scheme, host, port and path", false, true);
  }
  return url;
}

/** The host as connections want it: an IPv6 address without brackets. */
function hostOf(url: URL): string {
  return url.hostname.replace(/^\[|\]$/g, "");
}

function late(connected: boolean): Fault {
  return connected ? new Fault("timed out") : new Fault("timed out while connecting", false);
}

function faultOf(error: NodeJS.ErrnoException, connected: boolean): Fault {
  if (error instanceof Fault) return error;
  const code = error.code ?? "";
  if (code.startsWith("HPE_")) return new Fault("reply is not HTTP");
  if (connected) return new Fault("connection was cut");
  if (code === "ECONNREFUSED") return new Fault("connection refused", false);
  if (code === "ENOTFOUND" || code === "EAI_AGAIN") return new Fault("host name not found", false);
  if (isTrust(code)) return new Fault("certificate is not trusted", false);
  if (code.startsWith("ERR_SSL") || code === "EPROTO") return new Fault("no TLS connection", false);
  return new Fault("no connection", false);
}

function isTrust(code: string): boolean {
  return /CERT|SELF_SIGNED|UNABLE_TO|ERR_TLS_CERT_ALTNAME_INVALID|CRL|INVALID_CA|PATH_LENGTH|INVALID_PURPOSE/.test(code);
}

/** All certificates to trust: those that Node trusts, and those of the file or folder. */
function certificates(path: string): string[] {
  const known = (tls as { getCACertificates?: (which: string) => string[] }).getCACertificates?.("default") ?? tls.rootCertificates;
  let own: string[];
  try {
    const files = statSync(path).isDirectory() ? readdirSync(path).map((name) => join(path, name)) : [path];
    own = files.map((file) => readFileSync(file, "utf8")).filter((text) => text.includes("-----BEGIN CERTIFICATE-----"));
  } catch {
    own = [];
  }
  if (own.length === 0) throw new Fault("SSL_CERT_PATH cannot be read", false);
  return [...known, ...own];
}

/** Whether host names this machine. */
export function isLoopback(host: string): boolean {
  const name = host.replace(/^\[|\]$/g, "").replace(/\.$/, "").toLowerCase();
  if (name === "localhost" || name.endsWith(".localhost") || name === "::1") return true;
  return net.isIPv4(name) && name.startsWith("127.");
}

/** The proxy that the environment names for url, undefined for none. */
export function proxyFor(url: URL, env: Readonly<Record<string, string | undefined>>): URL | undefined {
  const host = hostOf(url).toLowerCase();
  const get = (name: string): string => env[name] ?? env[name.toUpperCase()] ?? "";
  if (isLoopback(host)) return undefined;
  for (const entry of get("no_proxy").split(",")) {
    const name = entry.trim().toLowerCase().replace(/:\d+$/, "").replace(/^\*?\./, "");
    if (entry.trim() === "*" || (name && (host === name || host.endsWith("." + name)))) return undefined;
  }
  const address = get(url.protocol === "https:" ? "https_proxy" : "http_proxy");
  if (!address) return undefined;
  let proxy: URL | undefined;
  try {
    proxy = new URL(address.includes("://") ? address : "http://" + address);
  } catch {
    // told below
  }
  if (proxy?.protocol !== "http:") throw new Fault("proxy is not an http proxy", false, true);
  return proxy;
}

function credentials(proxy: URL): string {
  if (!proxy.username && !proxy.password) return "";
  return "Basic " + Buffer.from(`${decodeURIComponent(proxy.username)}:${decodeURIComponent(proxy.password)}`).toString("base64");
}
