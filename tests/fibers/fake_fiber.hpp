#pragma once

#include <fibers/detail/fiber_record.hpp>

#include <exception>

namespace test {

/// A record that no worker ever runs, for the parts of the engine that only keep records.
class fake_fiber final : public fibers::detail::fiber_record {
  public:
    fake_fiber() : fiber_record(1, fibers::detail::fiber_name()) {}
    void run() noexcept override {}
    void abandon(std::exception_ptr) noexcept override {}
};

} // namespace test
