#include <benchmarks/support/micro_main.hpp>
#include <benchmarks/weft/cases.hpp>

#include <fibers/runtime.hpp>

namespace {

using namespace bench;

/// The case as it runs inside of a runtime.
template <nlohmann::json (*Case)(), unsigned Workers = 1>
nlohmann::json on() {
    return fibers::runtime{{.workers = Workers}}.run(Case);
}

} // namespace

int main(int argc, char** argv) {
    return micro_main(argc, argv,
                      {{"yield_2", on<weft::yield_2>},
                       {"yield_1000", on<weft::yield_1000>},
                       {"spawn_join", on<weft::spawn_join>},
                       {"spawn_million", on<weft::spawn_million>},
                       {"skynet", on<weft::skynet>},
                       {"park_million", on<weft::park_million>},
                       {"sleep_million", on<weft::sleep_million>},
                       {"mutex", on<weft::mutex>},
                       {"recursive_mutex", on<weft::recursive_mutex>},
                       {"shared_mutex", on<weft::shared_mutex>},
                       {"semaphore", on<weft::semaphore>},
                       {"condition_variable", on<weft::condition_variable>},
                       {"semaphore_ping_pong", on<weft::semaphore_ping_pong>},
                       {"future", on<weft::future>},
                       {"channel_ping_pong", on<weft::channel_ping_pong>},
                       {"channel_stream", on<weft::channel_stream>},
                       {"select", on<weft::select>},
                       {"mutex_contended", on<weft::mutex_contended, 2>},
                       {"channel_two_workers", on<weft::channel_two_workers, 2>},
                       {"blocking", on<weft::blocking_call>},
                       {"lookup", on<weft::lookup>},
                       {"lookup_known", on<weft::lookup_known>},
                       {"copy_file", on<weft::copy_file>}});
}
