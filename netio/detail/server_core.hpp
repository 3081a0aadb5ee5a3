#pragma once

#include <netio/detail/address_counter.hpp>
#include <netio/detail/live_connections.hpp>
#include <netio/serve_counts.hpp>
#include <netio/serve_options.hpp>

#include <fibers/scope.hpp>
#include <fibers/sync/semaphore.hpp>
#include <fibers/sync/stop_token.hpp>
#include <fibers/sync/wait_group.hpp>

#include <array>
#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <exception>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <utility>

namespace netio::detail {

/// What a server does that depends neither on the kind of its connections nor on what is done with
/// them.
class server_core {
    using places = fibers::counting_semaphore<>;

    struct give_back {
        void operator()(places* of) const noexcept { of->release(); }
    };
    enum ending : std::size_t { completed, broken, failed, interrupted, endings };

  public:
    /// One of the connections that may be served at once; null: none.
    using place = std::unique_ptr<places, give_back>;

    /// A connection, from when it is accepted until its handler has ended; with a place. One that goes before its
    /// handler has begun has failed.
    class visit {
      public:
        visit(visit&& other) noexcept
            : core_{std::exchange(other.core_, nullptr)}
            , address_{std::move(other.address_)}
            , how_{other.how_} {}
        visit& operator=(visit&&) = delete;
        ~visit() {
            if (core_)
                core_->leave(how_);
        }

        server_core& core() const noexcept { return *core_; }

        /// The handler has returned.
        void complete() noexcept { how_ = completed; }
        /// It has thrown that. To be called in its fiber, which is named after the peer.
        void fail(std::exception_ptr) noexcept;

      private:
        friend class server_core;

        visit(server_core& core, address_counter::place address) noexcept
            : core_{&core}, address_{std::move(address)} {}

        server_core* core_;
        address_counter::place address_;
        ending how_ = failed;
    };

    explicit server_core(serve_options);

    const serve_options& options() const noexcept { return options_; }
    serve_counts counts() const noexcept;
    live_connections& live() noexcept { return live_; }

    fibers::stop_token draining() const noexcept { return stopping_.get_token(); }
    void request_stop() noexcept;

    bool is_limited() const noexcept { return options_.max_connections != 0; }
    /// *Suspends until* one more connection may be served; who has waited longest has it first.
    /// *Fails with* std::errc::operation_canceled, timed_out.
    place wait_for_place();
    /// Null: as many are served as may be.
    place try_take_place() noexcept;

    /// Counts one more, of that address, if it has one. None: the address has as many as it may.
    std::optional<visit> admit(place, const ip_address*);

    /// Tells what has gone wrong with the connection from `name_of_peer()`.
    template <class NameOfPeer>
    void report(NameOfPeer name_of_peer, const std::exception_ptr& failure) const noexcept try {
        tell(name_of_peer(), failure);
    } catch (...) {
        // There is nobody left to tell.
    }

    /// Tells that a listener is closed, then waits for the connections: those of the whole server to end by
    /// themselves, those of this scope when they have been stopped, and closed. Nothing interrupts it.
    void drain(fibers::scope& connections);

  private:
    enum phase : std::size_t { serving, draining_, stopping, closing, phases };
    using counter = std::atomic<std::uint64_t>;

    void leave(ending) noexcept;
    ending ending_of(const std::exception_ptr&) const noexcept;
    void tell(const std::string& peer, const std::exception_ptr&) const;
    void advance_to(phase) noexcept;
    bool ends_within(std::chrono::milliseconds) const;

    const serve_options options_;
    std::atomic<std::size_t> phase_{serving};
    counter accepted_{0}, refused_{0};
    std::array<counter, endings> ended_how_{};
    std::array<counter, phases> ended_when_{};
    fibers::wait_group present_;
    places free_;
    address_counter addresses_;
    live_connections live_;
    fibers::stop_source stopping_;
    fibers::stop_callback<std::function<void()>> on_stop_; // last: it may be called at once
};

} // namespace netio::detail
