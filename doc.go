// Package gatehouse is the vocabulary of Gatehouse: what an agent does ([Event]), what a detector saw
// in it ([Finding]), what the policies answer ([Verdict]), and the record of all three ([Decision]).
//
// The types here are also the native wire format: their JSON form is what the HTTP API takes and gives.
// JSON names are snake_case, times are RFC 3339 in UTC, and enumerations travel as lower-case words.
// Unknown words are an error when they are read, never a default.
//
// The package has no behaviour beyond parsing and printing and imports nothing of Gatehouse. Values are
// plain data: copy them freely; none of them may be changed while another goroutine reads it.
package gatehouse // import "gatehouse.dev"
