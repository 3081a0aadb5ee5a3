// Goroutines on one processor (GOMAXPROCS=1), or two where the case is about those. `PROGRAM CASE` prints the figures of one case as a line
// of JSON, `PROGRAM --list` prints the names of the cases.
package main

import (
	"encoding/json"
	"fmt"
	"os"
	"runtime"
)

type figures map[string]any

var cases = []struct {
	name string
	run  func() figures
}{
	{"yield_2", func() figures { return yieldAmong(2) }},
	{"yield_1000", func() figures { return yieldAmong(1000) }},
	{"spawn_join", spawnJoin},
	{"spawn_million", spawnMillion},
	{"skynet", skynet},
	{"park_million", parkMillion},
	{"sleep_million", sleepMillion},
	{"mutex", mutex},
	{"condition_variable", conditionVariable},
	{"semaphore", semaphore},
	{"semaphore_ping_pong", semaphorePingPong},
	{"shared_mutex", sharedMutex},
	{"future", futureRoundTrip},
	{"channel_ping_pong", channelPingPong},
	{"channel_stream", channelStream},
	{"select", selectOneReady},
	{"mutex_contended", onTwoProcessors(mutexContended)},
	{"channel_two_workers", onTwoProcessors(channelTwoWorkers)},
}

func onTwoProcessors(run func() figures) func() figures {
	return func() figures {
		runtime.GOMAXPROCS(2)
		return run()
	}
}

func main() {
	runtime.GOMAXPROCS(1)
	if len(os.Args) != 2 {
		fmt.Fprintln(os.Stderr, "usage: micro CASE | --list")
		os.Exit(1)
	}
	for _, each := range cases {
		if os.Args[1] == "--list" {
			fmt.Println(each.name)
		} else if os.Args[1] == each.name {
			result := each.run()
			result["case"] = each.name
			line, _ := json.Marshal(result)
			fmt.Println(string(line))
			return
		}
	}
	if os.Args[1] != "--list" {
		fmt.Fprintf(os.Stderr, "%s: no such case; --list names them\n", os.Args[1])
		os.Exit(1)
	}
}
