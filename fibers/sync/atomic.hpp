#pragma once

#include <fibers/detail/address_room.hpp>

#include <atomic>
#include <concepts>
#include <cstring>
#include <type_traits>

namespace fibers {

namespace detail {

/// Whether compare_exchange would find them equal: padding does not count.
template <class T>
bool same_representation(T a, T b) noexcept {
#if __has_builtin(__builtin_clear_padding)
    __builtin_clear_padding(&a);
    __builtin_clear_padding(&b);
#endif
    return std::memcmp(&a, &b, sizeof(T)) == 0;
}

/// Suspends until `load()`, from `address`, gives something else than `old`.
template <class T, std::invocable Load>
void wait_at(const void* address, const T& old, Load load) noexcept {
    const auto changed = [&] { return !same_representation<T>(load(), old); };
    while (!changed() && !address_room::of(address).wait(address, changed)) {
    }
}

} // namespace detail

/// std::atomic, [atomics.types.generic], whose waits suspend the fiber and leave its worker to others.
/// Everything else is std's.
///
/// Who waits is found by notify_one() and notify_all() of this type alone: not by std::atomic's, to which
/// a reference to the base leads.
template <class T>
class atomic : public std::atomic<T> {
    static_assert(std::is_trivially_copyable_v<T>);

  public:
    using std::atomic<T>::atomic;
    using std::atomic<T>::operator=;
    constexpr atomic() noexcept(std::is_nothrow_default_constructible_v<T>) = default;
    atomic(const atomic&) = delete;
    atomic& operator=(const atomic&) = delete;
    atomic& operator=(const atomic&) volatile = delete;

    /// *Suspends until* the value is another than `old`, and somebody has notified. As it cannot fail in
    /// std, it ignores stop and the ambient deadline.
    void wait(T old, std::memory_order order = std::memory_order_seq_cst) const noexcept {
        detail::wait_at(this, old, [=, this] { return this->load(order); });
    }

    /// Lets one of those go on, or all, who wait for a change. The caller has made one. Never suspends.
    void notify_one() noexcept { detail::address_room::of(this).notify_one(this); }
    void notify_all() noexcept { detail::address_room::of(this).notify_all(this); }
};

template <class T>
atomic(T) -> atomic<T>;

/// The same for std::atomic_flag, [atomics.flag].
class atomic_flag : public std::atomic_flag {
  public:
    using std::atomic_flag::atomic_flag;
    constexpr atomic_flag() noexcept = default;
    atomic_flag(const atomic_flag&) = delete;
    atomic_flag& operator=(const atomic_flag&) = delete;
    atomic_flag& operator=(const atomic_flag&) volatile = delete;

    void wait(bool old, std::memory_order order = std::memory_order_seq_cst) const noexcept {
        detail::wait_at(this, old, [=, this] { return test(order); });
    }

    void notify_one() noexcept { detail::address_room::of(this).notify_one(this); }
    void notify_all() noexcept { detail::address_room::of(this).notify_all(this); }
};

/// The same for std::atomic_ref, [atomics.ref.generic]. All atomic_refs to one object find one another's
/// waiters.
template <class T>
class atomic_ref : public std::atomic_ref<T> {
  public:
    explicit atomic_ref(T& object) noexcept : std::atomic_ref<T>(object), object_(&object) {}
    atomic_ref(const atomic_ref&) noexcept = default;
    atomic_ref& operator=(const atomic_ref&) = delete;
    using std::atomic_ref<T>::operator=;

    void wait(T old, std::memory_order order = std::memory_order_seq_cst) const noexcept {
        detail::wait_at(object_, old, [=, this] { return this->load(order); });
    }

    void notify_one() const noexcept { detail::address_room::of(object_).notify_one(object_); }
    void notify_all() const noexcept { detail::address_room::of(object_).notify_all(object_); }

  private:
    T* object_;
};

template <class T>
atomic_ref(T&) -> atomic_ref<T>;

// [atomics.nonmembers]

template <class T>
void atomic_wait(const atomic<T>* object, typename atomic<T>::value_type old) noexcept {
    object->wait(old);
}

template <class T>
void atomic_wait_explicit(const atomic<T>* object, typename atomic<T>::value_type old,
                          std::memory_order order) noexcept {
    object->wait(old, order);
}

template <class T>
void atomic_notify_one(atomic<T>* object) noexcept {
    object->notify_one();
}

template <class T>
void atomic_notify_all(atomic<T>* object) noexcept {
    object->notify_all();
}

inline void atomic_flag_wait(const atomic_flag* flag, bool old) noexcept {
    flag->wait(old);
}

inline void atomic_flag_wait_explicit(const atomic_flag* flag, bool old,
                                      std::memory_order order) noexcept {
    flag->wait(old, order);
}

inline void atomic_flag_notify_one(atomic_flag* flag) noexcept {
    flag->notify_one();
}

inline void atomic_flag_notify_all(atomic_flag* flag) noexcept {
    flag->notify_all();
}

} // namespace fibers
