package detect

import (
	"bytes"
	"compress/gzip"
	"compress/zlib"
	"io"
	"strings"

	"gatehouse.dev"
)

const (
	minRun       = 16 // characters of base64 or hex that are worth a try
	minWrapped   = 40 // characters of a line of base64 that goes on in the next
	sampleChars  = 64
	largeRun     = 2 << 10 // a run of this many characters that is no text is binary content
	declaredRun  = 64      // one of this many is, where the leaf says so
	inflateChunk = 64 << 10
)

// base64Digit is the value of each character of both alphabets, and 0xff for all other bytes.
var base64Digit = func() (t [256]byte) {
	for i := range t {
		t[i] = 0xff
	}
	for i, c := range []byte("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/") {
		t[c] = byte(i)
	}
	t['-'], t['_'] = t['+'], t['/']
	return t
}()

// unwrapRuns looks for runs of base64 and hex in t.
func (x *run) unwrapRuns(t *Text) {
	s := t.Raw
	for i := 0; i+8 <= len(s); {
		// Every run of minRun characters fills one of these words of 8. Most words of a text have a space or a
		// quote, which are less than all characters of a run.
		if w := load8(s, i); (w-0x2b2b2b2b2b2b2b2b)&^w&0x8080808080808080 != 0 || !fills(s[i:i+8]) {
			i += 8
			continue
		}
		from, to := i, i+8
		for from > 0 && base64Digit[s[from-1]] != 0xff {
			from--
		}
		for to < len(s) && base64Digit[s[to]] != 0xff {
			to++
		}
		i = to
		if to-from >= minRun {
			digits := &base64Digit
			if _, ok := hexText(s[from:to]); ok {
				digits = &hexDigit
			}
			last := to
			last, to = wrapped(s, from, to, digits)
			pad := to
			for pad < len(s) && s[pad] == '=' && pad-to < 2 {
				pad++
			}
			// A short word below the last full line may belong to the text around.
			if pad == to && last < to && to-last < minRun {
				x.unwrapRun(t, from, last)
			}
			to = pad
			x.unwrapRun(t, from, to)
			if x.tick() {
				if to < len(s) {
					x.skip(t, to, len(s), gatehouse.GapTime)
				}
				return
			}
			i = to
		}
	}
}

// fills says whether all of s are characters of base64.
func fills(s string) bool {
	for i := range len(s) {
		if base64Digit[s[i]] == 0xff {
			return false
		}
	}
	return true
}

// wrapped returns the end of a run that goes on in the lines below, and the end of its last line but one.
// All lines but the last have whole groups of four characters.
func wrapped(s string, from, to int, digits *[256]byte) (last, end int) {
	last = to
	for line := to - from; line >= minWrapped && line%4 == 0; {
		next := to
		for next < len(s) && next-to < 12 && (s[next] == '\r' || s[next] == '\n' || s[next] == ' ' || s[next] == '\t') {
			next++
		}
		if !strings.Contains(s[to:next], "\n") || next == len(s) || digits[s[next]] == 0xff {
			break
		}
		last = to
		for to = next; to < len(s) && digits[s[to]] != 0xff; {
			to++
		}
		line = to - next
	}
	return last, to
}

// unwrapRun decodes a run in whichever way gives text.
func (x *run) unwrapRun(t *Text, from, to int) {
	s := t.Raw[from:to]
	if shift, ok := hexText(s); ok {
		if x.afford(t, from, to, len(s)/2) {
			x.openBytes(t, from, to, LayerHex, appendHex(x.arena.room(len(s)/2+1), s[shift:]))
		}
		return
	}
	if shift, ok := base64Text(s); ok {
		if x.afford(t, from, to, len(s)*3/4) {
			x.openBytes(t, from, to, LayerBase64, appendBase64(x.arena.room(len(s)*3/4+3), s[shift:]))
		}
		return
	}
	if len(s) >= largeRun || len(s) >= declaredRun && declared(t, from) {
		x.skip(t, from, to, gatehouse.GapBinary)
	}
}

// declared says whether the leaf calls itself binary content: the data of an image block, a blob, a data URI.
func declared(t *Text, from int) bool {
	last := t.Path[strings.LastIndexByte(t.Path, '/')+1:]
	return last == "data" || last == "blob" || last == "base64" ||
		strings.HasSuffix(t.Raw[max(0, from-8):from], ";base64,")
}

// openBytes adds what decoded bytes are: text, UTF-16, or what they hold compressed.
func (x *run) openBytes(t *Text, from, to int, name string, b []byte) {
	kind := kindOf(b[:min(len(b), sampleChars)])
	var layers []string
	switch kind {
	case bytesGzip, bytesZlib:
		layers = deeper(t.Layers, name, LayerGzip)
		var ok bool
		if b, ok = x.inflate(t, from, to, kind, b); !ok || len(b) == 0 || kindOf(b[:min(len(b), sampleChars)]) != bytesText {
			if ok && len(b) > 0 {
				x.skip(t, from, to, gatehouse.GapBinary)
			}
			return
		}
	case bytesUTF16:
		layers = deeper(t.Layers, name, LayerUTF16)
		b = fromUTF16(x.arena.room(len(b)*3/2), b)
	default:
		layers = deeper(t.Layers, name)
	}
	c := x.child(t, from, to, layers)
	c.Raw = x.arena.keep(b)
	x.add(c)
	x.unwrap(c)
}

// inflate decompresses b within the budget; what is beyond it is noted as not judged. What is not really
// compressed gives nothing.
func (x *run) inflate(t *Text, from, to int, kind bytesKind, b []byte) ([]byte, bool) {
	var in io.Reader
	var err error
	if kind == bytesGzip {
		in, err = gzip.NewReader(bytes.NewReader(b))
	} else {
		in, err = zlib.NewReader(bytes.NewReader(b))
	}
	if err != nil {
		return nil, false
	}
	var out []byte
	for !x.late() {
		if x.layers < inflateChunk {
			x.skip(t, from, to, gatehouse.GapBytes)
			return out, true
		}
		n := len(out)
		out = append(out, make([]byte, inflateChunk)...)
		k, err := io.ReadFull(in, out[n:])
		out = out[:n+k]
		x.layers -= k
		if err != nil {
			return out, true
		}
	}
	x.skip(t, from, to, gatehouse.GapTime)
	return out, true
}

// hexText says whether s is hex for text, or for something compressed, and from which character on.
func hexText(s string) (shift int, ok bool) {
	sample := s[:min(len(s), 2*sampleChars)]
	for i := range len(sample) {
		if hexDigit[sample[i]] == 0xff && sample[i] != '\n' && sample[i] != '\r' && !(i == 1 && s[0] == '0' && s[1]|0x20 == 'x') {
			return 0, false
		}
	}
	if s[1]|0x20 == 'x' {
		shift = 2
	}
	var buf [sampleChars]byte
	for n := shift; n < shift+2; n++ {
		if b := appendHex(buf[:0], sample[n:]); kindOf(b) != bytesBinary {
			return n, true
		}
	}
	return 0, false
}

// base64Text says whether s is base64 for text, or for something compressed, and from which character on:
// the characters before may belong to something else. It looks at the start, the middle and the end.
func base64Text(s string) (shift int, ok bool) {
	var buf [sampleChars]byte
	for _, at := range [...]int{0, len(s) / 2 &^ 3, (len(s) - sampleChars) &^ 3} {
		if at < 0 || at > 0 && len(s) < 3*sampleChars {
			break
		}
		for shift := range 4 {
			if at+shift+minRun > len(s)+4 {
				break
			}
			sample := s[min(at+shift, len(s)):min(len(s), at+shift+sampleChars)]
			if kind := kindOf(appendBase64(buf[:0], sample)); kind == bytesText || kind == bytesUTF16 || kind != bytesBinary && at == 0 {
				return shift, true
			}
		}
	}
	return 0, false
}
