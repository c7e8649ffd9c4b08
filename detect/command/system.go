package command

import (
	"slices"
	"strings"
)

// tee writes what it reads into files.
func tee(a *analysis, c *command) flow {
	for _, name := range plain(c.args) {
		a.written(name, c.in, c.at)
	}
	return c.in
}

// copyFiles looks at where files go, and at what is lost by moving it.
func copyFiles(a *analysis, c *command) flow {
	args := plain(c.args, "-m", "-o", "-g", "-S", "--mode", "--owner", "--group")
	if t, ok := option(c.args, "-t", "--target-directory"); ok {
		args = append(slices.DeleteFunc(args, func(s string) bool { return s == t }), t)
	}
	if len(args) < 2 {
		return flow{}
	}
	to := args[len(args)-1]
	p := a.resolve(to)
	var f flow
	for _, from := range args[:len(args)-1] {
		src := a.resolve(from)
		if c.name == "mv" || c.name == "move" {
			switch {
			case a.critical(src):
				a.add(deleteCritical, c.at)
			case to == "/dev/null":
				a.remove("rm", []string{"-rf", from}, c.at)
			}
			a.writes(src, c.at)
		}
		if c.name != "ln" && secretPath(src) {
			a.add(readSecret, c.at)
		}
		f = join(f, a.files[src])
		if secretPath(src) {
			f.secret, f.some = true, true
		}
		a.writes(p+"/"+src[strings.LastIndexByte(src, '/')+1:], c.at)
	}
	a.written(to, f, c.at)
	return flow{}
}

// dd looks at devices that are overwritten.
func dd(a *analysis, c *command) flow {
	from := c.in
	for _, arg := range c.args {
		if name, ok := strings.CutPrefix(arg, "if="); ok {
			from = a.read(name, c.at)
		}
	}
	for _, arg := range c.args {
		if name, ok := strings.CutPrefix(arg, "of="); ok {
			a.written(name, from, c.at)
			return flow{}
		}
	}
	return from
}

// disks looks at programs that format or erase.
func disks(a *analysis, c *command) flow {
	switch c.name {
	case "shred":
		for _, t := range plain(c.args, "-n", "-s", "--iterations", "--size") {
			p := a.resolve(t)
			switch {
			case isDisk(p):
				a.add(diskDestruction, c.at)
			case a.critical(p):
				a.add(deleteCritical, c.at)
			case strings.Contains(p, "_history") || strings.HasPrefix(p, "/var/log"):
				a.add(historyDestruction, c.at)
			case a.outside(p):
				a.add(deleteRecursive, c.at)
			}
		}
		return flow{}
	case "cryptsetup":
		if !slices.ContainsFunc(c.args, func(s string) bool { return s == "luksFormat" || s == "erase" || s == "luksErase" || s == "reencrypt" }) {
			return flow{}
		}
	case "hdparm":
		if !strings.Contains(strings.Join(c.args, " "), "--security-erase") {
			return flow{}
		}
	case "diskutil":
		if !slices.ContainsFunc(c.args, func(s string) bool {
			l := strings.ToLower(s)
			return strings.HasPrefix(l, "erase") || l == "zerodisk" || l == "secureerase" || l == "partitiondisk" || l == "deletecontainer" || l == "deletevolume"
		}) {
			return flow{}
		}
	case "fdisk", "sfdisk", "gdisk", "sgdisk", "parted":
		if has(c.args, "lp", "--list", "--print", "--dump", "--info") || len(plain(c.args)) == 0 || slices.Contains(c.args, "print") {
			return flow{some: true}
		}
	case "format":
		if !slices.ContainsFunc(c.args, func(s string) bool { return len(s) == 2 && s[1] == ':' }) {
			return flow{}
		}
	}
	for _, t := range plain(c.args) {
		if p := a.resolve(t); strings.HasPrefix(p, "/dev/loop") || !strings.HasPrefix(p, "/dev/") && strings.Contains(t, ".") {
			return flow{} // an image in a file
		}
	}
	if len(plain(c.args)) > 0 {
		a.add(diskDestruction, c.at)
	}
	return flow{}
}

// permissions looks at rights that are given on what matters.
func permissions(a *analysis, c *command) flow {
	args := plain(c.args, "--reference", "--from", "-m")
	if len(args) == 0 {
		return flow{}
	}
	mode, targets := args[0], args[1:]
	recursive := has(c.args, "R", "--recursive")
	for _, t := range targets {
		p := a.resolve(t)
		system := a.critical(p) || systemFile(p) || slices.ContainsFunc(rights, func(f string) bool { return strings.HasPrefix(p, f) })
		switch {
		case strings.Contains(p, "/.claude") && c.name != "chgrp":
			a.add(guardTampering, c.at)
		case recursive && a.critical(p), system && c.name != "chmod":
			a.add(permissionCritical, c.at)
		case c.name == "chmod" && system && (open(mode) || strings.Contains(mode, "w")):
			a.add(permissionCritical, c.at)
		case c.name == "chmod" && setuid(mode):
			a.add(privilegeEscalation, c.at)
		case c.name == "chmod" && secretPath(p) && open(mode):
			a.add(permissionCritical, c.at)
		}
	}
	return flow{}
}

// open reports whether a mode lets everybody write or read.
func open(mode string) bool {
	if strings.Trim(mode, "01234567") == "" && len(mode) >= 3 {
		return mode[len(mode)-1] >= '4'
	}
	return strings.HasPrefix(mode, "a+") || strings.HasPrefix(mode, "o+") || strings.HasPrefix(mode, "+") || strings.Contains(mode, "o=r") || strings.Contains(mode, "a=r") || strings.Contains(mode, "ugo+")
}

func setuid(mode string) bool {
	if strings.Trim(mode, "01234567") == "" {
		return len(mode) == 4 && (mode[0] == '4' || mode[0] == '6' || mode[0] == '7' || mode[0] == '5')
	}
	return strings.Contains(mode, "+s") || strings.Contains(mode, "u+xs") || strings.Contains(mode, "=s")
}

// schedule looks at what is made to run later.
func schedule(a *analysis, c *command) flow {
	args := plain(c.args)
	switch c.name {
	case "crontab":
		switch {
		case has(c.args, "l"):
			return flow{some: true}
		case has(c.args, "r") || len(args) > 0 || c.in.some || slices.Contains(c.args, "-"):
			a.add(persistence, c.at)
		}
	case "at", "batch":
		if !has(c.args, "lrc") {
			a.add(persistence, c.at)
			if c.in.known {
				a.script(c.in.text, c.at, false)
			}
		}
	case "systemctl":
		if len(args) == 0 {
			return flow{some: true}
		}
		switch args[0] {
		case "enable", "link", "edit", "preset":
			a.add(persistence, c.at)
		case "stop", "disable", "mask", "kill":
			if slices.ContainsFunc(args[1:], func(s string) bool { return strings.Contains(s, "gatehouse") }) {
				a.add(guardTampering, c.at)
			}
		}
	case "launchctl":
		if len(args) > 0 && slices.Contains([]string{"load", "bootstrap", "enable", "submit"}, args[0]) {
			a.add(persistence, c.at)
		}
	case "schtasks":
		if slices.ContainsFunc(c.args, func(s string) bool { return strings.EqualFold(s, "/create") }) {
			a.add(persistence, c.at)
		}
	case "update-rc.d":
		a.add(persistence, c.at)
	}
	return flow{some: true}
}

// history looks at traces that are removed.
func history(a *analysis, c *command) flow {
	switch c.name {
	case "history":
		if has(c.args, "c") {
			a.add(historyDestruction, c.at)
		}
	case "unset":
		if slices.Contains(c.args, "HISTFILE") {
			a.add(historyDestruction, c.at)
		}
		for _, v := range plain(c.args) {
			delete(a.vars, v)
		}
	case "set":
		if slices.Contains(c.args, "history") && slices.Contains(c.args, "+o") {
			a.add(historyDestruction, c.at)
		}
	}
	return flow{some: true}
}

// killProcess looks at what is stopped: the guard, or everything.
func killProcess(a *analysis, c *command) flow {
	for _, arg := range c.args {
		if strings.Contains(strings.ToLower(arg), "gatehouse") {
			a.add(guardTampering, c.at)
		}
	}
	if c.name == "kill" && (slices.Contains(plain(c.args, "-s", "-n"), "1") || slices.Contains(c.args, "-1") && c.args[0] != "-1") || c.name == "killall5" {
		a.add(systemWrite, c.at)
	}
	return flow{}
}

// account looks at rights of users.
func account(a *analysis, c *command) flow {
	if c.name == "passwd" && len(plain(c.args)) == 0 && len(c.args) == 0 {
		return flow{}
	}
	a.add(privilegeEscalation, c.at)
	if c.name == "pkexec" {
		return a.run(unwrap(wrap{takes: []string{"--user"}}, c.args), c.in, c.at)
	}
	return flow{}
}
