package main

import (
	"sort"
	"sync"
	"time"
)

// The same plan as the C++ programs follow, see support/sleep_plan.hpp.
const (
	sleepers = million
	lieDown  = 3 * time.Second
	spread   = 4 * time.Second
)

func sleepMillion() figures {
	cpuBefore := cpuMicroseconds()
	lateness := make([]time.Duration, sleepers)
	var ended sync.WaitGroup
	ended.Add(sleepers)
	start := time.Now()
	for i := 0; i < sleepers; i++ {
		go func(i int) {
			place := i * 7_368_787 % sleepers
			wakeTime := start.Add(lieDown + time.Duration(place)*(spread/sleepers))
			time.Sleep(time.Until(wakeTime))
			lateness[i] = time.Since(wakeTime)
			ended.Done()
		}(i)
	}
	ended.Wait()
	cpu := cpuMicroseconds() - cpuBefore
	sort.Slice(lateness, func(a, b int) bool { return lateness[a] < lateness[b] })
	microseconds := func(time time.Duration) float64 { return float64(time.Nanoseconds()) / 1e3 }
	return figures{
		"sleepers":        sleepers,
		"lateness_p50_us": microseconds(lateness[(sleepers-1)*50/100]),
		"lateness_p99_us": microseconds(lateness[(sleepers-1)*99/100]),
		"lateness_max_us": microseconds(lateness[sleepers-1]),
		"cpu_us_each":     cpu / sleepers,
	}
}
