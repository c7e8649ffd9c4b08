package injection

import (
	"bufio"
	"cmp"
	"compress/gzip"
	"context"
	"fmt"
	"maps"
	"os"
	"slices"
	"strings"
	"testing"

	"gatehouse.dev"
	"gatehouse.dev/detect"
	"github.com/go-json-experiment/json"
)

// TestMeasure prints recall and false positives by source, for a file of gzipped JSON Lines with text, label
// (1 is an attack) and source. GATEHOUSE_INJECTION_DATA names the file; without it the test is skipped.
func TestMeasure(t *testing.T) {
	name := os.Getenv("GATEHOUSE_INJECTION_DATA")
	if name == "" {
		t.Skip("GATEHOUSE_INJECTION_DATA is not set")
	}
	f, err := os.Open(name)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	z, err := gzip.NewReader(f)
	if err != nil {
		t.Fatal(err)
	}
	type count struct{ label, rows, likely, possible int }
	by := map[string]*count{}
	r, err := detect.New(detect.Config{}, Suite())
	if err != nil {
		t.Fatal(err)
	}
	show := os.Getenv("GATEHOUSE_INJECTION_SHOW")
	lines := bufio.NewScanner(z)
	lines.Buffer(nil, 16<<20)
	for lines.Scan() {
		var row struct {
			Text, Source string
			Label        int
		}
		if err := json.Unmarshal(lines.Bytes(), &row, json.MatchCaseInsensitiveNames(true)); err != nil {
			t.Fatal(err)
		}
		content, err := json.Marshal(map[string]any{"stdout": row.Text})
		if err != nil {
			t.Fatal(err)
		}
		c := by[row.Source]
		if c == nil {
			c = &count{label: row.Label}
			by[row.Source] = c
		}
		c.rows++
		likely, possible := false, false
		for _, f := range r.Run(context.Background(), &gatehouse.Event{Kind: gatehouse.KindToolResult, Content: content}).Findings {
			likely = likely || f.Detector == "injection/likely"
			possible = possible || f.Detector == "injection/possible"
		}
		if likely {
			c.likely++
		}
		if likely || possible {
			c.possible++
		}
		if show == row.Source+"+" && likely || show == row.Source+"?" && possible || show == row.Source+"-" && !likely {
			explain(row.Text)
		}
	}
	if err := lines.Err(); err != nil {
		t.Fatal(err)
	}
	sources := slices.SortedFunc(maps.Keys(by), func(a, b string) int {
		return cmp.Or(cmp.Compare(by[a].label, by[b].label), cmp.Compare(a, b))
	})
	for _, s := range sources {
		c := by[s]
		percent := func(n int) string { return fmt.Sprintf("%4d %6.2f%%", n, 100*float64(n)/float64(c.rows)) }
		fmt.Printf("%d %-32s %6d   likely %s   possible or likely %s\n", c.label, s, c.rows, percent(c.likely), percent(c.possible))
	}
}

// explain prints which patterns a text has, for whoever tunes them.
func explain(text string) {
	m := shared()
	w := newWork(m)
	tx := &detect.Text{Norm: text, Raw: text}
	w.score.begin(tx)
	fmt.Printf("---- %.300q\n", text)
	for _, h := range m.scan.Scan(text, nil) {
		word := &m.words[h.Literal]
		before := slices.Clone(w.score.held)
		w.hit(text, word, int(h.End))
		for i, now := range w.score.held {
			if now != before[i] && now.points > 0 {
				fmt.Printf("   %d+%d %-20s %.2f %q\n", i, now.start, m.patterns[i].name, float64(now.points)/4, strings.ToValidUTF8(text[now.start:now.end], "?"))
			}
		}
	}
}
