package cli

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"slices"
	"strings"
	"text/tabwriter"
	"time"

	"gatehouse.dev/internal/auth"
	"gatehouse.dev/internal/config"
	"gatehouse.dev/internal/server"
)

const keysAbout = `Manage the API keys of a server, running or not.

    gatehouse keys create --name ci --scope ingest     prints the new key once
    gatehouse keys list
    gatehouse keys remove ID

Scopes: ingest (hooks and events), read (records and dashboard), admin (everything).
With the first key, a server asks for one on every call and every page.`

func keys(ctx context.Context, e *env, args []string) error {
	if len(args) == 0 || strings.HasPrefix(args[0], "-") {
		if len(args) > 0 && strings.Contains(args[0], "help") || len(args) > 0 && args[0] == "-h" {
			_, err := fmt.Fprintln(e.stdout, keysAbout)
			return err
		}
		return &hinted{&usageError{"keys: want create, list or remove"}, "gatehouse keys --help"}
	}
	verbs := map[string]func(context.Context, *env, []string) error{"create": keyCreate, "list": keyList, "remove": keyRemove}
	run, ok := verbs[args[0]]
	if !ok {
		return &hinted{&usageError{fmt.Sprintf("keys: unknown command %.60q", args[0])}, "gatehouse keys --help"}
	}
	return run(ctx, e, args[1:])
}

// openKeys opens the keys of the data folder, made when missing.
func openKeys(ctx context.Context, data string) (*server.KeyFile, error) {
	if err := os.MkdirAll(data, 0o700); err != nil {
		return nil, fmt.Errorf("make data folder: %w", err)
	}
	return server.OpenKeys(ctx, data)
}

func keyCreate(ctx context.Context, e *env, args []string) (err error) {
	var name, scope, expires string
	cfg, _, err := loadConfig(e, "keys create", "Make an API key and print it. It is shown this once and kept as a hash.", args, func(fs *flag.FlagSet) {
		fs.StringVar(&name, "name", "", "what the key is for (`name`)")
		fs.StringVar(&scope, "scope", "ingest", "`scopes`, comma-separated: ingest, read, admin (default ingest)")
		fs.StringVar(&expires, "expires", "", "`time` until it ends, as 720h or 30d (default never)")
	})
	if err != nil {
		return err
	}
	if name == "" {
		return &hinted{&usageError{"a key needs a name"}, "gatehouse keys create --name ci --scope ingest"}
	}
	now := time.Now().UTC()
	var until time.Time
	if expires != "" {
		d, err := days(expires)
		if err != nil {
			return &usageError{err.Error()}
		}
		until = now.Add(d)
	}
	secret, key, err := auth.NewKey(name, config.List(scope), now, until)
	if err != nil {
		return &usageError{err.Error()}
	}
	k, err := openKeys(ctx, cfg.Data)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, k.Close()) }()
	if err := k.AddKey(ctx, key); err != nil {
		return err
	}
	_, err = fmt.Fprintf(e.stdout, "%s\n", string(secret))
	return err
}

func keyList(ctx context.Context, e *env, args []string) (err error) {
	cfg, _, err := loadConfig(e, "keys list", "List the API keys.", args, nil)
	if err != nil {
		return err
	}
	k, err := openKeys(ctx, cfg.Data)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, k.Close()) }()
	all, err := k.Keys(ctx)
	if err != nil {
		return err
	}
	if len(all) == 0 {
		fmt.Fprintln(e.stderr, "gatehouse: no keys yet; the server asks nobody to log in and listens on loopback only")
		return nil
	}
	w := tabwriter.NewWriter(e.stdout, 0, 0, 2, ' ', 0)
	fmt.Fprintln(w, "ID\tNAME\tSCOPES\tCREATED\tEXPIRES")
	for _, key := range all {
		until := "never"
		if !key.Expires.IsZero() {
			until = key.Expires.Format(time.RFC3339)
		}
		fmt.Fprintf(w, "%s\t%s\t%s\t%s\t%s\n", key.ID, key.Name, strings.Join(key.Scopes, ","), key.Created.Format(time.RFC3339), until)
	}
	return w.Flush()
}

func keyRemove(ctx context.Context, e *env, args []string) (err error) {
	i := slices.IndexFunc(args, func(a string) bool { return !strings.HasPrefix(a, "-") })
	if i != 0 {
		return &hinted{&usageError{"keys remove: want the key's ID first"}, "gatehouse keys list"}
	}
	cfg, _, err := loadConfig(e, "keys remove", "Remove an API key; it stops working within seconds.", args[1:], nil)
	if err != nil {
		return err
	}
	k, err := openKeys(ctx, cfg.Data)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, k.Close()) }()
	return k.RemoveKey(ctx, args[0])
}

// days parses a duration that may be in days.
func days(s string) (time.Duration, error) {
	text := s
	if n, ok := strings.CutSuffix(s, "d"); ok {
		text = n + "h"
	}
	d, err := time.ParseDuration(text)
	if err != nil || d <= 0 {
		return 0, fmt.Errorf("not a duration: %q", s)
	}
	if text != s {
		d *= 24
	}
	return d, nil
}
