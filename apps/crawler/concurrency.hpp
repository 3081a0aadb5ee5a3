#pragma once

// Where this program's threads, and what they wait for each other with, come from. The rest of it says
// `conc::` and is the same for both: this file and main() are all that moving over to fibers changes.

#ifdef CRAWLER_ON_FIBERS

#include <fibers/std.hpp>

namespace conc = fibers;

inline constexpr const char* program_name = "crawler_on_fibers";

#else

#include <condition_variable>
#include <future>
#include <latch>
#include <mutex>
#include <semaphore>
#include <shared_mutex>
#include <stop_token>
#include <thread>

namespace conc = std;

inline constexpr const char* program_name = "crawler";

#endif
