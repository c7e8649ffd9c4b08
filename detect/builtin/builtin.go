// Package builtin lists the detector families that ship with Gatehouse.
package builtin

import "gatehouse.dev/detect"

// Suites returns the suites of all shipped families, for [detect.New].
func Suites() []detect.Suite {
	return nil
}
