package policy

import (
	"fmt"
	"reflect"

	"cel.dev/cel-go/common/types"
	"cel.dev/cel-go/common/types/ref"
	"gatehouse.dev"
)

// view is one event as conditions see it: made once for each evaluation, and only when a condition runs.
type view struct {
	in *Input

	content    any // decoded on first use
	contentErr error
	decoded    bool

	findings, gaps ref.Val // made on first use
}

// ResolveName implements the CEL activation.
func (v *view) ResolveName(name string) (any, bool) {
	switch name {
	case "event":
		return object{eventType, v}, true
	case "findings":
		if v.findings == nil {
			v.findings = listOf(findingType, v.in.Findings)
		}
		return v.findings, true
	case "gaps":
		if v.gaps == nil {
			v.gaps = listOf(gapType, v.in.Gaps)
		}
		return v.gaps, true
	case "session":
		return object{sessionType, &v.in.Session}, true
	case "now":
		return types.Timestamp{Time: v.in.Now}, true
	}
	return nil, false
}

func listOf[T any](typ *types.Type, values []T) ref.Val {
	items := make([]ref.Val, len(values))
	for i := range values {
		items[i] = object{typ, &values[i]}
	}
	return types.NewRefValList(types.DefaultTypeAdapter, items)
}

// Parent implements the CEL activation; there is none.
func (v *view) Parent() activation { return nil }

func (v *view) decode() (any, error) {
	if !v.decoded {
		v.decoded = true
		v.content, v.contentErr = decodeContent(v.in.Event.Content)
	}
	return v.content, v.contentErr
}

// Types of the variables of conditions.
var (
	eventType   = types.NewObjectType("Event")
	findingType = types.NewObjectType("Finding")
	gapType     = types.NewObjectType("Gap")
	sessionType = types.NewObjectType("Session")
)

// field reads one field of a variable's value.
type field struct {
	typ *types.Type
	get func(target any) (any, error)
}

// objects is what conditions can read: the one list of fields, for the type checker and for evaluation.
var objects = map[string]map[string]field{
	"Event": {
		"kind":            eventText(func(e *gatehouse.Event) string { return string(e.Kind) }),
		"hook":            eventText(func(e *gatehouse.Event) string { return e.Hook }),
		"tool":            eventText(func(e *gatehouse.Event) string { return e.Tool }),
		"agent":           eventText(func(e *gatehouse.Event) string { return e.Agent }),
		"connector":       eventText(func(e *gatehouse.Event) string { return e.Connector }),
		"session_id":      eventText(func(e *gatehouse.Event) string { return e.SessionID }),
		"agent_id":        eventText(func(e *gatehouse.Event) string { return e.AgentID }),
		"agent_type":      eventText(func(e *gatehouse.Event) string { return e.AgentType }),
		"user":            eventText(func(e *gatehouse.Event) string { return e.User }),
		"client_ip":       eventText(func(e *gatehouse.Event) string { return e.ClientIP }),
		"model":           eventText(func(e *gatehouse.Event) string { return e.Model }),
		"cwd":             eventText(func(e *gatehouse.Event) string { return e.CWD }),
		"permission_mode": eventText(func(e *gatehouse.Event) string { return e.PermissionMode }),
		"mcp_server":      eventText(func(e *gatehouse.Event) string { return e.MCPServer }),
		"failed":          eventBool(func(e *gatehouse.Event) bool { return e.Failed }),
		"irrevocable":     eventBool(func(e *gatehouse.Event) bool { return e.Irrevocable }),
		"subprompt":       eventBool(func(e *gatehouse.Event) bool { return e.Subprompt }),
		"subresult":       eventBool(func(e *gatehouse.Event) bool { return e.Subresult }),
		"content":         {types.DynType, read(func(v *view) (any, error) { return v.decode() })},
	},
	"Finding": {
		"detector":      {types.StringType, readValue(func(f *gatehouse.Finding) any { return types.String(f.Detector) })},
		"severity":      {types.StringType, readValue(func(f *gatehouse.Finding) any { return types.String(f.Severity.String()) })},
		"severity_rank": {types.IntType, readValue(func(f *gatehouse.Finding) any { return types.Int(f.Severity) })},
		"confidence":    {types.DoubleType, readValue(func(f *gatehouse.Finding) any { return types.Double(f.Confidence) })},
		"path":          {types.StringType, readValue(func(f *gatehouse.Finding) any { return types.String(f.Path) })},
		"detail":        {types.StringType, readValue(func(f *gatehouse.Finding) any { return types.String(f.Detail) })},
	},
	"Gap": {
		"reason":   {types.StringType, readValue(func(g *gatehouse.Gap) any { return types.String(g.Reason) })},
		"detector": {types.StringType, readValue(func(g *gatehouse.Gap) any { return types.String(g.Detector) })},
		"path":     {types.StringType, readValue(func(g *gatehouse.Gap) any { return types.String(g.Path) })},
	},
	"Session": {
		"labels":         {types.NewListType(types.StringType), readValue(func(s *gatehouse.Session) any { return s.Labels })},
		"calls":          {types.IntType, readValue(func(s *gatehouse.Session) any { return types.Int(s.Calls) })},
		"denials":        {types.IntType, readValue(func(s *gatehouse.Session) any { return types.Int(s.Denials) })},
		"errors":         {types.IntType, readValue(func(s *gatehouse.Session) any { return types.Int(s.Errors) })},
		"denied_answers": {types.IntType, readValue(func(s *gatehouse.Session) any { return types.Int(s.DeniedAnswers) })},
		"quarantined":    {types.BoolType, readValue(func(s *gatehouse.Session) any { return types.Bool(s.Quarantined) })},
	},
}

func read[T any](get func(T) (any, error)) func(any) (any, error) {
	return func(target any) (any, error) {
		t, ok := target.(T)
		if !ok {
			return nil, fmt.Errorf("read field of %T", target)
		}
		return get(t)
	}
}

func readValue[T any](get func(T) any) func(any) (any, error) {
	return read(func(t T) (any, error) { return get(t), nil })
}

func eventText(get func(*gatehouse.Event) string) field {
	return field{types.StringType, readValue(func(v *view) any { return types.String(get(v.in.Event)) })}
}

func eventBool(get func(*gatehouse.Event) bool) field {
	return field{types.BoolType, readValue(func(v *view) any { return types.Bool(get(v.in.Event)) })}
}

// object is a variable's value whole. Conditions read its fields; it cannot be converted, and is equal only
// to itself.
type object struct {
	typ   *types.Type
	value any
}

// ConvertToNative implements [ref.Val]; it is always an error.
func (o object) ConvertToNative(t reflect.Type) (any, error) {
	return nil, fmt.Errorf("convert %s to %v: not supported", o.typ, t)
}

// ConvertToType implements [ref.Val]; it is always an error value.
func (o object) ConvertToType(t ref.Type) ref.Val {
	return types.NewErr("convert %s to %s: not supported", o.typ, t.TypeName())
}

// Equal implements [ref.Val].
func (o object) Equal(other ref.Val) ref.Val {
	p, ok := other.(object)
	return types.Bool(ok && p.value == o.value)
}

// Type implements [ref.Val].
func (o object) Type() ref.Type { return o.typ }

// Value implements [ref.Val].
func (o object) Value() any { return o.value }

// provider adds the types of objects to CEL's own.
type provider struct{ types.Provider }

// FindStructType implements [types.Provider].
func (p provider) FindStructType(name string) (*types.Type, bool) {
	switch name {
	case "Event":
		return types.NewTypeTypeWithParam(eventType), true
	case "Finding":
		return types.NewTypeTypeWithParam(findingType), true
	case "Gap":
		return types.NewTypeTypeWithParam(gapType), true
	case "Session":
		return types.NewTypeTypeWithParam(sessionType), true
	}
	return p.Provider.FindStructType(name)
}

// FindStructFieldType implements [types.Provider].
func (p provider) FindStructFieldType(name, fieldName string) (*types.FieldType, bool) {
	fs, ok := objects[name]
	if !ok {
		return p.Provider.FindStructFieldType(name, fieldName)
	}
	f, ok := fs[fieldName]
	if !ok {
		return nil, false
	}
	return &types.FieldType{Type: f.typ, GetFrom: f.get, IsSet: func(any) bool { return true }}, true
}
