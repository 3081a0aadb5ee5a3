// An HTTP server whose handlers are at fault, for those who look at what becomes of the others: two workers, and a
// watchdog.

#include <fibers/runtime.hpp>
#include <netio/http.hpp>
#include <netio/serve.hpp>
#include <netio/tcp_listener.hpp>

#include <chrono>
#include <cstddef>
#include <cstdio>
#include <stdexcept>
#include <string>
#include <thread>
#include <unistd.h>

using namespace std::chrono_literals;
using netio::http::request;
using netio::http::response;

namespace {

// Volatile, so that no compiler sees what is coming.
volatile std::size_t endless = 0;

[[gnu::noinline]] std::size_t recurse_without_end(std::size_t depth) {
    volatile std::size_t frame[64];
    frame[depth % 64] = depth;
    return depth == endless ? depth : recurse_without_end(depth + 1) + frame[depth % 32];
}

[[gnu::noinline]] void hold_the_worker() {
    std::this_thread::sleep_for(2s);
}

} // namespace

int main() {
    fibers::runtime runtime{{.workers = 2, .watchdog = 100ms}};
    runtime.run([] {
        netio::http::router router;
        router.get("/", [](request&, response& answer) { answer.send("well"); });
        router.get("/worker",
                   [](request&, response& answer) { answer.send(std::to_string(::gettid())); });
        router.get("/throw", [](request&, response&) { throw std::logic_error{"a mistake"}; });
        router.get("/hold", [](request&, response& answer) {
            hold_the_worker();
            answer.send("held");
        });
        router.get("/overflow", [](request&, response& answer) {
            answer.send(std::to_string(recurse_without_end(1)));
        });
        netio::tcp_listener listener{"127.0.0.1:0"};
        std::printf("listening on %s\n", listener.local_endpoint().to_string().c_str());
        std::fflush(stdout);
        netio::serve(listener,
                     [&](netio::tcp_stream stream) { netio::http::serve_http(stream, router); });
    });
}
