#include <netio/process_stream.hpp>

#include <netio/detail/or_throw.hpp>
#include <netio/detail/retry.hpp>
#include <netio/detail/sigpipe_block.hpp>
#include <netio/detail/transfer_all.hpp>

#include <array>
#include <unistd.h>

namespace netio {

std::size_t process_input::write(const_buffer from) {
    return detail::or_throw([&](std::error_code& ec) { return write(from, ec); },
                            [this] { return "cannot write to " + path_; });
}

std::size_t process_input::write(const_buffer from, std::error_code& ec) {
    const auto call = [from](int fd) {
        const detail::sigpipe_block quiet;
        return ::write(fd, from.data(), from.size());
    };
    return detail::retry(pipe_.get(), fibers::direction::write, from.size(), call, ec);
}

void process_input::write_all(const_buffer from) {
    detail::or_throw([&](std::error_code& ec) { write_all(from, ec); },
                     [this] { return "cannot write to " + path_; });
}

std::size_t process_input::write_all(const_buffer from, std::error_code& ec) {
    const auto step = [&](std::size_t done, std::error_code& step_ec) {
        return write(from.subspan(done), step_ec);
    };
    return detail::transfer_all(from.size(), step, ec);
}

std::size_t process_output::read(mutable_buffer into) {
    return detail::or_throw([&](std::error_code& ec) { return read(into, ec); },
                            [this] { return "cannot read from " + path_; });
}

std::size_t process_output::read(mutable_buffer into, std::error_code& ec) {
    const auto call = [into](int fd) { return ::read(fd, into.data(), into.size()); };
    return detail::retry(pipe_.get(), fibers::direction::read, into.size(), call, ec);
}

std::string process_output::read_all() {
    return detail::or_throw([&](std::error_code& ec) { return read_all(ec); },
                            [this] { return "cannot read from " + path_; });
}

std::string process_output::read_all(std::error_code& ec) {
    std::string text;
    std::array<char, 4096> piece;
    while (const std::size_t count = read(std::as_writable_bytes(std::span{piece}), ec))
        text.append(piece.data(), count);
    return text;
}

} // namespace netio
