#pragma once

#include <fibers/detail/this_agent.hpp>

#include <concepts>
#include <functional>
#include <memory>
#include <utility>

namespace fibers {

/// A variable of which every fiber has its own, and every plain thread: what thread_local is for
/// threads. A value is made when its fiber first uses it, and destroyed when that fiber ends, after
/// its function has returned, newest first; it may be used in other values' destructors until then.
///
///     static fibers::fiber_local<request_id> current{[] { return request_id::none(); }};
///     *current = id;
///
/// Best of static storage duration. A value that is older than the end of its fiber_local stays
/// until the fiber ends.
///
/// *May be used by* all fibers and plain threads at once.
template <class T>
class fiber_local {
  public:
    /// Values begin as `T()`.
    fiber_local() requires std::default_initializable<T> : fiber_local([] { return T(); }) {}

    /// Values begin as copies of `initial`.
    explicit fiber_local(T initial) requires std::copy_constructible<T>
        : fiber_local([initial = std::move(initial)] { return initial; }) {}

    /// Values begin as what `make()` returns; it is called by each fiber for itself.
    template <std::invocable F>
    requires std::convertible_to<std::invoke_result_t<F>, T>
    explicit fiber_local(F make) : make_(std::make_shared<const maker>(std::move(make))) {}

    fiber_local(const fiber_local&) = delete;
    fiber_local& operator=(const fiber_local&) = delete;

    /// The caller's own value. *Fails with* std::bad_alloc, and what making the value throws.
    T& get() const {
        detail::agent_locals& mine = detail::current_locals();
        if (auto* const known = static_cast<value*>(mine.find(make_.get())))
            return known->held;
        auto made = std::make_unique<value>(make_);
        T& held = made->held;
        mine.add(std::move(made));
        return held;
    }

    T& operator*() const { return get(); }
    T* operator->() const { return std::addressof(get()); }

  private:
    using maker = std::function<T()>;

    struct value : detail::agent_locals::value {
        explicit value(const std::shared_ptr<const maker>& make)
            : detail::agent_locals::value(make.get()), key_stays_taken(make), held((*make)()) {}

        const std::shared_ptr<const maker> key_stays_taken;
        T held;
    };

    const std::shared_ptr<const maker> make_;
};

} // namespace fibers
