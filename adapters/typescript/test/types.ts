// Compiled, never run: the hooks fit the real SDK without a cast.
import { query, type HookCallback, type Options } from "@anthropic-ai/claude-agent-sdk";

import { configFromEnv, createHookMatchers, createHooks, Guard, type Stats } from "../dist/index.js";

const [prompt, stop, call, result] = createHooks({ clientIp: "10.0.0.1" });
const one: HookCallback = prompt;
const four: Options["hooks"] = {
  UserPromptSubmit: [{ hooks: [one] }],
  Stop: [{ hooks: [stop] }],
  PreToolUse: [{ matcher: "Bash", hooks: [call] }],
  PostToolUse: [{ hooks: [result] }],
};
const guard = new Guard({ ...configFromEnv(), failClosed: true });
const all: Options = { hooks: { ...four, ...createHookMatchers({ guard, agent: "bot" }) } };
const numbers: Stats = guard.stats();
export const never = () => [query({ prompt: "x", options: all }), numbers.failures];

// @ts-expect-error: an option that is misspelt is refused
createHooks({ clientIP: "10.0.0.1" });
