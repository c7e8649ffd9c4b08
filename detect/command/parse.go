package command

import (
	"context"
	"errors"
	"path"
	"runtime"
	"strings"

	"gatehouse.dev"

	"mvdan.cc/sh/v3/syntax"
)

// Bounds of one analysis. The parser is recursive and a goroutine's stack that overflows ends the process,
// so what nests is counted before it is parsed: each level takes up to 9 KB of stack.
const (
	maxScriptBytes = 64 << 10  // longest script that is parsed
	maxTotalBytes  = 256 << 10 // of all scripts nested in one leaf
	maxOpeners     = 1500      // brackets, back quotes and block words of one script
	maxDepth       = 8         // shells within shells
	maxWrappers    = 24        // wrappers around one program: sudo env nohup …
	maxCommands    = 4000      // commands of one leaf
	maxWordBytes   = 64 << 10  // longest expanded word
)

var errParser = errors.New("the parser gave up")

// parsing bounds how many parses run at once, and with it the stack that hostile nesting can take.
var parsing = make(chan struct{}, 4*runtime.GOMAXPROCS(0))

// analysis is what is known while one leaf is looked at.
type analysis struct {
	ctx      context.Context
	programs map[string]handler
	cwd      string            // as the shell would have it; changes with cd
	vars     map[string]string // assigned in the line
	funcs    map[string]*syntax.Stmt
	aliases  map[string]string
	files    map[string]flow // written in the line, by path
	at       *span           // of the outer command, while a nested script is looked at

	depth    int
	wrapped  int
	bytes    int
	commands int
	calling  map[string]bool

	effects []effect
	gap     string // why something was not judged
}

func newAnalysis(ctx context.Context, programs map[string]handler, cwd string) *analysis {
	if !path.IsAbs(cwd) {
		cwd = cwdMark
	}
	return &analysis{ctx: ctx, programs: programs, cwd: path.Clean(cwd), vars: map[string]string{}, funcs: map[string]*syntax.Stmt{}, aliases: map[string]string{},
		files: map[string]flow{}, calling: map[string]bool{}}
}

// script looks at the text of a shell script. at is its place in the leaf; exact says that offsets within
// the script are offsets within the leaf.
func (a *analysis) script(src string, at span, exact bool) flow {
	return a.scriptFrom(src, at, exact, flow{})
}

func (a *analysis) scriptFrom(src string, at span, exact bool, in flow) flow {
	if a.depth >= maxDepth || len(src) > maxScriptBytes || a.bytes+len(src) > maxTotalBytes || openers(src) > maxOpeners {
		a.add(unresolved, at)
		a.gap = gatehouse.GapDepth
		if a.depth < maxDepth && openers(src) <= maxOpeners {
			a.gap = gatehouse.GapBytes
		}
		return flow{}
	}
	a.bytes += len(src)
	stmts, err := parse(src)
	if err != nil { // a shell that reads it otherwise may run what is not seen here
		a.add(unresolved, at)
		a.gap = gatehouse.GapSyntax
	}
	a.depth++
	outer := a.at
	if !exact {
		a.at = &at
	}
	out := a.safely(stmts, at, in)
	a.at = outer
	a.depth--
	return out
}

// safely looks at statements one by one. The expander was not made for hostile words: where it panics, that
// statement counts as unresolved and the others are still looked at.
func (a *analysis) safely(stmts []*syntax.Stmt, at span, in flow) (out flow) {
	for _, s := range stmts {
		func() {
			depth, wrapped, outer := a.depth, a.wrapped, a.at
			defer func() {
				if recover() != nil {
					a.depth, a.wrapped, a.at = depth, wrapped, outer
					a.add(unresolved, at)
					a.gap = gatehouse.GapSyntax
				}
			}()
			if o := a.stmt(s, in); o.some {
				out = join(out, o)
			}
		}()
	}
	return out
}

// parse returns the statements of src up to the first mistake, as a shell would run them line by line.
func parse(src string) (stmts []*syntax.Stmt, err error) {
	parsing <- struct{}{}
	defer func() {
		<-parsing
		if recover() != nil { // some input that is no UTF-8 makes the parser panic
			err = errParser
		}
	}()
	p := syntax.NewParser(syntax.Variant(syntax.LangBash))
	//lint:ignore SA1019 StmtsSeq goes on after its loop was left, and panics, at a mistake in the last statement
	err = p.Stmts(strings.NewReader(src), func(s *syntax.Stmt) bool {
		stmts = append(stmts, s)
		return true
	})
	return stmts, err
}

// openers counts what may nest. Quotes are not understood here on purpose: what a closing bracket within
// quotes would take back must not hide depth.
func openers(src string) int {
	n := 0
	for i := 0; i < len(src); i++ {
		switch c := src[i]; {
		case c == '(' || c == '{' || c == '`' || c == '[':
			n++
		case c == '!' || c == '-' || c == '+' || c == '~':
			// Signs nest within arithmetic: $((----1)). Long runs only.
			if i > 0 && src[i-1] == c {
				n++
			}
		case c == 'i' || c == 'w' || c == 'u' || c == 'f' || c == 'c' || c == 's' || c == 't':
			if i == 0 || !wordByte(src[i-1]) {
				n += blockWord(src[i:])
			}
		}
	}
	return n
}

func wordByte(c byte) bool {
	return c == '_' || c >= '0' && c <= '9' || c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z'
}

// blockWord returns 1 where s starts with a word that opens a block.
func blockWord(s string) int {
	for _, w := range [...]string{"if", "while", "until", "for", "case", "select", "time", "function", "coproc"} {
		if strings.HasPrefix(s, w) && (len(s) == len(w) || !wordByte(s[len(w)])) {
			return 1
		}
	}
	return 0
}

// spanOf is the place of a node in the leaf.
func (a *analysis) spanOf(n syntax.Node) span {
	if a.at != nil {
		return *a.at
	}
	return span{int(n.Pos().Offset()), int(n.End().Offset())}
}
