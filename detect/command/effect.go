package command

import "gatehouse.dev"

// The effects that are reported, by the ID of their finding.
const (
	deleteCritical      = "command/delete-recursive-critical"
	deleteRecursive     = "command/delete-recursive"
	diskDestruction     = "command/disk-destruction"
	forkBomb            = "command/fork-bomb"
	downloadExecute     = "command/download-execute"
	decodeExecute       = "command/decode-execute"
	reverseShell        = "command/reverse-shell"
	secretExfiltration  = "command/secret-exfiltration"
	permissionCritical  = "command/permission-critical"
	persistence         = "command/persistence"
	historyDestruction  = "command/history-destruction"
	cloudDestruction    = "command/cloud-destruction"
	databaseDestruction = "command/database-destruction"
	gitHistoryLoss      = "command/git-history-loss"
	gitDiscard          = "command/git-discard"
	privilegeEscalation = "command/privilege-escalation"
	guardTampering      = "command/guard-tampering"
	readSecret          = "command/read-secret"
	egressUpload        = "command/egress-upload"
	egress              = "command/egress"
	systemWrite         = "command/system-write"
	unresolved          = "command/unresolved"
)

// kind describes an effect for people.
type kind struct {
	severity   gatehouse.Severity
	confidence float64
	detail     string
}

var catalog = map[string]kind{
	deleteCritical:      {gatehouse.Critical, 0.95, "deletes a system, home or project root"},
	deleteRecursive:     {gatehouse.Medium, 0.8, "deletes a folder outside the project"},
	diskDestruction:     {gatehouse.Critical, 0.95, "overwrites or formats a disk"},
	forkBomb:            {gatehouse.Critical, 0.95, "starts processes without end"},
	downloadExecute:     {gatehouse.Critical, 0.9, "runs what it downloads"},
	decodeExecute:       {gatehouse.High, 0.9, "runs what it decodes"},
	reverseShell:        {gatehouse.Critical, 0.95, "gives a shell to another machine"},
	secretExfiltration:  {gatehouse.Critical, 0.9, "sends a secret to another machine"},
	permissionCritical:  {gatehouse.High, 0.9, "opens or takes over system files"},
	persistence:         {gatehouse.High, 0.85, "makes something run later by itself"},
	historyDestruction:  {gatehouse.Medium, 0.85, "removes traces"},
	cloudDestruction:    {gatehouse.High, 0.85, "destroys cloud, cluster or container resources"},
	databaseDestruction: {gatehouse.High, 0.85, "drops, empties or rewrites data"},
	gitHistoryLoss:      {gatehouse.High, 0.85, "loses Git history"},
	gitDiscard:          {gatehouse.Low, 0.8, "throws uncommitted work away"},
	privilegeEscalation: {gatehouse.High, 0.8, "gains rights"},
	guardTampering:      {gatehouse.Critical, 0.9, "changes or stops the agent's guard"},
	readSecret:          {gatehouse.Medium, 0.85, "reads a place where secrets are kept"},
	egressUpload:        {gatehouse.Medium, 0.8, "sends data to another machine"},
	egress:              {gatehouse.Info, 0.8, "reaches the network"},
	systemWrite:         {gatehouse.High, 0.8, "writes into the system"},
	unresolved:          {gatehouse.Low, 0.5, "runs something that cannot be told without running it"},
}

// span is a stretch of the leaf, in bytes.
type span struct{ start, end int }

// effect is one thing that a command would do.
type effect struct {
	id string
	at span
}

// add notes an effect once for a place.
func (a *analysis) add(id string, at span) {
	for _, e := range a.effects {
		if e.id == id && e.at == at {
			return
		}
	}
	a.effects = append(a.effects, effect{id, at})
}
