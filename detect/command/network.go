package command

import (
	"net"
	"net/url"
	"slices"
	"strings"
)

// upload are the options of curl and wget by which data leaves.
var upload = []string{"-d", "--data", "--data-binary", "--data-raw", "--data-urlencode", "--data-ascii", "--json", "-F", "--form", "--form-string", "-T", "--upload-file",
	"--post-file", "--post-data", "--body-file", "--body-data", "-Body", "-InFile"}

// download looks at what goes out and what comes in over HTTP.
func download(a *analysis, c *command) flow {
	away := !onlyLocal(c.args)
	if away {
		a.add(egress, c.at)
	}
	secret, sends := false, false
	for _, arg := range c.args {
		if f := flowOf(arg); f.secret {
			secret, sends = true, true
		}
	}
	for _, v := range options(c.args, upload...) {
		sends = true
		name, file := strings.CutPrefix(v, "@")
		if i := strings.Index(v, "=@"); i >= 0 {
			name, file = v[i+2:], true
		} else if i := strings.Index(v, "=<"); i >= 0 {
			name, file = v[i+2:], true
		}
		if _, ok := option(c.args, "-T", "--upload-file", "--post-file", "--body-file", "-InFile"); ok && !file {
			name, file = v, true
		}
		if !file {
			continue
		}
		f := a.in(name, c)
		secret = secret || f.secret
	}
	switch {
	case secret && away:
		a.add(secretExfiltration, c.at)
	case sends && away:
		a.add(egressUpload, c.at)
	}
	out := flow{some: true, net: true}
	for _, name := range saved(c) {
		a.written(name, out, c.at)
	}
	return out
}

// onlyLocal reports whether all addresses among args are of this machine, and there is one.
func onlyLocal(args []string) bool {
	urls := slices.DeleteFunc(slices.Clone(args), func(s string) bool { return !strings.Contains(s, "://") })
	if len(urls) == 0 {
		urls = plain(args, append([]string{"-o", "-O", "-H", "-X", "-u", "-A", "-b", "-c", "-e", "-m"}, upload...)...)
	}
	return len(urls) > 0 && !slices.ContainsFunc(urls, func(s string) bool { return !isLocal(s) })
}

// in is the flow of a file that is sent, or of standard input for "-".
func (a *analysis) in(name string, c *command) flow {
	if name == "-" || name == "/dev/stdin" {
		return c.in
	}
	return a.read(strings.SplitN(name, ";", 2)[0], c.at)
}

// saved returns the files that a download goes to.
func saved(c *command) []string {
	out := options(c.args, "-o", "--output", "-O", "--output-document", "-OutFile", "--out")
	if c.name == "wget" || has(c.args, "O", "--remote-name") && c.name == "curl" {
		if c.name == "curl" {
			out = out[:0]
		}
		for _, arg := range c.args {
			if u, err := url.Parse(arg); err == nil && strings.Contains(arg, "/") && !strings.HasPrefix(arg, "-") {
				if i := strings.LastIndexByte(u.Path, '/'); i >= 0 && i+1 < len(u.Path) {
					out = append(out, u.Path[i+1:])
				}
			}
		}
	}
	return slices.DeleteFunc(out, func(s string) bool { return s == "" || s == "-" || strings.Contains(s, "://") })
}

// isLocal reports whether a URL or host:port is of this machine.
func isLocal(s string) bool {
	if u, err := url.Parse(s); err == nil && u.Host != "" {
		s = u.Host
	} else if i := strings.IndexByte(s, '/'); i > 0 {
		s = s[:i]
	}
	if h, _, err := net.SplitHostPort(s); err == nil {
		s = h
	}
	s = strings.Trim(strings.ToLower(s), "[]")
	if s == "localhost" || strings.HasSuffix(s, ".localhost") || s == "host.docker.internal" {
		return true
	}
	ip := net.ParseIP(s)
	return ip != nil && ip.IsLoopback()
}

// netcat looks at raw connections.
func netcat(a *analysis, c *command) flow {
	if has(c.args, "", "-e", "-c", "--exec", "--sh-exec", "--lua-exec") {
		a.add(reverseShell, c.at)
	}
	for _, arg := range c.args {
		l := strings.ToLower(arg)
		if c.name == "socat" && (strings.HasPrefix(l, "exec:") || strings.HasPrefix(l, "system:")) {
			a.add(reverseShell, c.at)
		}
	}
	hosts := plain(c.args, "-p", "-w", "-s", "-q", "-x", "-X", "-i", "-o")
	if len(hosts) > 0 && isLocal(hosts[0]) {
		return flow{some: true, net: true}
	}
	a.add(egress, c.at)
	switch {
	case c.in.secret:
		a.add(secretExfiltration, c.at)
	case c.in.some && !has(c.args, "lz"):
		a.add(egressUpload, c.at)
	}
	return flow{some: true, net: true}
}

// remote looks at copies to other machines, and at what is run there.
func remote(a *analysis, c *command) flow {
	switch c.name {
	case "sshpass":
		return a.run(unwrap(wrap{takes: []string{"-p", "-f", "-d"}}, c.args), c.in, c.at)
	case "ssh", "mosh":
		a.add(egress, c.at)
		takes := []string{"-i", "-p", "-l", "-o", "-F", "-J", "-L", "-R", "-D", "-b", "-c", "-E", "-m", "-S", "-W", "-w", "-Q", "-B", "-e", "-I", "-O"}
		words := unwrap(wrap{takes: takes, skip: 1}, c.args)
		switch {
		case len(words) > 0:
			// On the other machine the same things are as bad; its folders are not ours.
			cwd := a.cwd
			a.cwd = homeMark
			a.scriptFrom(strings.Join(words, " "), c.at, false, c.in)
			a.cwd = cwd
		case c.in.known:
			a.script(c.in.text, c.at, false)
		}
		if c.in.secret {
			a.add(secretExfiltration, c.at)
		}
		return flow{some: true, net: true}
	}
	args := plain(c.args, "-i", "-P", "-o", "-e", "-F", "-l", "--rsh", "--exclude", "--include", "-p")
	if c.name == "rclone" && len(args) > 0 {
		args = args[1:]
	}
	if len(args) < 2 {
		a.add(egress, c.at)
		return flow{some: true, net: true}
	}
	to := args[len(args)-1]
	if !isRemote(to) {
		if slices.ContainsFunc(args[:len(args)-1], isRemote) {
			a.add(egress, c.at)
			a.written(to, flow{some: true, net: true}, c.at)
		}
		return flow{some: true}
	}
	a.add(egress, c.at)
	id := egressUpload
	for _, from := range args[:len(args)-1] {
		if strings.HasPrefix(from, "ssh ") {
			continue // rsync -rave "ssh -i key"
		}
		if p := a.resolve(from); secretPath(p) || secretPath(p+"/x") {
			id = secretExfiltration
		}
	}
	a.add(id, c.at)
	return flow{some: true}
}

// isRemote reports whether a target of scp, rsync or rclone is another machine.
func isRemote(s string) bool {
	if strings.Contains(s, "://") {
		return true
	}
	i := strings.IndexByte(s, ':')
	return i > 0 && !strings.Contains(s[:i], "/") && (i > 1 || strings.Contains(s, "::"))
}

// lookup looks at names that are resolved: a name made of a secret carries it out.
func lookup(a *analysis, c *command) flow {
	for _, arg := range c.args {
		f := flowOf(arg)
		if f.secret {
			a.add(secretExfiltration, c.at)
		} else if !f.known && strings.Contains(arg, ".") {
			a.add(egressUpload, c.at)
		}
	}
	a.add(egress, c.at)
	return flow{some: true, net: true}
}
