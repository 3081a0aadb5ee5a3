// Go's standard net/http: a short text at /healthz, and the files of a folder.
package main

import (
	"flag"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"runtime"
)

func main() {
	port := flag.Int("port", 0, "TCP port; 0 picks a free one")
	workers := flag.Int("workers", 1, "threads that serve")
	root := flag.String("root", ".", "the folder")
	flag.Parse()
	runtime.GOMAXPROCS(*workers)

	files := http.FileServer(http.Dir(*root))
	http.HandleFunc("/healthz", func(answer http.ResponseWriter, _ *http.Request) {
		io.WriteString(answer, "ready\n")
	})
	http.HandleFunc("/", func(answer http.ResponseWriter, request *http.Request) {
		answer.Header().Set("X-Content-Type-Options", "nosniff")
		files.ServeHTTP(answer, request)
	})

	listener, err := net.Listen("tcp", fmt.Sprintf("127.0.0.1:%d", *port))
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	fmt.Printf("listening on %s\n", listener.Addr())
	fmt.Fprintln(os.Stderr, http.Serve(listener, nil))
}
