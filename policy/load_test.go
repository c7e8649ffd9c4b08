package policy

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

func write(t *testing.T, dir, name, text string) string {
	t.Helper()
	p := filepath.Join(dir, name)
	if err := os.MkdirAll(filepath.Dir(p), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(p, []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
	return p
}

func named(name string) string {
	return "policies: [{name: " + name + ", rules: [{id: r, find: [pii/*], action: deny}]}]"
}

func TestLoad(t *testing.T) {
	dir, other := t.TempDir(), t.TempDir()
	write(t, dir, "b.yaml", named("b"))
	write(t, dir, "a.yml", named("a"))
	write(t, dir, "notes.txt", "not a policy")
	write(t, dir, ".hidden.yaml", "not a policy")
	write(t, dir, "sub/c.yaml", named("c"))
	write(t, dir, "folder.yaml/x", "")
	linked := write(t, other, "linked.yaml", named("linked"))
	if err := os.Symlink(linked, filepath.Join(dir, "z.yaml")); err != nil {
		t.Skipf("no symbolic links here: %v", err)
	}
	names := func(paths ...string) []string {
		set, err := Load(paths...)
		if err != nil {
			t.Fatalf("Load(%v) error: %v", paths, err)
		}
		var out []string
		for _, p := range set.Policies() {
			out = append(out, p.Name)
		}
		return out
	}
	if got, want := names(dir), []string{"a", "b", "linked"}; !slices.Equal(got, want) {
		t.Errorf("Load(folder) = %v, want %v", got, want)
	}
	if got, want := names(filepath.Join(dir, "sub"), filepath.Join(dir, "b.yaml"), filepath.Join(dir, "b.yaml")), []string{"c", "b"}; !slices.Equal(got, want) {
		t.Errorf("Load(folder, file, same file) = %v, want %v", got, want)
	}
	if got := names(t.TempDir()); got != nil {
		t.Errorf("Load(empty folder) = %v, want none", got)
	}
	if got := names(); got != nil {
		t.Errorf("Load() = %v, want none", got)
	}
}

func TestLoadProblems(t *testing.T) {
	dir := t.TempDir()
	write(t, dir, "a.yaml", "policies: 1")
	write(t, dir, "b.yaml", named("b"))
	write(t, dir, "big.yaml", "#"+strings.Repeat("x", MaxFileBytes+10))
	if err := os.Symlink(filepath.Join(dir, "gone"), filepath.Join(dir, "broken.yaml")); err != nil {
		t.Skipf("no symbolic links here: %v", err)
	}
	set, err := Load(dir, filepath.Join(dir, "none"), os.DevNull)
	if set != nil || err == nil {
		t.Fatalf("Load() = %v, %v, want problems", set, err)
	}
	for _, want := range []string{
		"a.yaml:1:11: policies must be a list", "big.yaml: file is longer than", "broken.yaml: stat: no such file", "none: stat: no such file",
		os.DevNull + ": not a regular file",
	} {
		if !strings.Contains(err.Error(), want) {
			t.Errorf("Load() error =\n%v\nwant one with %q", err, want)
		}
	}
}

func TestStarterIsStable(t *testing.T) {
	a, b := Starter(), Starter()
	if len(a) == 0 || len(a) != len(b) {
		t.Fatalf("len(Starter()) = %d, %d, want the same and some", len(a), len(b))
	}
	if !slices.IsSortedFunc(a, func(x, y File) int { return strings.Compare(x.Name, y.Name) }) {
		t.Error("Starter() is not in order of names")
	}
	a[0].Data[0] = 'X'
	if b[0].Data[0] == 'X' || Starter()[0].Data[0] == 'X' {
		t.Error("Starter() shares its data between calls")
	}
}
