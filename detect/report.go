package detect

import "gatehouse.dev"

// Report collects what detectors see in one event.
type Report struct {
	findings []gatehouse.Finding
	gaps     []gatehouse.Gap
}
