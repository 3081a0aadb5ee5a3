#pragma once

#include <fibers/detail/child_group.hpp>
#include <fibers/detail/spawn.hpp>

#include <exception>
#include <memory>
#include <string>
#include <utility>

namespace fibers::detail {

/// A fiber of a scope with what it calls.
template <class F, class... Args>
class scoped_task final : public child_record {
  public:
    template <class... Given>
    scoped_task(fiber_name name, child_group& group, Given&&... given)
        : child_record(std::move(name), group), call_(std::forward<Given>(given)...) {}

    void run() noexcept override {
        try {
            static_cast<void>(call_());
        } catch (...) {
            fail(std::current_exception());
        }
        call_.destroy();
    }

    void abandon(std::exception_ptr why) noexcept override {
        this->fail(std::move(why));
        call_.destroy();
    }

  private:
    deferred_call<F, Args...> call_;
};

template <class F, class... Args>
void spawn_child(child_group& group, const std::string& name, F&& f, Args&&... args) {
    using spawned = scoped_task<std::decay_t<F>, std::decay_t<Args>...>;
    runtime_core& core = current_core("fibers::scope::spawn");
    auto fiber = std::make_unique<spawned>(fiber_name(name), group, std::forward<F>(f),
                                           std::forward<Args>(args)...);
    group.add(*fiber);
    enqueue(core, *fiber.release());
}

} // namespace fibers::detail
