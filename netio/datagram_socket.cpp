#include <netio/datagram_socket.hpp>

#include <netio/detail/immediate.hpp>
#include <netio/detail/native_address.hpp>
#include <netio/detail/or_throw.hpp>
#include <netio/detail/peer_room.hpp>
#include <netio/detail/retry.hpp>
#include <netio/detail/socket.hpp>
#include <netio/endpoint.hpp>
#include <netio/unix_endpoint.hpp>

#include <algorithm>
#include <array>
#include <concepts>
#include <sys/socket.h>

namespace netio {
namespace {

/// As many as one call takes. More save little, and these take some KiB of the fiber's stack.
constexpr std::size_t batch_limit = 32;

/// The headers of a batch, for sendmmsg(2) and recvmmsg(2).
struct batch {
    explicit batch(std::size_t wanted) noexcept : count{std::min(wanted, batch_limit)} {}

    // The system has one type for both directions.
    void set(std::size_t i, const_buffer bytes, socklen_t address_size) noexcept {
        entries[i] = {const_cast<std::byte*>(bytes.data()), bytes.size()};
        msghdr& header = messages[i].msg_hdr;
        header = {};
        header.msg_iov = &entries[i];
        header.msg_iovlen = 1;
        header.msg_name = &addresses[i];
        header.msg_namelen = address_size;
    }

    const std::size_t count;
    std::array<mmsghdr, batch_limit> messages;
    std::array<iovec, batch_limit> entries;
    std::array<sockaddr_storage, batch_limit> addresses;
};

template <class Endpoint>
datagram<Endpoint> receive_into(detail::descriptor* socket, mutable_buffer into,
                                detail::native_address* peer, std::error_code& ec) {
    const auto receive = [&](int fd) {
        // With MSG_TRUNC it returns how long the datagram was.
        return ::recvfrom(fd, into.data(), into.size(), MSG_TRUNC, peer ? peer->get() : nullptr,
                          peer ? &peer->size : nullptr);
    };
    const std::size_t full_size = detail::retry(socket, fibers::direction::read, 0, receive, ec);
    if (ec)
        return {};
    datagram<Endpoint> received{std::min(full_size, into.size()), full_size, {}};
    if (peer)
        received.sender = detail::endpoint_of<Endpoint>(peer->storage, peer->size, ec);
    return received;
}

} // namespace

template <class Endpoint>
void datagram_socket<Endpoint>::connect(const Endpoint& remote) {
    detail::or_throw([&](std::error_code& ec) { connect(remote, ec); }, "cannot connect to",
                     remote);
}

template <class Endpoint>
void datagram_socket<Endpoint>::connect(const Endpoint& remote, std::error_code& ec) {
    const detail::native_address native{remote};
    detail::immediate(
        this->native_descriptor(), [&](int fd) { return ::connect(fd, native.get(), native.size); },
        ec);
}

template <class Endpoint>
Endpoint datagram_socket<Endpoint>::remote_endpoint() const {
    return detail::or_throw([&](std::error_code& ec) { return remote_endpoint(ec); },
                            "cannot tell the peer of", this->name());
}

template <class Endpoint>
Endpoint datagram_socket<Endpoint>::remote_endpoint(std::error_code& ec) const {
    detail::native_address native;
    detail::immediate(
        this->native_descriptor(),
        [&](int fd) { return ::getpeername(fd, native.get(), &native.size); }, ec);
    return ec ? Endpoint{} : detail::endpoint_of<Endpoint>(native.storage, native.size, ec);
}

template <class Endpoint>
void datagram_socket<Endpoint>::send_to(const_buffer bytes, const Endpoint& to) {
    detail::or_throw([&](std::error_code& ec) { send_to(bytes, to, ec); }, "cannot send to", to);
}

template <class Endpoint>
void datagram_socket<Endpoint>::send_to(const_buffer bytes, const Endpoint& to,
                                        std::error_code& ec) {
    const detail::native_address native{to};
    detail::send_when_peer_has_room(
        this->native_descriptor(), to,
        [&](int fd) {
            return ::sendto(fd, bytes.data(), bytes.size(), MSG_NOSIGNAL, native.get(),
                            native.size);
        },
        ec);
}

template <class Endpoint>
void datagram_socket<Endpoint>::send(const_buffer bytes) {
    detail::or_throw([&](std::error_code& ec) { send(bytes, ec); }, "cannot send from",
                     this->name());
}

template <class Endpoint>
void datagram_socket<Endpoint>::send(const_buffer bytes, std::error_code& ec) {
    const auto send = [&](int fd) { return ::send(fd, bytes.data(), bytes.size(), MSG_NOSIGNAL); };
    detail::retry(this->native_descriptor(), fibers::direction::write, 0, send, ec);
}

template <class Endpoint>
datagram<Endpoint> datagram_socket<Endpoint>::receive_from(mutable_buffer into) {
    return detail::or_throw([&](std::error_code& ec) { return receive_from(into, ec); },
                            "cannot receive on", this->name());
}

template <class Endpoint>
datagram<Endpoint> datagram_socket<Endpoint>::receive_from(mutable_buffer into,
                                                           std::error_code& ec) {
    detail::native_address peer;
    return receive_into<Endpoint>(this->native_descriptor(), into, &peer, ec);
}

template <class Endpoint>
datagram<Endpoint> datagram_socket<Endpoint>::receive(mutable_buffer into) {
    return detail::or_throw([&](std::error_code& ec) { return receive(into, ec); },
                            "cannot receive on", this->name());
}

template <class Endpoint>
datagram<Endpoint> datagram_socket<Endpoint>::receive(mutable_buffer into, std::error_code& ec) {
    return receive_into<Endpoint>(this->native_descriptor(), into, nullptr, ec);
}

template <class Endpoint>
std::size_t
datagram_socket<Endpoint>::send_batch(std::span<const outgoing_datagram<Endpoint>> datagrams) {
    return detail::or_throw([&](std::error_code& ec) { return send_batch(datagrams, ec); },
                            "cannot send from", this->name());
}

template <class Endpoint>
std::size_t
datagram_socket<Endpoint>::send_batch(std::span<const outgoing_datagram<Endpoint>> datagrams,
                                      std::error_code& ec) {
    ec.clear();
    if (datagrams.empty())
        return 0;
    batch native{datagrams.size()};
    for (std::size_t i = 0; i != native.count; ++i)
        native.set(i, datagrams[i].bytes,
                   static_cast<socklen_t>(datagrams[i].to.to_native(native.addresses[i])));
    return detail::send_when_peer_has_room(
        this->native_descriptor(), datagrams.front().to,
        [&](int fd) {
            return ::sendmmsg(fd, native.messages.data(), static_cast<unsigned>(native.count),
                              MSG_NOSIGNAL);
        },
        ec);
}

template <class Endpoint>
std::size_t
datagram_socket<Endpoint>::receive_batch(std::span<incoming_datagram<Endpoint>> datagrams) {
    return detail::or_throw([&](std::error_code& ec) { return receive_batch(datagrams, ec); },
                            "cannot receive on", this->name());
}

template <class Endpoint>
std::size_t
datagram_socket<Endpoint>::receive_batch(std::span<incoming_datagram<Endpoint>> datagrams,
                                         std::error_code& ec) {
    ec.clear();
    if (datagrams.empty())
        return 0;
    batch native{datagrams.size()};
    for (std::size_t i = 0; i != native.count; ++i)
        native.set(i, datagrams[i].room, sizeof native.addresses[i]);
    const auto receive = [&](int fd) {
        return ::recvmmsg(fd, native.messages.data(), static_cast<unsigned>(native.count),
                          MSG_TRUNC, nullptr);
    };
    // Fewer than asked for: there were no more.
    const std::size_t count = detail::retry(this->native_descriptor(), fibers::direction::read,
                                            native.count, receive, ec);
    for (std::size_t i = 0; i != count && !ec; ++i) {
        const std::size_t full_size = native.messages[i].msg_len;
        datagrams[i].received = {
            std::min(full_size, datagrams[i].room.size()), full_size,
            detail::endpoint_of<Endpoint>(native.addresses[i],
                                          native.messages[i].msg_hdr.msg_namelen, ec)};
    }
    return count;
}

template class datagram_socket<endpoint>;
template class datagram_socket<unix_endpoint>;

} // namespace netio
