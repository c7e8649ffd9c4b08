package e2e

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"sync"
	"testing"
)

// route is one way in which a real client is put under guard.
type route struct {
	client client
	by     string
}

func (r route) String() string { return string(r.client) + "-" + r.by }

// The ways to put a client under guard.
const (
	byHTTP    = "http"    // settings with HTTP hooks
	byCommand = "command" // settings with gatehouse-hook
	byAdapter = "adapter" // our adapter, all its events
	byFour    = "four"    // our adapter, the four callbacks of create_hooks
)

// Groups of routes. The SDK for TypeScript brings the newer CLI, that for Python the older one.
var (
	adapterRoutes = []route{{typescript, byAdapter}, {python, byAdapter}}
	fourRoutes    = []route{{typescript, byFour}, {python, byFour}}
	everyRoute    = []route{{cli, byHTTP}, {cli, byCommand}, {typescript, byHTTP}, {python, byHTTP}, {typescript, byAdapter}, {python, byAdapter}}
	mainRoutes    = []route{{cli, byHTTP}, {cli, byCommand}, {typescript, byAdapter}, {python, byAdapter}}
	someRoutes    = []route{{cli, byHTTP}, {python, byAdapter}}
)

// under completes a job so that it runs under guard at url.
func (r route) under(t *testing.T, url string, j job, settings ...string) job {
	t.Helper()
	switch r.by {
	case byHTTP:
		j.Settings = settingsFor(t, url, settings...)
	case byCommand:
		j.Settings = settingsFor(t, url, append([]string{"--command", "--hook-binary", filepath.Join(bin, "gatehouse-hook")}, settings...)...)
	default:
		j.Adapter = filepath.Join(filepath.Dir(here), "adapters", "python", "gatehouse")
		if r.client == typescript {
			j.Adapter = typescriptAdapter(t)
		}
		j.AdapterFour = r.by == byFour
		// A busy machine must not make an adapter give up: later settings of the same variable win.
		j.env = append([]string{"GATEHOUSE_URL=" + url, "AKTO_TIMEOUT=30"}, j.env...)
	}
	return j
}

// with returns the routes of all groups.
func with(groups ...[]route) []route { return slices.Concat(groups...) }

// each runs f for every route, several at a time.
func each(t *testing.T, routes []route, f func(t *testing.T, r route)) {
	t.Helper()
	for _, r := range routes {
		t.Run(r.String(), func(t *testing.T) {
			t.Parallel()
			f(t, r)
		})
	}
}

// typescriptAdapter returns the adapter for TypeScript as JavaScript, compiled anew from its sources.
func typescriptAdapter(t *testing.T) string {
	t.Helper()
	tsc := need(t, "node_modules/.bin/tsc")
	compileOnce.Do(func() { compileErr = compileAdapter(tsc) })
	if compileErr != nil {
		t.Fatal(compileErr)
	}
	return filepath.Join(work, "adapter", "index.js")
}

var (
	compileOnce sync.Once
	compileErr  error
)

// compileAdapter checks no types: the adapter's own tests do, with what they need for it.
func compileAdapter(tsc string) error {
	config := filepath.Join(work, "tsconfig.json")
	text := fmt.Sprintf(`{"compilerOptions":{"target":"es2022","module":"nodenext","types":[],"noCheck":true,"rootDir":%q,"outDir":%q},"include":[%[1]q]}`,
		filepath.Join(filepath.Dir(here), "adapters", "typescript", "src"), filepath.Join(work, "adapter"))
	if err := os.WriteFile(config, []byte(text), 0o600); err != nil {
		return err
	}
	if out, err := exec.Command(tsc, "-p", config).CombinedOutput(); err != nil {
		return fmt.Errorf("compile adapter: %w\n%s", err, out)
	}
	return os.WriteFile(filepath.Join(work, "adapter", "package.json"), []byte(`{"type":"module"}`), 0o600)
}
