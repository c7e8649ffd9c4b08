package injection

import "strings"

// classes are the words of patterns that several share, or that hold characters of the notation.
var classes = map[string][]string{
	"ignore": words(`ignore ignores ignoring disregard disregards disregarding forget bypass override overrides overriding
		neglect discard dismiss unlearn erase`),
	"prior": words(`previous previously prior above preceding earlier foregoing before initial original existing past aforementioned`),
	"instr": words(`instruction* instrution* directive* rules guideline* prompt prompts command* orders programming constraints
		training directions restrictions messages`),
	"whole": words(`all any every everything anything whatever`),
	"your":  words(`your the these those all any my our its`),
	"reveal": words(`reveal show print repeat output tell give display leak disclose dump share recite write expose return spell
		summarize translate state echo copy list provide say send paste`),
	"secretive": words(`system initial hidden secret original internal confidential full exact entire developer pre-prompt base`),
	"not":       words(`not don't dont never without cannot can't mustn't won't shouldn't`),
	"user":      words(`user users human humans anyone anybody operator person owner developer them him her`),
	"tell":      words(`tell mention inform notify reveal alert disclose report telling mentioning informing notifying revealing alerting disclosing`),
	"ai":        words(`AI AIs LLM LLMs chatbot* ChatGPT GPT GPT-4 Claude Gemini Copilot agent agents assistant assistants bot bots model models`),
	"machine":   words(`AI AIs LLM LLMs chatbot* ChatGPT GPT GPT-4 GPT-3 Claude Gemini Copilot OpenAI Anthropic Llama`),
	"persona":   words(`AI chatbot* ChatGPT GPT model assistant character bot persona you he she they it`),
	"limits": words(`restriction* limitation* limits rules guideline* filter* ethic* moral* constraint* censorship policies policy boundaries safeguards
		confines inhibitions principles`),
	"run": words(`run execute send call open visit download delete install fetch post upload forward transfer invoke email click curl navigate go follow
		add create write modify change include transmit use`),
	"say": words(`say print output write respond reply answer return tell reveal show repeat execute run display type give do send`),
	"secret": words(`secret secrets password passwords credential* token tokens key keys .env id_rsa conversation history files contents data
		messages environment emails cookies variables context`),
	"away": words(`http* webhook* server url endpoint attacker* www.*`),
	"tagged": {
		"<|im_start|>", "<|im_end|>", "<|start_header_id|>", "<|end_header_id|>", "<|eot_id|>", "<|endoftext|>", "<|system|>", "<|user|>",
		"<|assistant|>", "<|begin_of_text|>", "<|channel|>", "<start_of_turn>", "<end_of_turn>", "[INST]", "[/INST]", "<<SYS>>", "<</SYS>>",
		"<|end_of_turn|>", "<|endofprompt|>",
	},
	"faketag": {
		"<system>", "</system>", "<system_prompt>", "</system_prompt>", "<system-prompt>", "</system-prompt>", "<system_message>", "<system-message>",
		"[system]", "[/system]", "[system message]", "<information>", "<important>", "<instructions>", "</user>", "</user_input>", "</tool_result>",
		"</document>", "</context>", "[admin]", "<admin>", "</prompt>", "</function_results>", "[system prompt]", "[system note", "[system_note",
		"<<system>>", "{{system}}", "[[system]]", "<assistant>", "[end of user input]", "[end of document]", "[end of context]", "<secret>",
		"<!-- system", "<system-reminder>", "(system)", "[system override]", "[system instruction",
	},
	"toolcall": {
		"<function_calls>", "<invoke name=", "<tool_call>", "<function=", "</function_calls>", "<tool_use>", "<|tool_call|>", "<|python_tag|>",
		"[tool_calls]", `"tool_calls":[`, `"tool_calls": [`, "<function_call>", "<|tool_calls_begin|>", "<invoke", "<function_calls>",
		"<tool_response>", "<function_results>", "<tool_result>", "<|recipient|>",
	},
	"fence":   {"```", "~~~"},
	"comment": {"<!--"},
	"close":   {"-->"},
	"unseen": {
		"display:none", "display: none", "visibility:hidden", "visibility: hidden", "font-size:0", "font-size: 0", "font-size:1px", "font-size: 1px",
		"opacity:0", "opacity: 0", "color:white", "color: white", "color:#fff", "color: #fff", "color:transparent", "color: transparent",
		"left:-9999", "left: -9999", "text-indent:-9999", "text-indent: -9999", `color="white"`, `color="#fff`, "[//]: #", "[comment]: #",
		"height:0", "height: 0",
	},
	"image": {"![", "<img "},
	"link":  {"](http", `src="http`, `src='http`},
	"turn":  {"human:", "user:", "system:", "question:"},
}

func words(s string) []string { return strings.Fields(s) }

// The groups of patterns.
const (
	override   = "instruction-override"
	forgedRole = "role-forgery"
	forgedCall = "tool-forgery"
	exfiltrate = "exfiltration"
	hiddenText = "hidden-text"
	extraction = "prompt-extraction"
	jailbreak  = "jailbreak"
	conceal    = "concealment"
	addressed  = "addressed-to-agent"
	urgent     = "urgent-command"
)

var details = map[string]string{
	override:   "tells the agent to ignore its instructions",
	forgedRole: "imitates the system prompt or a turn of the conversation",
	forgedCall: "imitates a tool call, or tells the agent to make one",
	exfiltrate: "asks for data to be sent away",
	hiddenText: "gives instructions where a reader does not see them",
	extraction: "asks for the system prompt",
	jailbreak:  "gives the agent a role without rules",
	conceal:    "tells the agent to hide something from the user",
	addressed:  "addresses whatever agent reads it",
	urgent:     "urges the agent to do something at once",
}

// patterns returns the patterns of all groups.
func patterns() []pattern {
	var all []pattern
	for _, group := range [][]pattern{
		marks(), overridePatterns(), forgeryPatterns(), extractionPatterns(), jailbreakPatterns(), agentPatterns(), exfiltrationPatterns(), translations(),
	} {
		all = append(all, group...)
	}
	return all
}

// marks say how what is near them is meant.
func marks() []pattern {
	return []pattern{
		{mark: markFence, phrases: []string{"@fence"}},
		{mark: markComment, phrases: []string{"@comment"}},
		{mark: markClose, phrases: []string{"@close"}},
		{mark: markUnseen, phrases: []string{"@unseen"}, check: unseenStyle},
		{mark: markMention, phrases: []string{
			"prompt|prompt-injection ~3 injection*", "prompt-injection*|jailbreaking|attacker*|adversar*|malicious*|e.g.|phishing",
			"such ~2 as", "for ~2 example|instance", "phrase*|string*|text|words|payload*|pattern*|input*|command*|request* ~3 like", "attempt*|tries|trying|tried ~3 to",
			"ask|asks|asked|asking|told|telling|tells|instruct|instructs|instructed|tricks|tricked|tricking ~12 to|into", "says|saying|containing|contains|reads",
			"someone|users|content|text ~12 says|asks|tells|wants", "red-team*|OWASP", "whether|when|if|detect* ~40 asks|asked|tries|says",
		}},
		{mark: markNot, phrases: []string{
			"not|don't|never|cannot|can't|won't|shouldn't|doesn't|refuse|refuses|avoid|didn't|nor|dont", "must|should|will|does|do|can|may ~2 not ~8 ever",
		}},
		{
			name: hiddenText, points: 3, phrases: []string{"<!-- ~3 ignore|system:|assistant:|ai:|instruction*|llm|agent:|@machine"},
			find: []string{"<!-- AI: read this -->"}, pass: []string{"<!-- airports -->"},
		},
	}
}

// unseenStyle says that a colour is that of text, and a size of nothing at all.
func unseenStyle(text string, start, end int) bool {
	if start > 0 && (text[start-1] == '-' || wordByte(text[start-1])) {
		return false
	}
	return end == len(text) || text[end] != '.' && !('0' <= text[end] && text[end] <= '9')
}
