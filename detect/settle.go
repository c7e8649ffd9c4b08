package detect

import (
	"slices"
	"strings"
	"unicode/utf8"
)

// appendEdited appends the token raw with edits of its decoded text carried out.
func appendEdited(out []byte, raw string, tok token, edits []edit, layers int) []byte {
	if tok.kind == tokenNumber {
		return append(out, '0')
	}
	text, offsets := raw, []int32(nil)
	if tok.escaped {
		b := jsonString.decode(nil, raw)
		text, offsets = view(b), jsonString.offsets(raw, 0)
	}
	done := 0
	for _, e := range settle(text, edits, layers) {
		from, to := source(offsets, e.from, e.to)
		if from < done {
			continue
		}
		out = append(out, raw[done:from]...)
		out = append(out, e.text...)
		done = to
	}
	return append(out, raw[done:]...)
}

// settle makes edits of text fit to be carried out: within it, at the borders of characters, in order, none
// over another, and, where text is JSON, within its strings and numbers only.
func settle(text string, edits []edit, layers int) []edit {
	var out []edit
	for _, e := range edits {
		if e.to < 0 || e.to > len(text) {
			e.to = len(text)
		}
		e.from = runeStart(text, min(e.from, e.to))
		for e.to < len(text) && !utf8.RuneStart(text[e.to]) {
			e.to++
		}
		if n := len(out); n > 0 && e.from < out[n-1].to {
			out[n-1].to = max(out[n-1].to, e.to)
			continue
		}
		out = append(out, e)
	}
	if layers > 0 && isJSON(text) {
		return settleJSON(text, out, layers)
	}
	return out
}

// settleJSON confines edits to the leaves of the JSON text they are in.
func settleJSON(text string, edits []edit, layers int) []edit {
	var out []edit
	w := &walker{}
	w.reset(text, len(text))
	for len(edits) > 0 {
		tok, ok := w.next()
		if !ok {
			break
		}
		for len(edits) > 0 && edits[0].to <= tok.from {
			edits = edits[1:]
		}
		var mine []edit
		for _, e := range edits {
			if e.from >= tok.to {
				break
			}
			mine = append(mine, e)
		}
		if len(mine) == 0 {
			continue
		}
		if tok.kind == tokenNumber {
			out = append(out, edit{from: tok.from, to: tok.to, text: "0"})
			continue
		}
		out = append(out, settleString(text[tok.from:tok.to], tok, mine, layers)...)
	}
	return out
}

// settleString settles edits within one string of a JSON text. Their offsets are those of the text.
func settleString(raw string, tok token, edits []edit, layers int) []edit {
	var offsets []int32
	inner := raw
	if tok.escaped {
		b := jsonString.decode(nil, raw)
		inner, offsets = view(b), jsonString.offsets(raw, 0)
	}
	mine := make([]edit, len(edits))
	for i, e := range edits {
		e.from, e.to = max(e.from-tok.from, 0), min(e.to-tok.from, len(raw))
		if offsets != nil {
			e.from, e.to = decodedSpan(offsets, e.from, e.to)
		}
		mine[i] = e
	}
	out := settle(inner, mine, layers-1)
	for i := range out {
		from, to := source(offsets, out[i].from, out[i].to)
		out[i].from, out[i].to = tok.from+from, tok.from+to
	}
	return out
}

// decodedSpan is the inverse of source: the decoded bytes that come from raw bytes from to to.
func decodedSpan(offsets []int32, from, to int) (int, int) {
	a, exact := slices.BinarySearch(offsets, int32(from))
	if !exact && a > 0 {
		a--
		for a > 0 && offsets[a-1] == offsets[a] {
			a--
		}
	}
	b, _ := slices.BinarySearch(offsets, int32(to))
	return a, max(a, min(b, len(offsets)-1))
}

// isJSON says whether text is a whole JSON object or array.
func isJSON(text string) bool {
	text = strings.Trim(text, " \t\r\n")
	if len(text) < 2 || !(text[0] == '{' && text[len(text)-1] == '}' || text[0] == '[' && text[len(text)-1] == ']') {
		return false
	}
	w := &walker{}
	w.reset(text, len(text))
	return w.valid()
}
