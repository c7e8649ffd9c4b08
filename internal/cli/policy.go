package cli

import (
	"context"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"text/tabwriter"

	"gatehouse.dev/policy"
)

const policyAbout = `Check and show policy files.

    gatehouse policy check FILE|FOLDER…      report every problem as file:line:col
    gatehouse policy list [FILE|FOLDER…]     show policies and rules; without files, the starter set
    gatehouse policy starter [FOLDER]        print the starter set, or write it to a folder to start from`

func policyCommand(_ context.Context, e *env, args []string) error {
	if len(args) > 0 && (args[0] == "-h" || args[0] == "--help" || args[0] == "-help") {
		_, err := fmt.Fprintln(e.stdout, policyAbout)
		return err
	}
	if len(args) == 0 {
		return &hinted{&usageError{"policy: want check, list or starter"}, "gatehouse policy --help"}
	}
	verb, files := args[0], args[1:]
	for _, f := range files {
		if strings.HasPrefix(f, "-") {
			return &hinted{&usageError{fmt.Sprintf("policy %s: unknown flag %.60q", verb, f)}, "gatehouse policy --help"}
		}
	}
	switch verb {
	case "check":
		if len(files) == 0 {
			return &hinted{&usageError{"policy check: want files or folders"}, "gatehouse policy check policies/"}
		}
		set, err := policy.Load(files...)
		if err != nil {
			return err
		}
		rules := 0
		for _, p := range set.Policies() {
			rules += len(p.Rules)
		}
		_, err = fmt.Fprintf(e.stdout, "ok: %d policies, %d rules, version %s\n", len(set.Policies()), rules, set.Version())
		return err
	case "list":
		return listPolicies(e.stdout, files)
	case "starter":
		return starter(e, files)
	}
	return &hinted{&usageError{fmt.Sprintf("policy: unknown command %.60q", verb)}, "gatehouse policy --help"}
}

func listPolicies(w io.Writer, files []string) error {
	set, err := policy.Parse(policy.Starter()...)
	if len(files) > 0 {
		set, err = policy.Load(files...)
	}
	if err != nil {
		return err
	}
	tw := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	fmt.Fprintln(tw, "POLICY/RULE\tMODE\tACTION\tSEVERITY\tFINDS")
	for _, p := range set.Policies() {
		for _, r := range p.Rules {
			fmt.Fprintf(tw, "%s/%s\t%v\t%v\t%v\t%s\n", p.Name, r.ID, p.Mode, r.Action, r.Severity, strings.Join(r.Find, " "))
		}
	}
	return tw.Flush()
}

// starter prints the starter set, or writes its files into a folder without overwriting any.
func starter(e *env, args []string) error {
	if len(args) == 0 {
		for _, f := range policy.Starter() {
			if _, err := fmt.Fprintf(e.stdout, "# %s\n%s\n", f.Name, f.Data); err != nil {
				return err
			}
		}
		return nil
	}
	if err := os.MkdirAll(args[0], 0o755); err != nil {
		return fmt.Errorf("make policy folder: %w", err)
	}
	for _, f := range policy.Starter() {
		name := filepath.Join(args[0], filepath.Base(f.Name))
		out, err := os.OpenFile(name, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o644)
		if err != nil {
			return fmt.Errorf("write policy file: %w", err)
		}
		_, err = out.Write(f.Data)
		if cerr := out.Close(); err == nil {
			err = cerr
		}
		if err != nil {
			return fmt.Errorf("write policy file: %w", err)
		}
		fmt.Fprintln(e.stdout, name)
	}
	return nil
}
