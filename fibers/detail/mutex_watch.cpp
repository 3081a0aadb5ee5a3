#include <fibers/detail/mutex_watch.hpp>

#include <fibers/detail/current_fiber.hpp>
#include <fibers/detail/stack_report.hpp>
#include <fibers/detail/worker.hpp>

#include <execinfo.h>
#include <pthread.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <exception>
#include <span>
#include <sstream>

// The linker sends the program's own calls to __wrap_NAME, and __real_NAME to the system: --wrap, ld(1).
// What other libraries lock among themselves does not come by.
extern "C" {

int __real_pthread_mutex_lock(pthread_mutex_t*);
int __real_pthread_mutex_trylock(pthread_mutex_t*);
int __real_pthread_mutex_timedlock(pthread_mutex_t*, const timespec*);
int __real_pthread_mutex_clocklock(pthread_mutex_t*, clockid_t, const timespec*);
int __real_pthread_mutex_unlock(pthread_mutex_t*);
int __real_pthread_rwlock_rdlock(pthread_rwlock_t*);
int __real_pthread_rwlock_tryrdlock(pthread_rwlock_t*);
int __real_pthread_rwlock_timedrdlock(pthread_rwlock_t*, const timespec*);
int __real_pthread_rwlock_clockrdlock(pthread_rwlock_t*, clockid_t, const timespec*);
int __real_pthread_rwlock_wrlock(pthread_rwlock_t*);
int __real_pthread_rwlock_trywrlock(pthread_rwlock_t*);
int __real_pthread_rwlock_timedwrlock(pthread_rwlock_t*, const timespec*);
int __real_pthread_rwlock_clockwrlock(pthread_rwlock_t*, clockid_t, const timespec*);
int __real_pthread_rwlock_unlock(pthread_rwlock_t*);
}

namespace fibers::detail::mutex_watch {

namespace {

constexpr std::size_t most_held = 64, most_frames = 48, most_reports = 256;

/// What fibers of this thread hold, as far as there is room. They stay with their thread, and so does this.
class held_mutexes {
  public:
    void add(const void* mutex) noexcept {
        if (current_fiber && size_ < most_held)
            entries_[size_++] = {mutex, current_fiber};
    }

    /// One, as a recursive one is in here several times: the caller's own, if it has one, as a shared one may be in
    /// here for several holders.
    void remove(const void* mutex) noexcept {
        const auto end = entries_.begin() + size_;
        auto found = std::find(entries_.begin(), end, entry{mutex, current_fiber});
        if (found == end)
            found = std::find_if(entries_.begin(), end,
                                 [mutex](const entry& e) { return e.mutex == mutex; });
        if (found == end)
            return;
        std::copy(found + 1, end, found);
        --size_;
    }

    void remove_all_of(const fiber_record& holder) noexcept {
        const auto end = entries_.begin() + size_;
        const auto kept = std::remove_if(entries_.begin(), end,
                                         [&holder](const entry& e) { return e.holder == &holder; });
        size_ = static_cast<std::size_t>(kept - entries_.begin());
    }

    /// The oldest; null: none.
    const void* of(const fiber_record& holder) const noexcept {
        for (std::size_t i = 0; i < size_; ++i)
            if (entries_[i].holder == &holder)
                return entries_[i].mutex;
        return nullptr;
    }

  private:
    struct entry {
        const void* mutex;
        const fiber_record* holder;

        bool operator==(const entry&) const = default;
    };

    std::array<entry, most_held> entries_{};
    std::size_t size_ = 0;
};

constinit thread_local held_mutexes held_here;

/// The stacks that have been reported, by a hash; the process's, because so is the program's text.
constinit std::array<std::atomic<std::uint64_t>, most_reports> reported{};

/// False: it has been reported before, or so much else has.
bool is_news(std::span<void* const> frames) noexcept {
    std::uint64_t hash = 14695981039346656037u; // FNV-1a
    for (const void* const frame : frames)
        hash = (hash ^ reinterpret_cast<std::uintptr_t>(frame)) * 1099511628211u;
    for (std::atomic<std::uint64_t>& place : reported) {
        std::uint64_t there = 0;
        if (place.compare_exchange_strong(there, hash))
            return true;
        if (there == hash)
            return false;
    }
    return false;
}

void report(const char* act, const void* mutex, std::span<void* const> frames) {
    std::ostringstream text;
    text << title_of_fiber(current_fiber, current_fiber->name().c_str()) << ' ' << act
         << " while it holds the std::mutex, or other lock for threads, at " << mutex
         << ": who else of its worker wants that blocks the worker";
    report_with_stack(text.str(), frames);
}

void report_once(const char* act, const void* mutex) noexcept {
    std::array<void*, most_frames> room;
    const auto depth = ::backtrace(room.data(), static_cast<int>(room.size()));
    const std::span<void* const> frames{room.data(), static_cast<std::size_t>(depth)};
    if (!is_news(frames))
        return;
    this_worker->call_on_scratch([&] {
        try {
            report(act, mutex, frames);
        } catch (const std::exception&) { // out of memory
        }
    });
}

template <class Mutex>
int locked(int error, const Mutex* mutex) noexcept {
    if (error == 0)
        held_here.add(mutex);
    return error;
}

template <class Mutex>
int unlocked(int error, const Mutex* mutex) noexcept {
    if (error == 0)
        held_here.remove(mutex);
    return error;
}

} // namespace

void at_suspension() noexcept {
    if (const void* const mutex = held_here.of(*current_fiber))
        report_once("suspends", mutex);
}

void at_end() noexcept {
    if (const void* const mutex = held_here.of(*current_fiber)) {
        report_once("ends", mutex);
        held_here.remove_all_of(*current_fiber);
    }
}

} // namespace fibers::detail::mutex_watch

extern "C" {

using fibers::detail::mutex_watch::locked, fibers::detail::mutex_watch::unlocked;

int __wrap_pthread_mutex_lock(pthread_mutex_t* m) {
    return locked(__real_pthread_mutex_lock(m), m);
}
int __wrap_pthread_mutex_trylock(pthread_mutex_t* m) {
    return locked(__real_pthread_mutex_trylock(m), m);
}
int __wrap_pthread_mutex_timedlock(pthread_mutex_t* m, const timespec* until) {
    return locked(__real_pthread_mutex_timedlock(m, until), m);
}
int __wrap_pthread_mutex_clocklock(pthread_mutex_t* m, clockid_t clock, const timespec* until) {
    return locked(__real_pthread_mutex_clocklock(m, clock, until), m);
}
int __wrap_pthread_mutex_unlock(pthread_mutex_t* m) {
    return unlocked(__real_pthread_mutex_unlock(m), m);
}
int __wrap_pthread_rwlock_rdlock(pthread_rwlock_t* m) {
    return locked(__real_pthread_rwlock_rdlock(m), m);
}
int __wrap_pthread_rwlock_tryrdlock(pthread_rwlock_t* m) {
    return locked(__real_pthread_rwlock_tryrdlock(m), m);
}
int __wrap_pthread_rwlock_timedrdlock(pthread_rwlock_t* m, const timespec* until) {
    return locked(__real_pthread_rwlock_timedrdlock(m, until), m);
}
int __wrap_pthread_rwlock_clockrdlock(pthread_rwlock_t* m, clockid_t clock, const timespec* until) {
    return locked(__real_pthread_rwlock_clockrdlock(m, clock, until), m);
}
int __wrap_pthread_rwlock_wrlock(pthread_rwlock_t* m) {
    return locked(__real_pthread_rwlock_wrlock(m), m);
}
int __wrap_pthread_rwlock_trywrlock(pthread_rwlock_t* m) {
    return locked(__real_pthread_rwlock_trywrlock(m), m);
}
int __wrap_pthread_rwlock_timedwrlock(pthread_rwlock_t* m, const timespec* until) {
    return locked(__real_pthread_rwlock_timedwrlock(m, until), m);
}
int __wrap_pthread_rwlock_clockwrlock(pthread_rwlock_t* m, clockid_t clock, const timespec* until) {
    return locked(__real_pthread_rwlock_clockwrlock(m, clock, until), m);
}
int __wrap_pthread_rwlock_unlock(pthread_rwlock_t* m) {
    return unlocked(__real_pthread_rwlock_unlock(m), m);
}
}
