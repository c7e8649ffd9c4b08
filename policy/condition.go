package policy

import (
	"errors"
	"fmt"
	"strings"
	"sync"

	"cel.dev/cel-go/cel"
	"cel.dev/cel-go/common/ast"
	"cel.dev/cel-go/common/cost"
	"cel.dev/cel-go/common/types"
	"cel.dev/cel-go/common/types/ref"
	"cel.dev/cel-go/common/types/traits"
)

// Cost limits of conditions, in CEL's units; one is some 50 nanoseconds. The estimate is a worst case over the
// sizes that estimator assumes; the limits at run time hold whatever the sizes are. What a condition may read
// of content is bounded besides, since a single call is counted only once it is done.
const (
	maxCostEstimate = 10_000_000
	maxCost         = 1_000_000 // of one condition over one event
	maxCostTotal    = 2_000_000 // of all conditions over one event
	// maxRegexProgram is the size of a compiled pattern in a condition.
	maxRegexProgram = 4000
)

type activation = cel.Activation

// condition is a compiled when.
type condition struct {
	program  cel.Program
	content  bool // reads event.content
	findings bool // reads findings
	guards   guards
}

// celProblem is something wrong at a place of a condition.
type celProblem struct {
	offset int // in runes of the source
	text   string
}

// environment is where conditions are checked. It never changes, and is costly to make.
var environment = sync.OnceValues(newEnv)

func newEnv() (*cel.Env, error) {
	reg, err := types.NewRegistry()
	if err != nil {
		return nil, err
	}
	labels := cel.ListType(cel.StringType)
	return cel.NewEnv(
		cel.CustomTypeAdapter(reg),
		cel.CustomTypeProvider(provider{reg}),
		cel.Variable("event", eventType),
		cel.Variable("findings", cel.ListType(findingType)),
		cel.Variable("gaps", cel.ListType(gapType)),
		cel.Variable("session", sessionType),
		cel.Variable("now", cel.TimestampType),
		cel.Function("has", cel.MemberOverload("list_has_string", []*cel.Type{labels, cel.StringType}, cel.BoolType,
			cel.BinaryBinding(func(list, item ref.Val) ref.Val {
				c, ok := list.(traits.Container)
				if !ok {
					return types.MaybeNoSuchOverloadErr(list)
				}
				return c.Contains(item)
			}))),
		cel.DefaultUTCTimeZone(true),
		cel.ParserRecursionLimit(64),
		cel.ParserExpressionSizeLimit(MaxWhenBytes),
		cel.ExpressionNodeLimit(2000),
		cel.RegexProgramSizeLimit(maxRegexProgram),
		cel.ASTValidators(cel.ValidateRegexLiterals(), cel.ValidateDurationLiterals(), cel.ValidateTimestampLiterals(),
			cel.ValidateComprehensionNestingLimit(2), cel.ValidateRegexProgramSizeLimit(maxRegexProgram)),
	)
}

// compile checks and plans a condition; what is wrong with it comes back as problems.
func compile(env *cel.Env, text string) (*condition, []celProblem) {
	checked, issues := env.Compile(text)
	if issues.Err() != nil {
		var ps []celProblem
		for _, e := range issues.Errors() {
			ps = append(ps, celProblem{offsetOf(text, e.Location.Line(), e.Location.Column()), tidy(e.Message)})
		}
		return nil, ps
	}
	if checked.OutputType() != cel.BoolType {
		return nil, []celProblem{{0, fmt.Sprintf("condition must be true or false, but is of type %s: compare it with something", checked.OutputType())}}
	}
	root := ast.NavigateAST(checked.NativeRep())
	c := &condition{}
	if ps := c.inspect(root, checked.NativeRep().SourceInfo(), text); len(ps) > 0 {
		return nil, ps
	}
	if est, err := env.EstimateCost(checked, estimator{}); err != nil || est.Max > maxCostEstimate {
		return nil, []celProblem{{0, "condition could cost too much: compare fewer things, or without a loop in a loop"}}
	}
	program, err := env.Program(checked, cel.EvalOptions(cel.OptOptimize), cel.CostTracking(tracker{}), cel.CostLimit(maxCost))
	if err != nil {
		return nil, []celProblem{{0, "condition cannot be planned: " + tidy(err.Error())}}
	}
	c.program = program
	c.guards = findGuards(root)
	return c, nil
}

// inspect notes what a condition reads and refuses what cannot be bounded: patterns that events bring along.
func (c *condition) inspect(root ast.NavigableExpr, info *ast.SourceInfo, text string) []celProblem {
	var ps []celProblem
	problem := func(e ast.Expr, what string) {
		loc := info.GetStartLocation(e.ID())
		ps = append(ps, celProblem{offsetOf(text, loc.Line(), loc.Column()), what})
	}
	ast.PostOrderVisit(root, ast.NewExprVisitor(func(e ast.Expr) {
		switch e.Kind() {
		case ast.IdentKind:
			c.findings = c.findings || e.AsIdent() == "findings"
		case ast.SelectKind:
			if s := e.AsSelect(); s.FieldName() == "content" && isIdent(s.Operand(), "event") {
				c.content = true
			}
		case ast.StructKind:
			problem(e, "condition makes a value of a message type: only maps and lists can be written out")
		case ast.CallKind:
			call := e.AsCall()
			if args := call.Args(); call.FunctionName() == "matches" && len(args) > 0 && args[len(args)-1].Kind() != ast.LiteralKind {
				problem(args[len(args)-1], "pattern must be written out in the condition")
			}
		}
	}))
	return ps
}

func isIdent(e ast.Expr, name string) bool { return e.Kind() == ast.IdentKind && e.AsIdent() == name }

// offsetOf turns CEL's place, line from 1 and column from 0, into an offset in runes.
func offsetOf(text string, line, col int) int {
	offset := 0
	for l := 1; l < line; l++ {
		i := strings.IndexByte(text, '\n')
		if i < 0 {
			break
		}
		offset += len([]rune(text[:i+1]))
		text = text[i+1:]
	}
	return offset + max(col, 0)
}

// tidy makes the first line of a library's message into the form of ours.
func tidy(s string) string {
	s, _, _ = strings.Cut(s, "\n")
	s = strings.TrimSpace(s)
	if len(s) > 200 {
		s = s[:200] + "…"
	}
	return "condition: " + strings.ToLower(s[:min(1, len(s))]) + s[min(1, len(s)):]
}

// Why a condition failed. CEL's own errors quote values, which may be content, so that none of them is
// passed on.
var (
	errMissing = errors.New("condition reads a field or an item that is not there")
	errType    = errors.New("condition applies an operation to a value of another type")
	errCost    = errors.New("condition cost more than is allowed")
	errTime    = errors.New("time ran out before the condition was evaluated")
	errFailed  = errors.New("condition failed")
)

// eval evaluates the condition and returns what that cost.
func (c *condition) eval(v *view) (holds bool, spent uint64, err error) {
	out, details, err := c.program.Eval(v)
	if details != nil && details.ActualCost() != nil {
		spent = *details.ActualCost()
	}
	if err == nil {
		b, ok := out.(types.Bool)
		if !ok {
			return false, spent, errType
		}
		return bool(b), spent, nil
	}
	text := err.Error()
	switch {
	case v.contentErr != nil && c.content:
		return false, spent, v.contentErr
	case strings.Contains(text, "cost limit exceeded"):
		return false, maxCost, errCost
	case strings.HasPrefix(text, "no such key"), strings.HasPrefix(text, "no such attribute"), strings.HasPrefix(text, "index out of bounds"), strings.HasPrefix(text, "invalid_argument: index"):
		return false, spent, errMissing
	case strings.HasPrefix(text, "no such overload"), strings.HasPrefix(text, "unsupported"):
		return false, spent, errType
	}
	return false, spent, errFailed
}

// estimator gives the sizes that the worst case of a condition is reckoned with.
type estimator struct{}

// EstimateSize implements [cost.Estimator].
func (estimator) EstimateSize(n cost.AstNode) *cost.SizeEstimate {
	size := cost.RangedSizeEstimate(0, 256)
	switch path := n.Path(); {
	case len(path) == 0, len(path) > 1 && path[1] == "content":
		size = cost.RangedSizeEstimate(0, 4096)
	case len(path) == 1 && (path[0] == "findings" || path[0] == "gaps"):
		size = cost.RangedSizeEstimate(0, 1000)
	case len(path) == 2 && path[1] == "labels":
		size = cost.RangedSizeEstimate(0, MaxLabels)
	}
	if n.ComputedSize() != nil {
		return nil
	}
	return &size
}

// EstimateCallCost implements [cost.Estimator].
func (estimator) EstimateCallCost(function, _ string, _ *cost.AstNode, _ []cost.AstNode) *cost.CallEstimate {
	if function == "has" {
		return cost.NewCallEstimate(cost.FixedCostEstimate(MaxLabels), nil)
	}
	return nil
}

// tracker counts what calls cost at run time where CEL's own count is far off.
type tracker struct{}

// CallCost implements [cost.ActualCostEstimator]. RE2 takes some 100 nanoseconds a byte, which CEL takes to
// be a tenth of that or less.
func (tracker) CallCost(function, _ string, args []ref.Val, _ ref.Val) *uint64 {
	if function != "matches" || len(args) != 2 {
		return nil
	}
	text, ok := args[0].(types.String)
	if !ok {
		return nil
	}
	n := 1 + 2*uint64(len(text))
	return &n
}
