package command

import (
	"slices"
	"strings"
)

// git looks at history and work that would be lost.
func git(a *analysis, c *command) flow {
	takes := []string{"-C", "-c", "--git-dir", "--work-tree", "--namespace"}
	for _, v := range options(c.args, "-c") {
		// git -c core.pager='cmd' and alias.x='!cmd' run commands.
		if key, value, ok := strings.Cut(v, "="); ok && (strings.HasPrefix(value, "!") || slices.Contains([]string{"core.pager", "core.sshcommand", "core.editor", "core.fsmonitor", "diff.external"}, strings.ToLower(key))) {
			a.scriptFrom(strings.TrimPrefix(value, "!"), c.at, false, c.in)
		}
	}
	words := unwrap(wrap{takes: takes}, c.args)
	if len(words) == 0 {
		return flow{some: true}
	}
	verb, args := words[0], words[1:]
	names := plain(args, "-m", "-C", "-F", "--message", "-b", "-u", "-o")
	switch verb {
	case "push":
		forced := has(args, "f", "--force", "--mirror", "--delete", "--prune") || has(args, "d") || slices.ContainsFunc(names, func(s string) bool { return strings.HasPrefix(s, "+") || strings.HasPrefix(s, ":") })
		if forced {
			a.add(gitHistoryLoss, c.at)
		}
		a.add(egress, c.at)
	case "clone", "fetch", "pull", "ls-remote", "submodule":
		a.add(egress, c.at)
	case "filter-branch", "filter-repo":
		a.add(gitHistoryLoss, c.at)
	case "reflog":
		if slices.Contains(names, "expire") || slices.Contains(names, "delete") {
			a.add(gitHistoryLoss, c.at)
		}
	case "gc":
		if slices.ContainsFunc(args, func(s string) bool { return strings.HasPrefix(s, "--prune=now") || s == "--prune=all" }) {
			a.add(gitHistoryLoss, c.at)
		}
	case "update-ref":
		if has(args, "d") {
			a.add(gitHistoryLoss, c.at)
		}
	case "branch":
		if has(args, "D") || has(args, "d", "--delete") && has(args, "f", "--force") {
			a.add(gitHistoryLoss, c.at)
		}
	case "stash":
		if slices.Contains(names, "clear") || slices.Contains(names, "drop") {
			a.add(gitDiscard, c.at)
		}
	case "reset":
		if slices.Contains(args, "--hard") || slices.Contains(args, "--merge") {
			a.add(gitDiscard, c.at)
		}
	case "clean":
		if has(args, "f", "--force") && !has(args, "n", "--dry-run") {
			a.add(gitDiscard, c.at)
		}
	case "checkout", "restore":
		if slices.Contains(args, "--") && slices.Contains(args, ".") || verb == "restore" && slices.Contains(names, ".") && !has(args, "", "--staged") {
			a.add(gitDiscard, c.at)
		}
	case "config":
		if len(names) > 0 && strings.EqualFold(names[0], "core.hookspath") && len(names) > 1 {
			a.add(persistence, c.at)
		}
	case "commit", "merge", "rebase":
		// Messages are data. rebase --exec is not.
		if line, ok := option(args, "--exec", "-x"); ok && verb == "rebase" {
			a.scriptFrom(line, c.at, false, flow{})
		}
	case "bisect":
		if len(names) > 1 && names[0] == "run" {
			a.run(names[1:], flow{}, c.at)
		}
	}
	return flow{some: true}
}

// destroyers are the words by which tools of clouds and clusters destroy: all words of one entry must be
// there, in order. A word ending in "*" matches a beginning.
var destroyers = map[string][]string{
	"aws": {"s3 rb", "s3 rm --recursive", "s3api delete-bucket", "s3api delete-objects", "ec2 terminate-instances", "ec2 delete-*", "rds delete-*", "dynamodb delete-table",
		"eks delete-*", "ecs delete-*", "iam delete-*", "lambda delete-function", "cloudformation delete-stack", "kms schedule-key-deletion", "route53 delete-hosted-zone",
		"secretsmanager delete-secret", "elasticache delete-*", "redshift delete-cluster", "ecr delete-repository", "backup delete-*", "logs delete-log-group", "organizations close-account"},
	"gcloud": {"delete", "projects delete"}, "gsutil": {"rm -r", "rb"},
	"az":        {"group delete", "vm delete", "storage account delete", "storage container delete", "sql db delete", "sql server delete", "aks delete", "keyvault delete", "keyvault purge", "ad app delete"},
	"terraform": {"destroy", "apply -destroy", "state rm", "workspace delete"}, "tofu": {"destroy", "apply -destroy", "state rm"}, "pulumi": {"destroy", "stack rm"},
	"kubectl": {"delete namespace", "delete ns", "delete --all", "delete pv*", "delete crd*", "delete node*", "drain", "delete deploy*", "delete statefulset*", "delete sts", "delete secret*", "delete -f"},
	"oc":      {"delete project", "delete namespace", "delete --all"},
	"helm":    {"uninstall", "delete"},
	"docker":  {"system prune", "volume rm", "volume prune", "container prune", "image prune -a", "rm -f", "rm --force", "compose down -v", "compose down --volumes", "swarm leave --force"},
	"podman":  {"system prune", "system reset", "volume rm", "volume prune", "rm -f", "rm -a"},
	"heroku":  {"apps:destroy", "pg:reset", "addons:destroy"}, "fly": {"apps destroy", "volumes destroy", "destroy"}, "flyctl": {"apps destroy", "volumes destroy", "destroy"},
	"doctl": {"delete"}, "eksctl": {"delete cluster"}, "vagrant": {"destroy"},
}

// cloud looks at what is destroyed, and at what is run in containers.
func cloud(a *analysis, c *command) flow {
	for _, d := range destroyers[c.name] {
		if inOrder(strings.Fields(d), c.args) && !has(c.args, "", "--dry-run", "--dryrun", "--dry-run=client", "--dry-run=server", "--help", "-h") {
			a.add(cloudDestruction, c.at)
			break
		}
	}
	switch c.name {
	case "docker", "podman", "nerdctl", "kubectl", "oc":
		a.inContainer(c)
	case "aws", "gsutil", "gcloud", "az":
		a.cloudCopy(c)
	}
	return flow{some: true}
}

// inOrder reports whether args hold all words in their order.
func inOrder(words, args []string) bool {
	for _, arg := range args {
		if len(words) == 0 {
			break
		}
		w := words[0]
		prefix, star := strings.CutSuffix(w, "*")
		switch {
		case arg == w, star && strings.HasPrefix(arg, prefix):
			words = words[1:]
		case len(w) == 2 && w[0] == '-' && len(arg) > 1 && arg[0] == '-' && arg[1] != '-' && strings.Contains(arg, w[1:]):
			words = words[1:]
		}
	}
	return len(words) == 0
}

// inContainer runs what is run within a container, and looks at what a container is given.
func (a *analysis) inContainer(c *command) {
	args := c.args
	if slices.Contains(args, "compose") {
		args = args[slices.Index(args, "compose")+1:]
	}
	i := slices.IndexFunc(args, func(s string) bool { return s == "exec" || s == "run" })
	if i < 0 {
		return
	}
	rest := args[i+1:]
	for _, v := range options(rest, "-v", "--volume", "--mount") {
		if strings.HasPrefix(v, "/:") || strings.Contains(v, "source=/,") || strings.Contains(v, "docker.sock") {
			a.add(privilegeEscalation, c.at)
		}
	}
	if has(rest, "", "--privileged", "--pid=host") {
		a.add(privilegeEscalation, c.at)
	}
	if j := slices.Index(rest, "--"); j >= 0 {
		a.inside(rest[j+1:], c)
		return
	}
	takes := []string{"-e", "--env", "-u", "--user", "-w", "--workdir", "-v", "--volume", "--mount", "--name", "-p", "--publish", "--network", "--entrypoint", "--env-file", "-n", "--namespace",
		"-c", "--container", "-l", "--label", "-m", "--memory", "--cpus", "--platform", "-h", "--hostname", "--gpus", "--ulimit", "--add-host", "--index"}
	a.inside(unwrap(wrap{takes: takes, skip: 1}, rest), c)
}

// inside runs argv in a container: its root folder is not this machine's, so only what it does to the
// outside counts, and what it does to data.
func (a *analysis) inside(argv []string, c *command) {
	if len(argv) == 0 {
		return
	}
	n := len(a.effects)
	a.run(argv, c.in, c.at)
	kept := a.effects[:n]
	for _, e := range a.effects[n:] {
		if e.id != deleteRecursive && e.id != systemWrite && e.id != persistence {
			kept = append(kept, e)
		}
	}
	a.effects = kept
}

// cloudCopy looks at files that go to a bucket.
func (a *analysis) cloudCopy(c *command) {
	a.add(egress, c.at)
	i := slices.IndexFunc(c.args, func(s string) bool { return s == "cp" || s == "sync" || s == "mv" || s == "rsync" })
	if i < 0 {
		return
	}
	args := plain(c.args[i+1:])
	if len(args) < 2 || !strings.Contains(args[len(args)-1], "://") {
		return
	}
	id := egressUpload
	for _, from := range args[:len(args)-1] {
		if p := a.resolve(from); secretPath(p) || secretPath(p+"/x") || from == "-" && c.in.secret {
			id = secretExfiltration
		}
	}
	a.add(id, c.at)
}

// database looks at statements that clients of databases are given.
func database(a *analysis, c *command) flow {
	switch c.name {
	case "dropdb":
		a.add(databaseDestruction, c.at)
		return flow{}
	case "mysqladmin":
		if slices.Contains(c.args, "drop") {
			a.add(databaseDestruction, c.at)
		}
		return flow{}
	case "redis-cli", "valkey-cli":
		for _, arg := range c.args {
			if l := strings.ToLower(arg); l == "flushall" || l == "flushdb" || l == "shutdown" {
				a.add(databaseDestruction, c.at)
			}
		}
		return flow{some: true}
	case "mongosh", "mongo":
		text := strings.Join(append(options(c.args, "--eval"), c.in.text), ";")
		for _, w := range []string{"dropDatabase(", ".drop(", "deleteMany({})", "remove({})", ".dropIndexes("} {
			if strings.Contains(strings.ReplaceAll(text, " ", ""), w) {
				a.add(databaseDestruction, c.at)
			}
		}
		return flow{some: true}
	}
	for _, text := range options(c.args, "-c", "--command", "-e", "--execute", "-q", "-Q", "--query", "-cmd") {
		a.sql(text, c.at)
	}
	if c.name == "sqlite3" || c.name == "duckdb" {
		for _, text := range plain(c.args, "-cmd", "-separator", "-init")[min(1, len(plain(c.args, "-cmd", "-separator", "-init"))):] {
			a.sql(text, c.at)
		}
	}
	if c.in.known && c.in.some {
		a.sql(c.in.text, c.at)
	}
	return flow{some: true}
}
