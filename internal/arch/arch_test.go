package arch

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
)

const module = "gatehouse.dev"

// layers maps every package to its layer; a package imports only packages of lower layers.
var layers = map[string]int{
	"":                         0,
	"detect/scan":              0,
	"policy":                   1,
	"detect":                   1,
	"hook":                     1,
	"client":                   1,
	"internal/config":          1,
	"internal/auth":            2,
	"internal/session":         1,
	"internal/pipeline":        1,
	"internal/store":           1,
	"engine":                   2,
	"hook/claude":              2,
	"detect/detecttest":        2,
	"detect/secret":            3,
	"detect/pii":               3,
	"detect/injection":         3,
	"detect/command":           3,
	"detect/text":              3,
	"detect/builtin":           4,
	"internal/store/sqlite":    2,
	"internal/store/storetest": 2,
	"internal/httpapi":         3,
	"internal/dash":            3,
	"internal/server":          5,
	"internal/cli":             6,
	"internal/arch":            6,
	"cmd/gatehouse":            7,
	"cmd/gatehouse-hook":       7,
	"e2e":                      7,
	"e2e/modelserver":          0,
	"e2e/cmd/modelserver":      7,
}

// reach lists what a package must never import, itself or through packages of ours. A trailing slash
// forbids everything below.
var reach = map[string][]string{
	"cmd/gatehouse-hook": {module + "/internal/", "database/sql", "html/template", "modernc.org/", "cel.dev/"},
	"engine":             {"net/http", "os/exec", "log", "database/sql"},
	"hook/claude":        {"net/http", "os/exec", "log", "database/sql"},
	"detect":             {"net/http", "os/exec", "log", "database/sql", "net"},
}

// blank lists the only packages that may be imported for their side effects.
var blank = []string{"embed", "modernc.org/sqlite", "time/tzdata"}

// long lists files that may exceed 500 lines; each says why at its top.
var long = []string{}

// pkg is one package of the module.
type pkg struct {
	dir     string // relative to the root, slashes, "" for the root
	files   map[string]*ast.File
	imports map[string]bool // of files that are not tests
}

func root(t *testing.T) string {
	t.Helper()
	dir, err := filepath.Abs(filepath.Join("..", ".."))
	if err != nil {
		t.Fatal(err)
	}
	return dir
}

// load parses every Go file of the module.
func load(t *testing.T) (map[string]*pkg, *token.FileSet) {
	t.Helper()
	fset := token.NewFileSet()
	pkgs := map[string]*pkg{}
	top := root(t)
	err := filepath.WalkDir(top, func(name string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if d.IsDir() {
			if n := d.Name(); name != top && (strings.HasPrefix(n, ".") || strings.HasPrefix(n, "_") || n == "testdata" || n == "node_modules" || n == "examples") {
				return filepath.SkipDir
			}
			return nil
		}
		if !strings.HasSuffix(name, ".go") {
			return nil
		}
		rel, err := filepath.Rel(top, name)
		if err != nil {
			return err
		}
		dir := path.Dir(filepath.ToSlash(rel))
		if dir == "." {
			dir = ""
		}
		f, err := parser.ParseFile(fset, name, nil, parser.ParseComments|parser.SkipObjectResolution)
		if err != nil {
			return err
		}
		p := pkgs[dir]
		if p == nil {
			p = &pkg{dir, map[string]*ast.File{}, map[string]bool{}}
			pkgs[dir] = p
		}
		p.files[filepath.ToSlash(rel)] = f
		if !strings.HasSuffix(name, "_test.go") {
			for _, imp := range f.Imports {
				s, err := strconv.Unquote(imp.Path.Value)
				if err != nil {
					return err
				}
				p.imports[s] = true
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if len(pkgs) < 10 {
		t.Fatalf("found %d packages below %s: the walk is broken", len(pkgs), top)
	}
	return pkgs, fset
}

// ours returns the folder of an import path of the module.
func ours(imp string) (string, bool) {
	if imp == module {
		return "", true
	}
	return strings.CutPrefix(imp, module+"/")
}

func TestPackagesImportLowerLayersOnly(t *testing.T) {
	pkgs, _ := load(t)
	for dir, p := range pkgs {
		layer, ok := layers[dir]
		if !ok {
			t.Errorf("package %q has no layer: add it to the table", dir)
			continue
		}
		for imp := range p.imports {
			if to, ok := ours(imp); ok && layers[to] >= layer {
				t.Errorf("package %q [%d] imports %q [%d]: want a lower layer", dir, layer, to, layers[to])
			}
		}
	}
	for dir := range layers {
		if pkgs[dir] == nil {
			t.Errorf("the table names package %q, which does not exist", dir)
		}
	}
}

func TestReach(t *testing.T) {
	pkgs, _ := load(t)
	for dir, forbidden := range reach {
		seen := map[string]bool{}
		var walk func(dir, via string)
		walk = func(dir, via string) {
			if seen[dir] || pkgs[dir] == nil {
				return
			}
			seen[dir] = true
			for imp := range pkgs[dir].imports {
				for _, f := range forbidden {
					if imp == strings.TrimSuffix(f, "/") || strings.HasSuffix(f, "/") && strings.HasPrefix(imp, f) {
						t.Errorf("%s reaches %s", via, imp)
					}
				}
				if to, ok := ours(imp); ok {
					walk(to, via+" → "+to)
				}
			}
		}
		walk(dir, dir)
	}
}

func TestOnlyServerKnowsBackends(t *testing.T) {
	pkgs, _ := load(t)
	for dir, p := range pkgs {
		if p.imports[module+"/internal/store/sqlite"] && dir != "internal/server" {
			t.Errorf("package %q imports a store's backend", dir)
		}
	}
}

func TestEveryPackageHasOneComment(t *testing.T) {
	pkgs, _ := load(t)
	for dir, p := range pkgs {
		var with []string
		code := false
		for name, f := range p.files {
			if strings.HasSuffix(name, "_test.go") {
				continue
			}
			code = true
			if f.Doc != nil && len(strings.Fields(f.Doc.Text())) > 3 {
				with = append(with, name)
			}
		}
		if code && len(with) != 1 {
			t.Errorf("package %q has %d package comments %v, want 1", dir, len(with), with)
		}
	}
}

func TestEveryExportedNameIsDescribed(t *testing.T) {
	pkgs, fset := load(t)
	for _, p := range pkgs {
		for name, f := range p.files {
			if strings.HasSuffix(name, "_test.go") || f.Name.Name == "main" {
				continue
			}
			for _, decl := range f.Decls {
				for _, ident := range undescribed(decl) {
					t.Errorf("%v: exported %s has no comment", fset.Position(ident.Pos()), ident.Name)
				}
			}
		}
	}
}

// undescribed returns the exported names of decl that have no comment; a group's comment serves its consts
// and vars, a line comment serves its line.
func undescribed(decl ast.Decl) []*ast.Ident {
	var out []*ast.Ident
	switch d := decl.(type) {
	case *ast.FuncDecl:
		if d.Name.IsExported() && d.Doc == nil && exportedReceiver(d) {
			out = append(out, d.Name)
		}
	case *ast.GenDecl:
		for _, spec := range d.Specs {
			switch s := spec.(type) {
			case *ast.TypeSpec:
				if s.Name.IsExported() && s.Doc == nil && (d.Doc == nil || len(d.Specs) > 1) {
					out = append(out, s.Name)
				}
			case *ast.ValueSpec:
				for _, n := range s.Names {
					if n.IsExported() && s.Doc == nil && s.Comment == nil && d.Doc == nil {
						out = append(out, n)
					}
				}
			}
		}
	}
	return out
}

func exportedReceiver(d *ast.FuncDecl) bool {
	if d.Recv == nil || len(d.Recv.List) == 0 {
		return true
	}
	typ := d.Recv.List[0].Type
	if s, ok := typ.(*ast.StarExpr); ok {
		typ = s.X
	}
	if g, ok := typ.(*ast.IndexExpr); ok {
		typ = g.X
	}
	id, ok := typ.(*ast.Ident)
	return ok && id.IsExported()
}

func TestHabits(t *testing.T) {
	pkgs, fset := load(t)
	for _, p := range pkgs {
		if base := path.Base(p.dir); slices.Contains([]string{"util", "utils", "common", "models", "types", "helpers"}, base) {
			t.Errorf("package %q: a name that says nothing", p.dir)
		}
		for name, f := range p.files {
			if strings.HasSuffix(name, "_test.go") {
				continue
			}
			for _, imp := range f.Imports {
				s, _ := strconv.Unquote(imp.Path.Value)
				if imp.Name != nil && imp.Name.Name == "_" && !slices.Contains(blank, s) {
					t.Errorf("%s imports %q for its side effects", name, s)
				}
			}
			for _, decl := range f.Decls {
				if d, ok := decl.(*ast.FuncDecl); ok && d.Recv == nil && d.Name.Name == "init" {
					t.Errorf("%s has an init function", name)
				}
			}
			if path.Base(name) != "main.go" {
				ast.Inspect(f, func(n ast.Node) bool {
					if s, ok := n.(*ast.SelectorExpr); ok && s.Sel.Name == "Exit" {
						if x, ok := s.X.(*ast.Ident); ok && x.Name == "os" {
							t.Errorf("%v: os.Exit outside main.go", fset.Position(n.Pos()))
						}
					}
					return true
				})
			}
			lines := fset.File(f.Pos()).LineCount()
			if path.Base(name) == "main.go" && strings.HasPrefix(name, "cmd/") && lines > 40 {
				t.Errorf("%s has %d lines, want at most 40", name, lines)
			}
			if lines > 500 && !slices.Contains(long, name) {
				t.Errorf("%s has %d lines: split it, or say at its top why not and list it here", name, lines)
			}
		}
	}
}

func TestNoHostsOfRegistriesOrPathsOfMachines(t *testing.T) {
	top := root(t)
	// Put together here so that this file does not hold them.
	words := []string{"registry.npm" + "js.org", "pypi" + ".org", "proxy.golang" + ".org", "files.python" + "hosted.org", "/work" + "/main", "/work" + "/shared"}
	err := filepath.WalkDir(top, func(name string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if d.IsDir() {
			if n := d.Name(); n == ".git" || n == "node_modules" || n == ".venv" || n == "dist" || n == "__pycache__" || n == ".build" {
				return filepath.SkipDir
			}
			return nil
		}
		info, err := d.Info()
		if err != nil || info.Size() > 4<<20 || !info.Mode().IsRegular() {
			return err
		}
		data, err := os.ReadFile(name)
		if err != nil {
			return err
		}
		for _, w := range words {
			if strings.Contains(string(data), w) {
				t.Errorf("%s names %s", strings.TrimPrefix(name, top), w)
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}
