#include <netio/tcp_stream.hpp>

#include <netio/detail/immediate.hpp>
#include <netio/detail/io_vector.hpp>
#include <netio/detail/or_throw.hpp>
#include <netio/detail/retry.hpp>
#include <netio/detail/socket.hpp>
#include <netio/detail/transfer_all.hpp>

#include <string>
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

tcp_stream tcp_stream::connect(const endpoint& remote) {
    return detail::or_throw([&](std::error_code& ec) { return connect(remote, ec); },
                            "cannot connect to", remote);
}

tcp_stream tcp_stream::connect(const endpoint& remote, std::error_code& ec) {
    tcp_stream stream{detail::open_tcp_socket(remote.address(), ec), remote};
    if (ec)
        return {};
    stream.set_option(no_delay{true}, ec);
    if (ec)
        return {};

    sockaddr_storage native;
    const auto size = static_cast<socklen_t>(remote.to_native(native));
    // Called again it tells how far the attempt is, and in the end how it went.
    const auto attempt = [&](int fd) {
        const int result = ::connect(fd, reinterpret_cast<const sockaddr*>(&native), size);
        return result == -1 && errno == EISCONN ? 0 : result;
    };
    // Before the first wait: epoll reports a socket that is not connecting as hung up, for ever.
    attempt(stream.native_handle());
    detail::retry(stream.socket_.get(), fibers::direction::write, 0, attempt, ec);
    if (ec)
        return {};
    return stream;
}

tcp_stream tcp_stream::adopt(int native_handle) {
    return detail::or_throw([&](std::error_code& ec) { return adopt(native_handle, ec); },
                            "cannot adopt a TCP connection");
}

tcp_stream tcp_stream::adopt(int native_handle, std::error_code& ec) {
    const endpoint remote = detail::remote_endpoint(native_handle, ec);
    if (ec)
        return {};
    return {detail::adopt_socket(native_handle, ec), remote};
}

std::size_t tcp_stream::read(mutable_buffer into) {
    return detail::or_throw([&](std::error_code& ec) { return read(into, ec); }, reading, remote_);
}

std::size_t tcp_stream::read(mutable_buffer into, std::error_code& ec) {
    if (into.empty())
        return nothing(ec);
    const auto receive = [into](int fd) { return ::recv(fd, into.data(), into.size(), 0); };
    return detail::retry(socket_.get(), fibers::direction::read, into.size(), receive, ec);
}

std::size_t tcp_stream::read(std::span<const mutable_buffer> into) {
    return detail::or_throw([&](std::error_code& ec) { return read(into, ec); }, reading, remote_);
}

std::size_t tcp_stream::read(std::span<const mutable_buffer> into, std::error_code& ec) {
    return receive(socket_.get(), detail::buffer_cursor{into}, ec);
}

void tcp_stream::read_exactly(mutable_buffer into) {
    detail::or_throw([&](std::error_code& ec) { read_exactly(into, ec); }, reading, remote_);
}

std::size_t tcp_stream::read_exactly(mutable_buffer into, std::error_code& ec) {
    const auto step = [&](std::size_t done, std::error_code& step_ec) {
        return read(into.subspan(done), step_ec);
    };
    return detail::transfer_all(into.size(), step, ec);
}

void tcp_stream::read_exactly(std::span<const mutable_buffer> into) {
    detail::or_throw([&](std::error_code& ec) { read_exactly(into, ec); }, reading, remote_);
}

std::size_t tcp_stream::read_exactly(std::span<const mutable_buffer> into, std::error_code& ec) {
    detail::buffer_cursor rest{into};
    const auto step = [&](std::size_t, std::error_code& step_ec) {
        const std::size_t count = receive(socket_.get(), rest, step_ec);
        rest.advance(count);
        return count;
    };
    return detail::transfer_all(rest.size_bytes(), step, ec);
}

std::size_t tcp_stream::write(const_buffer from) {
    return detail::or_throw([&](std::error_code& ec) { return write(from, ec); }, writing, remote_);
}

std::size_t tcp_stream::write(const_buffer from, std::error_code& ec) {
    if (from.empty())
        return nothing(ec);
    const auto send = [from](int fd) { return ::send(fd, from.data(), from.size(), MSG_NOSIGNAL); };
    return detail::retry(socket_.get(), fibers::direction::write, from.size(), send, ec);
}

std::size_t tcp_stream::write(std::span<const const_buffer> from) {
    return detail::or_throw([&](std::error_code& ec) { return write(from, ec); }, writing, remote_);
}

std::size_t tcp_stream::write(std::span<const const_buffer> from, std::error_code& ec) {
    return send(socket_.get(), detail::buffer_cursor{from}, ec);
}

void tcp_stream::write_all(const_buffer from) {
    detail::or_throw([&](std::error_code& ec) { write_all(from, ec); }, writing, remote_);
}

std::size_t tcp_stream::write_all(const_buffer from, std::error_code& ec) {
    const auto step = [&](std::size_t done, std::error_code& step_ec) {
        return write(from.subspan(done), step_ec);
    };
    return detail::transfer_all(from.size(), step, ec);
}

void tcp_stream::write_all(std::span<const const_buffer> from) {
    detail::or_throw([&](std::error_code& ec) { write_all(from, ec); }, writing, remote_);
}

std::size_t tcp_stream::write_all(std::span<const const_buffer> from, std::error_code& ec) {
    detail::buffer_cursor rest{from};
    const auto step = [&](std::size_t, std::error_code& step_ec) {
        const std::size_t count = send(socket_.get(), rest, step_ec);
        rest.advance(count);
        return count;
    };
    return detail::transfer_all(rest.size_bytes(), step, ec);
}

void tcp_stream::shutdown_read() {
    detail::or_throw([&](std::error_code& ec) { shutdown_read(ec); },
                     "cannot shut down the reading side of", remote_);
}

void tcp_stream::shutdown_read(std::error_code& ec) {
    detail::immediate(
        socket_.get(), [](int fd) { return ::shutdown(fd, SHUT_RD); }, ec);
}

void tcp_stream::shutdown_write() {
    detail::or_throw([&](std::error_code& ec) { shutdown_write(ec); },
                     "cannot shut down the writing side of", remote_);
}

void tcp_stream::shutdown_write(std::error_code& ec) {
    detail::immediate(
        socket_.get(), [](int fd) { return ::shutdown(fd, SHUT_WR); }, ec);
}

endpoint tcp_stream::local_endpoint() const {
    return detail::or_throw([&](std::error_code& ec) { return local_endpoint(ec); },
                            "cannot tell the local end of the connection to", remote_);
}

endpoint tcp_stream::local_endpoint(std::error_code& ec) const {
    return detail::local_endpoint(socket_.get(), ec);
}

bool tcp_stream::is_open() const noexcept {
    return socket_.is_open();
}

void tcp_stream::close() noexcept {
    socket_.close();
}

int tcp_stream::native_handle() const noexcept {
    return socket_.native_handle();
}

int tcp_stream::release() {
    return detail::or_throw([&](std::error_code& ec) { return release(ec); },
                            "cannot release the connection to", remote_);
}

int tcp_stream::release(std::error_code& ec) {
    return socket_.release(ec);
}

void tcp_stream::throw_option_failure(const std::error_code& ec) const {
    throw std::system_error{ec,
                            detail::describe("cannot use an option of the connection to", remote_)};
}

} // namespace netio
