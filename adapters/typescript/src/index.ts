/**
 * Hooks of the Claude Agent SDK that have every event judged by Gatehouse.
 *
 *     const options = { hooks: createHookMatchers({ clientIp: req.ip }) };
 *
 * The README lists the environment variables. A callback never rejects and always answers before the client's own time-out.
 */
import type { HookCallback, HookCallbackMatcher, HookEvent, HookJSONOutput } from "@anthropic-ai/claude-agent-sdk";

import { configFromEnv, configOf, deadline, type Config } from "./config.js";
import { Guard, noStats, type Stats } from "./guard.js";
import type { Identity } from "./native.js";

export { configFromEnv, configOf, Guard };
export type { Config, Stats };
export type { Action, Answer, Identity, Wire } from "./native.js";

/**
 * The events that {@link createHookMatchers} registers: all that the SDK gives to callbacks and that carry content, can
 * be denied, or mark a step of the run. (It never calls back for the start and the end of a session.)
 */
export const EVENTS = [
  "UserPromptSubmit",
  "UserPromptExpansion",
  "PreToolUse",
  "PermissionRequest",
  "PostToolUse",
  "PostToolUseFailure",
  "PostToolBatch",
  "MessageDisplay",
  "Stop",
  "StopFailure",
  "SubagentStart",
  "SubagentStop",
  "PreCompact",
  "PostCompact",
  "Notification",
] as const satisfies readonly HookEvent[];

/** Who is behind the events, for the records; and the guard to use instead of the environment's. */
export interface HookOptions {
  /** Address of the person behind the request; without it, `0.0.0.0`. */
  clientIp?: string | undefined;
  /** Name of the guarded program; without it, `AGENT_ID`. */
  agent?: string | undefined;
  user?: string | undefined;
  model?: string | undefined;
  guard?: Guard | undefined;
}

const MAX_GUARDS = 32;
const guards = new Map<string, Guard>();

/** The guard for config, or for what the environment says now; one and the same for equal settings. */
export function defaultGuard(config: Config = configFromEnv()): Guard {
  const key = JSON.stringify(config);
  const guard = guards.get(key) ?? new Guard(config);
  guards.delete(key);
  guards.set(key, guard);
  for (const [oldest, idle] of guards) {
    if (guards.size <= MAX_GUARDS) break;
    guards.delete(oldest);
    void idle.close();
  }
  return guard;
}

/** The hooks for UserPromptSubmit, Stop, PreToolUse and PostToolUse, in this order. Call it once per request or session. */
export function createHooks(options: HookOptions = {}): [HookCallback, HookCallback, HookCallback, HookCallback] {
  const { hook } = maker(options);
  return [hook("UserPromptSubmit"), hook("Stop"), hook("PreToolUse"), hook("PostToolUse")];
}

/** The value for `options.hooks` that guards all {@link EVENTS}, each with a time-out just above our own deadline. */
export function createHookMatchers(options: HookOptions = {}): Partial<Record<HookEvent, HookCallbackMatcher[]>> {
  const { hook, guard } = maker(options);
  const matcher = (event: HookEvent): HookCallbackMatcher[] => [
    { hooks: [hook(event)], timeout: Math.ceil(deadline(guard.config, event)) + 5 },
  ];
  return Object.fromEntries(EVENTS.map((event) => [event, matcher(event)]));
}

/** Counts since the program's start, of all guards that the environment gave. */
export function stats(): Stats {
  const total = noStats();
  for (const { failures, ...counts } of [...guards.values()].map((guard) => guard.stats())) {
    for (const [name, n] of Object.entries(counts)) total[name as keyof typeof counts] += n;
    for (const [why, n] of Object.entries(failures)) total.failures[why] = (total.failures[why] ?? 0) + n;
  }
  return total;
}

/** Resolves once queued events are recorded, at most after so long; to whether they are. */
export async function flush(seconds?: number): Promise<boolean> {
  return (await Promise.all([...guards.values()].map((guard) => guard.flush(seconds)))).every(Boolean);
}

/** Flushes and closes connections. A program that ends by `process.exit` must wait for it before. */
export async function close(seconds?: number): Promise<void> {
  await Promise.all([...guards.values()].map((guard) => guard.close(seconds)));
}

function maker(options: HookOptions): { guard: Guard; hook: (event: HookEvent) => HookCallback } {
  const { clientIp, agent, user, model, guard = defaultGuard() } = options;
  const identity: Identity = { clientIp: clientIp || "0.0.0.0", agent: agent ?? "", user: user ?? "", model: model ?? "" };
  const hook =
    (event: HookEvent): HookCallback =>
    async (input, toolUseId, context) =>
      (await guard.handle(event, input, toolUseId, identity, context?.signal)) as HookJSONOutput;
  return { guard, hook };
}
