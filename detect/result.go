package detect

import (
	"cmp"
	"math"
	"slices"
	"strings"
	"unicode/utf8"

	"gatehouse.dev"
	"github.com/go-json-experiment/json/jsontext"
)

const (
	noLeaf = math.MaxInt

	note          = "[not judged]"
	noteMalformed = `"[not judged: malformed]"`

	maxDims = 4096 // stretches not judged that are kept apart; with more, the leaf and all after it count
)

// Result is what a run saw. It shares nothing with the [Runner], and refers to the event's content.
type Result struct {
	Findings []gatehouse.Finding // in order of leaf, start, detector, end
	Gaps     []gatehouse.Gap
	Faults   []gatehouse.Fault

	content   jsontext.Value
	depth     int
	layers    int
	malformed bool
	invalid   bool // content has invalid UTF-8
	deep      [][2]int
	dims      []edit // stretches of leaves not judged
	darkFrom  int    // first leaf that was not judged at all, and none after it
}

// edit replaces a span of a leaf's decoded text.
type edit struct {
	leaf     int
	from, to int // to is -1 for the rest of the leaf
	text     string
}

// dim notes a stretch of a leaf as not judged.
func (res *Result) dim(leaf, from, to int) {
	if n := len(res.dims); n > 0 && res.dims[n-1].leaf == leaf && res.dims[n-1].to >= from && from >= res.dims[n-1].from {
		if to < 0 || to > res.dims[n-1].to {
			res.dims[n-1].to = to
		}
		return
	}
	if len(res.dims) == maxDims {
		res.darken(leaf)
		return
	}
	res.dims = append(res.dims, edit{leaf: leaf, from: from, to: to, text: note})
}

// darken notes a leaf and all after it as not judged.
func (res *Result) darken(leaf int) { res.darkFrom = min(res.darkFrom, leaf) }

// Mask returns the content with the spans of the findings that pick chooses replaced by the detector's
// name, "[redacted:secret/aws-access-key]"; nil picks all. A number becomes 0. The content's shape and all
// other bytes stay, also within JSON that a string holds; a masked key that equals another gets a number.
// Where nothing is masked the result is the content itself, and where the content is not valid JSON it is a
// string that says so.
func (res *Result) Mask(pick func(i int) bool) jsontext.Value {
	var edits []edit
	for i := range res.Findings {
		if pick == nil || pick(i) {
			edits = append(edits, res.mask(i))
		}
	}
	if len(edits) == 0 {
		return res.content
	}
	if res.malformed {
		return jsontext.Value(noteMalformed)
	}
	return res.rewrite(edits, false)
}

// Stored returns the content as it may be kept: sensitive findings are masked as by [Result.Mask], and what
// was not judged is replaced by a note. It is valid JSON and UTF-8 always.
func (res *Result) Stored() jsontext.Value {
	if res.malformed {
		return jsontext.Value(noteMalformed)
	}
	edits := slices.Clone(res.dims)
	for i := range res.Findings {
		if res.Findings[i].Sensitive {
			edits = append(edits, res.mask(i))
		}
	}
	out := res.content
	if len(edits) > 0 || len(res.deep) > 0 || res.darkFrom != noLeaf {
		out = res.rewrite(edits, true)
	}
	if res.invalid {
		out = jsontext.Value(strings.ToValidUTF8(string(out), "\ufffd"))
	}
	return out
}

func (res *Result) mask(i int) edit {
	f := &res.Findings[i]
	return edit{leaf: f.Leaf, from: f.Start, to: f.End, text: label(f.Detector)}
}

// label is what stands in place of a masked span: plain ASCII that no JSON string has to escape.
func label(detector string) string {
	var b strings.Builder
	b.WriteString("[redacted:")
	for _, c := range []byte(detector) {
		if c < 0x21 || c > 0x7e || c == '"' || c == '\\' || c == ']' || c == '<' || c == '>' || c == '&' {
			c = '-'
		}
		b.WriteByte(c)
	}
	b.WriteByte(']')
	return b.String()
}

// rewrite returns the content with edits carried out; with dark, also the parts that were not judged.
func (res *Result) rewrite(edits []edit, dark bool) jsontext.Value {
	slices.SortStableFunc(edits, func(a, b edit) int {
		return cmp.Or(cmp.Compare(a.leaf, b.leaf), cmp.Compare(a.from, b.from))
	})
	src := view(res.content)
	w := &walker{}
	w.reset(src, res.depth)
	out := make([]byte, 0, len(src)+64*len(edits))
	done, deep := 0, 0
	var keys map[string]int
	for {
		tok, ok := w.next()
		if !ok {
			break
		}
		n := 0
		for n < len(edits) && edits[n].leaf == tok.leaf {
			n++
		}
		mine := edits[:n]
		edits = edits[n:]
		if dark {
			for deep < len(res.deep) && res.deep[deep][1] <= tok.from {
				deep++
			}
			if deep < len(res.deep) && res.deep[deep][0] <= tok.from {
				if done <= res.deep[deep][0] {
					out = append(out, src[done:res.deep[deep][0]]...)
					out = append(append(append(out, '"'), note...), '"')
					done = res.deep[deep][1]
				}
				continue
			}
			if tok.leaf >= res.darkFrom && tok.from < tok.to {
				mine = []edit{{from: 0, to: -1, text: note}}
			}
		}
		if len(mine) == 0 {
			continue
		}
		out = append(out, src[done:tok.from]...)
		at := len(out)
		out = appendEdited(out, src[tok.from:tok.to], tok, mine, res.layers)
		if tok.kind == tokenKey {
			if keys == nil {
				keys = map[string]int{}
			}
			made := string(out[at:])
			if keys[made]++; keys[made] > 1 {
				out = append(out, " "...)
				out = appendInt(out, keys[made])
			}
		}
		done = tok.to
	}
	// A container too deep that holds no leaf is still to be replaced.
	if dark {
		for ; deep < len(res.deep); deep++ {
			if s := res.deep[deep]; s[0] >= done {
				out = append(out, src[done:s[0]]...)
				out = append(append(append(out, '"'), note...), '"')
				done = s[1]
			}
		}
	}
	return append(out, src[done:]...)
}

func appendInt(b []byte, n int) []byte {
	if n >= 10 {
		b = appendInt(b, n/10)
	}
	return append(b, byte('0'+n%10))
}

// appendEdited appends the token raw with edits of its decoded text carried out.
func appendEdited(out []byte, raw string, tok token, edits []edit, layers int) []byte {
	if tok.kind == tokenNumber {
		return append(out, '0')
	}
	text, offsets := raw, []int32(nil)
	if tok.escaped {
		b, _ := jsonString.decode(nil, raw)
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
		b, _ := jsonString.decode(nil, raw)
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

// hideKeys takes sensitive keys out of the pointers that findings and gaps carry.
func (res *Result) hideKeys(fs []found) {
	var labels map[string]string // by the key's own pointer
	for i := range fs {
		if fs[i].key && fs[i].Sensitive {
			if labels == nil {
				labels = map[string]string{}
			}
			labels[fs[i].Path] = strings.ReplaceAll(label(fs[i].Detector), "/", "~1")
		}
	}
	if labels == nil {
		return
	}
	for i := range res.Findings {
		res.Findings[i].Path = hidePath(res.Findings[i].Path, labels)
	}
	for i := range res.Gaps {
		res.Gaps[i].Path = hidePath(res.Gaps[i].Path, labels)
	}
}

func hidePath(path string, labels map[string]string) string {
	var out strings.Builder
	for from := 0; from < len(path); {
		to := len(path)
		if n := strings.IndexByte(path[from+1:], '/'); n >= 0 {
			to = from + 1 + n
		}
		if l, ok := labels[path[:to]]; ok {
			out.WriteByte('/')
			out.WriteString(l)
		} else {
			out.WriteString(path[from:to])
		}
		from = to
	}
	return out.String()
}
