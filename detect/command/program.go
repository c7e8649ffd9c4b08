package command

import (
	"slices"
	"strings"
)

// handler looks at one command and returns what it writes to its standard output.
type handler func(*analysis, *command) flow

// table says what each known program does with its arguments. Others are looked at by [analysis.other].
func table() map[string]handler {
	t := map[string]handler{}
	for names, h := range map[string]handler{
		"rm unlink rmdir del erase rd remove-item ri srm": func(a *analysis, c *command) flow {
			a.remove(c.name, c.args, c.at)
			return flow{}
		},
		"find fd gfind":     find,
		"echo printf print": echo,
		"cat tac head tail less more nl sort uniq grep egrep fgrep rg sed cut strings tr od rev bat zcat gunzip gzip xz zstd tar zip jq yq column fold fmt paste": filter,
		"base64 gbase64 base32 xxd uudecode openssl gpg":                   decoder,
		"sh bash zsh dash ksh ash fish mksh rbash busybox toybox csh tcsh": shell,
		"eval source .": evaluate,
		"python python2 python3 pypy pypy3 node nodejs deno bun perl ruby php lua luajit osascript tclsh rscript julia pwsh powershell cmd awk gawk mawk nawk": interpreter,
		"curl wget aria2c axel lynx w3m http https xh httpie fetch iwr irm invoke-webrequest invoke-restmethod":                                                download,
		"nc ncat netcat nc.openbsd nc.traditional socat telnet":                                                                                                netcat,
		"scp rsync sftp ftp lftp tftp rclone ssh mosh sshpass":                                                                                                 remote,
		"dig nslookup host drill ping":          lookup,
		"cd pushd":                              changeFolder,
		"alias":                                 alias,
		"export readonly local declare typeset": declare,
		"tee":                                   tee,
		"cp mv install ln ditto copy move":      copyFiles,
		"dd":                                    dd,
		"mkfs mke2fs mkswap wipefs fdisk sfdisk gdisk sgdisk parted cfdisk blkdiscard cryptsetup hdparm diskutil shred format": disks,
		"chmod chown chgrp chattr setfacl icacls takeown":                                                                      permissions,
		"crontab at batch systemctl launchctl update-rc.d schtasks":                                                            schedule,
		"history fc unset shopt set":                                                                                           history,
		"kill pkill killall killall5 taskkill stop-process":                                                                    killProcess,
		"git": git,
		"aws gcloud gsutil az terraform tofu pulumi kubectl oc helm docker podman nerdctl heroku fly flyctl doctl eksctl vagrant":      cloud,
		"psql mysql mariadb sqlite3 sqlcmd mongosh mongo redis-cli valkey-cli dropdb clickhouse-client cqlsh duckdb mysqladmin influx": database,
		"usermod useradd adduser passwd visudo gpasswd chpasswd setcap newgrp pkexec":                                                  account,
		"env printenv":                       environment,
		"claude":                             claude,
		"trap":                               trap,
		"vim vi nvim ex view emacs ed":       editor,
		"truncate":                           truncate,
		"halt poweroff reboot shutdown init": nothing,
		"true false : test [ exit return break continue wait sleep read shift umask ulimit": nothing,
	} {
		for _, n := range strings.Fields(names) {
			t[n] = h
		}
	}
	for n := range wrappers {
		if t[n] == nil {
			t[n] = wrapper
		}
	}
	return t
}

func nothing(*analysis, *command) flow { return flow{} }

// other looks at a program that is not known: what its arguments hold may still be told.
func (a *analysis) other(c *command) flow {
	if strings.HasPrefix(c.name, "mkfs.") || strings.HasPrefix(c.name, "newfs") {
		return disks(a, c)
	}
	for _, prefix := range []string{"python3.", "python2.", "php", "ruby", "node", "lua5", "perl5"} {
		if strings.HasPrefix(c.name, prefix) {
			return interpreter(a, c)
		}
	}
	out := flow{some: true, secret: c.in.secret, net: c.in.net}
	return out
}

// plain returns the arguments that are no options. takes lists options that take the next word.
func plain(args []string, takes ...string) []string {
	var out []string
	for i := 0; i < len(args); i++ {
		arg := args[i]
		switch {
		case arg == "--":
			return append(out, args[i+1:]...)
		case slices.Contains(takes, arg):
			i++
		case len(arg) > 1 && arg[0] == '-':
		default:
			out = append(out, arg)
		}
	}
	return out
}

// has reports whether args hold one of the options: a long one, or a letter of a short group ("-rf").
func has(args []string, letters string, long ...string) bool {
	for _, arg := range args {
		if arg == "--" {
			return false
		}
		if slices.Contains(long, arg) {
			return true
		}
		if len(arg) > 1 && arg[0] == '-' && arg[1] != '-' && strings.ContainsAny(arg[1:], letters) {
			return true
		}
	}
	return false
}

// option returns the value of the first option of names: "-o x", "-ox" for a letter, "--out x", "--out=x".
func option(args []string, names ...string) (string, bool) {
	for i, arg := range args {
		for _, n := range names {
			if arg == n {
				if i+1 < len(args) {
					return args[i+1], true
				}
				return "", true
			}
			if v, ok := strings.CutPrefix(arg, n+"="); ok && strings.HasPrefix(n, "--") {
				return v, true
			}
			if len(n) == 2 && n[0] == '-' && strings.HasPrefix(arg, n) && len(arg) > 2 && arg[1] != '-' {
				return arg[2:], true
			}
		}
	}
	return "", false
}

// options returns the values of every occurrence of the options.
func options(args []string, names ...string) []string {
	var out []string
	for i := range args {
		if v, ok := option(args[i:min(i+2, len(args))], names...); ok && optionAt(args[i], names) {
			out = append(out, v)
		}
	}
	return out
}

func optionAt(arg string, names []string) bool {
	for _, n := range names {
		if arg == n || strings.HasPrefix(arg, n+"=") && strings.HasPrefix(n, "--") || len(n) == 2 && strings.HasPrefix(arg, n) && len(arg) > 2 && arg[1] != '-' {
			return true
		}
	}
	return false
}

// recursiveForce reports whether args are those of a recursive, forced removal.
func recursiveForce(args []string) bool {
	return has(args, "rR", "--recursive") && has(args, "f", "--force")
}

// remove looks at what is deleted.
func (a *analysis) remove(name string, args []string, at span) {
	targets := plain(args)
	recursive := has(args, "rR", "--recursive", "-Recurse", "-recurse") || slices.ContainsFunc(args, func(s string) bool { return strings.EqualFold(s, "/s") })
	for _, t := range targets {
		p := a.resolve(t)
		switch {
		case isDisk(p):
			a.add(diskDestruction, at)
		case strings.Contains(p, "_history") || strings.HasPrefix(p, "/var/log"):
			a.add(historyDestruction, at)
		}
		for _, g := range append(append([]string{}, guards...), "/.claude") {
			if strings.Contains(p+"/", g+"/") || strings.Contains(p, g) && g != "/.claude" {
				a.add(guardTampering, at)
				break
			}
		}
		if (p == a.cwd+"/.git" || strings.HasSuffix(p, "/.git")) && recursive {
			a.add(gitHistoryLoss, at)
		}
		if name == "rmdir" || name == "unlink" || !recursive {
			if name != "rmdir" && a.critical(p) && strings.ContainsAny(t, "*") || systemFile(p) {
				a.add(deleteCritical, at)
			}
			continue
		}
		switch {
		case a.critical(p):
			a.add(deleteCritical, at)
		case isUnknown(p):
			a.add(unresolved, at)
		case p == a.cwd || p == a.cwd+"/*" || a.outside(p):
			a.add(deleteRecursive, at)
		}
	}
	if slices.ContainsFunc(args, func(s string) bool { return s == "--no-preserve-root" }) {
		a.add(deleteCritical, at)
	}
}

func changeFolder(a *analysis, c *command) flow {
	targets := plain(c.args)
	switch {
	case len(targets) == 0:
		a.cwd = homeMark
	case targets[0] == "-":
	default:
		a.cwd = a.resolve(targets[0])
	}
	return flow{}
}

func alias(a *analysis, c *command) flow {
	for _, arg := range c.args {
		if name, value, ok := strings.Cut(arg, "="); ok && len(a.aliases) < 200 {
			a.aliases[name] = value
		}
	}
	return flow{}
}

func declare(a *analysis, c *command) flow {
	for _, arg := range c.args {
		if name, value, ok := strings.Cut(arg, "="); ok && len(a.vars) < 1000 {
			a.vars[name] = value
		}
	}
	return flow{}
}

func trap(a *analysis, c *command) flow {
	if args := plain(c.args); len(args) > 1 {
		a.scriptFrom(args[0], c.at, false, flow{})
	}
	return flow{}
}

func environment(a *analysis, c *command) flow {
	if c.name == "env" {
		if rest := unwrap(wrappers["env"], c.args); len(rest) > 0 {
			return a.run(rest, c.in, c.at)
		}
	}
	return flow{some: true, secret: true} // the environment holds tokens as often as not
}

func claude(a *analysis, c *command) flow {
	if has(c.args, "", "--bare", "--safe-mode", "--dangerously-skip-permissions") {
		a.add(guardTampering, c.at)
	}
	return flow{some: true}
}

func truncate(a *analysis, c *command) flow {
	for _, t := range plain(c.args, "-s", "--size", "-r", "--reference") {
		p := a.resolve(t)
		if strings.HasPrefix(p, "/var/log") || strings.Contains(p, "_history") {
			a.add(historyDestruction, c.at)
		}
		a.writes(p, c.at)
	}
	return flow{}
}
