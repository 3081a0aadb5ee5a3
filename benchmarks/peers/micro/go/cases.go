package main

import (
	"runtime"
	"sync"
	"time"
)

const million = 1_000_000

func yieldAmong(count int) figures {
	done := false
	for i := 1; i < count; i++ {
		go func() {
			for !done {
				runtime.Gosched()
			}
		}()
	}
	rounds := million / count
	each := nanosecondsEach(rounds*count, func() {
		for i := 0; i < rounds; i++ {
			runtime.Gosched()
		}
	})
	done = true
	return figures{"ns_per_op": each}
}

func spawnJoin() figures {
	const count = 1000
	return figures{"ns_per_op": nanosecondsEach(count, func() {
		for i := 0; i < count; i++ {
			var ended sync.WaitGroup
			ended.Add(1)
			go ended.Done()
			ended.Wait()
		}
	})}
}

func spawnMillion() figures {
	start := time.Now()
	var ended sync.WaitGroup
	ended.Add(million)
	for i := 0; i < million; i++ {
		go ended.Done()
	}
	ended.Wait()
	return figures{"ns_per_op": nanosecondsSince(start) / million}
}

func skynetNode(first, size int, result chan<- int) {
	if size == 1 {
		result <- first
		return
	}
	sums := make(chan int, 10)
	for i := 0; i < 10; i++ {
		go skynetNode(first+i*(size/10), size/10, sums)
	}
	total := 0
	for i := 0; i < 10; i++ {
		total += <-sums
	}
	result <- total
}

func skynet() figures {
	start := time.Now()
	result := make(chan int)
	go skynetNode(0, million, result)
	sum := <-result
	return figures{"ms": nanosecondsSince(start) / 1e6, "sum": sum}
}

func parkMillion() figures {
	before := memoryBytes()
	gate := make(chan struct{})
	var parked, ended sync.WaitGroup
	parked.Add(million)
	ended.Add(million)
	for i := 0; i < million; i++ {
		go func() {
			parked.Done()
			<-gate
			ended.Done()
		}()
	}
	parked.Wait()
	runtime.Gosched() // the last of them is between Done and the gate
	bytes := memoryBytes() - before
	mappings := mappingCount()
	start := time.Now()
	close(gate)
	ended.Wait()
	return figures{
		"bytes_each":   float64(bytes) / million,
		"mappings":     mappings,
		"wake_ns_each": nanosecondsSince(start) / million,
	}
}

func mutex() figures {
	const count = million
	var lock sync.Mutex
	return figures{"ns_per_op": nanosecondsEach(count, func() {
		for i := 0; i < count; i++ {
			lock.Lock()
			lock.Unlock()
		}
	})}
}

func conditionVariable() figures {
	const (
		ping = iota
		pong
		over
	)
	var lock sync.Mutex
	changed := sync.NewCond(&lock)
	turn := ping
	go func() {
		lock.Lock()
		defer lock.Unlock()
		for {
			for turn == ping {
				changed.Wait()
			}
			if turn == over {
				return
			}
			turn = ping
			changed.Signal()
		}
	}()
	const count = 100_000
	each := nanosecondsEach(count, func() {
		lock.Lock()
		for i := 0; i < count; i++ {
			turn = pong
			changed.Signal()
			for turn == pong {
				changed.Wait()
			}
		}
		lock.Unlock()
	})
	lock.Lock()
	turn = over
	lock.Unlock()
	changed.Signal()
	return figures{"ns_per_op": each}
}
