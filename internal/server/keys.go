package server

import (
	"context"

	"gatehouse.dev/internal/store"
	"gatehouse.dev/internal/store/sqlite"
)

// KeyFile is the keys of a data folder, open beside a server that may be running on it.
type KeyFile struct{ core *sqlite.Core }

// OpenKeys opens the keys of the data folder dir. The caller closes it.
func OpenKeys(ctx context.Context, dir string) (*KeyFile, error) {
	core, err := sqlite.OpenCore(ctx, dir)
	if err != nil {
		return nil, err
	}
	return &KeyFile{core}, nil
}

// AddKey keeps a key.
func (k *KeyFile) AddKey(ctx context.Context, key store.Key) error { return k.core.AddKey(ctx, key) }

// Keys lists all keys, oldest first.
func (k *KeyFile) Keys(ctx context.Context) ([]store.Key, error) { return k.core.Keys(ctx) }

// RemoveKey removes a key; the code is not_found where there is none.
func (k *KeyFile) RemoveKey(ctx context.Context, id string) error { return k.core.RemoveKey(ctx, id) }

// Close closes the file.
func (k *KeyFile) Close() error { return k.core.Close() }
