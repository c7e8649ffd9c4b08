package e2e

import (
	"bytes"
	"errors"
	"flag"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"testing"
)

var (
	bin  string // where the programs under test are
	work string // scratch space of the whole run
)

func TestMain(m *testing.M) {
	os.Exit(mainOf(m))
}

func mainOf(m *testing.M) int {
	if err := prepare(); err != nil {
		fmt.Fprintln(os.Stderr, "prepare end-to-end tests:", err)
		return 1
	}
	defer os.RemoveAll(work)
	// Most of a client's run is waiting, for its own start above all.
	if err := flag.Set("test.parallel", strconv.Itoa(2*cap(runs))); err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	code := m.Run()
	if err := endShared(); err != nil {
		fmt.Fprintln(os.Stderr, "shared gatehouse:", err)
		return 1
	}
	return code
}

// prepare builds the programs under test, or takes those in the folder that GATEHOUSE_E2E_BIN names: a release.
func prepare() (err error) {
	if work, err = os.MkdirTemp("", "gatehouse-e2e-"); err != nil {
		return err
	}
	if bin = os.Getenv("GATEHOUSE_E2E_BIN"); bin != "" {
		return nil
	}
	bin = work
	root := filepath.Dir(here)
	if err := touchSources(root); err != nil {
		return err
	}
	build := exec.Command("go", "build", "-o", bin, "./cmd/gatehouse", "./cmd/gatehouse-hook")
	build.Dir = root
	if out, err := build.CombinedOutput(); err != nil {
		return fmt.Errorf("build: %w\n%s", err, out)
	}
	return nil
}

// touchSources looks at every source of what is tested, since the go command keeps a test's result for as long
// as the files that the test itself looked at stay the same.
func touchSources(root string) error {
	return filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case d.IsDir() && (d.Name() == "node_modules" || strings.HasPrefix(d.Name(), ".") && path != root):
			return filepath.SkipDir
		case d.IsDir():
			return nil
		}
		_, err = os.Stat(path)
		return err
	})
}

// shared is the one Gatehouse that most tests use, each with sessions of its own.
var shared = sync.OnceValues(func() (*guard, error) {
	data, err := os.MkdirTemp("", "gatehouse-e2e-data-")
	if err != nil {
		return nil, err
	}
	g, err := startGuard(data)
	if err != nil {
		return nil, err
	}
	endShared = func() error {
		defer os.RemoveAll(data)
		if err := g.stop(); err != nil {
			return fmt.Errorf("stop: %w\n%s", err, g.logs)
		}
		return leaks(g, data)
	}
	return g, nil
})

// endShared stops the shared Gatehouse, where it was started, and looks for what it must not have kept.
var endShared = func() error { return nil }

// leaks searches the log and the data for the secret that so many tests sent through.
func leaks(g *guard, data string) error {
	if strings.Contains(g.logs.String(), secret) {
		return errors.New("the log holds the secret")
	}
	return filepath.WalkDir(data, func(path string, d fs.DirEntry, err error) error {
		if err != nil || !d.Type().IsRegular() {
			return err
		}
		b, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		if bytes.Contains(b, []byte(secret)) {
			return fmt.Errorf("%s holds the secret", d.Name())
		}
		return nil
	})
}

func sharedGuard(t *testing.T) *guard {
	t.Helper()
	g, err := shared()
	if err != nil {
		t.Fatal(err)
	}
	return g
}
