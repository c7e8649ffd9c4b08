package sqlite

import (
	"bytes"
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"math"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/go-json-experiment/json/jsontext"
	"github.com/google/go-cmp/cmp"

	"gatehouse.dev"
	"gatehouse.dev/internal/store/storetest"
)

// TestDictionaryIsKept holds the dictionary to what payloads on disk were made with.
func TestDictionaryIsKept(t *testing.T) {
	sum := sha256.Sum256(dictionary1)
	if got, want := hex.EncodeToString(sum[:]), "d5f8a6efd750ba35235a8a51423f4d321dbd60d67ef04d1684b51e95ea2d1491"; got != want {
		t.Errorf("SHA-256 of dictionary/0001.txt = %s, want %s: payloads that were written with it can no longer be read", got, want)
	}
}

func TestDictionaryIsWorthIt(t *testing.T) {
	seed := storetest.NewSeed(1, day0, 1e9)
	var raw, kept int
	for range 200 {
		d := seed.Next()
		body, err := encode(&d, 1<<20)
		if err != nil {
			t.Fatalf("encode() = %v", err)
		}
		kept += len(body)
		raw += len(d.Event.Content) + 700
	}
	if kept*2 > raw {
		t.Errorf("payloads take %d of %d bytes, want less than half", kept, raw)
	}
}

func TestDecodeRefuses(t *testing.T) {
	d := simple("a", day0)
	body, err := encode(&d, 1<<20)
	if err != nil {
		t.Fatalf("encode() = %v", err)
	}
	frame := func(b []byte) []byte { return encoder().EncodeAll(b, nil) }
	for name, c := range map[string]struct {
		codec int
		body  []byte
	}{
		"unknown codec": {2, body}, "empty": {1, nil}, "cut": {1, body[:len(body)-3]}, "no zstd": {1, []byte("hello")},
		"empty frame": {1, frame(nil)}, "length past the end": {1, frame(binary.AppendUvarint(nil, math.MaxUint64))},
		"no JSON": {1, frame(append([]byte{3}, "abc"...))}, "unknown action": {1, frame(append([]byte{17}, `{"applied":"fly"}`...))},
	} {
		if got, _, err := decode(c.codec, c.body); err == nil {
			t.Errorf("decode(%s) = %+v, want an error", name, got)
		}
	}
	for i := range body {
		broken := bytes.Clone(body)
		broken[i] ^= 0x40
		if got, _, err := decode(codecZstd, broken); err == nil && !cmp.Equal(got, d) {
			t.Errorf("decode(bit of byte %d turned) = another decision, want an error", i)
		}
	}
}

func TestRecordTooLarge(t *testing.T) {
	db := opened(t, Config{MaxRecordBytes: 10_000})
	d := simple("a", day0)
	d.Event.Content = make(jsontext.Value, 10_000)
	if err := db.Append(t.Context(), []gatehouse.Decision{simple("b", day0), d}); gatehouse.ErrorCode(err) != gatehouse.CodeTooLarge {
		t.Errorf("Append(10,000 bytes and more) = %v, want code too_large", err)
	}
	if _, err := db.Decision(t.Context(), "b"); gatehouse.ErrorCode(err) != gatehouse.CodeNotFound {
		t.Errorf("Decision() from a refused batch = %v, want code not_found", err)
	}
}

func FuzzDecode(f *testing.F) {
	d := simple("a", day0)
	body, err := encode(&d, 1<<20)
	if err != nil {
		f.Fatal(err)
	}
	f.Add(body)
	f.Add([]byte{})
	f.Fuzz(func(t *testing.T, body []byte) {
		got, _, err := decode(codecZstd, body)
		if err != nil {
			return
		}
		again, err := encode(&got, 1<<30)
		if err != nil {
			return // a confidence that no JSON number holds, for one
		}
		back, _, err := decode(codecZstd, again)
		if err != nil || !cmp.Equal(got.Event.Content, back.Event.Content) || got.Event.ID != back.Event.ID {
			t.Errorf("decode(encode()) = %+v, %v, want %+v", back, err, got)
		}
	})
}

func FuzzColumn(f *testing.F) {
	for _, s := range []string{"", "a", "\xff", strings.Repeat("ü", 200), strings.Repeat("x", 300) + "\xc3"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		got := column(s)
		if len(got) > maxColumnBytes || !utf8.ValidString(got) || column(got) != got {
			t.Errorf("column(%q) = %q, want at most %d valid bytes that stay as they are", s, got, maxColumnBytes)
		}
		if utf8.ValidString(s) && len(s) <= maxColumnBytes && got != s {
			t.Errorf("column(%q) = %q, want it unchanged", s, got)
		}
		if long := s + strings.Repeat("y", maxColumnBytes); column(long) == column(long+"z") {
			t.Errorf("column of two long strings that begin with %q is the same", s)
		}
	})
}

func FuzzCursor(f *testing.F) {
	f.Add(place{1, 2}.cursor(false))
	f.Add(place{1, 2}.cursor(true))
	f.Add(sessionPlace{3, "s"}.cursor())
	f.Fuzz(func(t *testing.T, s string) {
		for _, oldest := range []bool{false, true} {
			if p, err := parseCursor(s, oldest); err == nil && p.cursor(oldest) != s {
				t.Errorf("parseCursor(%q) = %v, which prints as %q", s, p, p.cursor(oldest))
			}
		}
		if p, err := parseSessionCursor(s); err == nil && p.cursor() != s {
			t.Errorf("parseSessionCursor(%q) = %v, which prints as %q", s, p, p.cursor())
		}
	})
}

func TestHistogram(t *testing.T) {
	for _, c := range []struct {
		us   int64
		want int
	}{{math.MinInt64, 0}, {-1, 0}, {0, 0}, {1, 4}, {3, 8}, {7, 12}, {1000, 39}, {1_000_000, 79}, {math.MaxInt64, 123}} {
		if got := bucketOf(c.us); got != c.want {
			t.Errorf("bucketOf(%d) = %d, want %d", c.us, got, c.want)
		}
	}
	var h histogram
	if got := h.quantile(0.5); got != 0 {
		t.Errorf("quantile of nothing = %v, want 0", got)
	}
	if got := h.bytes(); len(got) != 0 {
		t.Errorf("bytes of nothing = %v, want none", got)
	}
	for us := range int64(10_000) {
		h.add(us)
	}
	for _, q := range []float64{0.01, 0.5, 0.95, 0.99, 1} {
		if got, want := h.quantile(q), q*10_000; got < want/1.19 || got > want*1.19 {
			t.Errorf("quantile(%v) = %v, want %v within 19 %%", q, got, want)
		}
	}
	var back histogram
	back.merge(h.bytes())
	if back != h {
		t.Errorf("merge(bytes()) = %v, want %v", back, h)
	}
	back.merge(h.bytes())
	if back.quantile(0.5) != h.quantile(0.5) || back[4] != 2*h[4] {
		t.Error("merge() twice does not double the counts")
	}
	for _, damaged := range [][]byte{{0xff}, bytes.Repeat([]byte{0xff}, 20), bytes.Repeat([]byte{1}, 1000), {0x80}} {
		var h histogram
		h.merge(damaged) // no panic
	}
}
