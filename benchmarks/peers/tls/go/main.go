// A goroutine and two blocking calls per connection, on Go's crypto/tls.
package main

import (
	"crypto/tls"
	"flag"
	"fmt"
	"net"
	"os"
	"runtime"
)

func handle(connection net.Conn) {
	defer connection.Close()
	buffer := make([]byte, 1024)
	for {
		size, err := connection.Read(buffer)
		if err != nil {
			return
		}
		if _, err := connection.Write(buffer[:size]); err != nil {
			return
		}
	}
}

func failed(err error) {
	fmt.Fprintln(os.Stderr, err)
	os.Exit(1)
}

func main() {
	port := flag.Int("port", 0, "TCP port; 0 picks a free one")
	certificate := flag.String("certificate", "", "certificate chain, PEM")
	key := flag.String("key", "", "private key, PEM")
	flag.Parse()
	runtime.GOMAXPROCS(1)

	identity, err := tls.LoadX509KeyPair(*certificate, *key)
	if err != nil {
		failed(err)
	}
	config := &tls.Config{Certificates: []tls.Certificate{identity}}
	listener, err := tls.Listen("tcp", fmt.Sprintf("127.0.0.1:%d", *port), config)
	if err != nil {
		failed(err)
	}
	fmt.Printf("listening on %s\n", listener.Addr())
	for {
		connection, err := listener.Accept()
		if err == nil { // net has set TCP_NODELAY
			go handle(connection)
		}
	}
}
