#pragma once

#include <netio/detail/descriptor_access.hpp>
#include <netio/detail/socket_path.hpp>
#include <netio/passed_descriptor.hpp>
#include <netio/tcp_listener.hpp>
#include <netio/unix_endpoint.hpp>
#include <netio/unix_listener.hpp>

#include <chrono>
#include <memory>
#include <optional>
#include <string>
#include <sys/types.h>
#include <system_error>
#include <vector>

namespace netio {

struct handover_options {
    /// How long a successor that has taken over may need to be ready. Then it is given up, since others may
    /// wait for their turn: its ready() fails.
    std::chrono::milliseconds ready_timeout{30'000};
};

/// Hands listeners on from a running process to its successor, which is started with the same path: a
/// restart in which nobody is refused and no connection is lost, for both accept from the same backlog.
///
///     netio::handover handover{path};                     // takes over, if there is somebody
///     auto listener = handover.predecessor()
///                         ? netio::tcp_listener::adopt(handover.take("http").release())
///                         : netio::tcp_listener{address};
///     handover.offer("http", listener);
///     serving.spawn([&] { server.serve(listener, handle); });
///     handover.ready();                                   // now the predecessor stops accepting
///     handover.wait();                                    // until there is a successor, and it is ready
///     server.request_stop();
///
/// Only processes of one user hand over to each other. A successor that ends before it is ready, or is not
/// ready in time, changes nothing.
///
/// *May be used by* one fiber or plain thread at a time.
class handover {
  public:
    /// Takes over what whoever offers at this path has; if that is nobody, offers there in future.
    /// *Suspends until* the predecessor has answered, which it does while it is in wait().
    /// *Fails with* std::errc::permission_denied where the predecessor is another user;
    /// protocol_error where it does not speak this protocol; too_many_files_open; and as
    /// unix_listener does.
    explicit handover(const unix_endpoint& path, const handover_options& options = {});
    handover(const unix_endpoint& path, const handover_options& options, std::error_code& ec);
    handover(handover&&) noexcept = default;
    handover& operator=(handover&&) noexcept = default;
    /// Nobody can take over any more.
    ~handover() = default;

    /// Whose listeners were taken over; none: this process is the first.
    std::optional<pid_t> predecessor() const noexcept { return predecessor_; }

    /// The descriptor that the predecessor has offered by that name; none where it has not, or it is taken.
    [[nodiscard]] unique_descriptor take(const std::string& name);

    /// Offers a listener to the successor, by a name without line ends. It must live until wait() has
    /// returned, or this object is gone. The file of a Unix socket stays when it has been handed over.
    void offer(std::string name, const tcp_listener& listener);
    void offer(std::string name, unix_listener& listener);

    /// Tells the predecessor, if there is one, that it may stop; this process accepts by now, or soon will.
    /// *Suspends until* it has heard, or is gone.
    /// *Fails with* std::errc::connection_aborted where it has given this process up and goes on:
    /// handover_options::ready_timeout. Then stop accepting.
    void ready();
    void ready(std::error_code& ec);

    /// *Suspends until* a successor has taken over what is offered, and is ready.
    /// *Fails with* std::errc::operation_canceled, timed_out, and what the system says; then nobody can
    /// take over any more.
    void wait();
    void wait(std::error_code& ec);

  private:
    struct offered {
        std::string name;
        detail::descriptor* descriptor;
        unix_listener* of_file; // null: there is no file
    };

    bool take_over(const unix_endpoint& path, std::error_code& ec);
    void own_path();
    bool hand_over_to(unix_seqpacket& successor, std::error_code& ec);
    bool give_offers_to(unix_seqpacket& successor, std::error_code& ec);

    handover_options options_;
    unix_seqpacket_listener listener_;
    std::unique_ptr<detail::socket_path>
        path_;                  // null: the file is not yet, or no longer, ours to remove
    unix_seqpacket connection_; // to the predecessor
    std::optional<pid_t> predecessor_;
    std::vector<passed_descriptor> taken_over_;
    std::vector<offered> offers_;
};

} // namespace netio
