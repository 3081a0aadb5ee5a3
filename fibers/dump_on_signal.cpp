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
    answered_ = signal_arrivals::arrivals(signal);
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
    for (;;) {
        const std::uint32_t changes = signal_arrivals::changes(signal_);
        if (ending_.load())
            return;
        if (const std::uint32_t arrived = signal_arrivals::arrivals(signal_);
            arrived != answered_) {
            answered_ = arrived;
            write();
        }
        signal_arrivals::wait(signal_, changes);
    }
}

void dump_on_signal::write() const noexcept {
    try {
        std::fputs(to_text(dump_fibers(runtime_)).c_str(), stderr);
    } catch (const std::exception& error) {
        std::fprintf(stderr, "fibers::dump_on_signal: %s\n", error.what());
    }
}

} // namespace fibers
