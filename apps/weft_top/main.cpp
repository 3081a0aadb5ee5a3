#include <apps/weft_top/options.hpp>
#include <apps/weft_top/screen.hpp>
#include <apps/weft_top/snapshot.hpp>
#include <apps/weft_top/terminal.hpp>

#include <fibers/runtime.hpp>
#include <fibers/scope.hpp>
#include <fibers/this_fiber.hpp>
#include <fibers/timeout.hpp>
#include <netio/signal.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <exception>
#include <limits>
#include <optional>
#include <string>
#include <system_error>
#include <utility>

namespace {

constexpr std::chrono::seconds longest_answer{10};

snapshot look_at(const options& chosen) {
    const fibers::timeout_scope limit{longest_answer};
    return take_snapshot(chosen.where);
}

void show_once(const options& chosen) {
    constexpr std::size_t all = std::numeric_limits<std::size_t>::max();
    const snapshot before = look_at(chosen);
    fibers::this_fiber::sleep_for(std::min(chosen.interval, std::chrono::milliseconds{200}));
    fmt::print("{}", draw(look_at(chosen), &before, chosen.sorted_by, all));
}

/// Until the program ends; what it said last is why.
std::string show_live(const options& chosen, snapshot now) {
    terminal screen;
    std::optional<snapshot> before;
    for (;;) {
        screen.show(draw(now, before ? &*before : nullptr, chosen.sorted_by, screen.lines() - 1));
        before = std::move(now);
        fibers::this_fiber::sleep_for(chosen.interval);
        try {
            now = look_at(chosen);
        } catch (const std::system_error& gone) {
            if (gone.code() == std::errc::operation_canceled)
                throw;
            return gone.what();
        }
    }
}

void show_until_signal(const options& chosen, netio::signal_set& signals) {
    std::string ended;
    {
        fibers::scope until_signal;
        until_signal.spawn([&] {
            ended = show_live(chosen, look_at(chosen));
            until_signal.request_stop();
        });
        until_signal.spawn([&] {
            signals.wait();
            until_signal.request_stop();
        });
        until_signal.join();
    }
    if (!ended.empty())
        fmt::print("weft_top: the program has ended: {}\n", ended);
}

} // namespace

int main(int argc, char** argv) try {
    const options chosen = options_from(argc, argv);
    netio::signal_set signals{SIGINT, SIGTERM};
    fibers::run([&] { chosen.once ? show_once(chosen) : show_until_signal(chosen, signals); });
} catch (const std::exception& error) {
    fmt::print(stderr, "weft_top: {}\n", error.what());
    return EXIT_FAILURE;
}
