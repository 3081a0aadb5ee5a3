#pragma once

#include <fibers/detail/joinable_record.hpp>
#include <fibers/detail/result.hpp>

#include <exception>
#include <functional>
#include <memory>
#include <string>
#include <tuple>
#include <type_traits>
#include <utility>

namespace fibers::detail {

/// A fiber with room for what it returns.
template <class T>
class result_record : public joinable_record {
  public:
    using joinable_record::joinable_record;

    void drop_result() noexcept override { returned.drop(); }

    result<T> returned;
};

/// What calling a copy of F with copies of Args gives, as std::thread calls them.
template <class F, class... Args>
using result_of_spawned = std::invoke_result_t<std::decay_t<F>, std::decay_t<Args>...>;

/// A callable and its arguments, decay-copied, to be called once.
template <class F, class... Args>
class deferred_call {
  public:
    template <class... Given>
    explicit deferred_call(Given&&... given) : parts_(std::forward<Given>(given)...) {}
    ~deferred_call() {} // destroy() has been called, by run() or abandon()

    decltype(auto) operator()() {
        return std::apply(
            [](F& f, Args&... args) -> decltype(auto) {
                return std::invoke(std::move(f), std::move(args)...);
            },
            parts_);
    }

    void destroy() noexcept { std::destroy_at(&parts_); }

  private:
    union { // ended by hand, before the record is
        std::tuple<F, Args...> parts_;
    };
};

/// A fiber with what it calls.
template <class T, class F, class... Args>
class task final : public result_record<T> {
  public:
    template <class... Given>
    task(fiber_name name, Given&&... given)
        : result_record<T>(fiber_record::runtime_and_handle, std::move(name))
        , call_(std::forward<Given>(given)...) {}

    void run() noexcept override {
        try {
            this->returned.set_from(call_);
        } catch (...) {
            this->failure = std::current_exception();
        }
        // Before the end is announced, as a thread's arguments are gone when join() returns.
        call_.destroy();
    }

    void abandon(std::exception_ptr why) noexcept override {
        this->failure = std::move(why);
        call_.destroy();
    }

  private:
    deferred_call<F, Args...> call_;
};

} // namespace fibers::detail
