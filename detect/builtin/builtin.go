// Package builtin lists the detector families that ship with Gatehouse.
package builtin

import (
	"gatehouse.dev/detect"
	"gatehouse.dev/detect/command"
	"gatehouse.dev/detect/injection"
	"gatehouse.dev/detect/pii"
	"gatehouse.dev/detect/secret"
	"gatehouse.dev/detect/text"
)

// Suites returns the suites of all shipped families, for [detect.New].
func Suites() []detect.Suite {
	return []detect.Suite{
		secret.Suite(),
		pii.Suite(),
		injection.Suite(),
		command.Suite(),
		text.Suite(),
	}
}
