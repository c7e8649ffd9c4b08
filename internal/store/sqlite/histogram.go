package sqlite

import (
	"encoding/binary"
	"math"
)

// histogram counts durations in microseconds by floor(4*log2(us+1)): a bucket ends 1.19 times above where
// it starts. The last one takes everything from 33 minutes up.
type histogram [124]uint64

func bucketOf(us int64) int {
	if us <= 0 {
		return 0
	}
	return min(int(4*math.Log2(float64(us)+1)), len(histogram{})-1)
}

func bucketStart(k int) float64 { return math.Exp2(float64(k)/4) - 1 }

func (h *histogram) add(us int64) { h[bucketOf(us)]++ }

// bytes is h with one varint for each count, without the empty buckets at the end.
func (h *histogram) bytes() []byte {
	end := len(h)
	for end > 0 && h[end-1] == 0 {
		end--
	}
	out := make([]byte, 0, end*2)
	for _, n := range h[:end] {
		out = binary.AppendUvarint(out, n)
	}
	return out
}

// merge adds counts that bytes wrote. What is damaged or too long is left out.
func (h *histogram) merge(b []byte) {
	for k := 0; k < len(h) && len(b) > 0; k++ {
		n, used := binary.Uvarint(b)
		if used <= 0 {
			return
		}
		h[k] += n
		b = b[used:]
	}
}

// quantile estimates the duration below which the share q, 0 to 1, of all lie; 0 where there are none.
func (h *histogram) quantile(q float64) float64 {
	var total uint64
	for _, n := range h {
		total += n
	}
	if total == 0 {
		return 0
	}
	rank := q * float64(total)
	var below float64
	last := 0
	for k, n := range h {
		if n == 0 {
			continue
		}
		last = k
		if below+float64(n) >= rank {
			share := (rank - below) / float64(n)
			return bucketStart(k) + share*(bucketStart(k+1)-bucketStart(k))
		}
		below += float64(n)
	}
	return bucketStart(last + 1)
}
