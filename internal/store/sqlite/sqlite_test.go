package sqlite_test

import (
	"testing"

	"gatehouse.dev/internal/store/sqlite"
	"gatehouse.dev/internal/store/storetest"
)

func TestStore(t *testing.T) {
	storetest.Run(t, func(t *testing.T) func() storetest.Backend {
		dir := t.TempDir()
		return func() storetest.Backend {
			db, err := sqlite.Open(t.Context(), sqlite.Config{Dir: dir})
			if err != nil {
				t.Fatalf("Open() = %v, want a store", err)
			}
			return db
		}
	})
}
