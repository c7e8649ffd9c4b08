package injection

import (
	"bufio"
	"cmp"
	"compress/gzip"
	"context"
	"maps"
	"os"
	"slices"
	"testing"

	"gatehouse.dev"
	"gatehouse.dev/detect"
	"github.com/go-json-experiment/json"
)

// agentSources are the harmless rows that are like what agents read and write; the block tier may be wrong
// about one in a thousand of them.
var agentSources = []string{
	"awesome_copilot", "bfcl", "bipia_email_context", "cse_instruct", "cse_mitre_frr", "go_source", "notinject", "taubench", "tldr", "tldr_i18n", "xstest_safe",
}

// TestMeasure logs recall and false positives by source, for a file of gzipped JSON Lines with text, label
// (1 is an attack) and source. GATEHOUSE_INJECTION_DATA names the file; without it there is nothing to measure.
func TestMeasure(t *testing.T) {
	name := os.Getenv("GATEHOUSE_INJECTION_DATA")
	if name == "" {
		t.Log("nothing is measured: GATEHOUSE_INJECTION_DATA names no file")
		return
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
	r, err := detect.New(detect.Config{}, Suite())
	if err != nil {
		t.Fatal(err)
	}
	type count struct{ label, rows, likely, possible int }
	by := map[string]*count{}
	lines := bufio.NewScanner(z)
	lines.Buffer(nil, 16<<20)
	for lines.Scan() {
		var row struct {
			Text   string `json:"text"`
			Source string `json:"source"`
			Label  int    `json:"label"`
		}
		if err := json.Unmarshal(lines.Bytes(), &row); err != nil {
			t.Fatal(err)
		}
		content, err := json.Marshal(map[string]any{"stdout": row.Text})
		if err != nil {
			t.Fatal(err)
		}
		likely, possible := false, false
		for _, f := range r.Run(context.Background(), &gatehouse.Event{Kind: gatehouse.KindToolResult, Content: content}).Findings {
			likely = likely || f.Detector == "injection/likely"
			possible = possible || f.Detector == "injection/possible"
		}
		c := by[row.Source]
		if c == nil {
			c = &count{label: row.Label}
			by[row.Source] = c
		}
		c.rows++
		if likely {
			c.likely++
		}
		if likely || possible {
			c.possible++
		}
	}
	if err := lines.Err(); err != nil {
		t.Fatal(err)
	}
	rows, wrong := 0, 0
	for _, s := range slices.SortedFunc(maps.Keys(by), func(a, b string) int { return cmp.Or(by[a].label-by[b].label, cmp.Compare(a, b)) }) {
		c := by[s]
		part := func(n int) float64 { return 100 * float64(n) / float64(c.rows) }
		t.Logf("label %d  %-30s %5d rows  likely %4d %6.2f%%  likely or possible %4d %6.2f%%",
			c.label, s, c.rows, c.likely, part(c.likely), c.possible, part(c.possible))
		if slices.Contains(agentSources, s) {
			rows, wrong = rows+c.rows, wrong+c.likely
		}
	}
	if wrong*1000 > rows {
		t.Errorf("false positives of the block tier on agent traffic = %d of %d, want at most one in a thousand", wrong, rows)
	}
}
