//go:build unix

package main

import "syscall"

// ownSession keeps a process from ending with the terminal or the process group of its parent.
func ownSession() *syscall.SysProcAttr { return &syscall.SysProcAttr{Setsid: true} }
