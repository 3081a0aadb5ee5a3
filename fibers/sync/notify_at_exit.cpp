#include <fibers/sync/notify_at_exit.hpp>

#include <fibers/detail/this_agent.hpp>

#include <memory>
#include <utility>

namespace fibers {

namespace {

class notification final : public detail::agent_locals::last_act {
  public:
    notification(condition_variable& cv, std::unique_lock<mutex> lock) noexcept
        : cv_(cv), lock_(std::move(lock)) {}
    ~notification() override { cv_.notify_all(); }

  private:
    condition_variable& cv_;
    const std::unique_lock<mutex> lock_; // unlocked after that
};

} // namespace

void notify_all_at_thread_exit(condition_variable& cv, std::unique_lock<mutex> lock) {
    detail::agent_locals& mine = detail::current_locals();
    mine.add(std::make_unique<notification>(cv, std::move(lock)));
}

} // namespace fibers
