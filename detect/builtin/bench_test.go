package builtin

import (
	"context"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"gatehouse.dev"
	"gatehouse.dev/detect"
	"gatehouse.dev/detect/scan"
	"github.com/go-json-experiment/json"
)

var vocabulary = strings.Fields(`the a of to and in is that for on with as was be by this are from at or an it
	have which not can will one all their has been more when there other what some into time also use used only
	system user file code data server request response client error value function return string token number
	list name type key path line test build run output input result config option default service version
	please create update remove add change read write open close check find show send receive connection
	database table column index query cache memory network address port host message event queue worker
	password secret access account email phone order invoice payment card instructions previous rules prompt`)

// prose makes words into sentences; code makes them into lines of a program; logs into lines of a log.
func prose(r *rand.Rand, b *strings.Builder) {
	for i := range 6 + r.IntN(14) {
		if i > 0 {
			b.WriteByte(' ')
		}
		b.WriteString(word(r))
	}
	b.WriteString([]string{". ", ", ", "?\n", ".\n\n"}[r.IntN(4)])
}

func code(r *rand.Rand, b *strings.Builder) {
	fmt.Fprintf(b, "\tif %s.%s(%s, \"%s\") != %d {\n\t\treturn fmt.Errorf(\"%s %s: %%w\", %s)\n\t}\n",
		word(r), word(r), word(r), word(r), r.IntN(100), word(r), word(r), word(r))
}

func logs(r *rand.Rand, b *strings.Builder) {
	fmt.Fprintf(b, "2026-11-%02dT%02d:%02d:%02dZ INFO %s=%d %s=/srv/%s/%s.go:%d id=%08x msg=\"%s %s\"\n",
		1+r.IntN(30), r.IntN(24), r.IntN(60), r.IntN(60), word(r), r.IntN(1e6), word(r), word(r), word(r), r.IntN(900), r.Uint32(), word(r), word(r))
}

// word draws the first words of the vocabulary most often; those that rules look for are its last.
func word(r *rand.Rand) string {
	u := r.Float64()
	return vocabulary[int(u*u*u*float64(len(vocabulary)))]
}

// stream returns distinct events of about n bytes of text each.
func stream(count, n int) (events []*gatehouse.Event, texts []string) {
	for i := range count {
		r := rand.New(rand.NewPCG(uint64(i), uint64(n)))
		write := []func(*rand.Rand, *strings.Builder){prose, code, logs}[i%3]
		var b strings.Builder
		for b.Len() < n {
			write(r, &b)
		}
		content, err := json.Marshal(map[string]any{"stdout": b.String(), "stderr": "", "interrupted": false})
		if err != nil {
			panic(err)
		}
		texts = append(texts, b.String())
		events = append(events, &gatehouse.Event{Kind: gatehouse.KindToolResult, Tool: "Bash", Content: content})
	}
	return events, texts
}

var floorSink uint8

// BenchmarkRun looks at each text once a round, and never at one text again and again. F is one literal
// pass over the same bytes in the same run.
func BenchmarkRun(b *testing.B) {
	r, err := detect.New(detect.Config{}, Suites()...)
	if err != nil {
		b.Fatal(err)
	}
	for _, c := range []struct {
		name        string
		count, size int
	}{{"2KB", 1000, 2 << 10}, {"32KB", 120, 32 << 10}, {"1MB", 6, 1 << 20}} {
		b.Run(c.name, func(b *testing.B) {
			events, texts := stream(c.count, c.size)
			took := make([]time.Duration, 0, 1<<16)
			b.ReportAllocs()
			findings := 0
			for i := 0; b.Loop(); i++ {
				began := time.Now()
				res := r.Run(context.Background(), events[i%len(events)])
				took = append(took, time.Since(began))
				findings += len(res.Findings)
			}
			b.StopTimer()
			var floors []time.Duration
			for range max(1, 60/len(texts)) {
				for _, t := range texts {
					began := time.Now()
					floorSink += scan.Floor(t)
					floors = append(floors, time.Since(began))
				}
			}
			slices.Sort(floors)
			slices.Sort(took)
			f := float64(floors[len(floors)/2])
			b.ReportMetric(f, "F-ns")
			b.ReportMetric(float64(took[len(took)/2])/f, "p50/F")
			b.ReportMetric(float64(took[len(took)*99/100])/f, "p99/F")
			b.ReportMetric(float64(findings)/float64(len(took)), "findings/op")
		})
	}
}
