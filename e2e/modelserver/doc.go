// Package modelserver is a scripted Messages API for tests: it plays a model whose every turn is written
// down beforehand, and remembers all it was sent, so that a test can say "the model never saw this".
//
// The script travels in the prompt, so that one server serves any number of agents at a time:
//
//	Please go on. SCRIPT:[{"tool":"Bash","input":{"command":"ls"}},{"text":"done"}]
//
// Each step is one turn of the model; see [Step]. A script that must not be readable in the prompt, because
// the prompt is judged too, is put aside under a name with [Server.Put] and called as SCRIPT:@name.
// A subagent's script stands in the prompt that the Agent tool is given.
//
// The server holds no state of a conversation: the newest script in the user's messages counts, and the
// turns of the assistant after it say how far it has come. A resumed, forked or retried conversation
// therefore goes on where it stands. Only the steps that fail ([Step.Status], [Step.Cut]) leave no turn
// behind and are counted by the server.
//
// Everything sent to it is kept until the limit of [Config.MaxLogBytes]; after that requests are refused,
// so that what was seen is never more than what is known. Methods may be called from any goroutine.
package modelserver
