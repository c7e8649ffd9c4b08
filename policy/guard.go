package policy

import (
	"cel.dev/cel-go/common/ast"
	"cel.dev/cel-go/common/operators"
	"cel.dev/cel-go/common/types"
)

// guards are conditions on an event that must hold for a when to hold: the parts of its top-level
// conjunction that compare a field with literals. They let whole rules be passed over by index.
type guards struct {
	fields map[string][]string // field of event to the values it may have
	label  string              // a label the session must have; "" for none
}

// guardFields are the fields of event that the index knows.
var guardFields = []string{"kind", "tool", "hook", "mcp_server", "agent"}

// findGuards relies on CEL's && being false when either side is, whatever the other side does.
func findGuards(e ast.Expr) guards {
	g := guards{fields: map[string][]string{}}
	var walk func(e ast.Expr)
	walk = func(e ast.Expr) {
		if e.Kind() != ast.CallKind {
			return
		}
		call := e.AsCall()
		args := call.Args()
		switch call.FunctionName() {
		case operators.LogicalAnd:
			for _, a := range args {
				walk(a)
			}
		case operators.Equals:
			if !g.equals(args[0], args[1]) {
				g.equals(args[1], args[0])
			}
		case operators.In:
			g.in(args[0], args[1])
		case "has":
			if call.IsMemberFunction() && len(args) == 1 && isField(call.Target(), "session", "labels") {
				g.label = literal(args[0])
			}
		}
	}
	walk(e)
	return g
}

func (g *guards) equals(a, b ast.Expr) bool {
	name := eventField(a)
	if name == "" || b.Kind() != ast.LiteralKind {
		return false
	}
	s, ok := b.AsLiteral().(types.String)
	if !ok || g.fields[name] != nil {
		return false
	}
	g.fields[name] = []string{string(s)}
	return true
}

func (g *guards) in(item, list ast.Expr) {
	if isField(list, "session", "labels") {
		if s := literal(item); s != "" {
			g.label = s
		}
		return
	}
	name := eventField(item)
	if name == "" || list.Kind() != ast.ListKind || g.fields[name] != nil {
		return
	}
	values := make([]string, 0, list.AsList().Size())
	for _, e := range list.AsList().Elements() {
		if e.Kind() != ast.LiteralKind {
			return
		}
		s, ok := e.AsLiteral().(types.String)
		if !ok {
			return
		}
		values = append(values, string(s))
	}
	if len(values) > 0 {
		g.fields[name] = values
	}
}

func isField(e ast.Expr, variable, name string) bool {
	return e.Kind() == ast.SelectKind && !e.AsSelect().IsTestOnly() && e.AsSelect().FieldName() == name && isIdent(e.AsSelect().Operand(), variable)
}

func eventField(e ast.Expr) string {
	for _, f := range guardFields {
		if isField(e, "event", f) {
			return f
		}
	}
	return ""
}

func literal(e ast.Expr) string {
	if e.Kind() != ast.LiteralKind {
		return ""
	}
	s, _ := e.AsLiteral().(types.String)
	return string(s)
}
