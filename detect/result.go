package detect

import (
	"cmp"
	"math"
	"slices"
	"strconv"
	"strings"

	"gatehouse.dev"
	"github.com/go-json-experiment/json/jsontext"
)

const (
	noLeaf = math.MaxInt

	maskOpen, maskClose = "[redacted:", "]"

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
	b.WriteString(maskOpen)
	for _, c := range []byte(detector) {
		if c < 0x21 || c > 0x7e || c == '"' || c == '\\' || c == ']' || c == '<' || c == '>' || c == '&' {
			c = '-'
		}
		b.WriteByte(c)
	}
	b.WriteString(maskClose)
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
	done := 0
	var keys map[string]int
	deep := res.deep
	// closeDeep puts a note in place of the containers that start before a byte and are too deep.
	closeDeep := func(before int) {
		for ; len(deep) > 0 && deep[0][0] < before; deep = deep[1:] {
			out = append(out, src[done:deep[0][0]]...)
			out = append(out, `"`+note+`"`...)
			done = deep[0][1]
		}
	}
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
			closeDeep(tok.from)
			if tok.from < done {
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
				out = strconv.AppendInt(append(out, ' '), int64(keys[made]), 10)
			}
		}
		done = tok.to
	}
	if dark {
		closeDeep(len(src))
	}
	return append(out, src[done:]...)
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
