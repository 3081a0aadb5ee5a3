#include <fibers/dump_on_signal.hpp>

#include <fibers/detail/runtime_core.hpp>
#include <fibers/detail/signal_arrivals.hpp>
#include <fibers/detail/thread_setup.hpp>
#include <fibers/dump.hpp>

#include <cstdio>
#include <exception>
#include <string>

namespace fibers {

namespace signal_arrivals = detail::signal_arrivals;

dump_on_signal::dump_on_signal(runtime& r, int signal) : runtime_(r), signal_(signal) {
    signal_arrivals::enter(signal);
    try {
        const detail::signals_blocked for_the_thread; // which inherits that
        thread_ = std::thread{[this] { serve(); }};
    } catch (...) {
        signal_arrivals::leave(signal);
        throw;
    }
    detail::core_of(runtime_).note_onlooker(1);
}

dump_on_signal::~dump_on_signal() {
    ending_.store(true);
    signal_arrivals::disturb(signal_);
    thread_.join();
    signal_arrivals::leave(signal_);
    detail::core_of(runtime_).note_onlooker(-1);
}

void dump_on_signal::serve() noexcept {
    for (std::uint32_t seen = signal_arrivals::now(signal_); !ending_.load();) {
        signal_arrivals::wait(signal_, seen);
        const std::uint32_t now = signal_arrivals::now(signal_);
        if (signal_arrivals::differ(seen, now)) {
            try {
                std::fputs(to_text(dump_fibers(runtime_)).c_str(), stderr);
            } catch (const std::exception& error) {
                std::fprintf(stderr, "fibers::dump_on_signal: %s\n", error.what());
            }
        }
        seen = now;
    }
}

} // namespace fibers
