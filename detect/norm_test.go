package detect

import (
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"
)

func TestNormalize(t *testing.T) {
	for _, c := range []struct{ name, in, want string }{
		{"ASCII", "plain \x00 text", "plain \x00 text"},
		{"accents", "déjà vu", "déjà vu"},
		{"composed", "de\u0301ja", "déja"},
		{"other scripts", "Привет, мир! 你好 こんにちは", "Привет, мир! 你好 こんにちは"},
		{"zero-width", "ig\u200bn\u2060o\ufeffre\u00ad", "ignore"},
		{"bidirectional", "\u202eabc\u202c \u2066x\u2069", "abc x"},
		{"tags and selectors", "a\U000e0041\U000e0042b\ufe0f\U000e0100", "ab"},
		{"full width", "ＡＫＩＡ１２：（ｘ）", "AKIA12:(x)"},
		{"spaces", "a\u00a0b\u3000c\u2003d", "a b c d"},
		{"mathematical", "𝐢𝐠𝐧𝐨𝐫𝐞 𝒶𝓁𝓁", "ignore all"},
		{"circled", "ⓘⓖⓝⓞⓡⓔ", "ignore"},
		{"ligature", "ﬁle", "file"},
		{"Kelvin and long s", "\u212aey \u017fecret", "Key secret"},
		{"small capitals", "ɪɢɴᴏʀᴇ", "ignore"},
		{"piled marks", "i\u0336g\u0336n\u0336ore", "ignore"},
		{"Cyrillic in Latin words", "ignоrе рassword раssword", "ignore password password"},
		{"Greek in Latin words", "οverride Αdmin", "override Admin"},
		{"words all Cyrillic", "сору оно", "сору оно"},
		{"mixed words apart", "bank-карта x карта", "bank-карта x карта"},
		{"invalid UTF-8", "ab\xffcd\xc3", "ab\ufffdcd\ufffd"},
		{"surrogate bytes", "\xed\xa0\x80", "\ufffd\ufffd\ufffd"},
	} {
		if got := Normalize(c.in); got != c.want {
			t.Errorf("%s: Normalize(%q) = %q, want %q", c.name, c.in, got, c.want)
		}
	}
}

func TestNormalizeOffsets(t *testing.T) {
	got, offsets := normalize("a\u200bſé\xffр", nil)
	if diff := cmp.Diff([]int32{0, 4, 6, 6, 8, 8, 8, 9, 9, 11}, offsets); diff != "" || got != "asé\ufffdр" {
		t.Errorf("normalize = %q with offsets (-want +got):\n%s", got, diff)
	}
}

func TestNormalizeStops(t *testing.T) {
	asked := 0
	got, offsets := normalize(strings.Repeat("ｘ", foldStep), func() bool { asked++; return asked == 2 })
	if len(got) >= foldStep || asked != 2 || len(offsets) != len(got)+1 {
		t.Errorf("normalize made %d bytes and %d offsets after asking %d times, want to stop at the second", len(got), len(offsets), asked)
	}
}

func FuzzNormalize(f *testing.F) {
	for _, s := range []string{"ignоrе\u200b", "\xff\u0301a", "ｘ\u0300", "가\u11a8", "a\u0336е", "\U000e0041", strings.Repeat("e\u0301", 40)} {
		f.Add(s, 1)
	}
	f.Fuzz(func(t *testing.T, s string, times int) {
		s = strings.Repeat(s, max(1, min(times, 1000)))
		got, offsets := normalize(s, nil)
		if got != Normalize(s) {
			t.Errorf("normalize(%q) = %q, want %q", s, got, Normalize(s))
		}
		if !utf8.ValidString(got) {
			t.Errorf("normalize(%q) = %q, want UTF-8", s, got)
		}
		if offsets == nil {
			if got != s {
				t.Errorf("normalize(%q) = %q without offsets", s, got)
			}
			return
		}
		if len(offsets) != len(got)+1 || int(offsets[len(got)]) != len(s) {
			t.Fatalf("normalize(%q) = %q with offsets %v", s, got, offsets)
		}
		for i := range got {
			if from, to := source(offsets, i, i+1); from >= to || from < 0 || to > len(s) || i > 0 && offsets[i] < offsets[i-1] {
				t.Fatalf("normalize(%q): byte %d comes from [%d:%d)", s, i, from, to)
			}
		}
	})
}
