#include <fibers/thread.hpp>

#include <fibers/detail/spawn.hpp>

#include <system_error>
#include <thread>

namespace fibers {

void thread::join() {
    detail::await_end(record_, "fibers::thread::join");
    std::exchange(record_, nullptr)->release();
}

void thread::join_uninterrupted() noexcept {
    detail::await_end_uninterrupted(*record_);
    std::exchange(record_, nullptr)->release();
}

void thread::detach() {
    if (!record_)
        throw std::system_error(std::make_error_code(std::errc::invalid_argument),
                                "fibers::thread::detach");
    std::exchange(record_, nullptr)->release();
}

unsigned thread::hardware_concurrency() noexcept {
    return std::thread::hardware_concurrency();
}

} // namespace fibers
