package detect

// Config bounds what a [Runner] does for one event. Zero fields mean the defaults named with them.
type Config struct {
	// MaxBytes is how much text of one event is judged, and again how much text out of its encodings; a leaf
	// counts 64 bytes more than it is long. Default 16 MiB.
	MaxBytes int
	// MaxDepth is how deep containers may be nested. What is deeper is judged as text, but kept in no record.
	// Default 64.
	MaxDepth int
	// MaxLayers is how many encodings within one another are undone. Default 4.
	MaxLayers int
	// MaxWindows is how many stretches of about 512 bytes are looked at closely in one event; one rule gets
	// a quarter of them. Default 4096.
	MaxWindows int
	// FingerprintKey is the key of fingerprints. Where it is empty, a random one is made, and fingerprints
	// are comparable within one Runner only.
	FingerprintKey []byte
}

func (c Config) withDefaults() Config {
	c.MaxBytes = orDefault(c.MaxBytes, 16<<20)
	c.MaxDepth = orDefault(c.MaxDepth, 64)
	c.MaxLayers = orDefault(c.MaxLayers, 4)
	c.MaxWindows = orDefault(c.MaxWindows, 4096)
	return c
}

func orDefault(n, def int) int {
	if n <= 0 {
		return def
	}
	return n
}
