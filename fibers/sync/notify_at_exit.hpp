#pragma once

#include <fibers/sync/condition_variable.hpp>
#include <fibers/sync/mutex.hpp>

#include <mutex>

namespace fibers {

/// std::notify_all_at_thread_exit, [thread.condition.nonmember]: when the calling fiber or plain
/// thread ends, after its fiber_locals have been destroyed, `cv` is notified and `lock`, which is
/// kept until then, unlocked.
///
/// The notification comes first, so that who finds under the mutex what it has waited for may
/// destroy `cv`.
///
/// *Fails with* std::bad_alloc; the lock is unlocked then.
void notify_all_at_thread_exit(condition_variable& cv, std::unique_lock<mutex> lock);

} // namespace fibers
