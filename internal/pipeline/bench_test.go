package pipeline

import (
	"context"
	"testing"

	"github.com/go-json-experiment/json/jsontext"

	"gatehouse.dev"
)

// BenchmarkOffer measures what recording costs a decision: with room, and with a full queue, where each
// offer drops an older record.
func BenchmarkOffer(b *testing.B) {
	d := allowed("0195a1b2-0000-7000-8000-000000000001")
	d.Event.Content = make(jsontext.Value, 4096)
	b.Run("room", func(b *testing.B) {
		p, err := New(&nowhere{}, Config{})
		if err != nil {
			b.Fatal(err)
		}
		ctx, cancel := context.WithCancel(b.Context())
		done := make(chan error, 1)
		go func() { done <- p.Run(ctx) }()
		for b.Loop() {
			p.Offer(d)
		}
		cancel()
		if err := <-done; err != nil {
			b.Fatal(err)
		}
	})
	b.Run("full", func(b *testing.B) {
		p, err := New(&nowhere{}, Config{MaxRecords: 1000})
		if err != nil {
			b.Fatal(err)
		}
		for b.Loop() {
			p.Offer(d)
		}
	})
	b.Run("parallel", func(b *testing.B) {
		p, err := New(&nowhere{}, Config{MaxRecords: 1000})
		if err != nil {
			b.Fatal(err)
		}
		b.RunParallel(func(pb *testing.PB) {
			for pb.Next() {
				p.Offer(d)
			}
		})
	})
}

// nowhere is a sink that keeps nothing.
type nowhere struct{}

func (*nowhere) Append(context.Context, []gatehouse.Decision) error { return nil }
