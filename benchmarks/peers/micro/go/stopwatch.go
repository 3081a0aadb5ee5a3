package main

import (
	"sort"
	"time"
)

func nanosecondsSince(start time.Time) float64 { return float64(time.Since(start).Nanoseconds()) }

// nanosecondsEach calls batch, which does something `operations` times, for a fifth of a second and
// returns the nanoseconds that one operation takes in the median batch. The first only warms up.
func nanosecondsEach(operations int, batch func()) float64 {
	batch()
	var times []float64
	for whole := time.Now(); time.Since(whole) < 200*time.Millisecond; {
		start := time.Now()
		batch()
		times = append(times, nanosecondsSince(start)/float64(operations))
	}
	sort.Float64s(times)
	return times[len(times)/2]
}
