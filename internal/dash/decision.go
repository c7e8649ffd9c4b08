package dash

import (
	"context"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"time"

	"github.com/go-json-experiment/json/jsontext"

	"gatehouse.dev"
	"gatehouse.dev/internal/store"
)

// decisionPage is all that is known of one decision.
type decisionPage struct {
	page
	Row       row
	Decision  gatehouse.Decision
	Told      string // what the client was told, in plain words
	Why       string // why that differs from the policies' answer
	Facts     []fact
	Before    []fact // of the session, before this event
	Reasons   []reason
	Findings  []findingRow
	Gaps      []gapRow
	Faults    []gatehouse.Fault
	Labels    []label
	Content   content
	Masked    content // what the client was given in its place, where that differs
	AllURL    string  // address of this page with all of the content; empty where all is shown
	RawURL    string
	Omitted   bool // a list is longer than is shown
	Prev      string
	Next      string
	PrevTitle string
	NextTitle string
}

// maxListed bounds each list of the page; the JSON has all.
const maxListed = 200

func (*decisionPage) name() string { return "decision" }

type findingRow struct {
	gatehouse.Finding
	Number        int
	Sure          string
	Where         string // the place in the content, as it is named there
	At            string // anchor of that place
	FeedURL       string
	SensitiveText string
}

type gapRow struct {
	Text, Where, Detector, Size string
}

// decision makes the page of one decision.
func (d *dash) decision(ctx context.Context, r *http.Request) (view, error) {
	dec, err := d.oneDecision(ctx, r)
	if err != nil {
		return nil, err
	}
	all, err := flag(r.URL.Query(), "all")
	if err != nil {
		return nil, err
	}
	p := newDecisionPage(dec, all, d.now().UTC())
	if dec.Event.SessionID != "" {
		if err := d.neighbours(ctx, p); err != nil {
			return nil, err
		}
	}
	return p, nil
}

func (d *dash) oneDecision(ctx context.Context, r *http.Request) (gatehouse.Decision, error) {
	id := r.PathValue("id")
	if len(id) > maxFilterBytes {
		return gatehouse.Decision{}, errNoPage
	}
	return d.cfg.Store.Decision(ctx, id)
}

// rawDecision gives the record as JSON, masked as it is kept.
func (d *dash) rawDecision(w http.ResponseWriter, r *http.Request) {
	ctx, cancel := context.WithTimeout(r.Context(), d.cfg.Timeout)
	defer cancel()
	dec, err := d.oneDecision(ctx, r)
	if err != nil {
		d.fail(w, r, err)
		return
	}
	body, err := toJSON(dec, jsontext.WithIndent("  "))
	if err != nil { // content that is not JSON is shown as a string
		dec.Event.Content, dec.Verdict.Masked = asString(dec.Event.Content), asString(dec.Verdict.Masked)
		if body, err = toJSON(dec, jsontext.WithIndent("  ")); err != nil {
			d.fail(w, r, errInternal)
			return
		}
	}
	w.Header().Set("Content-Type", "application/json; charset=utf-8")
	w.Header().Set("Content-Length", strconv.Itoa(len(body)+1))
	_, _ = w.Write(append(body, '\n'))
}

func asString(v jsontext.Value) jsontext.Value {
	if len(v) == 0 || v.IsValid(jsontext.AllowDuplicateNames(true), jsontext.AllowInvalidUTF8(true)) {
		return v
	}
	b, err := toJSON(string(v))
	if err != nil {
		return nil
	}
	return b
}

func newDecisionPage(dec gatehouse.Decision, all bool, now time.Time) *decisionPage {
	p := &decisionPage{page: page{Title: "Decision " + shortID(dec.Event.ID), Room: "feed"}, Decision: dec, Row: newRow(&dec, now)}
	v := &dec.Verdict
	b := budgetPage
	if all {
		b = budgetAll
	}
	p.Content = newContent(dec.Event.Content, b, v.Findings)
	if dec.Applied == gatehouse.Redact && len(v.Masked) > 0 && !slices.Equal(v.Masked, dec.Event.Content) {
		p.Masked = newContent(v.Masked, b, nil)
	}
	p.RawURL = decisionURL(dec.Event.ID) + "/raw"
	if !all && (p.Content.Cut || p.Masked.Cut) {
		p.AllURL = decisionURL(dec.Event.ID) + "?all=true#content"
	}
	p.Told, p.Why = told(&dec)
	p.Facts, p.Before = facts(&dec), before(v.Session)
	p.Omitted = max(len(v.Reasons), len(v.Findings), len(v.Gaps), len(v.Errors)) > maxListed
	p.Reasons, p.Faults = reasons(v), v.Errors[:min(len(v.Errors), maxListed)]
	for i, f := range v.Findings[:min(len(v.Findings), maxListed)] {
		p.Findings = append(p.Findings, newFindingRow(i, f))
	}
	for _, g := range v.Gaps[:min(len(v.Gaps), maxListed)] {
		p.Gaps = append(p.Gaps, newGapRow(g))
	}
	for _, l := range v.Labels {
		p.Labels = append(p.Labels, label{l, !slices.Contains(v.Session.Labels, l)})
	}
	return p
}

func newFindingRow(i int, f gatehouse.Finding) findingRow {
	r := findingRow{Finding: f, Number: i + 1, Where: cutText(leafName(jsontext.Pointer(f.Path)), maxNameShown), At: "at-" + url.PathEscape(f.Path)}
	if r.Where == "" {
		r.Where = "the whole"
	}
	if f.Confidence > 0 {
		r.Sure = percent(int(f.Confidence*1000+.5), 1000)
	}
	r.FeedURL = filter{Detector: f.Detector}.url("/feed")
	return r
}

// neighbours finds the events of the session right before and after.
func (d *dash) neighbours(ctx context.Context, p *decisionPage) error {
	ev := &p.Decision.Event
	after, err := d.cfg.Store.Decisions(ctx, store.Query{Session: ev.SessionID, After: ev.ID, Oldest: true, Limit: 1})
	if err != nil {
		return err
	}
	if len(after.Decisions) > 0 {
		p.Next, p.NextTitle = decisionURL(after.Decisions[0].Event.ID), nameEvent(&after.Decisions[0].Event)
	}
	// To excludes its moment, and several events may share one: some are read beyond it and passed over.
	earlier, err := d.cfg.Store.Decisions(ctx, store.Query{Session: ev.SessionID, To: ev.Time.Add(time.Millisecond), Limit: 20})
	if err != nil {
		return err
	}
	seen := false
	for i := range earlier.Decisions {
		e := &earlier.Decisions[i].Event
		if seen {
			p.Prev, p.PrevTitle = decisionURL(e.ID), nameEvent(e)
			break
		}
		seen = e.ID == ev.ID
	}
	return nil
}

func nameEvent(ev *gatehouse.Event) string {
	if ev.Tool != "" {
		return ev.Tool + " " + kindWord(ev.Kind)
	}
	return kindWord(ev.Kind)
}
