#pragma once

/// What std has in <shared_mutex>, for fibers.
#include <fibers/sync/locks.hpp>
#include <fibers/sync/shared_mutex.hpp>
#include <fibers/sync/shared_timed_mutex.hpp>
