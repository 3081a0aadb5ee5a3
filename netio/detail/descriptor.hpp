#pragma once

#include <netio/detail/descriptor_owner.hpp>

#include <fibers/readiness.hpp>
#include <fibers/solo_atomic.hpp>

#include <atomic>
#include <cstdint>
#include <system_error>
#include <utility>

namespace netio::detail {

/// A non-blocking file descriptor and the count of operations under way on it, so that its number
/// is given back to the system only when nobody can use it any more. A number that was given back
/// too early may already mean another file: the read of one connection would take the bytes of
/// another.
///
/// One word tells all: four flags and the count. "Last" is the operation that brings the count to 0.
///
/// | state              | begin   | end                | close             | abandon             |
/// |--------------------|---------|--------------------|-------------------|---------------------|
/// | open               | count+1 | count-1            | → closed, waiters | close, then as      |
/// |                    |         |                    | are woken         | from closed         |
/// | closed, busy       | refused | last: ::close      | nothing           | → abandoned         |
/// | closed, idle       | refused | –                  | nothing           | delete              |
/// | abandoned (closed, | –       | last: ::close,     | –                 | –                   |
/// | busy)              |         | delete             |                   |                     |
///
/// close() counts as an operation while it wakes the others, hence ::close always comes after that. release() does
/// what close() does, and sets `released`: then there is no ::close.
///
/// `shared` is orthogonal to those states. While a descriptor is shared, with a descriptor_closer,
/// "delete" above does not happen; it does at unshare(), if the state is abandoned by then and not busy.
class descriptor {
  public:
    /// Takes over `fd`, which must be non-blocking and valid.
    explicit descriptor(int fd) noexcept : readiness_{fd} {}
    descriptor(const descriptor&) = delete;
    descriptor& operator=(const descriptor&) = delete;

    /// *Fails with* std::errc::not_enough_memory; then `fd` is still the caller's.
    static descriptor_owner make(int fd, std::error_code& ec) noexcept;

    bool is_open() const noexcept { return !(state_.load(std::memory_order_acquire) & closed); }

    /// -1 once closed or released.
    int native_handle() const noexcept { return is_open() ? readiness_.native_handle() : -1; }

    /// Ends every operation, now and later, with std::errc::bad_file_descriptor. May be called at
    /// any time by anyone; the second time it does nothing.
    void close() noexcept;

    /// Gives the descriptor up without closing it. *Fails with* std::errc::bad_file_descriptor if
    /// it is closed, std::errc::device_or_resource_busy if an operation is under way.
    int release(std::error_code& ec) noexcept;

    /// While it lives the descriptor's number stays what it is, and so does the object.
    class operation {
      public:
        /// False if there is no descriptor or it is closed.
        explicit operation(descriptor* d) noexcept : descriptor_{d && d->begin() ? d : nullptr} {}
        operation(operation&& other) noexcept
            : descriptor_{std::exchange(other.descriptor_, nullptr)} {}
        operation& operator=(operation&&) = delete;
        ~operation() {
            if (descriptor_)
                descriptor_->end();
        }

        explicit operator bool() const noexcept { return descriptor_; }
        int native_handle() const noexcept { return descriptor_->readiness_.native_handle(); }
        fibers::readiness& readiness() const noexcept { return descriptor_->readiness_; }

      private:
        descriptor* descriptor_;
    };

  private:
    friend class descriptor_owner;
    friend class descriptor_closer;

    static constexpr std::uint32_t closed = 1, released = 2, abandoned = 4, shared = 8,
                                   one_operation = 16;

    ~descriptor() = default;

    bool begin() noexcept {
        // Acquire, where it is refused, too: then the owner may be destroyed that close() had to read.
        std::uint32_t seen = state_.load(std::memory_order_acquire);
        do {
            if (seen & closed)
                return false;
        } while (!state_.compare_exchange_weak(
            seen, seen + one_operation, std::memory_order_acquire, std::memory_order_acquire));
        return true;
    }

    void end() noexcept {
        const int fd = readiness_.native_handle(); // after the subtraction *this may be gone
        const std::uint32_t left =
            state_.fetch_sub(one_operation, std::memory_order_acq_rel) - one_operation;
        if (left & closed && left < one_operation) [[unlikely]]
            finish(left & released ? -1 : fd, (left & (abandoned | shared)) == abandoned);
    }

    void finish(int fd, bool is_to_be_deleted) noexcept;
    void abandon() noexcept;

    /// For the owner, or with its consent: it must not be gone yet.
    void share() noexcept { state_.fetch_or(shared, std::memory_order_relaxed); }
    void unshare() noexcept;

    [[no_unique_address]] fibers::readiness readiness_; // whose padding the state fills
    fibers::solo_atomic<std::uint32_t> state_{0};
};

} // namespace netio::detail
