package gatehouse

// Finding is what a detector saw: what, where, how bad and how sure; never the text itself.
type Finding struct {
	Detector   string   `json:"detector"`             // the rule that saw it: "secret/aws-access-key"
	Severity   Severity `json:"severity"`             //
	Confidence float64  `json:"confidence,omitempty"` // 0 to 1
	// Detail is a fixed phrase of the detector ("deletes a home directory"), never content.
	Detail string `json:"detail,omitempty"`

	Path  string `json:"path"`  // JSON Pointer (RFC 6901) of the string, number or key within Event.Content
	Leaf  int    `json:"leaf"`  // ordinal of that leaf in document order; tells equal keys apart
	Start int    `json:"start"` // span in bytes of the leaf's decoded text, first byte
	End   int    `json:"end"`   // one past the last byte
	// Layers names the encodings that were undone to see it, outermost first ("base64", "gzip"). The span
	// then covers the whole encoded run, or, with encodings of single characters ("json", "percent"), those
	// that the find is made of.
	Layers []string `json:"layers,omitempty"`

	// Fingerprint is the same for the same value on one installation: HMAC-SHA-256 under the
	// installation's key over detector and value, 16 hex digits. It allows exceptions, not look-ups.
	Fingerprint string `json:"fingerprint,omitempty"`
	// Sensitive says that the span must not be stored: it is masked in every record, whatever the verdict.
	Sensitive bool `json:"sensitive,omitempty"`
}

// Gap is a part of an event that was not judged. A verdict without gaps covered everything.
type Gap struct {
	Reason   string `json:"reason"`             // one of the Gap constants
	Path     string `json:"path,omitempty"`     // JSON Pointer of the leaf, or of the container
	Leaf     int    `json:"leaf,omitempty"`     // ordinal of the leaf, where Path is one
	Detector string `json:"detector,omitempty"` // the family or rule that did not finish; empty for all
	Bytes    int    `json:"bytes,omitempty"`    // how much was left out
}

// Why something was not judged.
const (
	GapBytes    = "byte budget"     // the event is longer than the budget
	GapTime     = "time budget"     // the deadline came first
	GapWindows  = "window budget"   // too many places had to be looked at closely
	GapDepth    = "nesting depth"   // containers or encodings are nested too deeply
	GapBinary   = "binary content"  // images, audio, archives: bytes that are not text
	GapSyntax   = "malformed"       // not the JSON, shell or encoding it claims to be
	GapTooLarge = "body too large"  // the request was over the server's limit and was not read
	GapDetector = "detector failed" // a detector gave an error
)
