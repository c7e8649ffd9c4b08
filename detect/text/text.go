// Package text finds characters that a reader does not see, or does not see for what they are: Unicode tags
// and variation selectors that carry a message, zero-width characters, bidirectional controls, look-alike
// letters in hosts, terminal escapes and control characters.
//
// It looks at the text as it came, before normalising. What writing systems need is passed: joiners in emoji
// and in Arabic and Indic words, a byte order mark at the start, bidirectional marks beside right-to-left
// letters, selectors after the characters that have variants, colours in terminal output.
//
// Limits. A hidden message is told by its carrier; only tags and ASCII in variation selectors are decoded, and only to tell
// how bad they are. Steganography in visible characters (spacing, synonyms, case) is not seen. Look-alikes are
// known for Cyrillic, Greek and Armenian against Latin. Each kind is reported at most [MaxPerKind] times a
// text; the last report then reaches to the last occurrence.
package text

import (
	"context"
	"unicode/utf8"

	"gatehouse.dev"
	"gatehouse.dev/detect"
)

// MaxPerKind is how many findings of one kind a text gives. A finding more would be part of the last.
const MaxPerKind = 32

// Suite returns the detectors of this family. Nothing that they find is sensitive.
func Suite() detect.Suite { return detect.Suite{Detectors: []detect.Detector{detector{}}} }

type detector struct{}

// Name implements [detect.Detector].
func (detector) Name() string { return "text" }

// Detect implements [detect.Detector].
func (detector) Detect(ctx context.Context, in *detect.Input, r *detect.Report) error {
	for k, t := range in.Texts {
		if k%64 == 63 && ctx.Err() != nil {
			r.Gap(gatehouse.Gap{Reason: gatehouse.GapTime, Path: t.Path, Leaf: t.Leaf})
			return nil
		}
		if i := firstSpecial(t.Raw); i < len(t.Raw) && !inspect(ctx, t, i, r) {
			return nil
		}
	}
	return nil
}

// special marks the bytes that plain ASCII text does not have.
var special = func() (set [256]bool) {
	for c := range set {
		set[c] = c < 0x20 && c != '\t' && c != '\n' && c != '\r' || c >= 0x7f
	}
	return set
}()

func firstSpecial(s string) int {
	for i := range len(s) {
		if special[s[i]] {
			return i
		}
	}
	return len(s)
}

// kind is one thing that is looked for.
type kind uint8

const (
	kindTags kind = iota
	kindSelectors
	kindZeroWidth
	kindHidden
	kindBidiOverride
	kindBidiControl
	kindEscape
	kindControl
	kindHost
	kindWord
	kinds
)

var ids = [kinds]string{
	"text/tag-characters", "text/variation-selectors", "text/zero-width", "text/hidden-message", "text/bidi-override",
	"text/bidi-control", "text/terminal-escape", "text/control-character", "text/confusable-host", "text/confusable-word",
}

// inspector goes over one text.
type inspector struct {
	t      *detect.Text
	s      string
	report *detect.Report

	count   [kinds]int
	last    [kinds]gatehouse.Finding // the report held back once a kind is at its limit
	from    [kinds]int
	to      [kinds]int
	checked int // words before this offset were looked at

	lineTo int  // up to here, the line is known to have right-to-left letters nearby or not
	line   bool // it has
}

// pollBytes is how often the clock is looked at.
const pollBytes = 64 << 10

// inspect goes over t from i on; it returns false when time is up.
func inspect(ctx context.Context, t *detect.Text, i int, report *detect.Report) bool {
	in := inspector{t: t, s: t.Raw, report: report}
	for poll := i + pollBytes; i < len(in.s); {
		if i >= poll {
			if ctx.Err() != nil {
				in.flush()
				report.Gap(gatehouse.Gap{Reason: gatehouse.GapTime, Path: t.Path, Leaf: t.Leaf, Bytes: len(in.s) - i})
				return false
			}
			poll = i + pollBytes
		}
		c := in.s[i]
		if c < utf8.RuneSelf {
			if special[c] {
				i = in.control(i)
			} else {
				i++
			}
			continue
		}
		r, n := utf8.DecodeRuneInString(in.s[i:])
		i = in.rune(r, i, n)
	}
	in.flush()
	return true
}

// rune looks at the character r of n bytes at i, and returns where to go on.
func (in *inspector) rune(r rune, i, n int) int {
	switch {
	case r < 0xa0:
		// CSI, OSC, DCS, APC of eight-bit terminals. After another such character they are UTF-8 read as Latin-1.
		if (r == 0x9b || r == 0x9d || r == 0x90 || r == 0x9f) && (i == 0 || in.s[i-1] < utf8.RuneSelf) {
			return in.escape(i, n)
		}
		if r != 0x85 {
			in.add(kindControl, i, i+n, gatehouse.Low, 0.7, "C1 control character")
		}
	case isTag(r):
		return in.tags(i)
	case isSelector(r):
		return in.selectors(i)
	case isZeroWidth(r):
		return in.zeroWidth(i)
	case isBidi(r):
		in.bidi(r, i, n)
	case isAlike(r):
		if i >= in.checked {
			in.word(i)
		}
	}
	return i + n
}

// add reports a finding, or holds it back where its kind was reported often enough.
func (in *inspector) add(k kind, start, end int, sev gatehouse.Severity, confidence float64, detail string) {
	if (k == kindControl || k == kindEscape) && sev <= gatehouse.Low && len(in.t.Layers) > 0 {
		return // an escape written out, as source code and Windows paths have it
	}
	f := gatehouse.Finding{Detector: ids[k], Detail: detail, Severity: sev, Confidence: confidence}
	in.count[k]++
	if in.count[k] < MaxPerKind {
		in.report.AddRaw(in.t, start, end, f)
		return
	}
	if in.count[k] == MaxPerKind {
		in.from[k], in.last[k] = start, f
	}
	if sev > in.last[k].Severity {
		in.last[k] = f
	}
	in.to[k] = end
}

func (in *inspector) flush() {
	for k := range kinds {
		if in.count[k] >= MaxPerKind {
			in.report.AddRaw(in.t, in.from[k], in.to[k], in.last[k])
		}
	}
}
