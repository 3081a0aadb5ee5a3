// A goroutine and two blocking calls per connection, on Go's standard net package.
package main

import (
	"flag"
	"fmt"
	"net"
	"os"
	"runtime"
	"time"
)

func handle(connection net.Conn, idleTimeout time.Duration) {
	defer connection.Close()
	buffer := make([]byte, 1024)
	for {
		if idleTimeout > 0 {
			connection.SetDeadline(time.Now().Add(idleTimeout))
		}
		size, err := connection.Read(buffer)
		if err != nil {
			return
		}
		if _, err := connection.Write(buffer[:size]); err != nil {
			return
		}
	}
}

func main() {
	port := flag.Int("port", 0, "TCP port; 0 picks a free one")
	workers := flag.Int("workers", 1, "threads that serve")
	idleSeconds := flag.Int("idle-timeout", 0,
		"seconds after which a silent peer is disconnected; 0: never")
	flag.Parse()
	runtime.GOMAXPROCS(*workers)

	listener, err := net.Listen("tcp", fmt.Sprintf("127.0.0.1:%d", *port))
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	fmt.Printf("listening on %s\n", listener.Addr())
	for {
		connection, err := listener.Accept()
		if err == nil { // net has set TCP_NODELAY
			go handle(connection, time.Duration(*idleSeconds)*time.Second)
		}
	}
}
