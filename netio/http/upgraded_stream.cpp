#include <netio/http/upgraded_stream.hpp>

#include <netio/detail/or_throw.hpp>
#include <netio/detail/transfer_all.hpp>
#include <netio/http/detail/input.hpp>
#include <netio/http/detail/output.hpp>

#include <algorithm>
#include <cstring>

namespace netio::http {

using netio::detail::or_throw;

void upgraded_stream::begin() {
    has_begun_ = true;
    out_.flush(); // answers to what came before
}

std::size_t upgraded_stream::read(mutable_buffer into) {
    return or_throw([&](std::error_code& ec) { return read(into, ec); }, "cannot read");
}

std::size_t upgraded_stream::read(mutable_buffer into, std::error_code& ec) {
    const std::string_view first = !header_.empty() ? header_ : in_.unread();
    if (first.empty() || into.empty())
        return below_.read(into, ec);
    ec.clear();
    const std::size_t count = std::min(first.size(), into.size());
    std::memcpy(into.data(), first.data(), count);
    if (!header_.empty())
        header_.remove_prefix(count);
    else
        in_.consume(count);
    return count;
}

void upgraded_stream::read_exactly(mutable_buffer into) {
    or_throw([&](std::error_code& ec) { read_exactly(into, ec); }, "cannot read");
}

std::size_t upgraded_stream::read_exactly(mutable_buffer into, std::error_code& ec) {
    return netio::detail::read_whole(*this, into, ec);
}

std::size_t upgraded_stream::write(const_buffer from) {
    return or_throw([&](std::error_code& ec) { return write(from, ec); }, "cannot write");
}

std::size_t upgraded_stream::write(const_buffer from, std::error_code& ec) {
    return below_.write(from, ec);
}

void upgraded_stream::write_all(const_buffer from) {
    or_throw([&](std::error_code& ec) { write_all(from, ec); }, "cannot write");
}

std::size_t upgraded_stream::write_all(const_buffer from, std::error_code& ec) {
    return netio::detail::write_whole(*this, from, ec);
}

void upgraded_stream::shutdown_write() {
    or_throw([&](std::error_code& ec) { shutdown_write(ec); }, "cannot shut down the writing side");
}

void upgraded_stream::shutdown_write(std::error_code& ec) {
    below_.shutdown_write(ec);
}

void upgraded_stream::close() noexcept {
    is_open_ = false;
    below_.close();
}

} // namespace netio::http
