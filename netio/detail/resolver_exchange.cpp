#include <netio/detail/resolver_exchange.hpp>

#include <netio/dns_error.hpp>

#include <fibers/now.hpp>
#include <fibers/this_fiber.hpp>
#include <fibers/wait_any_ready.hpp>

#include <algorithm>
#include <ares.h>
#include <climits>
#include <cstring>
#include <new>

namespace netio::detail {
namespace {

constexpr int internet_class = 1;

resolver_sockets& sockets(void* data) noexcept {
    return *static_cast<resolver_sockets*>(data);
}

constexpr ares_socket_functions socket_functions{
    .asocket = [](int family, int type, int,
                  void* data) { return sockets(data).open(family, type); },
    .aclose = [](int fd, void* data) { return sockets(data).close(fd); },
    .aconnect = [](int fd, const sockaddr* address, ares_socklen_t size,
                   void* data) { return sockets(data).connect(fd, address, size); },
    .arecvfrom =
        [](int fd, void* into, std::size_t size, int flags, sockaddr* from,
           ares_socklen_t* from_size,
           void* data) { return sockets(data).receive(fd, into, size, flags, from, from_size); },
    .asendv = [](int fd, const iovec* from, int count,
                 void* data) { return sockets(data).send(fd, from, count); },
};

/// c-ares's callback about what it wants of a socket; that is always to read.
void on_interest(void* data, int fd, int, int wants_write) noexcept {
    if (resolver_socket* const socket = sockets(data).find(fd))
        socket->wants_write = wants_write != 0;
}

[[noreturn]] void throw_no_memory() {
    throw std::system_error{std::make_error_code(std::errc::not_enough_memory),
                            "cannot prepare to look up names"};
}

/// Everything is said here: what is not, c-ares would read from files.
ares_options options_for(resolver_sockets& sockets) noexcept {
    ares_options options{};
    // Error replies are replies: who asked decides whom to ask then.
    options.flags = ARES_FLAG_NOCHECKRESP | ARES_FLAG_NOSEARCH;
    options.timeout = INT_MAX; // ms; the caller's deadline comes earlier
    options.tries = 1;
    options.lookups = const_cast<char*>("b");
    options.sock_state_cb = on_interest;
    options.sock_state_cb_data = &sockets;
    return options;
}

constexpr int options_given = ARES_OPT_FLAGS | ARES_OPT_TIMEOUTMS | ARES_OPT_TRIES |
                              ARES_OPT_NDOTS | ARES_OPT_SERVERS | ARES_OPT_DOMAINS |
                              ARES_OPT_LOOKUPS | ARES_OPT_SORTLIST | ARES_OPT_SOCK_STATE_CB;

} // namespace

void resolver_exchange::channel_deleter::operator()(ares_channeldata* channel) const noexcept {
    ares_destroy(channel);
}

resolver_exchange::resolver_exchange() {
    // Without ares_library_init(), which does nothing but count where the system is not Windows.
    ares_options options = options_for(sockets_);
    ares_channel channel = nullptr;
    if (ares_init_options(&channel, &options, options_given) != ARES_SUCCESS)
        throw_no_memory();
    channel_.reset(channel);
    ares_set_socket_functions(channel, &socket_functions, &sockets_);
}

std::vector<raw_reply> resolver_exchange::ask(const endpoint& server, const std::string& name,
                                              std::span<const record_type> types,
                                              std::chrono::milliseconds timeout) {
    std::vector<raw_reply> replies(types.size(), {.ec = dns_errc::timed_out, .message = {}});
    choose(server);
    // c-ares writes to the replies until then.
    struct canceller {
        resolver_exchange& exchange;
        ~canceller() { exchange.cancel(); }
    } const cancel_at_the_end{*this};

    const auto deadline = fibers::now() + timeout;
    awaited_ = types.size();
    for (std::size_t i = 0; i != types.size(); ++i)
        send(name, types[i], replies[i]);
    // A server that is near has answered by then. Without it, a fiber whose answers are always there
    // would go on for many lookups, each of which takes as long as dozens of reads.
    fibers::this_fiber::yield();
    while (awaited_ != 0 && !sockets_.error() && advance(deadline)) {
    }
    // The system reports an error once: who else waits on that socket would wait in vain.
    if (sockets_.error())
        for (raw_reply& each : replies)
            if (each.ec == dns_errc::timed_out)
                each.ec = sockets_.error();
    return replies;
}

void resolver_exchange::choose(const endpoint& server) {
    ares_addr_port_node node{};
    node.udp_port = node.tcp_port = server.port();
    const ip_address& address = server.address();
    if (address.is_v4()) {
        node.family = AF_INET;
        std::memcpy(&node.addr, address.to_v4_bytes().data(), sizeof(ip_address::v4_bytes));
    } else {
        node.family = AF_INET6;
        std::memcpy(&node.addr, address.to_v6_bytes().data(), sizeof(ip_address::v6_bytes));
    }
    sockets_.forget_error();
    if (ares_set_servers_ports(channel_.get(), &node) != ARES_SUCCESS)
        throw_no_memory();
}

void resolver_exchange::send(const std::string& name, record_type type, raw_reply& reply) {
    struct question {
        resolver_exchange& exchange;
        raw_reply& reply;
    };
    const auto callback = [](void* argument, int status, int, unsigned char* message, int size) {
        const std::unique_ptr<question> asked{static_cast<question*>(argument)};
        asked->exchange.on_reply(status, asked->reply,
                                 {message, message ? static_cast<std::size_t>(size) : 0});
    };
    ares_query(channel_.get(), name.c_str(), internet_class, static_cast<int>(type), callback,
               new question{*this, reply});
}

void resolver_exchange::on_reply(int status, raw_reply& reply,
                                 std::span<const std::uint8_t> message) noexcept {
    if (status == ARES_ECANCELLED || status == ARES_EDESTRUCTION)
        return;
    --awaited_;
    if (!message.empty()) {
        try {
            reply = {.ec = {}, .message = {message.begin(), message.end()}};
        } catch (const std::bad_alloc&) {
            reply.ec = std::make_error_code(std::errc::not_enough_memory);
        }
    } else if (status == ARES_EBADNAME || status == ARES_EBADQUERY) {
        reply.ec = dns_errc::invalid_name;
    } else if (status == ARES_ENOMEM) {
        reply.ec = std::make_error_code(std::errc::not_enough_memory);
    } else if (status != ARES_ETIMEOUT) {
        reply.ec = sockets_.error(); // all that is left to have failed is the socket
        if (!reply.ec)
            reply.ec = std::make_error_code(std::errc::connection_aborted);
    }
}

void resolver_exchange::cancel() noexcept {
    ares_cancel(channel_.get());
}

bool resolver_exchange::advance(std::chrono::steady_clock::time_point deadline) {
    std::vector<fibers::awaited_readiness> awaited;
    std::vector<int> handles;
    const auto add = [&](resolver_socket& socket, fibers::direction what) {
        awaited.push_back({&socket.readiness, what});
        handles.push_back(socket.native_handle());
    };
    for (const auto& socket : sockets_.all()) {
        add(*socket, fibers::direction::read);
        if (socket->wants_write)
            add(*socket, fibers::direction::write);
    }
    const std::size_t place = fibers::wait_any_ready(awaited, deadline);
    if (place == awaited.size())
        return false;

    const fibers::direction what = awaited[place].what;
    const int fd = handles[place];
    const bool reads = what == fibers::direction::read;
    ares_process_fd(channel_.get(), reads ? fd : ARES_SOCKET_BAD, reads ? ARES_SOCKET_BAD : fd);
    // It may be closed by now.
    if (resolver_socket* const socket = sockets_.find(fd); socket && !socket->exhausted)
        socket->readiness.still_ready(what);
    return true;
}

} // namespace netio::detail
