/**
 * Replies in Claude's own format: whether one is fit to be handed on, and what to say without one.
 *
 * A reply that the client would silently ignore counts as none, because the event would pass as if it had been allowed.
 */

/** A JSON object. */
export type Fields = Record<string, unknown>;

const DECISIONS = ["approve", "block"];
const PERMISSIONS = ["allow", "deny", "ask", "defer"];
// Members whose strings name things and do not hold text: the client compares them with words of its own, and drops
// a result in which one has changed.
const KEPT = new Set(
  (
    "action agentId agentType cell_id cell_type edit_mode encoding file filePath file_path id kind language level " +
    "media_type mediaType mimeType mode notebook_path operation outcome path severity status taskId taskType " +
    "task_id task_type tool_use_id type unanswered uri url verdict"
  ).split(" "),
);
const MAX_DEPTH = 200;

/** Whether value is a JSON object. */
export function isFields(value: unknown): value is Fields {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** Why the client would not act on reply as it is meant, as a fixed phrase; empty where it would. */
export function flaw(event: string, reply: unknown): string {
  if (!isFields(reply)) return "reply is not an object";
  if ("error" in reply) return "reply is an error";
  if (typeof (reply.continue ?? true) !== "boolean" || reply.continue === null) return "reply has no valid continue";
  if ("decision" in reply && !DECISIONS.includes(reply.decision as string)) return "reply has no valid decision";
  for (const name of ["reason", "systemMessage", "stopReason"]) {
    if (name in reply && typeof reply[name] !== "string") return "reply has no valid text";
  }
  if (!("hookSpecificOutput" in reply)) return "";
  const specific = reply.hookSpecificOutput;
  if (!isFields(specific) || specific.hookEventName !== event) return "reply is for another event";
  if (event === "PreToolUse" && "permissionDecision" in specific && !PERMISSIONS.includes(specific.permissionDecision as string)) {
    return "reply has no valid permission";
  }
  if ("updatedInput" in specific && !isFields(specific.updatedInput)) return "reply has no valid input";
  if ("displayContent" in specific && typeof specific.displayContent !== "string") return "reply has no valid text";
  return "";
}

/** Whether the client, on reading reply, stops what it was about to do. */
export function denies(reply: Fields): boolean {
  const { specific, permission } = parts(reply);
  return (
    reply.decision === "block" || reply.continue === false || specific.permissionDecision === "deny" || permission.behavior === "deny"
  );
}

/** What reply tells of why; empty where it tells nothing. */
export function reason(reply: Fields): string {
  const { specific, permission } = parts(reply);
  const said = reply.reason || specific.permissionDecisionReason || permission.message || reply.stopReason;
  return typeof said === "string" ? said.slice(0, 400) : "";
}

function parts(reply: Fields): { specific: Fields; permission: Fields } {
  const specific = isFields(reply.hookSpecificOutput) ? reply.hookSpecificOutput : {};
  return { specific, permission: isFields(specific.decision) ? specific.decision : {} };
}

/** The denial of an event that was not judged; empty where the client obeys none. */
export function closed(event: string, data: Fields, why: string): Fields {
  const told = (did: string, advice = ""): string =>
    `Gatehouse ${did}: it could not be judged (${why}), and what is not judged does not pass here.${advice}`;
  const block = (did: string): Fields => ({ decision: "block", reason: told(did) });
  const specific = (fields: Fields): Fields => ({ hookSpecificOutput: { hookEventName: event, ...fields } });
  const note = `[withheld by Gatehouse: could not be judged: ${why}]`;
  const notRun = told("denied this tool call", " The call was not run.");
  switch (event) {
    case "UserPromptSubmit":
    case "UserPromptExpansion":
      return { ...block("denied this prompt"), ...specific({ suppressOriginalPrompt: true }) };
    case "PreToolUse":
      return specific({ permissionDecision: "deny", permissionDecisionReason: notRun });
    case "PermissionRequest":
      return specific({ decision: { behavior: "deny", message: notRun } });
    case "PostToolUse":
      return { ...block("withheld this tool's result"), ...specific({ updatedToolOutput: withheld(data, note) }) };
    case "PostToolBatch":
      return block("stopped the turn at a tool result");
    case "MessageDisplay":
      return specific({ displayContent: note });
    case "Stop":
      // A block alone would have the model try again, to be judged no better.
      return { ...block("withheld this answer"), continue: false };
    case "PreModelSwitch":
      return specific({ permissionDecision: "deny", permissionDecisionReason: told("denied this change of model") });
    case "Elicitation":
    case "ElicitationResult":
      return specific({ action: "decline" });
    case "PreCompact":
    case "ConfigChange":
      return block("denied this step");
    default:
      return {};
  }
}

/** A tool's result with its text replaced, in the shape in which alone the client takes it. */
function withheld(data: Fields, note: string): unknown {
  const { tool_name: tool, tool_input: input, tool_response: response } = data;
  const block = [{ type: "text", text: note }];
  if (typeof tool === "string" && tool.startsWith("mcp__")) return block;
  if (isFields(response)) {
    // Paths and names by which the output could be fetched after all are left out.
    if (tool === "Bash" && "stdout" in response) return { stdout: note, stderr: "", interrupted: false, isImage: false };
    if (tool === "Read" && "file" in response) {
      const path = isFields(input) && typeof input.file_path === "string" ? input.file_path : "";
      return { type: "text", file: { filePath: path, content: note, numLines: 1, startLine: 1, totalLines: 1 } };
    }
    if ((tool === "Agent" || tool === "Task") && "content" in response) return { ...response, content: block };
  }
  return blank(response, "", note, 0);
}

function blank(value: unknown, name: string, note: string, depth: number): unknown {
  if (depth > MAX_DEPTH) return note;
  if (Array.isArray(value)) return value.map((v) => blank(v, "", note, depth + 1));
  if (isFields(value)) return Object.fromEntries(Object.entries(value).map(([k, v]) => [k, blank(v, k, note, depth + 1)]));
  if (typeof value === "string") return !value || KEPT.has(name) ? value : note;
  return value;
}
