package policy

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
)

// MaxProblems is how many problems of one set are listed; the rest are counted.
const MaxProblems = 100

// Problem is one thing wrong with a policy file. Line and Col count from 1, in characters; they are 0 where
// a problem concerns the whole file.
type Problem struct {
	File string
	Line int
	Col  int
	Text string
}

// String returns the problem as "file:line:col: text".
func (p Problem) String() string {
	if p.Line == 0 {
		return p.File + ": " + p.Text
	}
	return fmt.Sprintf("%s:%d:%d: %s", p.File, p.Line, p.Col, p.Text)
}

// Problems is the error of [Parse] and [Load]: every problem of every file, sorted by place.
type Problems []Problem

// Error returns one problem a line.
func (ps Problems) Error() string {
	var b strings.Builder
	for i, p := range ps {
		if i > 0 {
			b.WriteByte('\n')
		}
		b.WriteString(p.String())
	}
	return b.String()
}

// report collects problems while files are read.
type report struct{ problems []Problem }

func (r *report) add(file string, line, col int, format string, args ...any) {
	r.problems = append(r.problems, Problem{File: file, Line: line, Col: col, Text: fmt.Sprintf(format, args...)})
}

// err returns the problems sorted, cut to MaxProblems, or nil where there are none.
func (r *report) err() error {
	if len(r.problems) == 0 {
		return nil
	}
	slices.SortStableFunc(r.problems, func(a, b Problem) int {
		return cmp.Or(cmp.Compare(a.File, b.File), cmp.Compare(a.Line, b.Line), cmp.Compare(a.Col, b.Col), cmp.Compare(a.Text, b.Text))
	})
	ps := slices.Compact(r.problems)
	if n := len(ps) - MaxProblems; n > 0 {
		last := ps[MaxProblems-1]
		ps = append(ps[:MaxProblems:MaxProblems], Problem{File: last.File, Text: fmt.Sprintf("%d more problems are not listed", n)})
	}
	return Problems(ps)
}
