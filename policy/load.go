package policy

import (
	"embed"
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

//go:embed starter/*.yaml
var starter embed.FS

// Starter returns the policies that are in force at first start, file by file.
func Starter() []File {
	entries, err := starter.ReadDir("starter")
	if err != nil {
		return nil // an embedded folder is always there
	}
	var files []File
	for _, e := range entries {
		if data, err := starter.ReadFile("starter/" + e.Name()); err == nil {
			files = append(files, File{Name: e.Name(), Data: data})
		}
	}
	return files
}

// Load reads and compiles policy files: those named, and in each folder named the *.yaml and *.yml files that
// stand in it directly, in order of their names. Symbolic links are followed; names that begin with a dot
// are passed over. What cannot be read is a [Problem] like what cannot be compiled.
func Load(paths ...string) (*Set, error) {
	var rep report
	files, err := Read(paths...)
	if err != nil {
		ps, ok := errors.AsType[Problems](err)
		if !ok {
			return nil, err
		}
		rep.problems = ps
	}
	set, err := Parse(files...)
	if ps, ok := errors.AsType[Problems](err); ok {
		rep.problems = append(rep.problems, ps...)
	} else if err != nil {
		return nil, err
	}
	if err := rep.err(); err != nil {
		return nil, err
	}
	return set, nil
}

// Read returns the files that [Load] would compile. Beside an error, which is [Problems], it returns those
// that could be read.
func Read(paths ...string) ([]File, error) {
	var rep report
	var files []File
	seen := map[string]bool{}
	for _, name := range expand(paths, &rep) {
		if seen[name] {
			continue
		}
		seen[name] = true
		data, err := readFile(name)
		if err != nil {
			rep.add(name, 0, 0, "%s", cause(err))
			continue
		}
		files = append(files, File{Name: name, Data: data})
	}
	return files, rep.err()
}

func expand(paths []string, rep *report) []string {
	var names []string
	for _, p := range paths {
		info, err := os.Stat(p)
		if err != nil {
			rep.add(p, 0, 0, "%s", cause(err))
			continue
		}
		if !info.IsDir() {
			names = append(names, filepath.Clean(p))
			continue
		}
		entries, err := os.ReadDir(p)
		if err != nil {
			rep.add(p, 0, 0, "%s", cause(err))
			continue
		}
		for _, e := range entries {
			name := filepath.Join(p, e.Name())
			if strings.HasPrefix(e.Name(), ".") || !slices.Contains([]string{".yaml", ".yml"}, filepath.Ext(name)) {
				continue
			}
			if info, err := os.Stat(name); err == nil && info.IsDir() {
				continue
			}
			names = append(names, name)
		}
	}
	return names
}

// readFile reads no more than the parser takes, so that a huge file, or one that never ends, is only refused.
func readFile(name string) ([]byte, error) {
	info, err := os.Stat(name)
	if err != nil {
		return nil, err
	}
	if !info.Mode().IsRegular() {
		return nil, errors.New("not a regular file")
	}
	f, err := os.Open(name)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	return io.ReadAll(io.LimitReader(f, MaxFileBytes+4)) // four more for a byte order mark, and to tell that it is longer
}

// cause leaves out the path, which the problem already names.
func cause(err error) string {
	if e, ok := errors.AsType[*fs.PathError](err); ok {
		return e.Op + ": " + e.Err.Error()
	}
	return err.Error()
}
