package detect

import (
	"strings"
	"unicode/utf8"

	"gatehouse.dev"
)

// The encodings that are undone, as named in [Text.Layers] and in findings.
const (
	LayerJSON    = "json"    // a string that holds a JSON object or array
	LayerBase64  = "base64"  // standard or URL alphabet, with or without padding and line breaks
	LayerHex     = "hex"     // pairs of hexadecimal digits
	LayerGzip    = "gzip"    // gzip or zlib, within base64 or hex
	LayerUTF16   = "utf16"   // UTF-16 without a mark, within base64 or hex
	LayerPercent = "percent" // %41, and + for a space
	LayerEntity  = "entity"  // &#65; &lt;
	LayerEscape  = "escape"  // \u0041 \x41 \101 \n, outside JSON
	LayerTags    = "tags"    // Unicode tag characters, which are not seen, that spell ASCII
)

// layerFactor and layerFloor bound the text out of encodings by the size of the event.
const (
	layerFactor = 8
	layerFloor  = 1 << 20
)

// unwrap adds the texts that t holds encoded, and those that they hold.
func (x *run) unwrap(t *Text) {
	if len(t.Raw) < 4 {
		return
	}
	if isJSON(t.Raw) {
		// Whatever else is encoded in t is so within its strings.
		x.unwrapJSON(t)
		return
	}
	x.unwrapRuns(t)
	x.unwrapInPlace(t, percent)
	x.unwrapInPlace(t, entity)
	x.unwrapInPlace(t, escape)
	if t.fold != nil {
		x.unwrapTags(t)
	}
}

// afford says whether n more bytes of text may come out of t.Raw[from:to]. Where encodings are too deep or
// the budget is used up, it notes the stretch as not judged.
func (x *run) afford(t *Text, from, to, n int) bool {
	switch {
	case len(t.Layers) >= x.r.cfg.MaxLayers:
		x.skip(t, from, to, gatehouse.GapDepth)
	case x.layers < n+leafOverhead:
		x.skip(t, from, to, gatehouse.GapBytes)
	case x.tick():
		x.skip(t, from, to, gatehouse.GapTime)
	default:
		x.layers -= n + leafOverhead
		return true
	}
	return false
}

// skip notes that what t.Raw[from:to] holds encoded was not judged. A leaf has one such gap for each reason.
func (x *run) skip(t *Text, from, to int, reason string) {
	start, end := t.inLeaf(from, to)
	x.res.dim(t.Leaf, start, end)
	gaps := x.report.gaps
	for i := len(gaps) - 1; i >= 0 && gaps[i].Leaf == t.Leaf; i-- {
		if gaps[i].Reason == reason {
			gaps[i].Bytes += end - start
			return
		}
	}
	x.report.gaps = append(gaps, gatehouse.Gap{Reason: reason, Path: t.Path, Leaf: t.Leaf, Bytes: end - start})
}

// child makes a text that t.Raw[from:to] holds encoded; it still has to be given its Raw, and added.
func (x *run) child(t *Text, from, to int, layers []string) *Text {
	c := x.text()
	c.Leaf, c.Path, c.Key, c.Layers = t.Leaf, t.Path, t.Key, layers
	c.parent, c.at, c.end = t, from, to
	return c
}

func deeper(layers []string, more ...string) []string {
	return append(append(make([]string, 0, len(layers)+len(more)), layers...), more...)
}

// unwrapJSON adds the strings and keys of the JSON text that t is. Numbers are seen in t itself.
func (x *run) unwrapJSON(t *Text) {
	layers := deeper(t.Layers, LayerJSON)
	depth := len(t.Layers)
	for depth >= len(x.inner) {
		x.inner = append(x.inner, walker{})
	}
	w := &x.inner[depth]
	w.reset(t.Raw, x.r.cfg.MaxDepth)
	for {
		w = &x.inner[depth] // more may have been made meanwhile
		tok, ok := w.next()
		if !ok {
			return
		}
		raw := t.Raw[tok.from:tok.to]
		if tok.kind == tokenNumber || raw == "" {
			continue
		}
		if !x.afford(t, tok.from, tok.to, len(raw)) {
			if rest := len(t.Raw); tok.to < rest {
				x.skip(t, tok.to, rest, gatehouse.GapBytes)
			}
			return
		}
		c := x.child(t, tok.from, tok.to, layers)
		c.code, c.Raw = jsonString, raw
		if tok.escaped {
			b := jsonString.decode(x.arena.room(len(raw)), raw)
			c.Raw = x.arena.keep(b)
		}
		x.add(c)
		x.unwrap(c)
	}
}

// Stretches with encoded characters are decoded with what is around them, so that a phrase that is only
// partly encoded is seen whole.
const (
	inPlaceMargin = 256
	inPlaceJoin   = 2 * inPlaceMargin
)

// unwrapInPlace adds a text for each stretch of t that holds characters encoded by code.
func (x *run) unwrapInPlace(t *Text, code *coding) {
	for from := 0; ; {
		first := code.find(t.Raw, from)
		if first == len(t.Raw) {
			return
		}
		last := first
		for {
			next := code.find(t.Raw, last+1)
			if next == len(t.Raw) || next-last > inPlaceJoin {
				break
			}
			last = next
		}
		lo := runeStart(t.Raw, max(from, first-inPlaceMargin))
		hi := runeStart(t.Raw, min(len(t.Raw), last+inPlaceMargin))
		if hi <= last {
			hi = len(t.Raw)
		}
		if !x.afford(t, lo, hi, hi-lo) {
			return
		}
		c := x.child(t, lo, hi, deeper(t.Layers, code.name))
		b := code.decode(x.arena.room(hi-lo), t.Raw[lo:hi])
		c.code, c.Raw = code, x.arena.keep(b)
		x.add(c)
		x.unwrap(c)
		from = hi
	}
}

// unwrapTags adds what tag characters spell.
func (x *run) unwrapTags(t *Text) {
	for from := 0; ; {
		i := strings.Index(t.Raw[from:], "\U000E0020"[:2])
		if i < 0 {
			return
		}
		from += i
		to := from
		b := x.arena.room(len(t.Raw) - from)
		for to < len(t.Raw) {
			r, n := utf8.DecodeRuneInString(t.Raw[to:])
			if r < 0xe0000 || r > 0xe007f {
				break
			}
			if r >= 0xe0020 && r < 0xe007f {
				b = append(b, byte(r-0xe0000))
			}
			to += n
		}
		if len(b) >= minAnchorBytes && x.afford(t, from, to, len(b)) {
			c := x.child(t, from, to, deeper(t.Layers, LayerTags))
			c.Raw = x.arena.keep(b)
			x.add(c)
			x.unwrap(c)
		}
		from = max(to, from+1)
	}
}
