package command

import (
	"io"
	"strings"

	"mvdan.cc/sh/v3/expand"
	"mvdan.cc/sh/v3/syntax"
)

// Marks stand in expanded words for what is not known. They are of the private use area, so that no path or
// program has them; where a command holds one itself, it counts as unknown, which is the safe side.
const (
	unknownMark = "\uE000"  // a value that only running would tell
	netMark     = "\uE001"  // content that came over the network
	secretMark  = "\uE002"  // content of a place where secrets are kept
	decodedMark = "\uE003"  // content that was decoded and is not known
	homeMark    = "/\uE004" // the home folder
	cwdMark     = "/\uE005" // the working folder, where it is not told
)

// flow is what is known of bytes that go from one command to another.
type flow struct {
	text    string // the bytes, where known
	known   bool
	net     bool // came over the network
	secret  bool // came from a place where secrets are kept
	decoded bool // was decoded on the way
	some    bool // there is something: a pipe, a here-document
}

// marked returns the flow as a word would hold it.
func (f flow) marked() string {
	if f.known {
		return f.text
	}
	s := unknownMark
	if f.net {
		s += netMark
	}
	if f.secret {
		s += secretMark
	}
	if f.decoded {
		s += decodedMark
	}
	return s
}

// flowOf is what a word's marks say.
func flowOf(s string) flow {
	return flow{
		text: s, known: !strings.Contains(s, unknownMark), some: true, net: strings.Contains(s, netMark),
		secret: strings.Contains(s, secretMark), decoded: strings.Contains(s, decodedMark),
	}
}

// isUnknown reports whether any of s is not known.
func isUnknown(s string) bool { return strings.Contains(s, unknownMark) }

// Get implements [expand.Environ].
func (a *analysis) Get(name string) expand.Variable {
	v := func(s string) expand.Variable { return expand.Variable{Set: true, Kind: expand.String, Str: s} }
	if s, ok := a.vars[name]; ok {
		return v(s)
	}
	switch name {
	case "HOME":
		return v(homeMark)
	case "PWD", "OLDPWD":
		return v(a.cwd)
	case "IFS":
		return v(" \t\n")
	case "TMPDIR":
		return v("/tmp")
	case "#", "?", "$", "PPID", "UID", "EUID", "RANDOM", "SECONDS", "LINENO":
		return v("1")
	}
	if user, ok := strings.CutPrefix(name, "HOME "); ok {
		return v("/home/" + user)
	}
	return v(unknownMark)
}

// Set implements [expand.WriteEnviron], for ${x:=value}.
func (a *analysis) Set(name string, v expand.Variable) error {
	if len(a.vars) < 1000 {
		a.vars[name] = v.String()
	}
	return nil
}

// Each implements [expand.Environ].
func (a *analysis) Each(f func(string, expand.Variable) bool) {
	for name := range a.vars {
		if !f(name, a.Get(name)) {
			return
		}
	}
}

// config expands words as the shell would, without touching the system.
func (a *analysis) config() *expand.Config {
	return &expand.Config{
		Env: a,
		CmdSubst: func(w io.Writer, cs *syntax.CmdSubst) error {
			out := a.inner(cs.Stmts, flow{})
			_, err := io.WriteString(w, strings.TrimRight(out.marked(), "\n"))
			return err
		},
		ProcSubst: func(ps *syntax.ProcSubst) (string, error) {
			out := a.inner(ps.Stmts, flow{some: true})
			name := "/dev/fd/63"
			if out.known {
				a.files[name] = out
				return name, nil
			}
			return name + out.marked(), nil
		},
	}
}

// inner looks at the statements of a substitution, in a shell of its own.
func (a *analysis) inner(stmts []*syntax.Stmt, in flow) flow {
	if a.depth >= maxDepth {
		if len(stmts) > 0 {
			a.tooDeep(a.spanOf(stmts[0]))
		}
		return flow{}
	}
	a.depth++
	cwd := a.cwd
	out := a.stmts(stmts, in)
	a.cwd = cwd
	a.depth--
	return out
}

// fields expands words into the fields that a command would get.
func (a *analysis) fields(words []*syntax.Word) []string {
	var out []string
	for _, w := range words {
		if !bounded(w) {
			a.walkInner(w)
			out = append(out, unknownMark)
			continue
		}
		fs, err := expand.Fields(a.config(), w)
		if err != nil {
			fs = []string{a.literal(w)}
		}
		for _, f := range fs {
			if len(f) > maxWordBytes {
				f = unknownMark
			}
			out = append(out, f)
		}
	}
	return out
}

// literal expands one word without splitting it, for assignments and redirections.
func (a *analysis) literal(w *syntax.Word) string {
	if w == nil {
		return ""
	}
	if !bounded(w) {
		a.walkInner(w)
		return unknownMark
	}
	s, err := expand.Literal(a.config(), w)
	if err != nil || len(s) > maxWordBytes {
		return unknownMark
	}
	return s
}

// document expands the body of a here-document.
func (a *analysis) document(w *syntax.Word) string {
	if w == nil {
		return ""
	}
	s, err := expand.Document(a.config(), w)
	if err != nil || len(s) > maxWordBytes {
		return unknownMark
	}
	return s
}

// walkInner looks at the substitutions of a word that is not expanded.
func (a *analysis) walkInner(w *syntax.Word) {
	syntax.Walk(w, func(n syntax.Node) bool {
		switch n := n.(type) {
		case *syntax.CmdSubst:
			a.inner(n.Stmts, flow{})
			return false
		case *syntax.ProcSubst:
			a.inner(n.Stmts, flow{some: true})
			return false
		}
		return true
	})
}

// bounded reports whether a word's braces cannot grow without bound: no sequences of many, no product of
// many lists.
func bounded(w *syntax.Word) bool {
	groups, commas := 0, 0
	for _, p := range w.Parts {
		lit, ok := p.(*syntax.Lit)
		if !ok {
			continue
		}
		if strings.Contains(lit.Value, "..") && strings.Contains(lit.Value, "{") {
			return false
		}
		groups += strings.Count(lit.Value, "{")
		commas += strings.Count(lit.Value, ",")
	}
	total := 1
	for range groups {
		if total *= commas + 1; total > 512 {
			return false
		}
	}
	return true
}
