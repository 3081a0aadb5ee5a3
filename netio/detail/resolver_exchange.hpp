#pragma once

#include <netio/detail/resolver_socket.hpp>
#include <netio/dns_record.hpp>
#include <netio/endpoint.hpp>

#include <chrono>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <system_error>
#include <vector>

struct ares_channeldata;

namespace netio::detail {

/// The message that a server has sent in reply to a question, or why there is none.
struct raw_reply {
    std::error_code ec;
    std::vector<std::uint8_t> message;
};

/// Asks servers, by c-ares: it makes the messages, matches replies with questions, and asks again by
/// TCP where a reply is truncated. Whom to ask, for how long and whether again is the caller's
/// decision, so that it knows who failed how.
///
/// A channel of c-ares belongs to one fiber or thread at a time; so does this.
class resolver_exchange {
  public:
    /// *Fails with* std::errc::not_enough_memory.
    resolver_exchange();

    /// Asks for records of several types at once. The replies are in the order of the types; one that
    /// has not come in time is dns_errc::timed_out.
    /// *Suspends until* all have come, or for `timeout`.
    /// *Fails with* std::errc::timed_out (ambient deadline), operation_canceled (stop); whatever has
    /// happened, nothing is left under way and no socket open.
    std::vector<raw_reply> ask(const endpoint& server, const std::string& name,
                               std::span<const record_type> types,
                               std::chrono::milliseconds timeout);

  private:
    struct channel_deleter {
        void operator()(ares_channeldata*) const noexcept;
    };

    void choose(const endpoint& server);
    void send(const std::string& name, record_type, raw_reply&);
    void cancel() noexcept;
    /// Lets c-ares use one of the sockets that may be ready. False: none has become ready in time.
    bool advance(std::chrono::steady_clock::time_point deadline);
    void on_reply(int status, raw_reply&, std::span<const std::uint8_t> message) noexcept;

    // The channel closes its sockets when it goes.
    resolver_sockets sockets_;
    std::unique_ptr<ares_channeldata, channel_deleter> channel_;
    std::size_t awaited_ = 0; // replies
};

} // namespace netio::detail
