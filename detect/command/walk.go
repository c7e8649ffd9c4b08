package command

import (
	"path"
	"strings"

	"gatehouse.dev"

	"mvdan.cc/sh/v3/syntax"
)

// stmts looks at statements in order. The result is what they write to their standard output, as far as it
// is known: of the last one that writes something.
func (a *analysis) stmts(list []*syntax.Stmt, in flow) flow {
	var out flow
	for _, s := range list {
		if o := a.stmt(s, in); o.some {
			out = join(out, o)
		}
	}
	return out
}

// join is the flow of two commands one after the other.
func join(x, y flow) flow {
	if !x.some {
		return y
	}
	if x.known && y.known {
		return flow{text: x.text + y.text, known: true, some: true, net: x.net || y.net, secret: x.secret || y.secret}
	}
	return flow{some: true, net: x.net || y.net, secret: x.secret || y.secret, decoded: x.decoded || y.decoded}
}

// stmt looks at one statement: its redirections, then its command.
func (a *analysis) stmt(s *syntax.Stmt, in flow) flow {
	if s == nil || s.Cmd == nil && len(s.Redirs) == 0 {
		return flow{}
	}
	if a.commands++; a.commands > maxCommands {
		a.gap = gatehouse.GapBytes
		return flow{}
	}
	if a.ctx.Err() != nil {
		a.gap = gatehouse.GapTime
		return flow{}
	}
	var to []string
	for _, r := range s.Redirs {
		if f, ok := a.input(r); ok {
			in = f
			continue
		}
		if target := a.output(r); target != "" {
			to = append(to, target)
		}
	}
	out := a.cmd(s.Cmd, in, s)
	for _, target := range to {
		a.written(target, out, a.spanOf(s))
		out = flow{}
	}
	return out
}

// input returns what a redirection feeds to the command.
func (a *analysis) input(r *syntax.Redirect) (flow, bool) {
	switch r.Op {
	case syntax.Hdoc, syntax.DashHdoc:
		text := a.document(r.Hdoc)
		f := flowOf(text)
		f.text = strings.TrimRight(text, "\n")
		return f, true
	case syntax.WordHdoc:
		return flowOf(a.literal(r.Word)), true
	case syntax.RdrIn, syntax.RdrInOut:
		name := a.literal(r.Word)
		if isSocket(name) {
			a.add(reverseShell, a.spanOf(r))
		}
		return a.read(name, a.spanOf(r)), true
	}
	return flow{}, false
}

// output returns the file that a redirection writes, empty where it only joins descriptors.
func (a *analysis) output(r *syntax.Redirect) string {
	switch r.Op {
	case syntax.RdrOut, syntax.AppOut, syntax.RdrClob, syntax.RdrAll, syntax.AppAll, syntax.RdrAllClob, syntax.AppAllClob, syntax.DplOut:
	default:
		return ""
	}
	name := a.literal(r.Word)
	if r.Op == syntax.DplOut && (name == "-" || strings.Trim(name, "0123456789-") == "") {
		return ""
	}
	if isSocket(name) {
		a.add(reverseShell, a.spanOf(r))
		return ""
	}
	return name
}

func isSocket(name string) bool {
	return strings.HasPrefix(name, "/dev/tcp/") || strings.HasPrefix(name, "/dev/udp/")
}

// read is the flow of a file's content.
func (a *analysis) read(name string, at span) flow {
	p := a.resolve(name)
	if f, ok := a.files[p]; ok {
		return f
	}
	if f, ok := a.files[name]; ok {
		return f
	}
	f := flow{some: true}
	if secretPath(p) {
		a.add(readSecret, at)
		f.secret = true
	}
	m := flowOf(name)
	f.net, f.secret = f.net || m.net, f.secret || m.secret
	return f
}

// written notes that a command's output goes to a file.
func (a *analysis) written(name string, f flow, at span) {
	p := a.resolve(name)
	if len(a.files) < 1000 {
		if old, ok := a.files[p]; ok {
			f = join(old, f)
		}
		f.some = true
		a.files[p] = f
	}
	a.writes(p, at)
}

// cmd looks at one command of any form.
func (a *analysis) cmd(c syntax.Command, in flow, s *syntax.Stmt) flow {
	switch c := c.(type) {
	case *syntax.CallExpr:
		return a.call(c, in, s)
	case *syntax.BinaryCmd:
		left := a.stmt(c.X, in)
		switch c.Op {
		case syntax.Pipe, syntax.PipeAll:
			left.some = true
			return a.stmt(c.Y, left)
		}
		return join(left, a.stmt(c.Y, in))
	case *syntax.Block:
		return a.stmts(c.Stmts, in)
	case *syntax.Subshell:
		return a.inner(c.Stmts, in)
	case *syntax.IfClause:
		var out flow
		for c != nil {
			a.stmts(c.Cond, in)
			out = join(out, a.stmts(c.Then, in))
			c = c.Else
		}
		return out
	case *syntax.WhileClause:
		// "while read x" gives unknown values of x, which reading an unset variable gives too.
		a.stmts(c.Cond, in)
		return a.stmts(c.Do, in)
	case *syntax.ForClause:
		return a.loop(c, in)
	case *syntax.CaseClause:
		a.literal(c.Word)
		var out flow
		for _, item := range c.Items {
			out = join(out, a.stmts(item.Stmts, in))
		}
		return out
	case *syntax.FuncDecl:
		if c.Name == nil { // without a name it runs at once
			return a.stmt(c.Body, in)
		}
		a.define(c)
	case *syntax.TimeClause:
		return a.stmt(c.Stmt, in)
	case *syntax.CoprocClause:
		return a.stmt(c.Stmt, in)
	case *syntax.DeclClause:
		a.assign(c.Args)
	case *syntax.TestClause, *syntax.ArithmCmd, *syntax.LetClause:
		syntax.Walk(c, func(n syntax.Node) bool {
			if cs, ok := n.(*syntax.CmdSubst); ok {
				a.inner(cs.Stmts, flow{})
				return false
			}
			return true
		})
	}
	return flow{}
}

// loop looks at a for loop's body once for each of the first few values.
func (a *analysis) loop(c *syntax.ForClause, in flow) flow {
	iter, ok := c.Loop.(*syntax.WordIter)
	if !ok {
		return a.stmts(c.Do, in)
	}
	values := a.fields(iter.Items)
	if len(values) == 0 {
		values = []string{unknownMark}
	}
	if len(values) > 16 {
		values = append(values[:16], unknownMark)
	}
	var out flow
	for _, v := range values {
		a.vars[iter.Name.Value] = v
		out = join(out, a.stmts(c.Do, in))
	}
	return out
}

// define notes a function, and whether it does nothing but start itself.
func (a *analysis) define(c *syntax.FuncDecl) {
	name := c.Name.Value
	if len(a.funcs) < 200 {
		a.funcs[name] = c.Body
	}
	syntax.Walk(c.Body, func(n syntax.Node) bool {
		b, ok := n.(*syntax.BinaryCmd)
		if ok && (b.Op == syntax.Pipe || b.Op == syntax.PipeAll) && callsItself(b.X, name) && callsItself(b.Y, name) {
			a.add(forkBomb, a.spanOf(c))
		}
		if s, ok := n.(*syntax.Stmt); ok && s.Background && callsItself(s, name) {
			a.add(forkBomb, a.spanOf(c))
		}
		return true
	})
}

func callsItself(s *syntax.Stmt, name string) bool {
	call, ok := s.Cmd.(*syntax.CallExpr)
	return ok && len(call.Args) > 0 && call.Args[0].Lit() == name
}

// assign carries out assignments.
func (a *analysis) assign(list []*syntax.Assign) {
	for _, as := range list {
		if as.Name == nil {
			continue
		}
		v := unknownMark
		switch {
		case as.Array != nil:
			var words []string
			for _, e := range as.Array.Elems {
				words = append(words, a.literal(e.Value))
			}
			v = strings.Join(words, " ")
		case as.Append:
			v = a.Get(as.Name.Value).Str + a.literal(as.Value)
		case as.Value != nil:
			v = a.literal(as.Value)
		case !as.Naked:
			v = ""
		default:
			continue
		}
		if len(a.vars) < 1000 && len(v) <= maxWordBytes {
			a.vars[as.Name.Value] = v
		}
	}
}

// call looks at a simple command.
func (a *analysis) call(c *syntax.CallExpr, in flow, s *syntax.Stmt) flow {
	words := a.fields(c.Args)
	if len(words) == 0 {
		a.assign(c.Assigns)
		return flow{}
	}
	if len(c.Assigns) > 0 { // of this command only: X=1 cmd
		saved := a.vars
		a.vars = make(map[string]string, len(saved)+len(c.Assigns))
		for k, v := range saved {
			a.vars[k] = v
		}
		a.assign(c.Assigns)
		defer func() { a.vars = saved }()
	}
	var n syntax.Node = c
	if s != nil {
		n = s
	}
	return a.run(words, in, a.spanOf(n))
}

// run looks at a program and its arguments, as the system would start it.
func (a *analysis) run(argv []string, in flow, at span) flow {
	if len(argv) == 0 {
		return flow{}
	}
	if a.depth >= maxDepth || a.wrapped >= maxWrappers {
		a.tooDeep(at)
		return flow{}
	}
	if a.commands++; a.commands > maxCommands {
		a.gap = gatehouse.GapBytes
		return flow{}
	}
	name := argv[0]
	f := flowOf(name)
	switch {
	case f.net:
		a.add(downloadExecute, at)
	case f.decoded:
		a.add(decodeExecute, at)
	case isUnknown(name):
		a.add(unresolved, at)
		// The arguments of what is not known may still say enough: "$X -rf /".
		if recursiveForce(argv[1:]) {
			a.remove("rm", argv[1:], at)
		}
		return flow{some: true}
	}
	if alias, ok := a.aliases[name]; ok && !a.calling[name] {
		a.calling[name] = true
		defer delete(a.calling, name)
		return a.scriptFrom(alias+" "+quoteAll(argv[1:]), at, false, in)
	}
	if body, ok := a.funcs[name]; ok && !a.calling[name] {
		a.calling[name] = true
		defer delete(a.calling, name)
		for i, arg := range argv[1:] {
			if i < 9 {
				a.vars[string(rune('1'+i))] = arg
			}
		}
		a.vars["@"] = strings.Join(argv[1:], " ")
		a.vars["*"] = a.vars["@"]
		a.depth++
		out := a.stmt(body, in)
		a.depth--
		return out
	}
	a.started(name, at)
	c := &command{name: program(name), argv: argv, args: argv[1:], in: in, at: at}
	if h, ok := a.programs[c.name]; ok {
		return h(a, c)
	}
	return a.other(c)
}

// started looks at a program that is named by a path: one that was downloaded in the same line is run.
func (a *analysis) started(name string, at span) {
	if !strings.Contains(name, "/") {
		return
	}
	if f, ok := a.files[a.resolve(name)]; ok {
		a.execute(f, at)
	}
}

// execute looks at bytes that are run as a script.
func (a *analysis) execute(f flow, at span) {
	switch {
	case f.net:
		a.add(downloadExecute, at)
	case f.decoded && !f.known:
		a.add(decodeExecute, at)
	case f.known:
		if f.decoded {
			a.add(decodeExecute, at)
		}
		a.script(f.text, at, false)
	case f.some:
		a.add(unresolved, at)
	}
}

// tooDeep notes that something nested was not looked at.
func (a *analysis) tooDeep(at span) {
	a.add(unresolved, at)
	a.gap = gatehouse.GapDepth
}

// command is one program as it is started.
type command struct {
	name string   // of the program, without folder and ".exe"
	argv []string // as started
	args []string // argv without the program
	in   flow
	at   span
}

// program returns the name that a program is known by.
func program(name string) string {
	name = path.Base(strings.ReplaceAll(name, `\`, "/"))
	return strings.TrimSuffix(strings.ToLower(name), ".exe")
}

// quoteAll makes one line of words that parses back to them.
func quoteAll(words []string) string {
	var b strings.Builder
	for _, w := range words {
		b.WriteString(" '" + strings.ReplaceAll(w, "'", `'\''`) + "'")
	}
	return b.String()
}
