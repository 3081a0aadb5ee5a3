#pragma once

#include <fibers/detail/agent.hpp>
#include <fibers/detail/fiber_record.hpp>
#include <fibers/detail/parking.hpp>
#include <fibers/detail/short_lock.hpp>
#include <fibers/detail/this_agent.hpp>

#include <cstddef>
#include <exception>

namespace fibers::detail {

class child_record;

/// The live children of a scope, and the first failure among those that have ended.
class child_group {
  public:
    /// Whether a failure is kept, and stops the other children.
    explicit child_group(bool failure_matters) noexcept : failure_matters_(failure_matters) {}

    void add(child_record&) noexcept;
    std::size_t size() const noexcept;
    /// Whether the calling fiber is one of the children.
    bool has_caller() const noexcept;
    void request_stop() noexcept;

    /// Waits until there is no child. When the wait is interrupted the children are asked to stop,
    /// and the wait goes on for them.
    outcome await_all() noexcept;

    std::exception_ptr take_failure() noexcept;

    // What a child does.

    void note_failure(const child_record&, std::exception_ptr) noexcept;
    /// The child's last access to the group.
    void remove(child_record&) noexcept;

  private:
    outcome await_all(interruption) noexcept;

    const bool failure_matters_;
    mutable short_lock lock_; // guards everything below
    child_record* first_ = nullptr;
    std::size_t size_ = 0;
    bool stopping_ = false; // a child that is added from now on is stopped at once
    agent* waiting_ = nullptr;
    std::exception_ptr failure_;
};

/// A fiber that belongs to a scope, which has no handle to it.
class child_record : public fiber_record {
  public:
    child_record(fiber_name name, child_group& group) noexcept
        : fiber_record(runtime_only, std::move(name)), group_(group) {
        surroundings.deadline = current_ambient().deadline;
    }

    void conclude() noexcept override { group_.remove(*this); }

  protected:
    void fail(std::exception_ptr why) noexcept { group_.note_failure(*this, std::move(why)); }

  private:
    friend class child_group;

    child_group& group_;
    child_record* next_ = nullptr;
    child_record* previous_ = nullptr;
};

} // namespace fibers::detail
