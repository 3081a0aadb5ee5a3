#pragma once

#include <nlohmann/json.hpp>

/// The micro cases on Weft's public API. Each is called in a fiber and returns its figures.
namespace bench::weft {

using nlohmann::json;

// One worker.

json yield_2();
json yield_1000();
json spawn_join();
json spawn_million();
json skynet();
json park_million();
json sleep_million();

json mutex();
json recursive_mutex();
json shared_mutex();
json semaphore();
json condition_variable();
json semaphore_ping_pong();
json future();

json channel_ping_pong();
json channel_stream();
json select();

json blocking_call();
json copy_file();

json lookup();
json lookup_known();

// Two workers.

json mutex_contended();
json channel_two_workers();

} // namespace bench::weft
