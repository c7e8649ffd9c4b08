// A stdio MCP server for the tests, with two tools: read_note gives the text of the file named by its argument,
// fail gives the same as an error. Standard library only.
import { readFileSync } from "node:fs";
import { createInterface } from "node:readline";

const schema = { type: "object", properties: { file: { type: "string" } }, required: ["file"] };
const tools = [
  { name: "read_note", description: "Reads a note", inputSchema: schema },
  { name: "fail", description: "Reads a note and fails with its text", inputSchema: schema },
];

const answers = {
  initialize: (p) => ({ protocolVersion: p.protocolVersion, capabilities: { tools: {} }, serverInfo: { name: "notes", version: "1" } }),
  "tools/list": () => ({ tools }),
  "tools/call": (p) => ({
    content: [{ type: "text", text: readFileSync(p.arguments.file, "utf8") }],
    isError: p.name === "fail",
  }),
  ping: () => ({}),
};

for await (const line of createInterface({ input: process.stdin })) {
  if (!line.trim()) continue;
  const { id, method, params } = JSON.parse(line);
  if (id === undefined) continue;
  const reply = answers[method]
    ? { jsonrpc: "2.0", id, result: answers[method](params ?? {}) }
    : { jsonrpc: "2.0", id, error: { code: -32601, message: "no such method" } };
  process.stdout.write(JSON.stringify(reply) + "\n");
}
