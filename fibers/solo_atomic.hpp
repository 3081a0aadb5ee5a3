#pragma once

#include <atomic>
#include <concepts>

#if __has_include(<sys/single_threaded.h>)
#include <sys/single_threaded.h>
#endif

namespace fibers {

namespace detail {

/// Whether the calling thread is the process's only one. It is then the one that makes the next, so
/// the answer holds until it does. False where the C library does not tell.
inline bool single_threaded() noexcept {
#if __has_include(<sys/single_threaded.h>)
    return __libc_single_threaded;
#else
    return false;
#endif
}

template <class T>
concept memory_order = std::same_as<T, std::memory_order>;

} // namespace detail

/// A std::atomic that does without locked instructions as long as the process has one thread, as
/// glibc's mutexes and libstdc++'s shared_ptr do. A program with one worker is one thread, and an
/// uncontended mutex is little else than two such instructions (lock and unlock: 4.6 → 1.4 ns). What
/// is done before there is a second thread happens before all that one does (pthread_create).
///
/// For where a locked instruction is most of the price. Not for what a signal handler changes, too.
template <class T>
class solo_atomic : public std::atomic<T> {
  public:
    using std::atomic<T>::atomic;
    using std::atomic<T>::operator=;

    T exchange(T desired, detail::memory_order auto... orders) noexcept {
        if (!detail::single_threaded())
            return std::atomic<T>::exchange(desired, orders...);
        return replace(desired);
    }

    bool compare_exchange_strong(T& expected, T desired,
                                 detail::memory_order auto... orders) noexcept {
        if (!detail::single_threaded())
            return std::atomic<T>::compare_exchange_strong(expected, desired, orders...);
        return replace_if(expected, desired);
    }

    bool compare_exchange_weak(T& expected, T desired,
                               detail::memory_order auto... orders) noexcept {
        if (!detail::single_threaded())
            return std::atomic<T>::compare_exchange_weak(expected, desired, orders...);
        return replace_if(expected, desired);
    }

    T fetch_add(T summand, detail::memory_order auto... orders) noexcept {
        if (!detail::single_threaded())
            return std::atomic<T>::fetch_add(summand, orders...);
        return replace(static_cast<T>(plain() + summand));
    }

    T fetch_sub(T subtrahend, detail::memory_order auto... orders) noexcept {
        if (!detail::single_threaded())
            return std::atomic<T>::fetch_sub(subtrahend, orders...);
        return replace(static_cast<T>(plain() - subtrahend));
    }

    T fetch_or(T bits, detail::memory_order auto... orders) noexcept {
        if (!detail::single_threaded())
            return std::atomic<T>::fetch_or(bits, orders...);
        return replace(plain() | bits);
    }

    T fetch_and(T bits, detail::memory_order auto... orders) noexcept {
        if (!detail::single_threaded())
            return std::atomic<T>::fetch_and(bits, orders...);
        return replace(plain() & bits);
    }

  private:
    T plain() const noexcept { return this->load(std::memory_order_relaxed); }

    T replace(T desired) noexcept {
        const T before = plain();
        this->store(desired, std::memory_order_relaxed);
        return before;
    }

    bool replace_if(T& expected, T desired) noexcept {
        const T before = plain();
        const bool equal = before == expected;
        if (equal)
            this->store(desired, std::memory_order_relaxed);
        expected = before;
        return equal;
    }
};

} // namespace fibers
