/** What the environment says about the hooks: where Gatehouse is, whether to wait for it, what to do without it. */
import { readFileSync } from "node:fs";
import { homedir } from "node:os";
import { join } from "node:path";

/** The longest a prompt may wait, in seconds: the client gives up on it after 30 and then blocks it. */
const MAX_PROMPT_WAIT_SECONDS = 25;
/** The longest any other event may wait, in seconds: the client's time-out for a callback is 60. */
const MAX_WAIT_SECONDS = 55;

const TRUE = ["true", "1", "yes", "on"];
const FALSE = ["false", "0", "no", "off"];

/** Settings of one guard. Equal settings share one guard, with its connections and its queue. */
export interface Config {
  /** Address of Gatehouse, with a path prefix where it has one; empty means that every event is a failure. */
  readonly url: string;
  /** API key, sent as a bearer token; empty sends none. */
  readonly token: string;
  /** True waits for the verdict of every event; false only reports events. */
  readonly sync: boolean;
  /** What happens without a verdict: true denies, false lets pass. */
  readonly failClosed: boolean;
  /** Seconds after which an event must be answered; see {@link deadline}. */
  readonly timeout: number;
  /** Name of this adapter in the records. */
  readonly connector: string;
  /** Name of the guarded program in the records. */
  readonly agent: string;
  /** Host name and mode as Akto's wire knows them; the native wire has no use for either. */
  readonly host: string;
  readonly mode: "argus" | "atlas";
  /** File or folder of certificates to trust beside the system's; empty for none. */
  readonly caPath: string;
  /** Folder of the log; empty for no log. */
  readonly logDir: string;
  readonly logLevel: "DEBUG" | "INFO" | "WARNING" | "ERROR";
  /** True writes events and replies to the log. */
  readonly logPayloads: boolean;
  /** What was wrong with the environment, as sentences without values; logged once. */
  readonly problems: readonly string[];
}

/** Seconds within which an event is answered: less than the time-out, and than the client's own limit. */
export function deadline(config: Config, event: string): number {
  const limit = event === "UserPromptSubmit" ? MAX_PROMPT_WAIT_SECONDS : MAX_WAIT_SECONDS;
  return Math.min(config.timeout * 0.9, limit);
}

/** Reads the variables that the README lists. Never throws: what cannot be read becomes a problem. */
export function configFromEnv(env: Readonly<Record<string, string | undefined>> = process.env): Config {
  const problems: string[] = [];
  const get = (name: string, otherwise = ""): string => (env[name] ?? "").trim() || otherwise;
  const flag = (name: string, otherwise: boolean): boolean => {
    const word = get(name).toLowerCase();
    if (TRUE.includes(word) || FALSE.includes(word)) return TRUE.includes(word);
    if (word) problems.push(`${name} is neither true nor false: taken as ${otherwise}`);
    return otherwise;
  };
  const oneOf = <T extends string>(name: string, words: readonly T[], otherwise: T, text: string): T => {
    const word = get(name, otherwise) as T;
    if (words.includes(word)) return word;
    problems.push(`${name} is ${text}: taken as ${otherwise}`);
    return otherwise;
  };

  let timeout = get("AKTO_TIMEOUT") ? Number(get("AKTO_TIMEOUT")) : 5;
  if (!(timeout >= 0.05 && timeout <= 3600)) {
    timeout = 5;
    problems.push("AKTO_TIMEOUT is not a number of seconds: taken as 5");
  }
  // A word that is not known must not let anything pass, so a misspelt "closed" is closed.
  const failMode = get("GATEHOUSE_FAIL_MODE", "open").toLowerCase();
  if (failMode !== "open" && failMode !== "closed") problems.push("GATEHOUSE_FAIL_MODE is neither open nor closed: taken as closed");

  let token = get("GATEHOUSE_TOKEN");
  if (!token && get("GATEHOUSE_TOKEN_FILE")) {
    try {
      token = readFileSync(get("GATEHOUSE_TOKEN_FILE"), "utf8").trim();
    } catch {
      problems.push("GATEHOUSE_TOKEN_FILE cannot be read");
    }
  }
  const url = get("GATEHOUSE_URL") || get("AKTO_DATA_INGESTION_URL");
  if (!url) problems.push("neither GATEHOUSE_URL nor AKTO_DATA_INGESTION_URL is set");

  const lower = { MODE: get("MODE").toLowerCase(), LOG_LEVEL: get("LOG_LEVEL").toUpperCase() };
  env = { ...env, ...lower };
  return {
    url,
    token: token || get("AKTO_TOKEN") || get("AKTO_API_TOKEN"),
    sync: flag("AKTO_SYNC_MODE", true),
    failClosed: failMode !== "open",
    timeout,
    connector: get("AKTO_CONNECTOR", "claude_agent_sdk"),
    agent: get("AGENT_ID"),
    host: get("AKTO_HOST", "api.anthropic.com"),
    mode: oneOf("MODE", ["argus", "atlas"], "argus", "neither argus nor atlas"),
    caPath: get("SSL_CERT_PATH"),
    logDir: get("LOG_DIR", "~/.claude/akto/logs").replace(/^~(?=$|[\\/])/, homedir()),
    logLevel: oneOf("LOG_LEVEL", ["DEBUG", "INFO", "WARNING", "ERROR"], "INFO", "none of DEBUG, INFO, WARNING, ERROR"),
    logPayloads: flag("LOG_PAYLOADS", false),
    problems,
  };
}

/** Settings made by hand; what is left out is as in an empty environment. */
export function configOf(settings: Partial<Config>): Config {
  const unset = { ...configFromEnv({}), logDir: join(homedir(), ".claude", "akto", "logs"), problems: [] };
  return { ...unset, ...settings };
}
