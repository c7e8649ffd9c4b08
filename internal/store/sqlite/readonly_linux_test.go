package sqlite

import (
	"os"
	"path/filepath"
	"runtime"
	"syscall"
	"testing"

	"gatehouse.dev"
)

// TestReadOnlyDirectory opens a directory in which this thread may not write. As root, the thread first
// becomes somebody else for the file system alone; it ends with the test's goroutine.
func TestReadOnlyDirectory(t *testing.T) {
	top := t.TempDir()
	dir := filepath.Join(top, "data")
	if err := os.Mkdir(dir, 0o555); err != nil {
		t.Fatal(err)
	}
	for d := top; d != filepath.Dir(d); d = filepath.Dir(d) {
		if info, err := os.Stat(d); err == nil && info.Mode()&0o001 == 0 {
			if err := os.Chmod(d, info.Mode()|0o011); err != nil {
				t.Skipf("cannot let another user reach the directory: %v", err)
			}
			t.Cleanup(func() { _ = os.Chmod(d, info.Mode()) })
		}
	}
	result := make(chan error)
	go func() {
		runtime.LockOSThread() // and never unlock: the thread ends with the goroutine
		if os.Getuid() == 0 {
			const nobody = 65534
			if err := syscall.Setfsuid(nobody); err != nil {
				result <- err
				return
			}
		}
		db, err := Open(t.Context(), Config{Dir: dir})
		if err == nil {
			_ = db.Close()
		}
		result <- err
	}()
	if err := <-result; gatehouse.ErrorCode(err) != gatehouse.CodeUnavailable {
		t.Errorf("Open(read-only directory) = %v, want code unavailable", err)
	}
}
