package sqlite

import (
	"crypto/sha256"
	_ "embed"
	"encoding/binary"
	"encoding/hex"
	"errors"
	"strings"
	"sync"
	"time"
	"unicode/utf8"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"
	"github.com/klauspost/compress/zstd"

	"gatehouse.dev"
)

// A payload is zstd over a frame: the length of the decision's JSON as a varint, that JSON without the
// event's content, and then the content as it is. The content stands apart because it may be JSON that no
// encoder would repeat: equal keys, invalid UTF-8, or no JSON at all.
//
// The dictionary is text that decisions have in common; with it they take a sixth less. A payload names its
// dictionary by number, so that a better one can be added, but none may change or go that was ever used.
const codecZstd = 1

//go:embed dictionary/0001.txt
var dictionary1 []byte

const dictionaryID = 1

// maxFrameBytes is what a payload may decompress to, however it came to be.
const maxFrameBytes = 256 << 20

var jsonOptions = json.JoinOptions(jsontext.AllowInvalidUTF8(true), jsontext.AllowDuplicateNames(true))

// encoder and decoder may be used by many goroutines at once.
var encoder = sync.OnceValue(func() *zstd.Encoder {
	e, err := zstd.NewWriter(nil, zstd.WithEncoderLevel(zstd.SpeedFastest), zstd.WithLowerEncoderMem(true),
		zstd.WithEncoderDictRaw(dictionaryID, dictionary1))
	if err != nil {
		panic(err) // only wrong options can do that
	}
	return e
})

var decoder = sync.OnceValue(func() *zstd.Decoder {
	d, err := zstd.NewReader(nil, zstd.WithDecoderMaxMemory(maxFrameBytes), zstd.WithDecoderLowmem(true), zstd.WithDecoderDictRaw(dictionaryID, dictionary1))
	if err != nil {
		panic(err) // only wrong options can do that
	}
	return d
})

var frames = sync.Pool{New: func() any { return new([]byte) }}

// encode makes the payload of d, which it must not change.
func encode(d *gatehouse.Decision, maxBytes int) ([]byte, error) {
	lean := *d
	lean.Event.Content, lean.Verdict.Masked = nil, nil
	lean.Event.Time = lean.Event.Time.UTC().Truncate(time.Microsecond)
	meta, err := json.Marshal(&lean, jsonOptions)
	if err != nil {
		// The cause may quote a value: it stays out of the text that callers see.
		return nil, invalid("record decision: a field has a value without a word, or a number that is none")
	}
	if len(meta)+len(d.Event.Content) > maxBytes {
		return nil, &gatehouse.Error{Code: gatehouse.CodeTooLarge, Text: "record decision: larger than the store keeps"}
	}
	frame := frames.Get().(*[]byte)
	defer func() {
		if cap(*frame) <= 1<<20 {
			frames.Put(frame)
		}
	}()
	*frame = binary.AppendUvarint((*frame)[:0], uint64(len(meta)))
	*frame = append(append(*frame, meta...), d.Event.Content...)
	return encoder().EncodeAll(*frame, make([]byte, 0, len(*frame)/2+64)), nil
}

var errPayload = errors.New("payload is damaged")

// decode is the inverse of encode. It also returns the size of what it decompressed.
func decode(codec int, body []byte) (d gatehouse.Decision, size int, err error) {
	if codec != codecZstd {
		return d, 0, errPayload
	}
	frame, err := decoder().DecodeAll(body, nil)
	if err != nil {
		return d, 0, errPayload
	}
	n, used := binary.Uvarint(frame)
	if used <= 0 || n > uint64(len(frame)-used) {
		return d, 0, errPayload
	}
	meta, content := frame[used:used+int(n)], frame[used+int(n):]
	if err := json.Unmarshal(meta, &d, jsonOptions); err != nil {
		return gatehouse.Decision{}, 0, errPayload
	}
	if len(content) > 0 {
		d.Event.Content = jsontext.Value(content)
	}
	return d, len(frame), nil
}

// maxColumnBytes is how much of a string an index holds.
const maxColumnBytes = 256

// column is s as indexes and filters have it: valid UTF-8, and where it is long, cut and told apart by a
// hash. column(column(s)) is column(s).
func column(s string) string {
	s = clean(s)
	if len(s) <= maxColumnBytes {
		return s
	}
	sum := sha256.Sum256([]byte(s))
	cut := maxColumnBytes - 35 // an ellipsis and 16 bytes in hex
	for !utf8.RuneStart(s[cut]) {
		cut--
	}
	return s[:cut] + "…" + hex.EncodeToString(sum[:16])
}

// clean replaces every invalid byte with U+FFFD, as the JSON encoder does.
func clean(s string) string {
	if utf8.ValidString(s) {
		return s
	}
	return string([]rune(s))
}

func family(detector string) string {
	f, _, _ := strings.Cut(detector, "/")
	return f
}
