#pragma once

/// What std has in <mutex>, for fibers.
#include <fibers/sync/call_once.hpp>
#include <fibers/sync/locks.hpp>
#include <fibers/sync/mutex.hpp>
#include <fibers/sync/recursive_mutex.hpp>
#include <fibers/sync/recursive_timed_mutex.hpp>
#include <fibers/sync/timed_mutex.hpp>
