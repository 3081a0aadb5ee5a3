#include <tests/netio/everywhere.hpp>

#include <fibers/runtime.hpp>
#include <fibers/this_fiber.hpp>

#include <chrono>
#include <ostream>

namespace test {

void task::join() {
    if (auto* fiber = std::get_if<fibers::fiber<void>>(&running_))
        fiber->join();
    else
        std::get<std::future<void>>(running_).get();
}

void task::request_stop() {
    std::get<fibers::fiber<void>>(running_).request_stop();
}

void everywhere::run(const std::function<void()>& body) {
    switch (GetParam()) {
    case place::one_worker:
        return fibers::run(body);
    case place::several_workers:
        return fibers::runtime{{.workers = 3}}.run(body);
    case place::plain_threads:
        return body();
    }
}

task everywhere::start(std::function<void()> body) {
    ++not_begun_;
    auto announced = [this, body = std::move(body)] {
        --not_begun_;
        body();
    };
    if (GetParam() == place::plain_threads)
        return task{std::async(std::launch::async, std::move(announced))};
    return task{fibers::spawn(std::move(announced))};
}

void everywhere::settle() {
    using namespace std::chrono_literals;
    do
        fibers::this_fiber::sleep_for(50ms);
    while (not_begun_ != 0);
}

void PrintTo(place where, std::ostream* out) {
    switch (where) {
    case place::one_worker:
        *out << "OneWorker";
        break;
    case place::several_workers:
        *out << "SeveralWorkers";
        break;
    case place::plain_threads:
        *out << "PlainThreads";
        break;
    }
}

} // namespace test
