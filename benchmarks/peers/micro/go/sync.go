package main

import (
	"runtime"
	"sync"
	"time"
)

// A buffered channel of one place is what Go programs use as a binary semaphore.
func semaphorePingPong() figures {
	ping := make(chan struct{}, 1)
	pong := make(chan struct{}, 1)
	go func() {
		for range ping {
			pong <- struct{}{}
		}
	}()
	const count = 100_000
	return figures{"ns_per_op": nanosecondsEach(count, func() {
		for i := 0; i < count; i++ {
			ping <- struct{}{}
			<-pong
		}
	})}
}

func semaphore() figures {
	const count = million
	free := make(chan struct{}, 1)
	return figures{"ns_per_op": nanosecondsEach(count, func() {
		for i := 0; i < count; i++ {
			free <- struct{}{}
			<-free
		}
	})}
}

func sharedMutex() figures {
	const count = million
	var lock sync.RWMutex
	return figures{"ns_per_op": nanosecondsEach(count, func() {
		for i := 0; i < count; i++ {
			lock.RLock()
			lock.RUnlock()
		}
	})}
}

// What comes nearest to a promise: a channel for one value, made for each.
func futureRoundTrip() figures {
	type question struct{ answer chan int }
	asked := make(chan question, 1)
	go func() {
		for q := range asked {
			q.answer <- 1
		}
	}()
	const count = 100_000
	return figures{"ns_per_op": nanosecondsEach(count, func() {
		for i := 0; i < count; i++ {
			q := question{make(chan int, 1)}
			asked <- q
			<-q.answer
		}
	})}
}

// A thousand goroutines on two processors, each of which lets the others run while it has the lock: the
// time of one turn.
func mutexContended() figures {
	const lockers, turns = 1000, 200
	var lock sync.Mutex
	total := 0
	var ended sync.WaitGroup
	ended.Add(lockers)
	start := time.Now()
	for i := 0; i < lockers; i++ {
		go func() {
			for turn := 0; turn < turns; turn++ {
				lock.Lock()
				total++
				runtime.Gosched()
				lock.Unlock()
			}
			ended.Done()
		}()
	}
	ended.Wait()
	return figures{"ns_per_op": nanosecondsSince(start) / (lockers * turns), "sum": total}
}
