#pragma once

#include <mutex>
#include <shared_mutex>

/// What holds locks, [thread.lock], and takes several without deadlock, [thread.lock.algorithm]. std's
/// own fit every mutex here: they lock and unlock, and keep nothing of a thread.
namespace fibers {

using std::lock_guard;
using std::scoped_lock;
using std::shared_lock;
using std::unique_lock;

using std::lock;
using std::try_lock;

using std::adopt_lock;
using std::adopt_lock_t;
using std::defer_lock;
using std::defer_lock_t;
using std::try_to_lock;
using std::try_to_lock_t;

} // namespace fibers
