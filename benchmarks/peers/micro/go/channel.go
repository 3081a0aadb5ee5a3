package main

import "time"

func channelPingPong() figures {
	ping := make(chan int)
	pong := make(chan int)
	go func() {
		for value := range ping {
			pong <- value
		}
	}()
	const count = 100_000
	return figures{"ns_per_op": nanosecondsEach(count, func() {
		for i := 0; i < count; i++ {
			ping <- i
			<-pong
		}
	})}
}

func stream(values chan int, count int) int {
	go func() {
		for i := 0; i < count; i++ {
			values <- i
		}
	}()
	sum := 0
	for i := 0; i < count; i++ {
		sum += <-values
	}
	return sum
}

func channelStream() figures {
	const count = million
	values := make(chan int, 128)
	return figures{"ns_per_op": nanosecondsEach(count, func() { stream(values, count) })}
}

// The sender may run on one processor and the receiver on another.
func channelTwoWorkers() figures {
	const count = 5 * million
	values := make(chan int, 128)
	go func() {
		for i := 0; i < count; i++ {
			values <- i
		}
	}()
	sum := <-values
	start := time.Now()
	for i := 1; i < count; i++ {
		sum += <-values
	}
	return figures{"ns_per_op": nanosecondsSince(start) / count, "sum": sum}
}

// Two channels, in one of which there is always a value.
func selectOneReady() figures {
	odd := make(chan int, 1)
	even := make(chan int, 1)
	const count = million
	return figures{"ns_per_op": nanosecondsEach(count, func() {
		sum := 0
		for i := 0; i < count; i++ {
			if i%2 == 1 {
				odd <- i
			} else {
				even <- i
			}
			select {
			case value := <-odd:
				sum += value
			case value := <-even:
				sum += value
			}
		}
	})}
}
