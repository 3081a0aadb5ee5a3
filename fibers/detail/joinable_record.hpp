#pragma once

#include <fibers/detail/completion.hpp>
#include <fibers/detail/fiber_record.hpp>

#include <exception>

namespace fibers::detail {

/// A fiber for whose end others may wait.
class joinable_record : public fiber_record {
  public:
    using fiber_record::fiber_record;

    /// If there is a failure that nobody has taken this calls std::terminate, unless a stop has caused that.
    ~joinable_record() override {
        if (failure) [[unlikely]]
            terminate_unless_stopped();
    }

    void conclude() noexcept override { end.announce(); }

    completion end;
    std::exception_ptr failure; ///< what run() let out; to be read after the end

  private:
    void terminate_unless_stopped() noexcept;
};

} // namespace fibers::detail
