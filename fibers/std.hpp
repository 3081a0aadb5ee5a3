#pragma once

/// All of std's concurrency headers, for fibers: in a program that says `namespace conc = std;` and
/// conc::thread, conc::mutex … it is enough to say `namespace conc = fibers;`.
#include <fibers/std/atomic.hpp>
#include <fibers/std/barrier.hpp>
#include <fibers/std/condition_variable.hpp>
#include <fibers/std/future.hpp>
#include <fibers/std/latch.hpp>
#include <fibers/std/mutex.hpp>
#include <fibers/std/semaphore.hpp>
#include <fibers/std/shared_mutex.hpp>
#include <fibers/std/stop_token.hpp>
#include <fibers/std/thread.hpp>
