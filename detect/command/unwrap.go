package command

import (
	"slices"
	"strings"
)

// wrap says how a program that starts another one is told which.
type wrap struct {
	takes  []string // options that take the next word
	skip   int      // words before the program: a time, a host, a user
	assign bool     // NAME=value words come before the program
	joined bool     // the words are joined and given to a shell
	stdin  bool     // more arguments come from standard input
	after  string   // the program comes after this word ("--")
}

// wrappers are programs that run their arguments.
var wrappers = map[string]wrap{
	"sudo":              {takes: []string{"-u", "-g", "-h", "-p", "-C", "-T", "-r", "-t", "-D", "-R", "--user", "--group", "--host", "--prompt", "--chdir", "--chroot"}, assign: true},
	"doas":              {takes: []string{"-u", "-C"}},
	"env":               {takes: []string{"-u", "-C", "--unset", "--chdir", "-P"}, assign: true},
	"nohup":             {},
	"setsid":            {},
	"nice":              {takes: []string{"-n", "--adjustment"}},
	"ionice":            {takes: []string{"-c", "-n", "-p"}},
	"chrt":              {skip: 1},
	"taskset":           {takes: []string{"-c"}, skip: 1},
	"timeout":           {takes: []string{"-s", "-k", "--signal", "--kill-after"}, skip: 1},
	"gtimeout":          {takes: []string{"-s", "-k"}, skip: 1},
	"time":              {takes: []string{"-f", "-o"}},
	"stdbuf":            {takes: []string{"-i", "-o", "-e"}},
	"unbuffer":          {},
	"command":           {},
	"builtin":           {},
	"exec":              {takes: []string{"-a"}},
	"xargs":             {takes: []string{"-I", "-n", "-P", "-L", "-d", "-E", "-s", "-a", "--max-args", "--max-procs", "--replace", "--delimiter", "--arg-file"}, stdin: true},
	"gxargs":            {takes: []string{"-I", "-n", "-P", "-L", "-d"}, stdin: true},
	"parallel":          {takes: []string{"-j", "-n", "-N", "-I", "--jobs", "-a"}, stdin: true, joined: true},
	"watch":             {takes: []string{"-n", "--interval"}, joined: true},
	"flock":             {takes: []string{"-w", "-E"}, skip: 1},
	"strace":            {takes: []string{"-o", "-e", "-p", "-s", "-u"}},
	"ltrace":            {takes: []string{"-o", "-e", "-p"}},
	"gdb":               {after: "--args"},
	"valgrind":          {},
	"unshare":           {takes: []string{"-S", "-G"}},
	"nsenter":           {takes: []string{"-t", "-S", "-G"}},
	"chroot":            {takes: []string{"--userspec", "--groups"}, skip: 1},
	"proot":             {takes: []string{"-r", "-b", "-w"}},
	"fakeroot":          {},
	"firejail":          {},
	"bwrap":             {after: "--"},
	"su":                {},
	"runuser":           {takes: []string{"-u", "-g"}},
	"caffeinate":        {takes: []string{"-t", "-w"}},
	"arch":              {},
	"script":            {},
	"direnv":            {skip: 2},
	"dotenv":            {},
	"op":                {after: "--"},
	"doppler":           {after: "--"},
	"nix-shell":         {},
	"nix":               {after: "-c"},
	"poetry":            {skip: 1},
	"pipenv":            {skip: 1},
	"uv":                {skip: 1},
	"bundle":            {skip: 1},
	"npx":               {takes: []string{"-p", "--package"}},
	"pnpm":              {skip: 1},
	"mise":              {after: "--"},
	"systemd-run":       {takes: []string{"-u", "-p", "--unit", "--property"}},
	"start-stop-daemon": {after: "--"},
	"rtk":               {},
	"then":              {},
	"start":             {},
	"call":              {},
}

// unwrap returns the words that a wrapper runs.
func unwrap(w wrap, args []string) []string {
	if w.after != "" {
		i := slices.Index(args, w.after)
		if i < 0 {
			return nil
		}
		return args[i+1:]
	}
	skip := w.skip
	for i := 0; i < len(args); i++ {
		arg := args[i]
		switch {
		case arg == "--":
			return args[min(i+1+skip, len(args)):]
		case slices.Contains(w.takes, arg):
			i++
		case len(arg) > 1 && arg[0] == '-':
		case w.assign && isAssignment(arg):
		case skip > 0:
			skip--
		default:
			return args[i:]
		}
	}
	return nil
}

func isAssignment(s string) bool {
	name, _, ok := strings.Cut(s, "=")
	return ok && name != "" && strings.Trim(name, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_") == ""
}

// wrapper runs what its arguments say.
func wrapper(a *analysis, c *command) flow {
	a.wrapped++
	defer func() { a.wrapped-- }()
	w := wrappers[c.name]
	switch c.name {
	case "sudo", "su", "doas", "runuser":
		if line, ok := option(c.args, "-c", "--command"); ok && c.name != "sudo" {
			return a.scriptFrom(line, c.at, false, c.in)
		}
		if c.name == "su" || has(c.args, "is", "--login", "--shell") && len(unwrap(w, c.args)) == 0 {
			a.add(privilegeEscalation, c.at)
			if c.in.some {
				a.execute(c.in, c.at)
			}
			return flow{}
		}
	case "script", "nix-shell", "flock":
		if line, ok := option(c.args, "-c", "--command", "--run"); ok {
			return a.scriptFrom(line, c.at, false, c.in)
		}
	}
	rest := unwrap(w, c.args)
	if len(rest) == 0 {
		return flow{some: true, secret: c.in.secret, net: c.in.net}
	}
	if w.stdin {
		rest = withInput(rest, c)
	}
	if w.joined {
		return a.scriptFrom(strings.Join(rest, " "), c.at, false, c.in)
	}
	return a.run(rest, c.in, c.at)
}

// withInput puts what comes from standard input where xargs would.
func withInput(argv []string, c *command) []string {
	words := []string{unknownMark}
	if c.in.known {
		words = strings.Fields(c.in.text)
		if len(words) > 64 {
			words = words[:64]
		}
	} else if c.in.some {
		words = []string{c.in.marked()}
	}
	place, ok := option(c.args, "-I", "--replace")
	if !ok && c.name == "parallel" {
		place, ok = "{}", true
	}
	if ok && place != "" {
		out := make([]string, 0, len(argv))
		found := false
		for _, arg := range argv {
			if strings.Contains(arg, place) {
				found = true
				arg = strings.ReplaceAll(arg, place, strings.Join(words, " "))
			}
			out = append(out, arg)
		}
		if found {
			return out
		}
	}
	return append(append([]string{}, argv...), words...)
}

// find runs -exec for what it finds, or deletes it.
func find(a *analysis, c *command) flow {
	roots := c.args
	for i, arg := range c.args {
		if arg != "" && (arg[0] == '-' && arg != "-L" && arg != "-H" && arg != "-P" || arg == "(" || arg == "!") {
			roots = c.args[:i]
			break
		}
	}
	paths := plain(roots)
	if len(paths) == 0 {
		paths = []string{"."}
	}
	// A filter by name or kind makes the deletion one of what is looked for; by depth alone it does not.
	narrow := has(c.args, "", "-name", "-iname", "-path", "-regex", "-mtime", "-size", "-newer", "-empty", "-mmin")
	for i, arg := range c.args {
		switch arg {
		case "-delete":
			for _, p := range paths {
				at := a.resolve(p)
				switch {
				case a.critical(at) && !narrow:
					a.add(deleteCritical, c.at)
				case a.outside(at):
					a.add(deleteRecursive, c.at)
				}
			}
		case "-exec", "-execdir", "-ok", "-okdir":
			rest := c.args[i+1:]
			for j, w := range rest {
				if w == ";" || w == "+" {
					rest = rest[:j]
					break
				}
			}
			argv := []string{}
			for _, w := range rest {
				if w == "{}" && !narrow {
					argv = append(argv, paths...)
				} else if w == "{}" {
					argv = append(argv, a.resolve(paths[0])+"/found/x")
				} else {
					argv = append(argv, strings.ReplaceAll(w, "{}", unknownMark))
				}
			}
			a.run(argv, flow{some: true}, c.at)
		}
	}
	return flow{some: true}
}
