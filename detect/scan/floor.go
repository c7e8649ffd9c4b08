package scan

// floorTable is a table of eight states that fits the first-level cache. Its entries are spread by an odd
// multiplier, so that no compiler and no predictor sees through it.
var floorTable = func() (t [8][256]uint8) {
	for s := range t {
		for c := range t[s] {
			t[s][c] = uint8((uint32(s*256+c)*2654435761)>>16) & 7
		}
	}
	return t
}()

// Floor walks text through a small table, each step waiting for the last: the unit F in which costs of
// detection are stated. Benchmarks call it in the same run as what they measure. The result only keeps the
// work from being left out.
func Floor(text string) uint8 {
	s := uint8(0)
	for i := range len(text) {
		s = floorTable[s&7][text[i]]
	}
	return s
}
