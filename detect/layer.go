package detect

// The encodings that are undone, as named in Text.Layers and in findings.
const (
	LayerJSON = "json"
)

// unwrap adds the texts that t holds encoded; depth is how many encodings t is in already.
func (x *run) unwrap(t *Text, depth int) {
	if depth < x.r.cfg.MaxLayers && isJSON(t.Raw) {
		x.unwrapJSON(t, depth)
	}
}

// unwrapJSON adds the strings and keys of the JSON text that t is. Numbers are seen in t itself.
func (x *run) unwrapJSON(t *Text, depth int) {
	layers := append(append(make([]string, 0, len(t.Layers)+1), t.Layers...), LayerJSON)
	for depth >= len(x.inner) {
		x.inner = append(x.inner, walker{})
	}
	w := &x.inner[depth]
	w.reset(t.Raw, x.r.cfg.MaxDepth)
	for {
		tok, ok := x.inner[depth].next()
		if !ok {
			return
		}
		raw := t.Raw[tok.from:tok.to]
		if tok.kind == tokenNumber || raw == "" {
			continue
		}
		if x.layers -= leafOverhead + len(raw); x.layers < 0 {
			x.lost.bytes += len(t.Raw) - tok.from
			return
		}
		c := x.text()
		c.Leaf, c.Path, c.Key, c.Layers = t.Leaf, t.Path, t.Key, layers
		c.parent, c.at, c.end, c.code = t, tok.from, tok.to, jsonString
		c.Raw = raw
		if tok.escaped {
			b, _ := jsonString.decode(x.arena.room(len(raw)), raw)
			c.Raw = x.arena.keep(b)
		}
		x.add(c)
		x.unwrap(c, depth+1)
	}
}
