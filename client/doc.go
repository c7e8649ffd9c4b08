// Package client speaks the native API of a Gatehouse server over HTTP.
//
// A [Client] keeps its connections alive, checks certificates, gives every call a deadline of its own, bounds
// what it reads and follows no redirect, for the Authorization header must reach nobody else. What a server
// answers is taken for a verdict only where it says so itself: an empty or foreign answer is an error, never
// an allow.
//
// Errors are of type [gatehouse.Error]. Their code is the server's own where it gave one, else unavailable
// for everything that kept a verdict from coming. They hold neither the token nor event content.
package client
