package storetest

import (
	"bytes"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"gatehouse.dev"
	"gatehouse.dev/internal/store"
)

func testKeys(t *testing.T, open func() Backend) {
	b := start(t, open)
	if keys, err := b.Keys(t.Context()); err != nil || len(keys) != 0 {
		t.Errorf("Keys() = %v, %v, want none", keys, err)
	}
	old := store.Key{ID: "zz", Name: "old 'n\x00'", Hash: []byte{0, 1, 255}, Scopes: []string{"ingest", "read"}, Created: noon}
	young := store.Key{ID: "aa", Name: "young", Hash: []byte{2}, Scopes: []string{"admin"}, Created: noon.Add(time.Hour), Expires: noon.Add(48 * time.Hour)}
	for _, k := range []store.Key{young, old} {
		if err := b.AddKey(t.Context(), k); err != nil {
			t.Fatalf("AddKey(%q) = %v, want nil", k.ID, err)
		}
	}
	if keys, err := b.Keys(t.Context()); err != nil || !cmp.Equal(keys, []store.Key{old, young}) {
		t.Errorf("Keys() = %v, %v, want the oldest first: %v", keys, err, []store.Key{old, young})
	}
	if k, err := b.Key(t.Context(), "aa"); err != nil || !cmp.Equal(k, young) {
		t.Errorf("Key(aa) = %v, %v, want %v", k, err, young)
	}
	other := old
	other.Hash = []byte{9}
	wantCode(t, "AddKey(taken ID)", b.AddKey(t.Context(), other), gatehouse.CodeConflict)
	if k, err := b.Key(t.Context(), "zz"); err != nil || !cmp.Equal(k, old) {
		t.Errorf("Key(zz) after a conflict = %v, %v, want the first: %v", k, err, old)
	}
	for name, k := range map[string]store.Key{
		"no ID": {Name: "n", Hash: []byte{1}}, "no hash": {ID: "x", Name: "n"}, "long name": {ID: "x", Hash: []byte{1}, Name: strings.Repeat("n", 10_000)},
	} {
		wantCode(t, "AddKey("+name+")", b.AddKey(t.Context(), k), gatehouse.CodeInvalid)
	}
	if err := b.RemoveKey(t.Context(), "zz"); err != nil {
		t.Errorf("RemoveKey(zz) = %v, want nil", err)
	}
	wantCode(t, "RemoveKey(zz) again", b.RemoveKey(t.Context(), "zz"), gatehouse.CodeNotFound)
	wantCode(t, "Key(zz) after RemoveKey", second(b.Key(t.Context(), "zz")), gatehouse.CodeNotFound)
	wantCode(t, "Key(empty)", second(b.Key(t.Context(), "")), gatehouse.CodeNotFound)
}

func testSecrets(t *testing.T, open func() Backend) {
	b := start(t, open)
	first, err := b.Secret(t.Context(), "fingerprint", 32)
	if err != nil || len(first) != 32 || bytes.Equal(first, make([]byte, 32)) {
		t.Fatalf("Secret(32) = %d bytes, %v, want 32 random ones", len(first), err)
	}
	if again, err := b.Secret(t.Context(), "fingerprint", 16); err != nil || !bytes.Equal(again, first) {
		t.Errorf("Secret() again = another value, %v, want the same", err)
	}
	if other, err := b.Secret(t.Context(), "other", 32); err != nil || bytes.Equal(other, first) {
		t.Errorf("Secret(other) = the same value, %v, want another", err)
	}
	for _, bad := range []struct {
		name  string
		bytes int
	}{{"", 32}, {"x", 0}, {"x", -1}, {"x", 1 << 30}, {strings.Repeat("x", 10_000), 32}} {
		wantCode(t, "Secret(bad)", second(b.Secret(t.Context(), bad.name, bad.bytes)), gatehouse.CodeInvalid)
	}
	var wg sync.WaitGroup
	values := make([][]byte, 8)
	for i := range values {
		wg.Go(func() {
			v, err := b.Secret(t.Context(), "raced", 32)
			if err != nil {
				t.Errorf("Secret() beside others = %v, want nil", err)
			}
			values[i] = v
		})
	}
	wg.Wait()
	for _, v := range values {
		if !bytes.Equal(v, values[0]) {
			t.Errorf("Secret() made by eight at once differs, want one value")
		}
	}
}
