// A stackful coroutine of Boost.Asio that hands blocking calls to an asio::thread_pool.

#include <benchmarks/support/micro_main.hpp>
#include <benchmarks/support/stopwatch.hpp>

#include <boost/asio/async_result.hpp>
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/spawn.hpp>
#include <boost/asio/thread_pool.hpp>
#include <nlohmann/json.hpp>

#include <exception>
#include <utility>

namespace {

namespace asio = boost::asio;
using nlohmann::json;

/// Calls `f()` in the pool; the coroutine goes on in its own context with what it returns.
template <class F>
int blocking(asio::thread_pool& pool, asio::io_context& context, F f, asio::yield_context yield) {
    return asio::async_initiate<asio::yield_context, void(int)>(
        [&](auto handler) {
            asio::post(pool, [f, work = asio::make_work_guard(context),
                              handler = std::move(handler)]() mutable {
                asio::post(work.get_executor(),
                           [result = f(), handler = std::move(handler)]() mutable {
                               std::move(handler)(result);
                           });
            });
        },
        yield);
}

json blocking_call() {
    asio::thread_pool pool{4};
    asio::io_context context{1};
    json figures;
    asio::spawn(
        context,
        [&](asio::yield_context yield) {
            constexpr int count = 5'000;
            figures["ns_per_op"] = bench::nanoseconds_each(count, [&] {
                for (int i = 0; i < count; ++i)
                    blocking(
                        pool, context, [i] { return i; }, yield);
            });
        },
        [](std::exception_ptr failure) {
            if (failure)
                std::rethrow_exception(failure);
        });
    context.run();
    pool.join();
    return figures;
}

} // namespace

int main(int argc, char** argv) {
    return bench::micro_main(argc, argv, {{"blocking", blocking_call}});
}
