// Package policy turns policy files into a [Set] of compiled rules and evaluates a set over one event.
//
// A file is YAML with two keys: policies, a list of named documents of rules with a scope and a mode; and
// detectors, words and regular expressions of the user's own. Everything is checked when it is read: an
// unknown key or word, a bad glob, a condition that does not type-check or could cost too much is a
// [Problem] with file, line and column, and all problems are reported at once. Nothing unknown is ever read
// as allow.
//
// A rule matches an event in its policy's scope when findings match its find globs and its when condition
// holds; it must have at least one of the two. Every rule is evaluated, the strictest action wins, and the
// order of rules and files makes no difference to the action, so adding a rule can only tighten. A rule that
// cannot be evaluated, and an event that detectors could not read in full, is a fault: the policy's on_error
// says whether that denies.
//
// A condition is CEL over these variables, in which a field that does not exist is an error:
//
//	event     kind, hook, tool, agent, connector, session_id, agent_id, agent_type, user, client_ip, model, cwd,
//	          permission_mode, mcp_server: strings; failed, irrevocable, subprompt, subresult: booleans;
//	          content: the event's content, of any type
//	findings  a list of detector, severity, path, detail: strings; severity_rank, from 0 for info to 4 for
//	          critical; confidence, from 0 to 1
//	gaps      what detectors did not read, a list of reason, detector, path: strings
//	session   labels: a list of strings, asked with session.labels.has("x"); calls, denials, errors,
//	          denied_answers: integers; quarantined: a boolean
//	now       a timestamp
//
// A policy in monitor mode is evaluated and reported but has no effect: it neither denies nor masks, and it
// raises no labels. To try a rule that reads a label, keep the policy that raises the label in force, with
// action allow, and put the one that reads it in monitor mode.
//
// A Set is immutable and safe for concurrent use. Evaluating is pure: the clock is an argument, and nothing
// is kept between events.
package policy
