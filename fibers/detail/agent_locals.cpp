#include <fibers/detail/agent_locals.hpp>

#include <utility>

namespace fibers::detail {

void agent_locals::end() noexcept {
    while (values_ || last_acts_)
        if (values_) {
            const std::unique_ptr<value> newest = std::move(values_);
            values_ = std::move(newest->next_);
        } else {
            const std::unique_ptr<last_act> oldest = std::move(last_acts_);
            last_acts_ = std::move(oldest->next_);
        }
}

void agent_locals::add(std::unique_ptr<value> added) noexcept {
    added->next_ = std::move(values_);
    values_ = std::move(added);
}

void agent_locals::add(std::unique_ptr<last_act> added) noexcept {
    std::unique_ptr<last_act>* end = &last_acts_;
    while (*end)
        end = &(*end)->next_;
    *end = std::move(added);
}

} // namespace fibers::detail
