package dash

import (
	"math"
	"slices"
	"strconv"
	"strings"
	"time"

	"gatehouse.dev"
	"gatehouse.dev/internal/store"
)

// Charts are drawn on a plane of these many units, which the page stretches to the room there is; words
// stand beside it, so they are never stretched.
const (
	chartWidth  = 1000
	chartHeight = 200
)

// strictestFirst is the order in which actions are drawn and offered.
var strictestFirst = []gatehouse.Action{gatehouse.Deny, gatehouse.Ask, gatehouse.Redact, gatehouse.Alert, gatehouse.Allow}

// interventions are the actions that let nothing pass unremarked.
var interventions = strictestFirst[:4]

// barChart is a stack of bars for each step of time.
type barChart struct {
	Bars []bar
	Top  string // the highest value of the scale
	Half string
}

// bar is one step: a place to point at and the pieces that stand on it.
type bar struct {
	Title  string // what a pointer resting on it reads
	Href   string // the feed of that step
	X, W   string
	Pieces []piece
}

// piece is one colour and pattern of a bar.
type piece struct {
	Action     string
	X, Y, W, H string
}

// lineChart is the course of two values over time.
type lineChart struct {
	P50, P95  []string // points of the unbroken stretches, as in a polyline
	Bars      []bar    // places to point at
	Top, Half string
}

// tickMark is one label below a chart.
type tickMark struct {
	At   time.Time
	Form string // "hm" or "md": how the time is shown
	Text string
}

func coord(f float64) string { return strconv.FormatFloat(f, 'f', 1, 64) }

// stacked draws the interventions of each step, the strictest at the bottom where the eye compares best.
func stacked(o store.Overview, slots []bar) barChart {
	return bars(o, slots, interventions)
}

// volume draws all events of each step.
func volume(o store.Overview, slots []bar) barChart { return bars(o, slots, nil) }

func bars(o store.Overview, slots []bar, order []gatehouse.Action) barChart {
	high := 0
	for _, b := range o.Series {
		high = max(high, height(b.Counts, order))
	}
	top := niceTop(float64(high), 2)
	c := barChart{Top: num(int(top)), Half: num(int(top / 2)), Bars: slices.Clone(slots)}
	for i, b := range o.Series {
		w := float64(chartWidth) / float64(len(o.Series))
		inset := min(w*0.14, 3)
		y := float64(chartHeight)
		add := func(action string, n int) {
			if n <= 0 {
				return
			}
			h := float64(n) / top * chartHeight
			y -= h
			c.Bars[i].Pieces = append(c.Bars[i].Pieces, piece{action, coord(float64(i)*w + inset), coord(y), coord(w - 2*inset), coord(h)})
		}
		if order == nil {
			add("all", b.Events)
		}
		for _, a := range order {
			add(a.String(), count(b.Counts, a))
		}
	}
	return c
}

func height(c store.Counts, order []gatehouse.Action) int {
	if order == nil {
		return c.Events
	}
	n := 0
	for _, a := range order {
		n += count(c, a)
	}
	return n
}

// count returns how many decisions had the action.
func count(c store.Counts, a gatehouse.Action) int {
	switch a {
	case gatehouse.Deny:
		return c.Denied
	case gatehouse.Ask:
		return c.Asked
	case gatehouse.Redact:
		return c.Redacted
	case gatehouse.Alert:
		return c.Alerted
	}
	return c.Allowed
}

// slots returns the empty bars of an overview's steps, each leading to the feed of its stretch of time.
func slots(o store.Overview) []bar {
	out := make([]bar, len(o.Series))
	w := float64(chartWidth) / float64(max(len(o.Series), 1))
	for i, b := range o.Series {
		end := b.Start.Add(o.Step)
		f := filter{From: b.Start.UTC().Format(time.RFC3339), To: end.UTC().Format(time.RFC3339)}
		out[i] = bar{Title: describeBucket(b, end), Href: f.url("/feed"), X: coord(float64(i) * w), W: coord(w)}
	}
	return out
}

func describeBucket(b store.Bucket, end time.Time) string {
	var s strings.Builder
	s.WriteString(b.Start.UTC().Format("Jan 2 15:04") + "–" + end.UTC().Format("15:04") + " UTC: " + num(b.Events) + " events")
	for _, a := range interventions {
		if n := count(b.Counts, a); n > 0 {
			s.WriteString(", " + num(n) + " " + a.String())
		}
	}
	if b.Events > 0 {
		s.WriteString(", p50 " + micros(b.P50US) + ", p95 " + micros(b.P95US))
	}
	return s.String()
}

// latency draws the time that judging took. A step without events breaks the line.
func latency(o store.Overview, slots []bar) lineChart {
	high := 0.0
	for _, b := range o.Series {
		high = max(high, b.P95US)
	}
	top := niceTop(high, 2)
	c := lineChart{Bars: slots, Top: micros(top), Half: micros(top / 2)}
	c.P50 = lines(o.Series, top, func(b store.Bucket) float64 { return b.P50US })
	c.P95 = lines(o.Series, top, func(b store.Bucket) float64 { return b.P95US })
	return c
}

func lines(series []store.Bucket, top float64, value func(store.Bucket) float64) []string {
	var out []string
	var run []string
	end := func() {
		switch {
		case len(run) > 1:
			out = append(out, strings.Join(run, " "))
		case len(run) == 1: // a lone point would not show: give it some width
			x, y, _ := strings.Cut(run[0], ",")
			f, _ := strconv.ParseFloat(x, 64)
			out = append(out, coord(f-3)+","+y+" "+coord(f+3)+","+y)
		}
		run = nil
	}
	w := float64(chartWidth) / float64(max(len(series), 1))
	for i, b := range series {
		if b.Events == 0 {
			end()
			continue
		}
		y := chartHeight - value(b)/top*chartHeight
		run = append(run, coord((float64(i)+.5)*w)+","+coord(y))
	}
	end()
	return out
}

// niceTop returns the smallest of 1, 2, 4, 5, 6, 8 times a power of ten that is at least f, and at least low.
func niceTop(f, low float64) float64 {
	if f <= low || math.IsNaN(f) || math.IsInf(f, 0) {
		return low
	}
	unit := math.Pow(10, math.Floor(math.Log10(f)))
	for _, m := range []float64{1, 2, 4, 5, 6, 8, 10} {
		if m*unit >= f {
			return m * unit
		}
	}
	return 10 * unit
}

// ticks labels the time axis: five marks from its beginning to its end.
func ticks(from, to time.Time) []tickMark {
	form, layout := "hm", "15:04"
	if to.Sub(from) > 48*time.Hour {
		form, layout = "md", "Jan 2"
	}
	out := make([]tickMark, 5)
	for i := range out {
		t := from.Add(to.Sub(from) * time.Duration(i) / 4).UTC()
		out[i] = tickMark{At: t, Form: form, Text: t.Format(layout)}
	}
	return out
}

// spark draws the course of one number as a line on a plane of 100 by 24.
func spark(series []store.Bucket, value func(store.Counts) int) string {
	high := 1
	for _, b := range series {
		high = max(high, value(b.Counts))
	}
	var s strings.Builder
	for i, b := range series {
		if i > 0 {
			s.WriteByte(' ')
		}
		x := 100 * float64(i) / float64(max(len(series)-1, 1))
		s.WriteString(coord(x) + "," + coord(22.5-21*float64(value(b.Counts))/float64(high)))
	}
	return s.String()
}
