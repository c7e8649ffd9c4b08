package detect

import (
	"strings"

	"gatehouse.dev"
)

// maxFindings bounds the findings of one event; what more there is counts as not judged.
const maxFindings = 10_000

// Report collects what detectors see in one event. It is not safe for concurrent use.
type Report struct {
	by       string // the detector at work
	findings []found
	gaps     []gatehouse.Gap
	full     bool
	known    map[string]bool // IDs of rules
}

// found is a finding and the text it was made from, which does not outlive the run.
type found struct {
	gatehouse.Finding
	value string
	key   bool // the leaf is a key
}

// Add reports a finding with the span [start, end) of t.Norm. Path, Leaf, Start, End, Layers and
// Fingerprint of f are filled in; an empty Detector becomes the name of the detector that reports. A span
// that reaches beyond the text is cut. A span within "[redacted:…]", as [Result.Mask] leaves it for a rule of
// this runner, is none.
func (r *Report) Add(t *Text, start, end int, f gatehouse.Finding) {
	start, end = clamp(start, end, len(t.Norm))
	if r.inMask(t.Norm, start, end) {
		return
	}
	value := t.Norm[start:end]
	start, end = source(t.fold, start, end)
	r.add(t, start, end, value, f)
}

// AddRaw is Add for the span [start, end) of t.Raw.
func (r *Report) AddRaw(t *Text, start, end int, f gatehouse.Finding) {
	start, end = clamp(start, end, len(t.Raw))
	r.add(t, start, end, t.Raw[start:end], f)
}

// Gap reports a part of the event that the detector did not judge. An empty Detector becomes the name of the
// detector that reports; Path must be that of a [Text] and its Leaf, or empty.
func (r *Report) Gap(g gatehouse.Gap) {
	if g.Detector == "" {
		g.Detector = r.by
	}
	r.gaps = append(r.gaps, g)
}

// inMask says whether the span is part of what stands in place of something masked.
func (r *Report) inMask(text string, start, end int) bool {
	lo := max(0, start-len(maskOpen)-maxIDBytes)
	at := strings.LastIndex(text[lo:min(start+len(maskOpen), len(text))], maskOpen)
	if at < 0 {
		return false
	}
	from := lo + at + len(maskOpen)
	id, _, closed := strings.Cut(text[from:min(len(text), from+maxIDBytes+len(maskClose))], maskClose)
	return closed && end <= from+len(id)+len(maskClose) && r.known[id]
}

func (r *Report) add(t *Text, start, end int, value string, f gatehouse.Finding) {
	if len(r.findings) >= maxFindings {
		r.full = true
		return
	}
	if f.Detector == "" {
		f.Detector = r.by
	}
	f.Path, f.Leaf, f.Layers = t.Path, t.Leaf, t.Layers
	f.Start, f.End = t.inLeaf(start, end)
	r.findings = append(r.findings, found{Finding: f, value: value, key: t.Key})
}

// inLeaf returns where in the leaf the span of t.Raw stands.
func (t *Text) inLeaf(start, end int) (int, int) {
	for ; t.parent != nil; t = t.parent {
		if t.code == nil {
			start, end = t.at, t.end
			continue
		}
		if t.steps == nil {
			t.steps = t.code.offsets(t.parent.Raw[t.at:t.end], t.at)
		}
		start, end = source(t.steps, start, end)
	}
	return start, end
}

func clamp(start, end, n int) (int, int) {
	start = min(max(start, 0), n)
	return start, min(max(end, start), n)
}
