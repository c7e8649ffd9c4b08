package secret

import (
	"testing"

	"gatehouse.dev/detect/detecttest"
)

func TestRules(t *testing.T) { detecttest.Check(t, Suite()) }
