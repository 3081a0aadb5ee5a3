#include <fibers/runtime.hpp>

#include <fibers/detail/runtime_core.hpp>

namespace fibers {

runtime::runtime(runtime_options options)
    : core_(std::make_unique<detail::runtime_core>(std::move(options))) {}

runtime::~runtime() = default;

void runtime::run_erased(void (*body)(void*), void* argument) {
    core_->run(body, argument);
}

detail::runtime_core& detail::core_of(runtime& r) noexcept {
    return *r.core_;
}

unsigned runtime::workers() const noexcept {
    return core_->options().workers;
}

} // namespace fibers
