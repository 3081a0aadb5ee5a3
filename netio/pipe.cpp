#include <netio/pipe.hpp>

#include <netio/detail/blocking_call.hpp>
#include <netio/detail/io_vector.hpp>
#include <netio/detail/or_throw.hpp>
#include <netio/detail/retry.hpp>
#include <netio/detail/sigpipe_block.hpp>
#include <netio/detail/transfer_all.hpp>

#include <array>
#include <fcntl.h>
#include <sys/uio.h>
#include <unistd.h>

namespace netio {
namespace {

constexpr const char* reading = "cannot read from";
constexpr const char* writing = "cannot write to";

/// Performs `call(fd)` where it blocks no worker.
template <class Call>
std::size_t transfer(const detail::pipe_end& end, fibers::direction direction, std::size_t asked,
                     Call call, std::error_code& ec) {
    ec.clear();
    if (asked == 0)
        return 0;
    if (!end.is_file()) {
        const std::size_t count = detail::retry(end.get(), direction, asked, call, ec);
        // /dev/null and the like: only epoll(7) knows that it cannot wait for them.
        if (ec != std::errc::operation_not_permitted)
            return count;
    }
    const detail::descriptor::operation operation{end.get()};
    if (!operation) {
        ec = std::make_error_code(std::errc::bad_file_descriptor);
        return 0;
    }
    const ssize_t count =
        detail::blocking_call([&] { return call(operation.native_handle()); }, ec);
    return ec ? 0 : static_cast<std::size_t>(count);
}

std::size_t read_from(const detail::pipe_end& end, std::span<const mutable_buffer> into,
                      std::error_code& ec) {
    detail::io_vector vector{detail::buffer_cursor{into}};
    const msghdr list = vector.message();
    const auto read = [&](int fd) {
        return ::readv(fd, list.msg_iov, static_cast<int>(list.msg_iovlen));
    };
    return transfer(end, fibers::direction::read, vector.size_bytes(), read, ec);
}

std::size_t write_to(const detail::pipe_end& end, std::span<const const_buffer> from,
                     std::error_code& ec) {
    detail::io_vector vector{detail::buffer_cursor{from}};
    const msghdr list = vector.message();
    const auto write = [&](int fd) {
        const detail::sigpipe_block quiet;
        return ::writev(fd, list.msg_iov, static_cast<int>(list.msg_iovlen));
    };
    return transfer(end, fibers::direction::write, vector.size_bytes(), write, ec);
}

} // namespace

int basic_pipe::release() {
    return detail::or_throw([&](std::error_code& ec) { return release(ec); }, "cannot release",
                            end_);
}

pipe_reader pipe_reader::adopt(int native_handle, std::string name) {
    return detail::or_throw(
        [&](std::error_code& ec) { return adopt(native_handle, std::move(name), ec); },
        "cannot adopt a descriptor to read from");
}

pipe_reader pipe_reader::adopt(int native_handle, std::string name, std::error_code& ec) {
    return pipe_reader{detail::pipe_end::adopt(native_handle, std::move(name), ec)};
}

std::size_t pipe_reader::read(mutable_buffer into) {
    return detail::or_throw([&](std::error_code& ec) { return read(into, ec); }, reading, end());
}

std::size_t pipe_reader::read(mutable_buffer into, std::error_code& ec) {
    return read_from(end(), {&into, 1}, ec);
}

std::size_t pipe_reader::read(std::span<const mutable_buffer> into) {
    return detail::or_throw([&](std::error_code& ec) { return read(into, ec); }, reading, end());
}

std::size_t pipe_reader::read(std::span<const mutable_buffer> into, std::error_code& ec) {
    return read_from(end(), into, ec);
}

void pipe_reader::read_exactly(mutable_buffer into) {
    detail::or_throw([&](std::error_code& ec) { read_exactly(into, ec); }, reading, end());
}

std::size_t pipe_reader::read_exactly(mutable_buffer into, std::error_code& ec) {
    return detail::read_whole(*this, into, ec);
}

std::string pipe_reader::read_all() {
    return detail::or_throw([&](std::error_code& ec) { return read_all(ec); }, reading, end());
}

std::string pipe_reader::read_all(std::error_code& ec) {
    std::string text;
    std::array<char, 4096> piece;
    while (const std::size_t count = read(std::as_writable_bytes(std::span{piece}), ec))
        text.append(piece.data(), count);
    return text;
}

pipe_writer pipe_writer::adopt(int native_handle, std::string name) {
    return detail::or_throw(
        [&](std::error_code& ec) { return adopt(native_handle, std::move(name), ec); },
        "cannot adopt a descriptor to write to");
}

pipe_writer pipe_writer::adopt(int native_handle, std::string name, std::error_code& ec) {
    return pipe_writer{detail::pipe_end::adopt(native_handle, std::move(name), ec)};
}

std::size_t pipe_writer::write(const_buffer from) {
    return detail::or_throw([&](std::error_code& ec) { return write(from, ec); }, writing, end());
}

std::size_t pipe_writer::write(const_buffer from, std::error_code& ec) {
    return write_to(end(), {&from, 1}, ec);
}

std::size_t pipe_writer::write(std::span<const const_buffer> from) {
    return detail::or_throw([&](std::error_code& ec) { return write(from, ec); }, writing, end());
}

std::size_t pipe_writer::write(std::span<const const_buffer> from, std::error_code& ec) {
    return write_to(end(), from, ec);
}

void pipe_writer::write_all(const_buffer from) {
    detail::or_throw([&](std::error_code& ec) { write_all(from, ec); }, writing, end());
}

std::size_t pipe_writer::write_all(const_buffer from, std::error_code& ec) {
    return detail::write_whole(*this, from, ec);
}

std::pair<pipe_reader, pipe_writer> make_pipe() {
    return detail::or_throw([](std::error_code& ec) { return make_pipe(ec); },
                            "cannot make a pipe");
}

std::pair<pipe_reader, pipe_writer> make_pipe(std::error_code& ec) {
    int fds[2];
    if (::pipe2(fds, O_NONBLOCK | O_CLOEXEC) == -1) {
        ec = detail::native_error();
        return {};
    }
    unique_descriptor from{fds[0]}, to{fds[1]};
    pipe_reader reader{detail::pipe_end::adopt(from.get(), "a pipe", ec)};
    if (ec)
        return {};
    static_cast<void>(from.release());
    pipe_writer writer{detail::pipe_end::adopt(to.get(), "a pipe", ec)};
    if (ec)
        return {};
    static_cast<void>(to.release());
    return {std::move(reader), std::move(writer)};
}

pipe_reader standard_input() {
    return detail::or_throw([](std::error_code& ec) { return standard_input(ec); },
                            "cannot use standard input");
}

pipe_reader standard_input(std::error_code& ec) {
    return pipe_reader{detail::pipe_end::borrow(STDIN_FILENO, O_RDONLY, "standard input", ec)};
}

pipe_writer standard_output() {
    return detail::or_throw([](std::error_code& ec) { return standard_output(ec); },
                            "cannot use standard output");
}

pipe_writer standard_output(std::error_code& ec) {
    return pipe_writer{detail::pipe_end::borrow(STDOUT_FILENO, O_WRONLY, "standard output", ec)};
}

pipe_writer standard_error() {
    return detail::or_throw([](std::error_code& ec) { return standard_error(ec); },
                            "cannot use standard error");
}

pipe_writer standard_error(std::error_code& ec) {
    return pipe_writer{detail::pipe_end::borrow(STDERR_FILENO, O_WRONLY, "standard error", ec)};
}

} // namespace netio
