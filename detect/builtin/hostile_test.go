package builtin

import (
	"context"
	"encoding/base64"
	"math/rand/v2"
	"strings"
	"testing"
	"time"

	"gatehouse.dev"
	"gatehouse.dev/detect"
	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"
)

// hostile are contents made to cost much, of about n bytes.
func hostile(n int) map[string]jsontext.Value {
	r := rand.New(rand.NewPCG(5, 5))
	var soup strings.Builder
	var anchors []string
	for _, s := range Suites() {
		for _, rule := range s.Rules {
			for _, g := range rule.Anchors {
				anchors = append(anchors, g...)
			}
		}
	}
	for soup.Len() < n {
		soup.WriteString(anchors[r.IntN(len(anchors))])
		soup.WriteByte(" =:\"\n"[r.IntN(5)])
	}
	noise := make([]byte, n*3/4)
	for i := range noise {
		noise[i] = byte(r.Uint32())
	}
	nested := strings.Repeat("words ", n/60)
	for len(nested) < n/2 {
		nested = base64.StdEncoding.EncodeToString([]byte(nested))
	}
	quoted := "x"
	for len(quoted) < n/2 {
		b, _ := json.Marshal([]string{quoted, "y"})
		quoted = string(b)
	}
	times := func(s string) string { return strings.Repeat(s, n/len(s)) }
	text := map[string]string{
		"soup":       soup.String(),
		"base64":     base64.StdEncoding.EncodeToString(noise),
		"wrapped":    times(base64.StdEncoding.EncodeToString(noise[:57]) + "\n"),
		"shorts":     times("QUJDREVGR0hJSktMTU5P "),
		"nested":     nested,
		"quoted":     quoted,
		"percent":    times("%25"),
		"entities":   times("&amp;"),
		"escapes":    times(`\u005cx5c`),
		"backslash":  times(`\`),
		"quotes":     times(`"`),
		"fullwidth":  times("ａ"),
		"marks":      times("a\u0300\u0301"),
		"zero-width": times("\u200b"),
		"mixed":      times("aа"),
		"invalid":    times("\xff"),
		"digits":     times("4111 "),
		"run":        times("a"),
		"colons":     times("password:"),
		"addresses":  times("a@b.com,"),
		"urls":       times("https://a:b@c/"),
		"dollars":    times("$("),
		"tags":       times("\U000e0041"),
		"lines":      times("\n"),
		"keys":       times("-----BEGIN "),
	}
	out := map[string]jsontext.Value{
		"deep":      jsontext.Value(strings.Repeat("[", n)),
		"deep keys": jsontext.Value(times(`{"a":`)),
		"numbers":   jsontext.Value("[" + times("1,") + "1]"),
		"strings":   jsontext.Value("[" + times(`"a",`) + "1]"),
		"long path": jsontext.Value(`{"` + strings.Repeat("k", n/2) + `":[` + strings.Repeat("1,", n/4) + `1]}`),
		"junk":      jsontext.Value(times(`tru}{":`)),
	}
	for name, s := range text {
		b, err := json.Marshal(map[string]string{"command": s}, jsontext.AllowInvalidUTF8(true))
		if err != nil {
			panic(err)
		}
		out[name] = b
	}
	return out
}

// What is made to cost much must cost no more than the time budget and a little, and what was not judged in
// it must be said and must not be kept.
func TestHostile(t *testing.T) {
	const budget = 100 * time.Millisecond
	r, err := detect.New(detect.Config{}, Suites()...)
	if err != nil {
		t.Fatalf("New = %v, want a runner", err)
	}
	for name, content := range hostile(1 << 20) {
		ctx, cancel := context.WithTimeout(context.Background(), budget)
		began := time.Now()
		res := r.Run(ctx, &gatehouse.Event{Kind: gatehouse.KindToolCall, Tool: "Bash", Content: content})
		took := time.Since(began)
		cancel()
		if took > 20*budget {
			t.Errorf("Run on 1 MB of %s took %v with a budget of %v", name, took, budget)
		}
		for _, g := range res.Gaps {
			if g.Reason == gatehouse.GapTime && g.Detector == "" && strings.Contains(string(res.Stored()), "words words") {
				t.Errorf("Stored of %s keeps what was not judged", name)
			}
		}
		stored := res.Stored()
		if !stored.IsValid(jsontext.AllowDuplicateNames(true)) {
			t.Errorf("Stored of %s is not JSON", name)
		}
		t.Logf("%-10s %8v, %d findings, %d gaps, %d faults, stored %d, %v", name, took.Round(time.Microsecond),
			len(res.Findings), len(res.Gaps), len(res.Faults), len(stored), time.Since(began)-took)
		for _, g := range res.Gaps[:min(2, len(res.Gaps))] {
			t.Logf("   gap %s of %q: %d bytes", g.Reason, g.Detector, g.Bytes)
		}
	}
}
