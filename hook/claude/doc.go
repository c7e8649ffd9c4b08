// Package claude translates the hooks of Claude Code and the Claude Agent SDK: a hook's input to an
// [gatehouse.Event], a verdict to the output that the client really obeys.
//
// It translates and nothing else: no I/O, no clock, no state. One [Call] is one hook event; its methods may
// be called from several goroutines once it is parsed.
//
// Reading is lenient where refusing would let the client pass: equal keys, invalid UTF-8, lone surrogates,
// unknown fields, unknown events and fields of the wrong type are all taken. The last of equal keys is what
// the client acts on, as JavaScript does; all of them become content, so that all are judged.
//
// Writing follows what the client was seen to do, not what its documentation says:
//
//   - a prompt is blocked by "decision", for "continue": false leaves it in the conversation;
//   - a tool call is stopped by "permissionDecision"; a rewrite comes without one, so that masking never
//     grants what the user's own mode would have asked for;
//   - a result is replaced in its own shape, for any other shape is ignored in silence;
//   - an answer is re-entered by "decision" and withheld by MessageDisplay;
//   - nothing is ever rewritten to what it already was, for the last of several rewriting hooks wins.
//
// Where the client knows no form for a verdict, the nearest stricter one is used; where it knows none at
// all, the event passes. [hook.Reply] tells of both.
package claude
