#include <fibers/detail/spawn.hpp>

#include <fibers/detail/parking.hpp>
#include <fibers/detail/runtime_core.hpp>
#include <fibers/detail/this_agent.hpp>
#include <fibers/detail/worker.hpp>

#include <system_error>

namespace fibers::detail {

namespace {

outcome wait_for_end(joinable_record& fiber, interruption mode) noexcept {
    if (fiber.end.done())
        return outcome::woken;
    parking self{"the end of a fiber", &fiber, awaited::end_of_fiber};
    if (!self.begin(mode))
        return outcome::stopped;
    if (!fiber.end.await(self.who())) {
        self.cancel();
        return outcome::woken;
    }
    const outcome how = self.commit();
    return how == outcome::woken || fiber.end.withdraw(self.who()) ? how : outcome::woken;
}

} // namespace

runtime_core& current_core(const char* what) {
    if (!this_worker)
        throw std::system_error(std::make_error_code(std::errc::operation_not_permitted),
                                std::string(what) +
                                    ": no fiber runs here; use fibers::run or runtime::spawn");
    return this_worker->core();
}

void enqueue(runtime_core& core, fiber_record& fiber) {
    if (core.spawn(fiber))
        return;
    fiber.abandon(nullptr);
    throw std::system_error(std::make_error_code(std::errc::operation_not_permitted),
                            "fibers::runtime::spawn: the runtime has ended");
}

void await_end(joinable_record* fiber, const char* where) {
    if (!fiber)
        throw std::system_error(std::make_error_code(std::errc::invalid_argument), where);
    if (fiber == current_identity())
        throw std::system_error(std::make_error_code(std::errc::resource_deadlock_would_occur),
                                where);
    throw_unless_woken(wait_for_end(*fiber, interruption::honoured), where);
}

void await_end_uninterrupted(joinable_record& fiber) noexcept {
    wait_for_end(fiber, interruption::ignored);
}

void stop_and_await_end(joinable_record& fiber) noexcept {
    request_stop(fiber);
    if (!fiber.abandon_queued())
        await_end_uninterrupted(fiber);
    fiber.failure = nullptr;
}

void request_stop(fiber_record& fiber) noexcept {
    if (fiber.request_stop())
        schedule(fiber);
}

} // namespace fibers::detail
