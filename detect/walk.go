package detect

import (
	"strconv"
	"strings"
	"unicode/utf8"
)

const (
	maxPathBytes    = 512 // of a JSON Pointer; deeper containers share their ancestor's
	maxSegmentBytes = 128 // of one key in it
)

type tokenKind uint8

const (
	tokenString tokenKind = iota
	tokenKey
	tokenNumber
	tokenJunk // text outside any string, in what is not JSON
)

// token is one leaf of a JSON text.
type token struct {
	kind     tokenKind
	leaf     int // ordinal in document order
	from, to int // of the string without its quotes, or of the number
	escaped  bool
}

// walker reads the leaves of a JSON text, in order and without recursion. It never gives up: what is not
// JSON sets bad, and reading goes on with the next byte that can start something.
type walker struct {
	src      string
	maxDepth int
	pos      int
	leaf     int
	bad      bool
	expect   expectation
	frames   []frame
	path     []byte // pointer of the token returned last

	deep      int      // containers open below maxDepth
	deepFrom  int      // where the outermost of them starts
	deepSpans [][2]int // containers below maxDepth, by bytes of src
}

// frame is an open container.
type frame struct {
	path   int32 // length of the container's own pointer
	index  int32 // of the element being read
	object bool
}

type expectation uint8

const (
	expectValue expectation = iota
	expectValueOrEnd
	expectKey
	expectKeyOrEnd
	expectColon
	expectCommaOrEnd
	expectEOF
)

func (w *walker) reset(src string, maxDepth int) {
	*w = walker{src: src, maxDepth: maxDepth, frames: w.frames[:0], path: w.path[:0], deepSpans: w.deepSpans[:0]}
}

// next returns the next leaf; ok is false at the end.
func (w *walker) next() (tok token, ok bool) {
	for w.pos < len(w.src) {
		switch c := w.src[w.pos]; c {
		case ' ', '\t', '\r', '\n':
			w.pos++
		case '{', '[':
			w.open(c == '{')
		case '}', ']':
			w.close(c == '}')
		case ',':
			w.comma()
		case ':':
			w.colon()
		case '"':
			return w.str(), true
		case '-', '0', '1', '2', '3', '4', '5', '6', '7', '8', '9':
			return w.number(), true
		default:
			if w.word() {
				continue
			}
			return w.junk(), true
		}
	}
	if w.deep > 0 {
		w.deepSpans = append(w.deepSpans, [2]int{w.deepFrom, len(w.src)})
		w.deep = 0
	}
	if w.expect != expectEOF {
		w.bad = true
	}
	return token{}, false
}

// value notes that a value starts here, and gives it its pointer.
func (w *walker) value() {
	if w.deep > 0 {
		return
	}
	if w.expect != expectValue && w.expect != expectValueOrEnd {
		w.bad = true
	}
	w.expect = expectEOF
	if len(w.frames) > 0 {
		w.expect = expectCommaOrEnd
		if f := &w.frames[len(w.frames)-1]; !f.object {
			w.path = w.path[:f.path]
			if len(w.path) < maxPathBytes {
				w.path = strconv.AppendInt(append(w.path, '/'), int64(f.index), 10)
			}
		}
	}
}

func (w *walker) open(object bool) {
	w.value()
	if w.deep > 0 || len(w.frames) == w.maxDepth {
		if w.deep == 0 {
			w.deepFrom = w.pos
		}
		w.deep++
	} else {
		w.frames = append(w.frames, frame{path: int32(len(w.path)), object: object})
		w.expect = expectValueOrEnd
		if object {
			w.expect = expectKeyOrEnd
		}
	}
	w.pos++
}

func (w *walker) close(object bool) {
	w.pos++
	if w.deep > 0 {
		if w.deep--; w.deep == 0 {
			w.deepSpans = append(w.deepSpans, [2]int{w.deepFrom, w.pos})
		}
		return
	}
	n := len(w.frames) - 1
	if n < 0 || w.frames[n].object != object {
		w.bad = true
		return
	}
	if e := w.expect; e != expectCommaOrEnd && e != expectValueOrEnd && e != expectKeyOrEnd {
		w.bad = true
	}
	w.path = w.path[:w.frames[n].path]
	w.frames = w.frames[:n]
	w.expect = expectCommaOrEnd
	if n == 0 {
		w.expect = expectEOF
	}
}

func (w *walker) comma() {
	w.pos++
	if w.deep > 0 {
		return
	}
	if w.expect != expectCommaOrEnd || len(w.frames) == 0 {
		w.bad = true
	}
	w.expect = expectValue
	if n := len(w.frames) - 1; n >= 0 {
		w.frames[n].index++
		if w.frames[n].object {
			w.expect = expectKey
		}
	}
}

func (w *walker) colon() {
	w.pos++
	if w.deep > 0 {
		return
	}
	if w.expect != expectColon {
		w.bad = true
	}
	w.expect = expectValue
}

// str reads a string, key or value. One that never ends reaches to the end of the text.
func (w *walker) str() token {
	from := w.pos + 1
	to, escaped, closed := stringEnd(w.src, from)
	if !closed {
		w.bad = true
	}
	w.pos = min(to+1, len(w.src))
	tok := token{kind: tokenString, from: from, to: to, escaped: escaped}
	if w.deep > 0 {
		if strings.HasPrefix(strings.TrimLeft(w.src[w.pos:min(w.pos+16, len(w.src))], " \t\r\n"), ":") {
			tok.kind = tokenKey
		}
	} else if w.expect == expectKey || w.expect == expectKeyOrEnd {
		tok.kind = tokenKey
		w.expect = expectColon
		w.key(w.src[from:to], escaped)
	} else {
		w.value()
	}
	return w.give(tok)
}

// key makes the pointer of a member.
func (w *walker) key(raw string, escaped bool) {
	f := w.frames[len(w.frames)-1]
	w.path = w.path[:f.path]
	if len(w.path) >= maxPathBytes {
		return
	}
	w.path = append(w.path, '/')
	if cut := raw[:min(len(raw), 6*maxSegmentBytes)]; escaped {
		var buf [6 * maxSegmentBytes]byte
		made := jsonString.decode(buf[:0], cut)
		w.path = appendSegment(w.path, view(made), len(cut) < len(raw))
	} else {
		w.path = appendSegment(w.path, cut, len(cut) < len(raw))
	}
}

// appendSegment appends one reference token of a JSON Pointer, as valid UTF-8.
func appendSegment(path []byte, key string, cut bool) []byte {
	if len(key) > maxSegmentBytes {
		key, cut = key[:maxSegmentBytes], true
	}
	for i := 0; i < len(key); {
		switch c := key[i]; {
		case c == '~':
			path = append(path, "~0"...)
		case c == '/':
			path = append(path, "~1"...)
		case c < utf8.RuneSelf:
			path = append(path, c)
		default:
			r, n := utf8.DecodeRuneInString(key[i:])
			path = utf8.AppendRune(path, r)
			i += n
			continue
		}
		i++
	}
	if cut {
		path = append(path, "…"...)
	}
	return path
}

func (w *walker) number() token {
	from := w.pos
	for w.pos < len(w.src) && numberByte(w.src[w.pos]) {
		w.pos++
	}
	if !validNumber(w.src[from:w.pos]) {
		w.bad = true
	}
	w.value()
	return w.give(token{kind: tokenNumber, from: from, to: w.pos})
}

// word reads true, false or null.
func (w *walker) word() bool {
	rest := w.src[w.pos:]
	for _, l := range [...]string{"true", "false", "null"} {
		if strings.HasPrefix(rest, l) {
			w.value()
			w.pos += len(l)
			return true
		}
	}
	return false
}

// junk reads to the next byte that could be JSON again.
func (w *walker) junk() token {
	w.bad = true
	from := w.pos
	n := strings.IndexAny(w.src[from:], `"{}[]`)
	if n < 0 {
		n = len(w.src) - from
	}
	w.pos = from + n
	return w.give(token{kind: tokenJunk, from: from, to: w.pos})
}

func (w *walker) give(tok token) token {
	tok.leaf = w.leaf
	w.leaf++
	return tok
}

// valid reads the whole text, and says whether it is JSON.
func (w *walker) valid() bool {
	for !w.bad {
		tok, ok := w.next()
		if !ok {
			break
		}
		w.checkString(tok)
	}
	return !w.bad
}

// checkString notes what a JSON string must not hold.
func (w *walker) checkString(tok token) {
	raw := w.src[tok.from:tok.to]
	if hasControl(raw) || tok.escaped && !cleanEscapes(raw) {
		w.bad = true
	}
}
