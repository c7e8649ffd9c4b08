// Runs one agent on the real Claude Agent SDK for TypeScript, as the job in the file of the first argument says,
// and prints every message that the application gets as one line of JSON. The tests read it.
import { query } from "@anthropic-ai/claude-agent-sdk";
import { readFileSync } from "node:fs";

const job = JSON.parse(readFileSync(process.argv[2], "utf8"));
const print = (message) => process.stdout.write(JSON.stringify(message) + "\n");

const options = {
  pathToClaudeCodeExecutable: job.cli || undefined,
  cwd: job.dir,
  settingSources: [],
  allowedTools: job.allowed ?? [],
  permissionMode: job.permission_mode || "default",
  mcpServers: job.mcp_servers ?? {},
  settings: job.settings || undefined,
  resume: job.resume || undefined,
  includePartialMessages: job.partial || undefined,
  stderr: (line) => process.stderr.write(line),
};
if (job.person) {
  options.canUseTool = async (tool, input, about) => {
    print({ type: "asked", tool, input, reason: about.decisionReason ?? "" });
    return job.person === "allow" ? { behavior: "allow", updatedInput: input } : { behavior: "deny", message: "a person said no" };
  };
}
if (job.adapter) {
  const { createHooks, createHookMatchers } = await import(job.adapter);
  const about = { clientIp: "203.0.113.7" };
  options.hooks = job.adapter_four ? matchers(createHooks(about)) : createHookMatchers(about);
}

// matchers registers the four callbacks that the adapter returns in order, as an application may.
function matchers([prompt, stop, pre, post]) {
  return {
    UserPromptSubmit: [{ hooks: [prompt] }],
    Stop: [{ hooks: [stop] }],
    PreToolUse: [{ hooks: [pre] }],
    PostToolUse: [{ hooks: [post] }],
  };
}

// Each prompt is sent once the one before it is answered.
let answered;
async function* prompts() {
  for (const text of job.prompts) {
    const done = new Promise((resolve) => (answered = resolve));
    yield { type: "user", message: { role: "user", content: text }, parent_tool_use_id: null, session_id: "" };
    await done;
  }
}

try {
  for await (const message of query({ prompt: prompts(), options })) {
    print(message);
    if (message.type === "result") answered();
  }
} catch (error) {
  print({ type: "failed", error: String(error) });
  process.exitCode = 1;
}
