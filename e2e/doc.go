// Package e2e holds the end-to-end tests: a running Gatehouse guards agents built with the real Claude Agent SDK,
// for TypeScript and for Python, and the real claude command line, all of them talking to the scripted model of
// package modelserver. There is no account, and nothing leaves the loopback interface.
//
// Run e2e/setup once; without it the tests skip and say so.
package e2e
