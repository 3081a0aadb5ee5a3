#include <netio/detail/server_core.hpp>

#include <netio/error.hpp>

#include <fibers/cancellation.hpp>
#include <fibers/this_fiber.hpp>
#include <fibers/timeout.hpp>

#include <cstddef>
#include <cstdio>
#include <string>
#include <system_error>
#include <utility>

namespace netio::detail {
namespace {

/// What any peer can make a handler throw, with nothing being wrong here.
bool is_caused_by_peer(const std::error_code& ec) noexcept {
    return ec == std::errc::connection_reset || ec == std::errc::broken_pipe ||
           ec == std::errc::connection_aborted || ec == std::errc::not_connected ||
           ec == std::errc::timed_out || ec == std::errc::host_unreachable ||
           ec == std::errc::network_unreachable || ec == std::errc::protocol_error ||
           ec == errc::end_of_stream;
}

std::string what(const std::exception_ptr& failure) {
    try {
        std::rethrow_exception(failure);
    } catch (const std::exception& error) {
        return error.what();
    } catch (...) {
        return "something that is no std::exception";
    }
}

std::ptrdiff_t most_at_once(const serve_options& options) noexcept {
    constexpr std::ptrdiff_t any_number = fibers::counting_semaphore<>::max();
    const std::size_t most = options.max_connections;
    return most == 0 || std::cmp_greater(most, any_number) ? any_number
                                                           : static_cast<std::ptrdiff_t>(most);
}

void print(const std::string& peer, const std::exception_ptr& failure) {
    // In one go, so that it stays one line among others.
    const std::string line =
        "weft: the connection from " + peer + " failed: " + what(failure) + '\n';
    std::fputs(line.c_str(), stderr);
}

} // namespace

void server_core::visit::fail(std::exception_ptr failure) noexcept {
    how_ = core_->ending_of(failure);
    if (how_ == failed)
        core_->report(fibers::this_fiber::name, failure);
}

server_core::server_core(serve_options options)
    : options_{std::move(options)}
    , free_{most_at_once(options_)}
    , addresses_{options_.max_connections_per_address}
    , on_stop_{options_.stop, [this] { request_stop(); }} {}

serve_counts server_core::counts() const noexcept {
    serve_counts counts;
    const auto seen = [](const counter& value) { return value.load(std::memory_order_acquire); };
    counts.completed = seen(ended_how_[completed]);
    counts.broken = seen(ended_how_[broken]);
    counts.failed = seen(ended_how_[failed]);
    counts.interrupted = seen(ended_how_[interrupted]);
    counts.drained = seen(ended_when_[draining_]);
    counts.stopped = seen(ended_when_[stopping]);
    counts.closed = seen(ended_when_[closing]);
    counts.refused = seen(refused_);
    // Last, so that none has ended that was not accepted.
    counts.accepted = seen(accepted_);
    return counts;
}

void server_core::request_stop() noexcept {
    advance_to(draining_);
    stopping_.request_stop();
}

server_core::place server_core::wait_for_place() {
    free_.acquire();
    return place{&free_};
}

server_core::place server_core::try_take_place() noexcept {
    return place{free_.try_acquire() ? &free_ : nullptr};
}

std::optional<server_core::visit> server_core::admit(place free, const ip_address* address) {
    const bool counts_address = address && options_.max_connections_per_address != 0;
    auto of_address = counts_address ? addresses_.enter(*address) : address_counter::place{};
    if (counts_address && !of_address) {
        refused_.fetch_add(1, std::memory_order_relaxed);
        return std::nullopt;
    }
    accepted_.fetch_add(1, std::memory_order_relaxed);
    present_.add();
    static_cast<void>(free.release()); // the visit's now
    return visit{*this, std::move(of_address)};
}

void server_core::leave(ending how) noexcept {
    ended_how_[how].fetch_add(1, std::memory_order_release);
    if (const std::size_t when = phase_.load(std::memory_order_relaxed); when != serving)
        ended_when_[when].fetch_add(1, std::memory_order_release);
    free_.release();
    present_.done();
}

server_core::ending server_core::ending_of(const std::exception_ptr& failure) const noexcept {
    try {
        std::rethrow_exception(failure);
    } catch (const std::system_error& error) {
        const std::error_code& code = error.code();
        if (code == std::errc::operation_canceled && fibers::this_fiber::stop_requested())
            return interrupted;
        if (code == std::errc::bad_file_descriptor && phase_ == closing)
            return interrupted;
        return is_caused_by_peer(code) ? broken : failed;
    } catch (...) {
        return failed;
    }
}

void server_core::tell(const std::string& peer, const std::exception_ptr& failure) const {
    (options_.on_error ? options_.on_error : print)(peer, failure);
}

void server_core::advance_to(phase next) noexcept {
    std::size_t seen = phase_;
    while (seen < next && !phase_.compare_exchange_weak(seen, next)) {
    }
}

bool server_core::ends_within(std::chrono::milliseconds timeout) const {
    const fibers::timeout_scope limit{timeout};
    try {
        present_.wait();
        return true;
    } catch (const std::system_error&) {
        return false;
    }
}

void server_core::drain(fibers::scope& connections) {
    const fibers::cancellation_shield shield;
    if (const std::size_t open = counts().open(); open != 0 && options_.on_drain)
        try {
            options_.on_drain(open);
        } catch (...) {
            // The connections are to be drained all the same.
        }
    if (!ends_within(options_.drain_timeout)) {
        advance_to(stopping);
        connections.request_stop();
        if (!ends_within(options_.stop_timeout)) {
            advance_to(closing);
            live_.close_all();
        }
    }
    connections.join();
}

} // namespace netio::detail
