package main

import (
	"bytes"
	"fmt"
	"os"
	"syscall"
)

// memoryBytes is the proportional set size (PSS) of this process.
func memoryBytes() int {
	text, _ := os.ReadFile("/proc/self/smaps_rollup")
	for _, line := range bytes.Split(text, []byte("\n")) {
		var kibibytes int
		if n, _ := fmt.Sscanf(string(line), "Pss: %d kB", &kibibytes); n == 1 {
			return kibibytes * 1024
		}
	}
	panic("smaps_rollup: no Pss line")
}

func mappingCount() int {
	text, _ := os.ReadFile("/proc/self/maps")
	return bytes.Count(text, []byte("\n"))
}

// cpuMicroseconds is the CPU time that this process has used so far.
func cpuMicroseconds() float64 {
	var used syscall.Rusage
	syscall.Getrusage(syscall.RUSAGE_SELF, &used)
	return float64(used.Utime.Sec+used.Stime.Sec)*1e6 + float64(used.Utime.Usec+used.Stime.Usec)
}
