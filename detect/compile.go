package detect

import (
	"errors"
	"fmt"
	"regexp"
	"regexp/syntax"
	"slices"

	"gatehouse.dev"
	"gatehouse.dev/detect/scan"
)

const (
	defaultWindow = 160
	maxWindow     = 4096
	// slack is looked at beyond a window, so that what a pattern says of the characters around a match at
	// the window's edge is judged by the characters that are there.
	slack = 16
	// patternPrefix is how much of an anchor is sought for a rule with a pattern.
	patternPrefix = 32

	minAnchorBytes = 3
	maxIDBytes     = 128
	maxGroups      = 8
)

// rule is a Rule made ready.
type rule struct {
	Rule
	re     *regexp.Regexp
	group  int // of the span within re
	begins bool
	ends   bool // the pattern looks at what precedes or follows a match: ^ $ \b
	groups []int32
}

var validID = regexp.MustCompile(`^[A-Za-z0-9_.-]+(/[A-Za-z0-9_.-]+)*$`)

// compile checks a rule and makes it ready, but for its anchor groups.
func compile(r Rule) (rule, error) {
	c := rule{Rule: r}
	if c.Window == 0 {
		c.Window = defaultWindow
	}
	var errs []error
	bad := func(format string, args ...any) { errs = append(errs, fmt.Errorf(format, args...)) }
	if !validID.MatchString(r.ID) || len(r.ID) > maxIDBytes {
		bad("the ID must be words of letters, digits, dots, dashes and underscores, joined by slashes")
	}
	if r.Severity > gatehouse.Critical {
		bad("severity %d is unknown", r.Severity)
	}
	if !(r.Confidence >= 0 && r.Confidence <= 1) {
		bad("confidence %v is not within 0 and 1", r.Confidence)
	}
	if c.Window < 0 || c.Window > maxWindow {
		bad("window %d is not within 1 and %d", r.Window, maxWindow)
	}
	if (r.Pattern == "") == (r.Match == nil) {
		bad("a rule has a Pattern or a Match, and not both")
	}
	if r.Pattern != "" {
		if err := c.compilePattern(); err != nil {
			bad("%w", err)
		}
	}
	c.checkAnchors(bad)
	if errs != nil {
		return c, fmt.Errorf("rule %q: %w", r.ID, errors.Join(errs...))
	}
	return c, nil
}

func (c *rule) compilePattern() error {
	re, err := regexp.Compile(c.Pattern)
	if err != nil {
		return err
	}
	c.re = re
	c.group = max(0, re.SubexpIndex("v"))
	tree, err := syntax.Parse(c.Pattern, syntax.Perl)
	if err != nil {
		return err
	}
	c.begins, c.ends = looksAround(tree)
	return nil
}

// looksAround says whether the expression asks what is before or after a place.
func looksAround(tree *syntax.Regexp) (begins, ends bool) {
	switch tree.Op {
	case syntax.OpBeginLine, syntax.OpBeginText:
		begins = true
	case syntax.OpEndLine, syntax.OpEndText:
		ends = true
	case syntax.OpWordBoundary, syntax.OpNoWordBoundary:
		return true, true
	}
	for _, sub := range tree.Sub {
		b, e := looksAround(sub)
		begins, ends = begins || b, ends || e
	}
	return begins, ends
}

func (c *rule) checkAnchors(bad func(string, ...any)) {
	if c.Unanchored {
		if len(c.Anchors) > 0 || c.Match != nil {
			bad("an unanchored rule has a Pattern and no Anchors")
		}
		return
	}
	if len(c.Anchors) == 0 {
		bad("no anchors: the rule would have to read every text")
	}
	if len(c.Anchors) > maxGroups {
		bad("%d anchor groups are more than %d", len(c.Anchors), maxGroups)
	}
	least := minAnchorBytes
	if c.short {
		least = 1
	}
	for i, g := range c.Anchors {
		if len(g) == 0 {
			bad("anchor group %d is empty", i)
		}
		for _, a := range g {
			if len(a) < least {
				bad("anchor %q is shorter than %d bytes", a, least)
			}
			if Normalize(a) != a {
				bad("anchor %q is not as in normalised text, which has %q in its place", a, Normalize(a))
			}
		}
	}
}

// index builds the one scanner for the anchors of all rules.
type index struct {
	machine *scan.Machine
	groups  []group // anchor groups of all rules
	// wants lists the groups that each literal belongs to: wants[wantsAt[i]:wantsAt[i+1]].
	wants   []int32
	wantsAt []int32
	reach   int // how far beyond a stretch of text its hits can matter
}

type group struct {
	rule  int32
	first bool // the group that windows are centred on
}

func (x *index) build(rules []rule) error {
	number := map[string]int{}
	var literals []string
	var wants [][]int32
	for i := range rules {
		r := &rules[i]
		x.reach = max(x.reach, r.Window+2*slack)
		for k, anchors := range r.Anchors {
			g := int32(len(x.groups))
			x.groups = append(x.groups, group{rule: int32(i), first: k == 0})
			r.groups = append(r.groups, g)
			for _, a := range anchors {
				if r.re != nil && len(a) > patternPrefix {
					a = a[:patternPrefix]
				}
				a = foldASCII(a)
				n, ok := number[a]
				if !ok {
					n = len(literals)
					number[a] = n
					literals = append(literals, a)
					wants = append(wants, nil)
				}
				if !slices.Contains(wants[n], g) {
					wants[n] = append(wants[n], g)
				}
			}
		}
	}
	x.wantsAt = []int32{0}
	for i, gs := range wants {
		x.reach = max(x.reach, len(literals[i])+2*slack)
		x.wants = append(x.wants, gs...)
		x.wantsAt = append(x.wantsAt, int32(len(x.wants)))
	}
	var err error
	x.machine, err = scan.New(literals)
	return err
}

func foldASCII(s string) string {
	b := []byte(s)
	for i, c := range b {
		if 'A' <= c && c <= 'Z' {
			b[i] = c + 'a' - 'A'
		}
	}
	return string(b)
}
