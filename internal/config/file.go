package config

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"
	"regexp"
	"strings"

	"go.yaml.in/yaml/v4"
)

// plain matches values that YAML reads back as themselves without quotes.
var plain = regexp.MustCompile(`^[A-Za-z0-9/][A-Za-z0-9_./:-]*$`)

// MaxFileBytes is the largest settings file that is read.
const MaxFileBytes = 1 << 20

// ReadFile sets c's fields from the YAML file name. All problems are reported, as file:line:col.
func (c *Config) ReadFile(name string) error {
	f, err := os.Open(name)
	if err != nil {
		return fmt.Errorf("open settings file: %w", err)
	}
	defer f.Close()
	data, err := io.ReadAll(io.LimitReader(f, MaxFileBytes+1))
	if err != nil {
		return fmt.Errorf("read settings file: %w", err)
	}
	if len(data) > MaxFileBytes {
		return fmt.Errorf("%s: longer than %d bytes", name, MaxFileBytes)
	}
	return c.parse(name, data)
}

func (c *Config) parse(name string, data []byte) error {
	if len(bytes.TrimSpace(data)) == 0 {
		return nil
	}
	var doc yaml.Node
	if err := yaml.Unmarshal(data, &doc); err != nil {
		return fmt.Errorf("%s: %w", name, err)
	}
	if len(doc.Content) == 0 {
		return nil // comments only
	}
	root := doc.Content[0]
	if root.Kind != yaml.MappingNode {
		return fmt.Errorf("%s:%d:%d: want settings as \"name: value\" lines", name, root.Line, root.Column)
	}
	byName := map[string]Field{}
	for _, f := range c.Fields() {
		byName[f.Name] = f
	}
	var errs []error
	bad := func(n *yaml.Node, format string, args ...any) {
		errs = append(errs, fmt.Errorf("%s:%d:%d: %s", name, n.Line, n.Column, fmt.Sprintf(format, args...)))
	}
	seen := map[string]bool{}
	for i := 0; i+1 < len(root.Content); i += 2 {
		key, val := root.Content[i], root.Content[i+1]
		f, ok := byName[key.Value]
		switch {
		case !ok:
			bad(key, "unknown setting %.60q", key.Value)
			continue
		case seen[key.Value]:
			bad(key, "setting %q is given twice", key.Value)
			continue
		}
		seen[key.Value] = true
		text, err := scalar(val)
		if err == nil {
			err = f.Set(text)
		}
		if err != nil {
			bad(val, "setting %s: %v", f.Name, err)
		}
	}
	return errors.Join(errs...)
}

// scalar returns a node's text; a list of scalars is joined with commas.
func scalar(n *yaml.Node) (string, error) {
	switch n.Kind {
	case yaml.ScalarNode:
		if n.Tag == "!!null" {
			return "", nil
		}
		return n.Value, nil
	case yaml.SequenceNode:
		var parts []string
		for _, c := range n.Content {
			if c.Kind != yaml.ScalarNode {
				return "", errors.New("want a list of plain values")
			}
			parts = append(parts, c.Value)
		}
		return strings.Join(parts, ","), nil
	}
	return "", errors.New("want a plain value or a list")
}

// ReadEnv sets c's fields from GATEHOUSE_* variables, looked up with lookup ([os.LookupEnv]). An empty
// variable counts as not set.
func (c *Config) ReadEnv(lookup func(string) (string, bool)) error {
	var errs []error
	for _, f := range c.Fields() {
		if v, ok := lookup(f.Env()); ok && v != "" {
			if err := f.Set(v); err != nil {
				errs = append(errs, fmt.Errorf("environment variable %s: %w", f.Env(), err))
			}
		}
	}
	return errors.Join(errs...)
}

// Print writes c as a settings file, each setting under its usage line.
func (c *Config) Print(w io.Writer) error {
	for _, f := range c.Fields() {
		value := f.Get()
		if !plain.MatchString(value) {
			quoted, err := yaml.Marshal(value)
			if err != nil {
				return fmt.Errorf("print setting %s: %w", f.Name, err)
			}
			value = strings.TrimSuffix(string(quoted), "\n")
		}
		if _, err := fmt.Fprintf(w, "# %s\n%s: %s\n", f.Usage, f.Name, value); err != nil {
			return err
		}
	}
	return nil
}
