package scan

const (
	laneBytes = 2048 // a lane's share of one block, at most
	laneStops = 256  // accepting states that a lane may meet in one block before the block is done singly
)

// stop is an accepting state met by a lane.
type stop struct {
	state uint32
	end   int32
}

// scanLanes scans text in blocks of four neighbouring stretches, all four at once. Each stretch but the
// first starts from the state that the bytes before it lead to.
func (m *Machine) scanLanes(text string, hits []Hit) []Hit {
	var stops [lanes][laneStops]stop
	state, from := uint32(0), 0
	least := lanes * max(64, 4*m.warm)
	for len(text)-from >= least {
		n := min((len(text)-from)/lanes, max(laneBytes, 4*m.warm))
		var ok bool
		var after uint32
		block := text[max(0, from-m.warm):]
		before := min(from, m.warm)
		var counts [lanes]int
		counts, after, ok = m.block(block, before, n, state, &stops)
		if !ok {
			hits, after = m.scanOne(text, from, from+lanes*n, state, hits)
		} else {
			for k := range lanes {
				for _, s := range stops[k][:counts[k]] {
					hits = m.emit(s.state, from+int(s.end), hits)
				}
			}
		}
		state = after
		from += lanes * n
	}
	hits, _ = m.scanOne(text, from, len(text), state, hits)
	return hits
}

// block scans the lanes of n bytes each that start at text[before]. It returns how many accepting states
// each lane met, and the last lane's state; ok is false where a lane met too many.
func (m *Machine) block(text string, before, n int, state uint32, stops *[lanes][laneStops]stop) (counts [lanes]int, after uint32, ok bool) {
	next, class, accept := m.next, &m.class, m.accept
	s0, s1, s2, s3 := state, uint32(0), uint32(0), uint32(0)
	w1, w2, w3 := text[before+n-m.warm:][:m.warm], text[before+2*n-m.warm:][:m.warm], text[before+3*n-m.warm:][:m.warm]
	for i := range m.warm {
		s1 = next[s1+uint32(class[w1[i]])]
		s2 = next[s2+uint32(class[w2[i]])]
		s3 = next[s3+uint32(class[w3[i]])]
	}
	t0, t1, t2, t3 := text[before:][:n], text[before+n:][:n], text[before+2*n:][:n], text[before+3*n:][:n]
	for i := range n {
		s0 = next[s0+uint32(class[t0[i]])]
		s1 = next[s1+uint32(class[t1[i]])]
		s2 = next[s2+uint32(class[t2[i]])]
		s3 = next[s3+uint32(class[t3[i]])]
		if s0 < accept && s1 < accept && s2 < accept && s3 < accept {
			continue
		}
		for k, s := range [lanes]uint32{s0, s1, s2, s3} {
			if s < accept {
				continue
			}
			if counts[k] == laneStops {
				return counts, 0, false
			}
			stops[k][counts[k]] = stop{state: s, end: int32(k*n + i + 1)}
			counts[k]++
		}
	}
	return counts, s3, true
}
