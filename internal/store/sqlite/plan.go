package sqlite

import (
	"fmt"
	"strings"

	"gatehouse.dev"
	"gatehouse.dev/internal/store"
)

// source is one way to walk through the decisions of a day in order of time: an index of ev with a value
// for its first column, or a table of findings or reasons. SQLite would have to guess which of several
// filters is rarest; we look (see choose), and name the index.
type source struct {
	from  string // FROM clause; columns ts and seq come from the alias s
	where string // condition that the index needs, with ? for arg
	arg   any
	multi bool // one decision may stand there twice
}

// plan is a query in the terms of the database. Branches of one way exclude each other: their results
// are merged.
type plan struct {
	ways   [][]source // each a complete way to find all; choose one
	alone  bool       // the first way leads past so few that no other need be tried
	turn   string     // leads through the sessions that a day file has it in; empty: none is asked for
	filter string     // all conditions on ev, whatever the way
	args   []any      // of filter, numbered from argFilter
}

// Arguments that every statement has, by number; those of the filter follow.
const (
	argLow    = iota + 1 // ts from here
	argHigh              // ts up to here, inclusive
	argSeq               // where ts is the bound to continue from: seq beyond this
	argLimit             //
	argSource            // the value of the source
	argAfter             // recorded after this seq
	argFilter
)

// maxKinds bounds how many kinds one query may name.
const maxKinds = 64

// commonKinds are in no index: most decisions have one of them.
const commonKinds = "('prompt', 'tool_call', 'tool_result', 'response')"

// newPlan turns q into conditions. Values travel as arguments, never in the text.
func newPlan(q *store.Query) (*plan, error) {
	p := &plan{}
	// In the order in which they are likely to be rare: the first are tried first, the last of equals lose.
	p.session(q.Session, q.Turn)
	p.detector(q.Detector)
	if q.Rule != "" {
		p.join("reason", "reason_rule", "rule", q.Rule)
	}
	if q.Policy != "" {
		p.join("reason", "reason_policy", "policy", q.Policy)
	}
	if err := p.flags(q); err != nil {
		return nil, err
	}
	if len(q.Kinds) > maxKinds {
		return nil, invalid("at most %d kinds can be asked for at once", maxKinds)
	}
	p.kinds(q.Kinds)
	p.index("user", q.User)
	p.index("mcp_server", q.MCPServer)
	p.index("tool", q.Tool)
	p.index("agent", q.Agent)
	if q.Connector != "" {
		p.and("e.connector = ?", column(q.Connector))
	}
	return p, nil
}

// flags adds what most decisions are not.
func (p *plan) flags(q *store.Query) error {
	if q.FailedOpen {
		p.ways = append(p.ways, []source{indexed("ev_failed_open", "s.failed_open = 1", nil)})
		p.filter += " AND e.failed_open = 1"
	}
	if q.Gaps {
		p.ways = append(p.ways, []source{indexed("ev_gaps", "s.gaps > 0", nil)})
		p.filter += " AND e.gaps > 0"
	}
	if q.Severity > gatehouse.Critical {
		return invalid("severity is unknown")
	}
	if q.Severity > gatehouse.Info {
		var way []source
		for s := q.Severity; s <= gatehouse.Critical; s++ {
			way = append(way, indexed("ev_severity", "s.severity = ? AND s.severity <> 0", int64(s)))
		}
		p.ways = append(p.ways, way)
		p.and("e.severity >= ?", int64(q.Severity))
	}
	if err := p.actions("applied", q.Actions); err != nil {
		return err
	}
	return p.actions("would", q.Would)
}

// session adds the filters of a session and a turn. A turn alone leads through its sessions, which each day
// file knows.
func (p *plan) session(session, turn string) {
	if session != "" {
		p.ways = append(p.ways, []source{inSession(column(session))})
		p.and("e.session = ?", column(session))
	}
	if turn != "" {
		p.and("e.turn = ?", column(turn))
		if session == "" {
			p.turn = column(turn)
		}
	}
	p.alone = session != ""
}

func inSession(id string) source { return indexed("ev_session", "s.session = ?", id) }

func indexed(index, where string, arg any) source {
	return source{from: "ev AS s INDEXED BY " + index, where: where, arg: arg}
}

// and adds a condition; ? in it stands for arg.
func (p *plan) and(cond string, arg any) {
	p.args = append(p.args, arg)
	p.filter += " AND " + strings.ReplaceAll(cond, "?", fmt.Sprintf("$%d", argFilter+len(p.args)-1))
}

// index adds an equality on a column of ev that has an index.
func (p *plan) index(name, value string) {
	if value == "" {
		return
	}
	value = column(value)
	p.ways = append(p.ways, []source{indexed("ev_"+strings.TrimSuffix(name, "_server"), fmt.Sprintf("s.%s = ? AND s.%[1]s <> ''", name), value)})
	p.and("e."+name+" = ?", value)
}

// join adds an equality on a column of a table that has any number of rows for a decision.
func (p *plan) join(table, index, name, value string) {
	value = column(value)
	p.ways = append(p.ways, []source{{from: table + " AS s INDEXED BY " + index, where: "s." + name + " = ?", arg: value, multi: true}})
	p.and(fmt.Sprintf("EXISTS (SELECT 1 FROM %s AS x INDEXED BY %s WHERE x.%s = ? AND x.ts = e.ts AND x.seq = e.seq)", table, index, name), value)
}

func (p *plan) detector(name string) {
	if name == "" {
		return
	}
	if f, all := strings.CutSuffix(name, "/*"); all {
		p.join("find", "find_family", "family", f)
		return
	}
	p.join("find", "find_detector", "detector", name)
}

func (p *plan) actions(name string, list []gatehouse.Action) error {
	if len(list) == 0 {
		return nil
	}
	var set [gatehouse.Deny + 1]bool
	for _, a := range list {
		if a > gatehouse.Deny {
			return invalid("action is unknown")
		}
		set[a] = true
	}
	var way []source
	var in []string
	for a, on := range set {
		if on {
			in = append(in, fmt.Sprint(a))
			way = append(way, indexed("ev_"+name, fmt.Sprintf("s.%s = ? AND s.%[1]s <> 0", name), int64(a)))
		}
	}
	if !set[gatehouse.Allow] { // most decisions: no index leads there
		p.ways = append(p.ways, way)
	}
	p.filter += fmt.Sprintf(" AND e.%s IN (%s)", name, strings.Join(in, ", "))
	return nil
}

func (p *plan) kinds(list []gatehouse.Kind) {
	if len(list) == 0 {
		return
	}
	var way []source
	var marks []string
	common := false
	seen := map[gatehouse.Kind]bool{}
	for _, k := range list {
		if seen[k] {
			continue
		}
		seen[k] = true
		switch k {
		case gatehouse.KindPrompt, gatehouse.KindToolCall, gatehouse.KindToolResult, gatehouse.KindResponse:
			common = true
		}
		value := column(string(k))
		p.args = append(p.args, value)
		marks = append(marks, fmt.Sprintf("$%d", argFilter+len(p.args)-1))
		way = append(way, indexed("ev_kind", "s.kind = ? AND s.kind NOT IN "+commonKinds, value))
	}
	if !common {
		p.ways = append(p.ways, way)
	}
	p.filter += " AND e.kind IN (" + strings.Join(marks, ", ") + ")"
}

// byTime walks through everything.
var byTime = []source{{from: "ev AS s INDEXED BY ev_ts", where: "TRUE"}}

// byOrder walks through what was recorded last.
var byOrder = []source{{from: "ev AS s NOT INDEXED", where: "s.seq > $6"}}

// text is the statement for one source. What it selects is ordered, and never more than the limit.
func (p *plan) text(s source, oldest bool) string {
	order, bound := "DESC", "(s.ts < $2 OR (s.ts = $2 AND s.seq < $3))"
	if oldest {
		order, bound = "ASC", "(s.ts > $1 OR (s.ts = $1 AND s.seq > $3))"
	}
	group := ""
	if s.multi {
		group = " GROUP BY s.ts, s.seq"
	}
	return fmt.Sprintf(`SELECT s.ts, s.seq FROM %s CROSS JOIN ev AS e ON e.seq = s.seq
WHERE %s AND s.ts BETWEEN $1 AND $2 AND %s AND s.seq > $6%s%s ORDER BY s.ts %s, s.seq %[6]s LIMIT $4`,
		s.from, s.cond(), bound, p.filter, group, order)
}

// probe counts the rows of a source within the range, up to the limit.
func (p *plan) probe(s source) string {
	return fmt.Sprintf(`SELECT count(*) FROM (SELECT 1 FROM %s WHERE %s AND s.ts BETWEEN $1 AND $2 LIMIT $4)`, s.from, s.cond())
}

func (s source) cond() string { return strings.ReplaceAll(s.where, "?", fmt.Sprintf("$%d", argSource)) }
