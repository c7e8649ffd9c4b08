// Package sqlite keeps decisions in SQLite files of one directory: core.db for keys and secrets, and one
// events-2006-01-02.db for each UTC day, so that forgetting a day is removing its files.
//
// What [DB.Append] acknowledged survives the end of the process and a power cut: each file has a
// write-ahead log, one writer, and a sync at every commit. A batch is written all or nothing for each day
// it touches, oldest day first; where a later day fails the earlier ones stay, and trying the whole batch
// again counts nothing twice, because an event ID is kept once a day. Counts are written in the
// transaction of what they count.
//
// Readers never wait for the writer. Every method may be called from many goroutines, and gives an error
// with code unavailable for what the disk or the database refuses, and after [DB.Close].
//
// Strings are kept as valid UTF-8, each invalid byte as U+FFFD, except Event.Content, which is kept byte
// for byte. What decisions are found by is kept to 256 bytes; a longer one is told apart by its hash.
// Times are kept to the microsecond. Verdict.Masked is not kept: it may hold what only Event.Content has
// masked.
package sqlite
