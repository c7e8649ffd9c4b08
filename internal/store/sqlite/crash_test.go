package sqlite_test

import (
	"bufio"
	"context"
	"fmt"
	"os"
	"os/exec"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"gatehouse.dev"
	"gatehouse.dev/internal/store"
	"gatehouse.dev/internal/store/sqlite"
	"gatehouse.dev/internal/store/storetest"
)

const (
	childDir   = "GATEHOUSE_TEST_CHILD_DIR"
	childRound = "GATEHOUSE_TEST_CHILD_ROUND"
)

func TestMain(m *testing.M) {
	if dir := os.Getenv(childDir); dir != "" {
		fmt.Fprintln(os.Stderr, recordForEver(dir, os.Getenv(childRound)))
		os.Exit(1)
	}
	os.Exit(m.Run())
}

// recordForEver records batches over midnight and prints each ID once Append has acknowledged it.
func recordForEver(dir, round string) error {
	ctx := context.Background()
	db, err := sqlite.Open(ctx, sqlite.Config{Dir: dir})
	if err != nil {
		return err
	}
	seed := storetest.NewSeed(uint64(round[0]), seedDay.Add(24*time.Hour-time.Second), 5*time.Millisecond)
	for {
		batch := make([]gatehouse.Decision, 16)
		var ids strings.Builder
		for i := range batch {
			batch[i] = seed.Next()
			fmt.Fprintln(&ids, batch[i].Event.ID)
		}
		if err := db.Append(ctx, batch); err != nil {
			return err
		}
		if _, err := os.Stdout.WriteString(ids.String()); err != nil {
			return err
		}
	}
}

// TestKilledUnderLoad ends a process without warning while it records, several times over the same
// directory, and looks for what it had acknowledged.
func TestKilledUnderLoad(t *testing.T) {
	dir := t.TempDir()
	acked := map[string]bool{}
	for round := range 4 {
		for _, id := range killed(t, dir, round, 100*(round+1)) {
			acked[id] = true
		}
		db, err := sqlite.Open(t.Context(), sqlite.Config{Dir: dir})
		if err != nil {
			t.Fatalf("Open() after a kill = %v, want a store", err)
		}
		found := map[string]int{}
		counts := store.Counts{}
		q := store.Query{Limit: 500}
		for {
			page, err := db.Decisions(t.Context(), q)
			if err != nil {
				t.Fatalf("Decisions() after a kill = %v, want a page", err)
			}
			for _, d := range page.Decisions {
				found[d.Event.ID]++
				counts.Events++
				if d.Applied == gatehouse.Deny {
					counts.Denied++
				}
			}
			if q.Cursor = page.Next; page.Next == "" {
				break
			}
		}
		for id := range acked {
			if found[id] != 1 {
				t.Errorf("round %d: acknowledged event %s is there %d times, want once", round, id, found[id])
			}
		}
		o, err := db.Overview(t.Context(), seedDay, seedDay.Add(48*time.Hour), time.Hour)
		if err != nil {
			t.Fatalf("Overview() after a kill = %v, want nil", err)
		}
		if got := (store.Counts{Events: o.Totals.Events, Denied: o.Totals.Denied}); got != counts {
			t.Errorf("round %d: the overview counts %+v, the decisions are %+v", round, got, counts)
		}
		sessions := 0
		for q := (store.SessionQuery{Limit: 500}); ; {
			page, err := db.Sessions(t.Context(), q)
			if err != nil {
				t.Fatalf("Sessions() after a kill = %v, want a page", err)
			}
			for _, s := range page.Sessions {
				sessions += s.Events
			}
			if q.Cursor = page.Next; page.Next == "" {
				break
			}
		}
		if sessions != counts.Events {
			t.Errorf("round %d: sessions count %d events, want %d", round, sessions, counts.Events)
		}
		if err := db.Close(); err != nil {
			t.Errorf("Close() = %v, want nil", err)
		}
		t.Logf("round %d: %d acknowledged, %d found", round, len(acked), counts.Events)
	}
}

// killed runs a recording process until it has acknowledged enough, kills it, and returns what it said.
func killed(t *testing.T, dir string, round, enough int) (ids []string) {
	t.Helper()
	self, err := os.Executable()
	if err != nil {
		t.Fatalf("Executable() = %v", err)
	}
	cmd := exec.CommandContext(t.Context(), self)
	cmd.Env = append(os.Environ(), childDir+"="+dir, childRound+"="+fmt.Sprint(round))
	cmd.Stderr = os.Stderr
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatalf("StdoutPipe() = %v", err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatalf("Start() = %v", err)
	}
	lines := bufio.NewScanner(out)
	for lines.Scan() {
		ids = append(ids, lines.Text())
		if len(ids) == enough {
			if err := cmd.Process.Kill(); err != nil {
				t.Fatalf("Kill() = %v", err)
			}
		}
	}
	_ = cmd.Wait() // killed, as it should be
	if len(ids) < enough {
		t.Fatalf("the recording process acknowledged %d events, want %d", len(ids), enough)
	}
	// The last line may be cut where the pipe was.
	if n := len(ids) - 1; len(ids[n]) != len(ids[0]) {
		ids = ids[:n]
	}
	return ids
}

func TestOneServerADirectory(t *testing.T) {
	dir := t.TempDir()
	db, err := sqlite.Open(t.Context(), sqlite.Config{Dir: dir})
	if err != nil {
		t.Fatalf("Open() = %v, want a store", err)
	}
	_, err = sqlite.Open(t.Context(), sqlite.Config{Dir: dir})
	if gatehouse.ErrorCode(err) != gatehouse.CodeUnavailable || !strings.Contains(err.Error(), "in use by another server") {
		t.Errorf("Open() of a directory in use = %v, want code unavailable and the reason", err)
	}
	// Another process is refused just the same.
	self, err := os.Executable()
	if err != nil {
		t.Fatalf("Executable() = %v", err)
	}
	cmd := exec.CommandContext(t.Context(), self)
	cmd.Env = append(os.Environ(), childDir+"="+dir, childRound+"=0")
	out, err := cmd.CombinedOutput()
	if err == nil || !strings.Contains(string(out), "in use by another server") {
		t.Errorf("a second process ended with %v and %q, want the reason", err, out)
	}
	// Keys may be looked after beside the server.
	core, err := sqlite.OpenCore(t.Context(), dir)
	if err != nil {
		t.Fatalf("OpenCore() beside a server = %v, want keys", err)
	}
	key := store.Key{ID: "k", Name: "n", Hash: []byte{1}, Scopes: []string{"read"}, Created: seedDay}
	if err := core.AddKey(t.Context(), key); err != nil {
		t.Errorf("AddKey() beside a server = %v, want nil", err)
	}
	if got, err := db.Key(t.Context(), "k"); err != nil || !cmp.Equal(got, key) {
		t.Errorf("Key() made by another = %v, %v, want %v", got, err, key)
	}
	if err := core.Close(); err != nil {
		t.Errorf("Core.Close() = %v, want nil", err)
	}
	if err := db.Close(); err != nil {
		t.Errorf("Close() = %v, want nil", err)
	}
	again, err := sqlite.Open(t.Context(), sqlite.Config{Dir: dir})
	if err != nil {
		t.Fatalf("Open() once it is free = %v, want a store", err)
	}
	if err := again.Close(); err != nil {
		t.Errorf("Close() = %v, want nil", err)
	}
}
