#include <netio/detail/descriptor.hpp>

#include <netio/detail/descriptor_closer.hpp>

#include <new>
#include <unistd.h>
#include <utility>

namespace netio::detail {

descriptor_owner descriptor::make(int fd, std::error_code& ec) noexcept {
    const auto made = new (std::nothrow) descriptor{fd};
    if (!made)
        ec = std::make_error_code(std::errc::not_enough_memory);
    return descriptor_owner{made};
}

void descriptor::close() noexcept {
    std::uint32_t seen = state_.load(std::memory_order_relaxed);
    do {
        if (seen & closed)
            return;
    } while (!state_.compare_exchange_weak(seen, (seen | closed) + one_operation,
                                           std::memory_order_acq_rel, std::memory_order_relaxed));
    readiness_.shut();
    end();
}

int descriptor::release(std::error_code& ec) noexcept {
    std::uint32_t seen = state_.load(std::memory_order_relaxed);
    do {
        if (seen & closed || seen >= one_operation) {
            ec = std::make_error_code(seen & closed ? std::errc::bad_file_descriptor
                                                    : std::errc::device_or_resource_busy);
            return -1;
        }
    } while (!state_.compare_exchange_weak(seen, (seen | closed | released) + one_operation,
                                           std::memory_order_acq_rel, std::memory_order_relaxed));
    ec.clear();
    readiness_.shut();
    end();
    return readiness_.native_handle();
}

void descriptor::abandon() noexcept {
    close();
    if ((state_.fetch_or(abandoned, std::memory_order_acq_rel) & ~released) == closed)
        delete this;
}

void descriptor::unshare() noexcept {
    if ((state_.fetch_and(~shared, std::memory_order_acq_rel) & ~released) ==
        (closed | abandoned | shared))
        delete this;
}

void descriptor::finish(int fd, bool is_to_be_deleted) noexcept {
    // Linux frees the number even if close(2) reports EINTR: it must never be called again.
    if (fd >= 0)
        ::close(fd);
    if (is_to_be_deleted)
        delete this;
}

descriptor_closer::descriptor_closer(descriptor* d) noexcept : shared_{d} {
    if (shared_)
        shared_->share();
}

descriptor_closer::~descriptor_closer() {
    if (shared_)
        shared_->unshare();
}

void descriptor_closer::close() noexcept {
    if (shared_)
        shared_->close();
}

bool descriptor_owner::is_open() const noexcept {
    return owned_ && owned_->is_open();
}

int descriptor_owner::native_handle() const noexcept {
    return owned_ ? owned_->native_handle() : -1;
}

void descriptor_owner::close() noexcept {
    if (owned_)
        owned_->close();
}

int descriptor_owner::release(std::error_code& ec) noexcept {
    if (owned_)
        return owned_->release(ec);
    ec = std::make_error_code(std::errc::bad_file_descriptor);
    return -1;
}

void descriptor_owner::abandon::operator()(descriptor* d) const noexcept {
    d->abandon();
}

} // namespace netio::detail
