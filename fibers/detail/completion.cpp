#include <fibers/detail/completion.hpp>

#include <fibers/detail/spin_until.hpp>

namespace fibers::detail {

void completion::await_settled() const noexcept {
    // announce() is between two instructions, on another worker.
    spin_until([this] { return word_.load(std::memory_order_acquire) == settled; });
}

} // namespace fibers::detail
