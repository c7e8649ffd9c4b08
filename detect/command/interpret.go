package command

import (
	"encoding/base64"
	"encoding/hex"
	"regexp"
	"slices"
	"strings"
)

// echo writes its arguments.
func echo(a *analysis, c *command) flow {
	args := c.args
	for len(args) > 0 && (args[0] == "-n" || args[0] == "-e" || args[0] == "-ne" || args[0] == "-en" || args[0] == "-E") {
		args = args[1:]
	}
	if c.name == "printf" && len(args) > 0 {
		format := args[0]
		args = args[1:]
		if format == "--" && len(args) > 0 {
			format, args = args[0], args[1:]
		}
		text := format
		for _, v := range []string{"%s", "%b", "%q", "%d"} {
			for strings.Contains(text, v) && len(args) > 0 {
				text = strings.Replace(text, v, args[0], 1)
				args = args[1:]
			}
		}
		return flowOf(escapes(text))
	}
	text := strings.Join(args, " ")
	if has(c.args, "e") {
		text = escapes(text)
	}
	return flowOf(text)
}

// escapes resolves \n, \t, \xHH and octal as echo -e and printf do.
func escapes(s string) string {
	if !strings.Contains(s, `\`) {
		return s
	}
	var b strings.Builder
	for i := 0; i < len(s); i++ {
		if s[i] != '\\' || i+1 == len(s) {
			b.WriteByte(s[i])
			continue
		}
		i++
		switch s[i] {
		case 'n':
			b.WriteByte('\n')
		case 't':
			b.WriteByte('\t')
		case 'r':
			b.WriteByte('\r')
		case '\\':
			b.WriteByte('\\')
		case 'x':
			n, v := 0, byte(0)
			for n < 2 && i+1+n < len(s) {
				d := strings.IndexByte("0123456789abcdef", s[i+1+n]|0x20)
				if s[i+1+n] >= '0' && s[i+1+n] <= '9' {
					d = int(s[i+1+n] - '0')
				}
				if d < 0 {
					break
				}
				v = v<<4 | byte(d)
				n++
			}
			i += n
			b.WriteByte(v)
		case '0', '1', '2', '3', '4', '5', '6', '7':
			n, v := 0, 0
			for n < 4 && i+n < len(s) && s[i+n] >= '0' && s[i+n] <= '7' {
				v = v<<3 | int(s[i+n]-'0')
				n++
			}
			i += n - 1
			b.WriteByte(byte(v))
		default:
			b.WriteByte('\\')
			b.WriteByte(s[i])
		}
	}
	return b.String()
}

// filter passes on what it reads from files or standard input.
func filter(a *analysis, c *command) flow {
	args := plain(c.args, "-n", "-c", "-e", "-f", "-d", "-m", "-A", "-B", "-C", "-F", "-k", "-t", "--lines", "--bytes", "--include", "--exclude")
	if slices.Contains([]string{"grep", "egrep", "fgrep", "rg", "sed", "tr", "cut", "jq", "yq"}, c.name) && len(args) > 0 && !has(c.args, "", "-e", "-f") {
		args = args[1:] // a pattern or a program: data
	}
	if c.name == "sed" && has(c.args, "i", "--in-place") {
		for _, name := range args {
			a.writes(a.resolve(name), c.at)
		}
		return flow{}
	}
	if c.name == "tar" || c.name == "zip" {
		args = plain(c.args)
	}
	if len(args) == 0 {
		out := c.in
		if out.known && c.name != "cat" {
			switch c.name {
			case "rev":
				r := []rune(out.text)
				slices.Reverse(r)
				out.text = string(r)
			case "gunzip", "zcat", "xz", "zstd", "gzip":
				out = flow{some: true, decoded: true, net: out.net}
			case "tr", "sed", "cut", "sort", "fold":
				out = flow{some: true, decoded: true, net: out.net, secret: out.secret}
			}
		}
		return out
	}
	var out flow
	for _, name := range args {
		out = join(out, a.read(name, c.at))
	}
	if c.name != "cat" && c.name != "head" && c.name != "tail" {
		out.known = false
	}
	return out
}

// decoder decodes, encrypts or encodes.
func decoder(a *analysis, c *command) flow {
	in := c.in
	if files := plain(c.args, "-w", "-s", "-l", "-c", "-in", "-out", "-k", "-pass"); len(files) > 0 && c.name != "openssl" && c.name != "gpg" {
		in = a.read(files[0], c.at)
	}
	if name, ok := option(c.args, "-in"); ok {
		in = a.read(name, c.at)
	}
	decodes := has(c.args, "dD", "--decode", "-r", "-d", "--decrypt") || c.name == "uudecode" || c.name == "openssl" && has(c.args, "", "-d")
	if !decodes {
		return flow{some: true, secret: in.secret, net: in.net}
	}
	out := flow{some: true, decoded: true, net: in.net, secret: in.secret}
	if !in.known {
		return out
	}
	text := strings.Join(strings.Fields(in.text), "")
	switch c.name {
	case "base64", "gbase64", "openssl":
		for _, enc := range []*base64.Encoding{base64.StdEncoding, base64.RawStdEncoding, base64.URLEncoding} {
			if b, err := enc.DecodeString(text); err == nil {
				out.text, out.known = string(b), true
				break
			}
		}
	case "xxd":
		if b, err := hex.DecodeString(text); err == nil {
			out.text, out.known = string(b), true
		}
	}
	return out
}

// shell runs a script: of -c, of a file, or of standard input.
func shell(a *analysis, c *command) flow {
	if c.name == "busybox" || c.name == "toybox" {
		return a.run(c.args, c.in, c.at)
	}
	args := c.args
	for i := 0; i < len(args); i++ {
		arg := args[i]
		switch {
		case arg == "-o" || arg == "+o" || arg == "--rcfile" || arg == "--init-file":
			i++
		case arg == "-c" || len(arg) > 2 && arg[0] == '-' && arg[1] != '-' && strings.Contains(arg, "c"):
			rest := args[i+1:]
			for len(rest) > 0 && strings.HasPrefix(rest[0], "-") {
				rest = rest[1:]
			}
			if len(rest) == 0 {
				return flow{}
			}
			for j, v := range rest[1:] {
				if j < 10 {
					a.vars[string(rune('0'+j))] = v
				}
			}
			return a.code(rest[0], c)
		case len(arg) > 1 && (arg[0] == '-' || arg[0] == '+') && arg != "-s":
		case arg == "-s":
			a.execute(c.in, c.at)
			return flow{some: true}
		default:
			return a.file(arg, c)
		}
	}
	if c.in.some {
		a.execute(c.in, c.at)
	}
	return flow{some: true}
}

// code runs text as a shell script.
func (a *analysis) code(text string, c *command) flow {
	f := flowOf(text)
	if f.known {
		return a.scriptFrom(text, c.at, false, c.in)
	}
	switch {
	case f.net:
		a.add(downloadExecute, c.at)
	case f.decoded:
		a.add(decodeExecute, c.at)
	default:
		if strings.Trim(text, unknownMark+" ") == "" {
			a.add(unresolved, c.at)
			return flow{some: true}
		}
	}
	return a.scriptFrom(text, c.at, false, c.in) // what is known of it still counts
}

// file runs a script from a file.
func (a *analysis) file(name string, c *command) flow {
	m := flowOf(name)
	p := a.resolve(name)
	f, ok := a.files[p]
	if !ok {
		f, ok = a.files[name]
	}
	switch {
	case m.net:
		a.add(downloadExecute, c.at)
	case m.decoded:
		a.add(decodeExecute, c.at)
	case ok:
		a.execute(f, c.at)
	case name == "/dev/stdin" || name == "-" || name == "/proc/self/fd/0":
		a.execute(c.in, c.at)
	}
	return flow{some: true}
}

// evaluate runs its arguments, or a file, in the present shell.
func evaluate(a *analysis, c *command) flow {
	if len(c.args) == 0 {
		return flow{}
	}
	if c.name != "eval" {
		return a.file(c.args[0], c)
	}
	return a.code(strings.Join(c.args, " "), c)
}

// inline are the options after which an interpreter finds code.
var inline = map[string][]string{
	"python": {"-c"}, "pypy": {"-c"}, "node": {"-e", "--eval", "-p", "--print"}, "nodejs": {"-e", "--eval", "-p"}, "deno": {"eval"}, "bun": {"-e"},
	"perl": {"-e", "-E"}, "ruby": {"-e"}, "php": {"-r"}, "lua": {"-e"}, "luajit": {"-e"}, "osascript": {"-e"}, "rscript": {"-e"}, "julia": {"-e"},
	"pwsh": {"-c", "-Command", "-command"}, "powershell": {"-c", "-Command", "-command"}, "cmd": {"/c", "/C", "/k", "/K"},
}

// interpreter looks at code that an interpreter is given in its arguments.
func interpreter(a *analysis, c *command) flow {
	name := strings.TrimRight(c.name, "0123456789.")
	switch name {
	case "awk", "gawk", "mawk", "nawk":
		if args := plain(c.args, "-F", "-v", "-f"); len(args) > 0 {
			a.foreign(args[0], c)
		}
		return flow{some: true, secret: c.in.secret, net: c.in.net}
	case "pwsh", "powershell":
		if enc, ok := option(c.args, "-EncodedCommand", "-enc", "-ec", "-e"); ok {
			a.add(decodeExecute, c.at)
			if b, err := base64.StdEncoding.DecodeString(enc); err == nil {
				a.scriptFrom(strings.ReplaceAll(string(b), "\x00", ""), c.at, false, c.in)
			}
			return flow{some: true}
		}
	}
	for i, arg := range c.args {
		for _, opt := range inline[name] {
			if arg != opt && !(len(opt) == 2 && opt[0] == '-' && len(arg) > 2 && arg[0] == '-' && arg[1] != '-' && strings.HasSuffix(arg, opt[1:])) {
				continue
			}
			if i+1 >= len(c.args) {
				continue
			}
			if name == "cmd" || name == "pwsh" || name == "powershell" {
				return a.code(strings.Join(c.args[i+1:], " "), c)
			}
			a.foreign(c.args[i+1], c)
			return flow{some: true}
		}
	}
	files := plain(c.args, "-m", "-W", "-X", "-I", "-M", "-r", "--require", "--import")
	switch {
	case len(files) > 0 && files[0] != "-":
		m := flowOf(files[0])
		if f, ok := a.files[a.resolve(files[0])]; ok {
			if f.known {
				a.foreign(f.text, c)
				break
			}
			a.execute(f, c.at)
		} else if m.net {
			a.add(downloadExecute, c.at)
		}
	case c.in.some && !slices.ContainsFunc(c.args, func(s string) bool { return strings.HasPrefix(s, "-m") }):
		switch {
		case c.in.known:
			a.foreign(c.in.text, c)
		case c.in.net:
			a.add(downloadExecute, c.at)
		case c.in.decoded:
			a.add(decodeExecute, c.at)
		}
	}
	return flow{some: true, net: c.in.net, secret: c.in.secret}
}

// Calls by which code of other languages starts programs, deletes, or opens connections.
var (
	starts   = regexp.MustCompile(`(?i)\b(?:os\.system|os\.popen|os\.exec\w*|subprocess\.\w+|commands\.getoutput|pty\.spawn|child_process|execSync|spawnSync|execFileSync|spawn|exec|system|popen|passthru|shell_exec|proc_open|Open3\.\w+|do\s+shell\s+script|os\.execute|io\.popen|Kernel\.\w+|%x|qx)\s*[\(\[\{\s'"/.]|` + "`")
	deletes  = regexp.MustCompile(`(?i)\b(?:shutil\.rmtree|rmtree|fs\.rm(?:Sync|dirSync)?|rimraf|FileUtils\.rm_rf|rm_rf|remove_tree|File::Path|os\.removedirs|deltree)\b`)
	connect  = regexp.MustCompile(`(?i)\b(?:socket\.socket|socket\.connect|net\.(?:Socket|connect|createConnection)|TCPSocket|fsockopen|IO::Socket|Socket::INET)\b`)
	hands    = regexp.MustCompile(`(?i)(?:dup2|/bin/(?:ba|z|da|k)?sh|pty\.spawn|cmd\.exe)`)
	fetches  = regexp.MustCompile(`(?i)\b(?:urllib\.request|urlopen|requests\.get|http\.get|https\.get|fetch\s*\(|Net::HTTP|LWP::|file_get_contents\s*\(\s*['"]https?:)`)
	runsIt   = regexp.MustCompile(`(?i)\b(?:exec|eval|system|Function|compile)\s*\(`)
	decodes  = regexp.MustCompile(`(?i)\b(?:b64decode|base64_decode|atob|Base64\.decode64|decode_base64|unhexlify|from\s*\(\s*[^)]*['"]base64['"])`)
	literals = regexp.MustCompile(`'((?:[^'\\\n]|\\.)+)'|"((?:[^"\\\n]|\\.)+)"|` + "`([^`]+)`" + `|\bq[xq]?\{([^}]+)\}|%x[\[\(\{]([^\]\)\}]+)`)
)

// foreign searches code of another language. Its strings are data unless the code starts programs.
func (a *analysis) foreign(code string, c *command) {
	if len(code) > maxScriptBytes {
		a.add(unresolved, c.at)
		return
	}
	f := flowOf(code)
	if f.net {
		a.add(downloadExecute, c.at)
	}
	if connect.MatchString(code) && hands.MatchString(code) {
		a.add(reverseShell, c.at)
	}
	if fetches.MatchString(code) {
		a.add(egress, c.at)
		if runsIt.MatchString(code) {
			a.add(downloadExecute, c.at)
		}
	}
	if decodes.MatchString(code) && runsIt.MatchString(code) {
		a.add(decodeExecute, c.at)
	}
	run, del := starts.MatchString(code), deletes.MatchString(code)
	if !run && !del {
		if strings.Contains(code, "open(") {
			for _, s := range quoted(code) {
				if secretPath(a.resolve(s)) {
					a.add(readSecret, c.at)
				}
			}
		}
		return
	}
	list := quoted(code)
	for i, s := range list {
		switch {
		case del:
			a.remove("rm", []string{"-r", "-f", s}, c.at)
		case i+1 < len(list) && !strings.ContainsAny(s, " \t") && a.programs[program(s)] != nil:
			// A list of words: ["rm", "-rf", "/"].
			a.run(append([]string{}, list[i:min(len(list), i+16)]...), flow{}, c.at)
		}
		if run && strings.ContainsAny(s, " |;&/") {
			a.scriptFrom(s, c.at, false, c.in)
		}
	}
}

// quoted returns the string literals of code, at most 64.
func quoted(code string) []string {
	var out []string
	for _, m := range literals.FindAllStringSubmatch(code, 64) {
		for _, g := range m[1:] {
			if g != "" {
				out = append(out, strings.NewReplacer(`\"`, `"`, `\'`, `'`, `\\`, `\`, `\n`, "\n").Replace(g))
			}
		}
	}
	return out
}

// editor runs commands that an editor is given.
func editor(a *analysis, c *command) flow {
	for _, cmd := range options(c.args, "-c", "--cmd", "--eval", "-eval") {
		cmd = strings.TrimLeft(cmd, ":")
		if line, ok := strings.CutPrefix(cmd, "!"); ok {
			a.scriptFrom(line, c.at, false, c.in)
		} else if i := strings.Index(cmd, "system("); i >= 0 {
			a.foreign(cmd, c)
		}
	}
	for _, p := range plain(c.args, "-c", "--cmd", "--eval") {
		if secretPath(a.resolve(p)) {
			a.add(readSecret, c.at)
		}
	}
	return flow{some: true}
}
