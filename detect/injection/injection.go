// Package injection finds text that tries to give an agent instructions: in what tools return, in documents,
// and in prompts.
package injection

import (
	"context"
	"sync"

	"gatehouse.dev"
	"gatehouse.dev/detect"
)

// Suite returns the detectors of this family. Nothing that they find is sensitive.
func Suite() detect.Suite { return detect.Suite{Detectors: []detect.Detector{detector{shared()}}} }

// shared is the one machine: it is large, and never changes.
var shared = sync.OnceValue(func() *machine {
	m, err := compile(patterns())
	if err != nil {
		panic(err) // a mistake in our own tables
	}
	return m
})

type detector struct{ machine *machine }

// minBytes is less than the shortest text that could reach a tier.
const minBytes = 12

// Name implements [detect.Detector].
func (detector) Name() string { return "injection" }

// Detect implements [detect.Detector].
func (d detector) Detect(ctx context.Context, in *detect.Input, r *detect.Report) error {
	w := d.machine.work.Get().(*work)
	defer d.machine.work.Put(w)
	for i, t := range in.Texts {
		if len(t.Norm) >= minBytes && !w.read(ctx, t, r) {
			rest := 0
			for _, t := range in.Texts[i:] {
				rest += len(t.Raw)
			}
			r.Gap(gatehouse.Gap{Reason: gatehouse.GapTime, Path: t.Path, Leaf: t.Leaf, Bytes: rest})
			return nil
		}
	}
	return nil
}
