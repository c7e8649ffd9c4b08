// Package arch holds the shape of the house: which package may import which, that every package and every
// exported name is described, and what must not grow back. It has tests only, and they read the files
// themselves, so that a cached result is never stale.
package arch
