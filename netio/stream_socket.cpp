#include <netio/stream_socket.hpp>

#include <netio/detail/immediate.hpp>
#include <netio/detail/io_vector.hpp>
#include <netio/detail/or_throw.hpp>
#include <netio/detail/retry.hpp>
#include <netio/detail/transfer_all.hpp>
#include <netio/endpoint.hpp>
#include <netio/unix_endpoint.hpp>

#include <sys/socket.h>

namespace netio {
namespace {

constexpr const char* reading = "cannot read from";
constexpr const char* writing = "cannot write to";

std::size_t nothing(std::error_code& ec) noexcept {
    ec.clear();
    return 0;
}

std::size_t receive(detail::descriptor* socket, const detail::buffer_cursor<mutable_buffer>& into,
                    std::error_code& ec) {
    detail::io_vector vector{into};
    if (vector.size_bytes() == 0)
        return nothing(ec);
    msghdr message = vector.message();
    const auto receive_message = [&](int fd) { return ::recvmsg(fd, &message, 0); };
    return detail::retry(socket, fibers::direction::read, vector.size_bytes(), receive_message, ec);
}

std::size_t send(detail::descriptor* socket, const detail::buffer_cursor<const_buffer>& from,
                 std::error_code& ec) {
    detail::io_vector vector{from};
    if (vector.size_bytes() == 0)
        return nothing(ec);
    const msghdr message = vector.message();
    const auto send_message = [&](int fd) { return ::sendmsg(fd, &message, MSG_NOSIGNAL); };
    return detail::retry(socket, fibers::direction::write, vector.size_bytes(), send_message, ec);
}

} // namespace

template <class Endpoint>
std::size_t stream_socket<Endpoint>::read(mutable_buffer into) {
    return detail::or_throw([&](std::error_code& ec) { return read(into, ec); }, reading,
                            remote_endpoint());
}

template <class Endpoint>
std::size_t stream_socket<Endpoint>::read(mutable_buffer into, std::error_code& ec) {
    if (into.empty())
        return nothing(ec);
    const auto receive = [into](int fd) { return ::recv(fd, into.data(), into.size(), 0); };
    return detail::retry(this->native_descriptor(), fibers::direction::read, into.size(), receive,
                         ec);
}

template <class Endpoint>
std::size_t stream_socket<Endpoint>::read(std::span<const mutable_buffer> into) {
    return detail::or_throw([&](std::error_code& ec) { return read(into, ec); }, reading,
                            remote_endpoint());
}

template <class Endpoint>
std::size_t stream_socket<Endpoint>::read(std::span<const mutable_buffer> into,
                                          std::error_code& ec) {
    return receive(this->native_descriptor(), detail::buffer_cursor{into}, ec);
}

template <class Endpoint>
void stream_socket<Endpoint>::read_exactly(mutable_buffer into) {
    detail::or_throw([&](std::error_code& ec) { read_exactly(into, ec); }, reading,
                     remote_endpoint());
}

template <class Endpoint>
std::size_t stream_socket<Endpoint>::read_exactly(mutable_buffer into, std::error_code& ec) {
    return detail::read_whole(*this, into, ec);
}

template <class Endpoint>
void stream_socket<Endpoint>::read_exactly(std::span<const mutable_buffer> into) {
    detail::or_throw([&](std::error_code& ec) { read_exactly(into, ec); }, reading,
                     remote_endpoint());
}

template <class Endpoint>
std::size_t stream_socket<Endpoint>::read_exactly(std::span<const mutable_buffer> into,
                                                  std::error_code& ec) {
    detail::buffer_cursor rest{into};
    const auto step = [&](std::size_t, std::error_code& step_ec) {
        const std::size_t count = receive(this->native_descriptor(), rest, step_ec);
        rest.advance(count);
        return count;
    };
    return detail::transfer_all(rest.size_bytes(), step, ec);
}

template <class Endpoint>
std::size_t stream_socket<Endpoint>::write(const_buffer from) {
    return detail::or_throw([&](std::error_code& ec) { return write(from, ec); }, writing,
                            remote_endpoint());
}

template <class Endpoint>
std::size_t stream_socket<Endpoint>::write(const_buffer from, std::error_code& ec) {
    if (from.empty())
        return nothing(ec);
    const auto send = [from](int fd) { return ::send(fd, from.data(), from.size(), MSG_NOSIGNAL); };
    return detail::retry(this->native_descriptor(), fibers::direction::write, from.size(), send,
                         ec);
}

template <class Endpoint>
std::size_t stream_socket<Endpoint>::write(std::span<const const_buffer> from) {
    return detail::or_throw([&](std::error_code& ec) { return write(from, ec); }, writing,
                            remote_endpoint());
}

template <class Endpoint>
std::size_t stream_socket<Endpoint>::write(std::span<const const_buffer> from,
                                           std::error_code& ec) {
    return send(this->native_descriptor(), detail::buffer_cursor{from}, ec);
}

template <class Endpoint>
void stream_socket<Endpoint>::write_all(const_buffer from) {
    detail::or_throw([&](std::error_code& ec) { write_all(from, ec); }, writing, remote_endpoint());
}

template <class Endpoint>
std::size_t stream_socket<Endpoint>::write_all(const_buffer from, std::error_code& ec) {
    return detail::write_whole(*this, from, ec);
}

template <class Endpoint>
void stream_socket<Endpoint>::write_all(std::span<const const_buffer> from) {
    detail::or_throw([&](std::error_code& ec) { write_all(from, ec); }, writing, remote_endpoint());
}

template <class Endpoint>
std::size_t stream_socket<Endpoint>::write_all(std::span<const const_buffer> from,
                                               std::error_code& ec) {
    detail::buffer_cursor rest{from};
    const auto step = [&](std::size_t, std::error_code& step_ec) {
        const std::size_t count = send(this->native_descriptor(), rest, step_ec);
        rest.advance(count);
        return count;
    };
    return detail::transfer_all(rest.size_bytes(), step, ec);
}

template <class Endpoint>
void stream_socket<Endpoint>::shutdown_read() {
    detail::or_throw([&](std::error_code& ec) { shutdown_read(ec); },
                     "cannot shut down the reading side of", remote_endpoint());
}

template <class Endpoint>
void stream_socket<Endpoint>::shutdown_read(std::error_code& ec) {
    detail::immediate(
        this->native_descriptor(), [](int fd) { return ::shutdown(fd, SHUT_RD); }, ec);
}

template <class Endpoint>
void stream_socket<Endpoint>::shutdown_write() {
    detail::or_throw([&](std::error_code& ec) { shutdown_write(ec); },
                     "cannot shut down the writing side of", remote_endpoint());
}

template <class Endpoint>
void stream_socket<Endpoint>::shutdown_write(std::error_code& ec) {
    detail::immediate(
        this->native_descriptor(), [](int fd) { return ::shutdown(fd, SHUT_WR); }, ec);
}

template class stream_socket<endpoint>;
template class stream_socket<unix_endpoint>;

} // namespace netio
