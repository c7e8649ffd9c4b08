package scan

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// naive is the reference: every literal sought at every place.
func naive(literals []string, text string) []Hit {
	text = lower(text)
	var hits []Hit
	for end := 1; end <= len(text); end++ {
		for n := end; n >= 1; n-- {
			for i, l := range literals {
				if len(l) == n && strings.Index(text[end-n:end], lower(l)) == 0 {
					hits = append(hits, Hit{Literal: int32(i), End: int32(end)})
				}
			}
		}
	}
	return hits
}

func lower(s string) string {
	b := []byte(s)
	for i := range b {
		b[i] = fold(b[i])
	}
	return string(b)
}

func build(t testing.TB, literals []string) *Machine {
	t.Helper()
	m, err := New(literals)
	if err != nil {
		t.Fatalf("New(%q) = %v, want a machine", literals, err)
	}
	return m
}

func TestScan(t *testing.T) {
	for _, c := range []struct {
		name     string
		literals []string
		text     string
	}{
		{"none", nil, "any text"},
		{"empty text", []string{"abc"}, ""},
		{"suffixes of one another", []string{"she", "he", "hers", "his", "e"}, "usHErs, his sheHE"},
		{"equal literals", []string{"key", "KEY"}, "a kEy"},
		{"runs", []string{"aaa", "aa"}, "aaaaaa"},
		{"high bytes keep their case", []string{"\xc3\xa9t", "\xc3"}, "\xc3\xa9T \xc3\x89t"},
		{"bytes outside every literal", []string{"ab"}, "a\x00b ab\xff"},
	} {
		got := build(t, c.literals).Scan(c.text, nil)
		if diff := cmp.Diff(naive(c.literals, c.text), got); diff != "" {
			t.Errorf("%s: Scan(%q) of %q (-want +got):\n%s", c.name, c.text, c.literals, diff)
		}
	}
}

func TestNewErrors(t *testing.T) {
	if _, err := New([]string{"ok", ""}); err == nil {
		t.Error("New with an empty literal = nil, want an error")
	}
	var many []string
	for i := range MaxTable / 50 {
		many = append(many, fmt.Sprintf("%d long", i*7919))
	}
	if _, err := New(many); err == nil {
		t.Error("New with too large a table = nil, want an error")
	}
}

// Long texts take another way through the machine than short ones; both must see the same.
func TestScanLongTexts(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	literals := []string{"ab", "bab", "abba", "cab", "aabbccabcabc", "c"}
	m := build(t, literals)
	for _, alphabet := range []string{"abc", "abcdefghijklmnopqrstuvwxyz", "xyzabXYZAB      "} {
		for _, n := range []int{100, 255, 256, 257, 1000, 4 * laneBytes, 4*laneBytes + 1, 9*laneBytes + 77} {
			b := make([]byte, n)
			for i := range b {
				b[i] = alphabet[r.IntN(len(alphabet))]
			}
			text := string(b)
			if diff := cmp.Diff(naiveShort(literals, text), m.Scan(text, nil)); diff != "" {
				t.Errorf("Scan of %d bytes of %q (-want +got):\n%s", n, alphabet, diff)
			}
		}
	}
}

// naiveShort is naive for long texts and short literals.
func naiveShort(literals []string, text string) []Hit {
	text = lower(text)
	var hits []Hit
	for end := 1; end <= len(text); end++ {
		for n := min(end, 16); n >= 1; n-- {
			for i, l := range literals {
				if len(l) == n && text[end-n:end] == lower(l) {
					hits = append(hits, Hit{Literal: int32(i), End: int32(end)})
				}
			}
		}
	}
	return hits
}

func FuzzScan(f *testing.F) {
	f.Add("she he hers", "usHErs", uint16(1))
	f.Add("aaa aa a", "aaaaaaaa", uint16(700))
	f.Add("\xff\xfe z", "\xff\xfez", uint16(300))
	f.Fuzz(func(t *testing.T, words, text string, repeat uint16) {
		literals := strings.Fields(words)
		if len(literals) > 8 || len(text) > 64 {
			return
		}
		text = strings.Repeat(text, int(repeat)%200)
		m := build(t, literals)
		want := naiveShort(literals, text)
		for _, l := range literals {
			if len(l) > 16 {
				return
			}
		}
		if diff := cmp.Diff(want, m.Scan(text, nil)); diff != "" {
			t.Errorf("Scan(%q) of %q (-want +got):\n%s", text, literals, diff)
		}
	})
}

func TestScanAllocatesNothing(t *testing.T) {
	m := build(t, sampleLiterals(300))
	text := sampleText(1, 32<<10)
	hits := make([]Hit, 0, 4096)
	if n := testing.AllocsPerRun(10, func() { hits = m.Scan(text, hits[:0]) }); n != 0 {
		t.Errorf("Scan of %d bytes = %v allocations, want 0", len(text), n)
	}
}

var vocabulary = strings.Fields(`the quick reader of this file finds words that a text about software is made of
	server client request response token password secret access key value error return function package import
	install update remove delete create user admin system prompt ignore previous instructions please output table`)

func sampleLiterals(n int) []string {
	r := rand.New(rand.NewPCG(7, 7))
	var out []string
	for len(out) < n {
		w := vocabulary[r.IntN(len(vocabulary))] + "_" + vocabulary[r.IntN(len(vocabulary))]
		out = append(out, w)
	}
	return out
}

func sampleText(seed uint64, n int) string {
	r := rand.New(rand.NewPCG(seed, 3))
	var b strings.Builder
	for b.Len() < n {
		b.WriteString(vocabulary[r.IntN(len(vocabulary))])
		b.WriteByte(" \n.,_"[min(r.IntN(20), 4)])
	}
	return b.String()[:n]
}

var sink uint8

func BenchmarkScan(b *testing.B) {
	m := build(b, sampleLiterals(400))
	for _, n := range []int{256, 2 << 10, 32 << 10, 1 << 20} {
		texts := make([]string, max(2, (4<<20)/n))
		for i := range texts {
			texts[i] = sampleText(uint64(i), n)
		}
		b.Run(fmt.Sprintf("machine/%d", n), func(b *testing.B) {
			hits := make([]Hit, 0, 1<<16)
			b.SetBytes(int64(n))
			b.ReportAllocs()
			for i := 0; b.Loop(); i++ {
				hits = m.Scan(texts[i%len(texts)], hits[:0])
			}
		})
		b.Run(fmt.Sprintf("floor/%d", n), func(b *testing.B) {
			b.SetBytes(int64(n))
			for i := 0; b.Loop(); i++ {
				sink += Floor(texts[i%len(texts)])
			}
		})
	}
}
