package command

import (
	"path"
	"slices"
	"strings"
)

// resolve returns name as an absolute path in the shell's present folder, cleaned; marks are kept.
func (a *analysis) resolve(name string) string {
	name = strings.ReplaceAll(name, `\`, "/")
	switch {
	case name == "~" || strings.HasPrefix(name, "~/"):
		name = homeMark + name[1:]
	case strings.HasPrefix(name, "$HOME") || strings.HasPrefix(name, "${HOME}"):
		name = homeMark + name[strings.LastIndexAny(name[:min(len(name), 7)], "E}")+1:]
	case !strings.HasPrefix(name, "/"):
		name = a.cwd + "/" + name
	}
	return path.Clean(name)
}

// homes are the folders whose children are people's homes.
var homes = []string{"/home", "/Users", "/export/home"}

// isHome reports whether p is somebody's home folder.
func isHome(p string) bool {
	return p == homeMark || p == "/root" || p == "/var/root" || slices.Contains(homes, path.Dir(p)) && path.Base(p) != "/"
}

// systemRoots are folders without which a machine does not work.
var systemRoots = []string{
	"/", "/bin", "/boot", "/dev", "/etc", "/home", "/lib", "/lib32", "/lib64", "/opt", "/proc", "/root", "/sbin", "/srv", "/sys", "/usr", "/var",
	"/usr/bin", "/usr/lib", "/usr/local", "/usr/sbin", "/usr/share", "/var/lib", "/var/log", "/var/www", "/Applications", "/Library", "/System",
	"/Users", "/private", "/Volumes", "/mnt", "/media", "/export/home", "/c", "C:", "C:/", "C:/Windows", "C:/Users",
}

// critical reports whether deleting or opening p, which may end in a glob, takes away a system, a home, or
// the whole project.
func (a *analysis) critical(p string) bool {
	for {
		dir, last := path.Split(p)
		if last == "" || strings.Trim(last, "*.?[]!") != "" && last != "{,.[!.],..?}*" {
			break
		}
		p = path.Clean(dir) // "/*" and "/.??*" take all of "/"
		if p == "/" {
			break
		}
	}
	if isUnknown(p) {
		// "/$X" where X may be empty is "/".
		rest := strings.Trim(strings.ReplaceAll(p, unknownMark, ""), "/*.")
		return rest == "" && strings.HasPrefix(p, "/")
	}
	if slices.Contains(systemRoots, p) || isHome(p) || strings.HasPrefix(p, "/etc/") && strings.Count(p, "/") == 2 {
		return true
	}
	// A folder above the working folder, or itself when it is a home's direct child or told as ".".
	return a.cwd != cwdMark && p != a.cwd && strings.HasPrefix(a.cwd, p+"/")
}

// outside reports whether p is neither in the project nor in a place for temporary files.
func (a *analysis) outside(p string) bool {
	for _, ok := range []string{a.cwd, "/tmp", "/var/tmp", "/private/tmp", "/dev/shm", "/dev/null"} {
		if p == ok || strings.HasPrefix(p, ok+"/") {
			return false
		}
	}
	return !strings.HasPrefix(p, unknownMark)
}

// secretNames are files in which secrets are kept, by their last part; a trailing slash means a folder.
var secretNames = []string{
	".env", ".netrc", "_netrc", ".pgpass", ".my.cnf", ".git-credentials", ".htpasswd", ".dockercfg", ".vault-token", ".s3cfg", ".boto",
	"id_rsa", "id_dsa", "id_ecdsa", "id_ed25519", "credentials.json", "service-account.json", "secrets.yaml", "secrets.yml", "secrets.json",
	"master.key", "shadow", "gshadow", "kubeconfig", "terraform.tfstate", "wallet.dat", "logins.json", "key4.db", "Login Data", "Cookies",
}

// secretFolders are folders of secrets, below any folder.
var secretFolders = []string{
	"/.ssh/", "/.aws/", "/.gnupg/", "/.kube/config", "/.docker/config.json", "/.config/gcloud/", "/.azure/", "/.config/gh/hosts.yml",
	"/.password-store/", "/.npmrc", "/.pypirc", "/.cargo/credentials", "/.terraform.d/credentials", "/etc/shadow", "/etc/ssl/private/",
	"/proc/self/environ", "/Library/Keychains/", "/run/secrets/", "/var/run/secrets/", "/.config/op/", "/.mozilla/firefox/",
}

// publicNames look like secrets and are meant to be read.
var publicNames = []string{".env.example", ".env.sample", ".env.template", ".env.dist", "known_hosts", "id_rsa.pub", "id_ed25519.pub", "id_ecdsa.pub", "authorized_keys"}

// secretPath reports whether p is a place where secrets are kept.
func secretPath(p string) bool {
	base := path.Base(p)
	if slices.Contains(publicNames, base) || strings.HasSuffix(base, ".pub") {
		return false
	}
	if slices.Contains(secretNames, base) || strings.HasPrefix(base, ".env.") {
		return true
	}
	switch path.Ext(base) {
	case ".pem", ".p12", ".pfx", ".jks", ".keystore", ".kdbx", ".ppk", ".key":
		return true
	}
	for _, f := range secretFolders {
		if strings.Contains(p+"/", f) {
			if f == "/.ssh/" && base == "config" {
				continue
			}
			return true
		}
	}
	return false
}

// lasting are places from which something runs later by itself.
var lasting = []string{
	"/.bashrc", "/.bash_profile", "/.bash_login", "/.profile", "/.zshrc", "/.zshenv", "/.zprofile", "/.zlogin", "/.config/fish/config.fish",
	"/etc/profile", "/etc/bash.bashrc", "/etc/zsh/", "/etc/environment", "/etc/crontab", "/etc/cron", "/var/spool/cron", "/etc/systemd/", "/.config/systemd/",
	"/usr/lib/systemd/", "/lib/systemd/", "/etc/init.d/", "/etc/rc.local", "/.config/autostart/", "/Library/LaunchAgents/", "/Library/LaunchDaemons/",
	"/.ssh/authorized_keys", "/.ssh/rc", "/.git/hooks/", "/etc/ld.so.preload", "/etc/pam.d/", "/etc/udev/", "/etc/xdg/autostart/", "/.vimrc", "/.gitconfig",
	"/Start Menu/Programs/Startup/", "/etc/apt/apt.conf.d/", "/etc/NetworkManager/dispatcher.d/", "/etc/update-motd.d/",
}

// rights are files that say who may do what.
var rights = []string{"/etc/sudoers", "/etc/passwd", "/etc/shadow", "/etc/group", "/etc/gshadow", "/etc/security/", "/etc/polkit-1/"}

// guards are files that switch an agent's guard on and off.
var guards = []string{"/.claude/settings", "/.claude/hooks", "/.claude/plugins", "/etc/claude-code/", "/.claude.json", "/.gatehouse/", "/share/gatehouse/", "/etc/gatehouse/",
	"/ClaudeCode/managed-settings", "/claude-code/managed-settings"}

// disks are devices that hold file systems.
func isDisk(p string) bool {
	for _, d := range []string{"/dev/sd", "/dev/hd", "/dev/nvme", "/dev/vd", "/dev/xvd", "/dev/mmcblk", "/dev/disk", "/dev/rdisk", "/dev/mapper/", "/dev/md", "/dev/dm-", `//./PhysicalDrive`} {
		if strings.HasPrefix(p, d) {
			return true
		}
	}
	return p == "/dev/mem" || p == "/dev/kmem" || p == "/dev/port"
}

// writes notes what it means that the file p is written, moved to, or removed.
func (a *analysis) writes(p string, at span) {
	has := func(list []string) bool {
		for _, f := range list {
			if strings.Contains(p+"/", f) || strings.HasSuffix(f, "/") && strings.HasSuffix(p, strings.TrimSuffix(f, "/")) {
				return true
			}
		}
		return false
	}
	switch {
	case isDisk(p):
		a.add(diskDestruction, at)
	case has(guards):
		a.add(guardTampering, at)
	case has(rights):
		a.add(privilegeEscalation, at)
	case has(lasting):
		a.add(persistence, at)
	case systemFile(p):
		a.add(systemWrite, at)
	}
}

// systemFile reports whether p belongs to the system rather than to people.
func systemFile(p string) bool {
	for _, d := range []string{"/etc/", "/usr/bin/", "/usr/sbin/", "/usr/lib/", "/bin/", "/sbin/", "/lib/", "/boot/", "/System/", "/sys/", "/proc/sys", "C:/Windows/"} {
		if strings.HasPrefix(p, d) {
			return true
		}
	}
	return false
}
