#pragma once

#include <fibers/detail/state_ptr.hpp>

#include <memory>
#include <new>
#include <utility>

namespace fibers::detail {

/// A State with what frees it in the end.
template <class State, class Allocator>
class allocated_state final : public State {
  public:
    template <class... Given>
    explicit allocated_state(const Allocator& allocator, Given&&... given)
        : State(std::forward<Given>(given)...), allocator_(allocator) {}

    using own_allocator =
        typename std::allocator_traits<Allocator>::template rebind_alloc<allocated_state>;

  private:
    void destroy() noexcept override {
        using traits = std::allocator_traits<own_allocator>;
        own_allocator allocator(allocator_);
        const auto memory = std::pointer_traits<typename traits::pointer>::pointer_to(*this);
        std::destroy_at(this);
        traits::deallocate(allocator, memory, 1);
    }

    [[no_unique_address]] Allocator allocator_;
};

/// A State in memory from a copy of `allocator`.
template <class State, class Allocator, class... Given>
state_ptr allocate_state(const Allocator& allocator, Given&&... given) {
    using made = allocated_state<State, Allocator>;
    using traits = std::allocator_traits<typename made::own_allocator>;
    typename made::own_allocator own(allocator);
    const auto memory = traits::allocate(own, 1);
    try {
        return state_ptr(::new (static_cast<void*>(std::to_address(memory)))
                             made(allocator, std::forward<Given>(given)...));
    } catch (...) {
        traits::deallocate(own, memory, 1);
        throw;
    }
}

/// The same from the heap.
template <class State, class... Given>
state_ptr make_state(Given&&... given) {
    return allocate_state<State>(std::allocator<State>(), std::forward<Given>(given)...);
}

} // namespace fibers::detail
