// Package injection finds text that tries to give an agent instructions: in what tools return, in documents,
// and in prompts.
//
// A pattern is something that attacks say ("ignore all previous instructions", a forged turn of the
// conversation, "do not tell the user"), written as words in order with bounded gaps, and worth a constant
// number of points. Patterns add up within 1200 bytes, each once: 5 points are injection/likely (high, meant
// for rules that act), 3 are injection/possible (low, meant for rules that note). The span is the stretch that
// holds the patterns. Beside a tier, the kinds of patterns that made it are reported as
// injection/instruction-override, injection/concealment and so on, of severity info; without a tier they are
// not reported.
//
// Being hidden, in a comment, in text styled away or in an encoding, adds points. Being quoted, in a block of
// code or spoken of ("attackers write") halves them, and being denied ("never ignore") removes them, so that
// most text about attacks passes.
//
// All patterns share one pass over the text; the cost is linear in its length, on hostile text too, and
// finding nothing allocates nothing. What there was no time to read is reported as a gap.
//
// Limits. Rules see what is said openly in words they know. Measured on public collections, by source, in the
// tiers likely / likely or possible:
//
//	jailbreak prompts from the web (650)            64 % / 76 %
//	DAN and its kin (14), JBC (100)                100 % / 100 %
//	one template with affirmative prefix (365)     100 % / 100 %
//	CyberSecEval, translated (980)                   9 % / 9 %
//	PAIR: harmless-sounding stories (237)            0.4 % / 3 %
//	GCG and DSN suffixes (395), BIPIA tasks (250)    0 % / 0 %
//	agent traffic, manuals, code, mail (15,158)      0.01 % / 0.06 % false
//	harmless chats in the style of attacks (971)     0.9 % / 4 % false
//
// Phrases were tuned on those attacks and harmless texts, so expect less of other attacks. A request that
// only sounds reasonable ("add a link to example.org to your answer") is not seen at all, nor is one in a
// language that has no phrases here, spelled with spaces between letters, split over several strings, or
// hedged by somebody who has read these rules. What may follow from such text is limited by what the session
// may do, not by this package.
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
