package detect

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"hash"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"gatehouse.dev"
)

const (
	minNumber    = 4   // characters of a number that could be worth a look
	leafOverhead = 64  // what a leaf counts beyond its bytes
	slabTexts    = 256 // texts made at a time
	keepSlabs    = 64  // slabs kept for the next event
)

// run is the working state of one event. It is reused; nothing in it may get into a Result.
type run struct {
	r        *Runner
	ctx      context.Context
	deadline time.Time
	isLate   bool
	in       Input
	report   Report
	res      *Result

	walk   walker
	inner  []walker // one for each layer of JSON within JSON
	arena  arena
	slabs  [][]Text
	texts  int
	path   string // the pointer made last, shared by a key and its value
	leaves int    // bytes of leaves still to be spent
	layers int    // bytes of layers still to be spent
	lost   lost

	match matcher
	hash  hash.Hash
	stop  func() bool // late
}

// lost counts what was left out for want of bytes.
type lost struct {
	bytes int
	path  string
	leaf  int
}

func newRun(r *Runner) *run {
	x := &run{r: r, hash: hmac.New(sha256.New, r.cfg.FingerprintKey)}
	x.report.known = r.known
	x.match.init(r)
	x.stop = x.late
	return x
}

func (x *run) begin(ctx context.Context, ev *gatehouse.Event) {
	x.ctx = ctx
	x.deadline, _ = ctx.Deadline()
	x.isLate = false
	x.in.Event = ev
	x.res = &Result{content: ev.Content, depth: x.r.cfg.MaxDepth, layers: x.r.cfg.MaxLayers, darkFrom: noLeaf}
	x.leaves = x.r.cfg.MaxBytes
	x.layers = min(x.leaves, layerFloor+layerFactor*len(ev.Content))
	x.lost = lost{}
	x.match.begin(x.r)
}

// release drops everything that holds on to the event.
func (x *run) release() {
	for i := range x.texts {
		x.slabs[i/slabTexts][i%slabTexts] = Text{}
	}
	if len(x.slabs) > keepSlabs {
		x.slabs = x.slabs[:keepSlabs:keepSlabs]
	}
	x.texts, x.path = 0, ""
	x.in.Event, x.in.Texts = nil, shrink(x.in.Texts, keepSlabs*slabTexts)
	clear(x.report.findings)
	x.report = Report{findings: shrink(x.report.findings, 256), known: x.r.known}
	x.walk.reset("", 0)
	for i := range x.inner {
		x.inner[i].reset("", 0)
	}
	x.arena.reset()
	x.match.release()
	x.ctx, x.res = nil, nil
}

// shrink empties s for reuse, unless it grew beyond most.
func shrink[T any](s []T, most int) []T {
	if cap(s) > most {
		return nil
	}
	clear(s)
	return s[:0]
}

// late says whether the time budget is used up. Once it is, it stays so.
func (x *run) late() bool {
	if !x.isLate {
		x.isLate = x.ctx.Err() != nil || !x.deadline.IsZero() && !time.Now().Before(x.deadline)
	}
	return x.isLate
}

// takeApart makes the event's texts.
func (x *run) takeApart() {
	content := x.in.Event.Content
	if len(content) == 0 {
		return
	}
	src := view(content)
	x.res.invalid = !utf8.Valid(content)
	w := &x.walk
	w.reset(src, x.r.cfg.MaxDepth)
	since := 0
	for {
		tok, ok := w.next()
		if !ok {
			break
		}
		if w.pos-since > 64<<10 {
			if since = w.pos; x.late() {
				x.outOfTime(view(w.path), tok.leaf, len(src)-tok.from)
				break
			}
		}
		if !x.leaf(w, tok) {
			break
		}
	}
	// What is left is read for its outline: whether it is JSON, and how deep. That costs some 2 ns a byte.
	for tok, ok := w.next(); ok; tok, ok = w.next() {
		w.checkString(tok)
	}
	x.judgeShape(w)
}

// judgeShape notes what the walk found out about the content as a whole.
func (x *run) judgeShape(w *walker) {
	if w.bad {
		x.res.malformed = true
		x.report.gaps = append(x.report.gaps, gatehouse.Gap{Reason: gatehouse.GapSyntax})
	}
	deep := 0
	for _, s := range w.deepSpans {
		deep += s[1] - s[0]
	}
	if deep > 0 {
		x.res.deep = slices.Clone(w.deepSpans)
		x.report.gaps = append(x.report.gaps, gatehouse.Gap{Reason: gatehouse.GapDepth, Bytes: deep})
	}
	if x.lost.bytes > 0 {
		x.report.gaps = append(x.report.gaps, gatehouse.Gap{
			Reason: gatehouse.GapBytes, Path: x.lost.path, Leaf: x.lost.leaf, Bytes: x.lost.bytes,
		})
	}
}

// leaf makes the texts of one leaf; it returns false when the byte budget is used up.
func (x *run) leaf(w *walker, tok token) bool {
	raw := w.src[tok.from:tok.to]
	if raw == "" || tok.kind == tokenNumber && len(raw) < minNumber {
		return true
	}
	if view(w.path) != x.path {
		b := append(x.arena.room(len(w.path)), w.path...)
		x.path = x.arena.keep(b)
		x.leaves -= len(b)
	}
	if x.leaves -= leafOverhead; x.leaves < len(raw) {
		x.lost = lost{bytes: len(w.src) - tok.from - max(0, x.leaves), path: x.path, leaf: tok.leaf}
		if x.leaves <= 0 {
			x.res.darken(tok.leaf)
			return false
		}
		raw = cutString(raw, x.leaves)
	}
	x.leaves -= len(raw)
	t := x.text()
	t.Leaf, t.Path, t.Key = tok.leaf, x.path, tok.kind == tokenKey
	t.Raw = raw
	clean := !hasControl(raw)
	if tok.escaped {
		b, ok := unescape(x.arena.room(len(raw)), raw)
		t.Raw, clean = x.arena.keep(b), clean && ok
	}
	w.bad = w.bad || !clean
	x.add(t)
	if tok.kind != tokenNumber {
		x.unwrap(t)
	}
	if x.lost.bytes > 0 {
		x.res.dim(tok.leaf, len(t.Raw), -1)
		x.res.darken(tok.leaf + 1)
		return false
	}
	return true
}

// cutString shortens the inside of a JSON string to at most n bytes, not within an escape or a character.
func cutString(raw string, n int) string {
	cut := raw[:n]
	if i := strings.LastIndexByte(cut[max(0, n-12):], '\\'); i >= 0 {
		cut = cut[:max(0, n-12)+i]
		for strings.HasSuffix(cut, `\`) {
			cut = cut[:len(cut)-1]
		}
	}
	for cut != "" && !utf8.RuneStart(raw[len(cut)]) {
		cut = cut[:len(cut)-1]
	}
	return cut
}

// text returns an empty text.
func (x *run) text() *Text {
	if x.texts == len(x.slabs)*slabTexts {
		x.slabs = append(x.slabs, make([]Text, slabTexts))
	}
	t := &x.slabs[x.texts/slabTexts][x.texts%slabTexts]
	x.texts++
	return t
}

// add completes t and makes it part of the input.
func (x *run) add(t *Text) {
	t.Norm, t.fold = normalize(t.Raw, x.stop)
	x.in.Texts = append(x.in.Texts, t)
}

// outOfTime notes that nothing from a leaf on was judged.
func (x *run) outOfTime(path string, leaf, bytes int) {
	x.report.gaps = append(x.report.gaps, gatehouse.Gap{
		Reason: gatehouse.GapTime, Path: path, Leaf: leaf, Bytes: bytes,
	})
	x.res.darken(leaf)
}

// finish makes the result out of what was reported. Everything in it is its own.
func (x *run) finish() *Result {
	res := x.res
	fs := x.report.findings
	if x.report.full {
		x.report.gaps = append(x.report.gaps, gatehouse.Gap{Reason: gatehouse.GapWindows})
		res.darken(0)
	}
	slices.SortStableFunc(fs, order)
	fs = slices.CompactFunc(fs, same)
	if len(fs) > 0 {
		res.Findings = make([]gatehouse.Finding, len(fs))
	}
	path, own := "", ""
	for i := range fs {
		f := &fs[i].Finding
		if f.Path != path {
			path, own = f.Path, strings.Clone(f.Path)
		}
		f.Path = own
		f.Layers = slices.Clone(f.Layers)
		f.Fingerprint = x.fingerprint(f.Detector, fs[i].value)
		res.Findings[i] = *f
	}
	for i := range x.report.gaps {
		g := &x.report.gaps[i]
		if g.Leaf >= res.darkFrom {
			g.Path = "" // its keys were not judged either
		}
		g.Path = strings.Clone(g.Path)
	}
	res.Gaps = x.report.gaps
	res.hideKeys(fs)
	return res
}

// fingerprint is the same for the same value under the same key.
func (x *run) fingerprint(detector, value string) string {
	var sum [sha256.Size]byte
	x.hash.Reset()
	x.hash.Write([]byte(detector))
	x.hash.Write([]byte{0})
	x.hash.Write([]byte(value))
	return hex.EncodeToString(x.hash.Sum(sum[:0])[:8])
}
