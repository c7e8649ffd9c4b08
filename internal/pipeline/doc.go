// Package pipeline carries decisions from those who make them to the store: in batches, in order, without
// making the decision wait.
//
// Records are committed in the order in which they were taken, one batch after the other. A sink that
// refuses a batch gets it again, later and later, until it takes it; a record that the sink calls invalid
// or too large by itself is given up and counted. Meanwhile records wait in a queue bounded in number and
// bytes. When it is full, [Pipeline.Offer] drops the oldest record of something plainly allowed to make
// room, and only where there is none does it refuse a new one; [Pipeline.Put] waits. Every loss is counted.
// Verdict.Masked and Verdict.Stored do not travel: Event.Content is what may be kept.
package pipeline
