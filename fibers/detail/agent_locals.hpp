#pragma once

#include <memory>

namespace fibers::detail {

/// What an agent has for itself and ends with it: the values of fiber_locals, and what is to be done
/// last, as the functions …_at_thread_exit ask for.
class agent_locals {
  public:
    /// A value, found by the address of what it is a value of.
    class value {
      public:
        explicit value(const void* key) noexcept : key_(key) {}
        value(const value&) = delete;
        value& operator=(const value&) = delete;
        virtual ~value() = default;

      private:
        friend class agent_locals;

        const void* const key_;
        std::unique_ptr<value> next_;
    };

    /// Something to be done in its destructor.
    class last_act {
      public:
        last_act() noexcept = default;
        last_act(const last_act&) = delete;
        last_act& operator=(const last_act&) = delete;
        virtual ~last_act() = default;

      private:
        friend class agent_locals;

        std::unique_ptr<last_act> next_;
    };

    agent_locals() noexcept = default;
    agent_locals(const agent_locals&) = delete;
    agent_locals& operator=(const agent_locals&) = delete;

    /// The agent ends: destroys the values, newest first, also those that their destructors add;
    /// then does the last acts in the order in which they were added,
    /// [thread.condition.nonmember].
    void end() noexcept;

    /// Null: there is none.
    value* find(const void* key) const noexcept {
        for (value* v = values_.get(); v; v = v->next_.get())
            if (v->key_ == key)
                return v;
        return nullptr;
    }

    void add(std::unique_ptr<value>) noexcept;
    void add(std::unique_ptr<last_act>) noexcept;

  private:
    std::unique_ptr<value> values_;
    std::unique_ptr<last_act> last_acts_;
};

} // namespace fibers::detail
