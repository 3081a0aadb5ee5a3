#include <apps/echo_load/session.hpp>

#include <apps/cli/command_line.hpp>

#include <fibers/scope.hpp>
#include <fibers/timeout.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <stdexcept>
#include <system_error>
#include <utility>
#include <vector>

session::session(const workload& load, std::size_t number, netio::tcp_stream stream)
    : load_{load}, number_{number}, stream_{std::move(stream)}, window_{load.chosen.pipeline} {}

void session::run(std::uint64_t messages) try {
    fibers::scope sending;
    sending.spawn([&] { send(messages); });
    receive();
    sending.join();
} catch (const std::system_error& error) {
    if (error.code() == std::errc::operation_canceled) // another connection has failed
        throw;
    throw std::runtime_error{fmt::format("connection {}: {}", number_, error.what())};
} catch (const std::runtime_error& error) {
    throw std::runtime_error{fmt::format("connection {}: {}", number_, error.what())};
}

void session::send(std::uint64_t messages) {
    const std::size_t size = load_.chosen.size;
    for (std::uint64_t sent = 0; sent < messages && std::chrono::steady_clock::now() < load_.end;) {
        const std::size_t count = window_.open(messages - sent);
        send_bytes(sent * size, (sent + count) * size);
        sent += count;
    }
    window_.finish();
    stream_.shutdown_write();
}

void session::send_bytes(std::uint64_t from, std::uint64_t to) {
    while (from < to) {
        const auto bytes = load_.bytes.at(number_, from, to - from);
        stream_.write_all(bytes);
        from += bytes.size();
    }
}

void session::receive() {
    const std::size_t size = load_.chosen.size;
    std::vector<std::byte> buffer(
        std::min<std::size_t>(size * load_.chosen.pipeline + 1, 64 * 1024));
    for (std::uint64_t position = 0;;) {
        std::error_code ec;
        std::size_t count = 0;
        {
            fibers::timeout_scope limit{load_.chosen.timeout};
            count = stream_.read(buffer, ec);
        }
        if (ec == std::errc::timed_out)
            throw std::runtime_error{"no reply for " + cli::to_string(load_.chosen.timeout)};
        if (ec)
            throw std::system_error{ec, "lost"};
        if (count == 0) {
            if (!window_.finished())
                throw std::runtime_error{"lost: closed by the server"};
            return;
        }
        compare(std::span{buffer}.first(count), position);
        const std::uint64_t messages = (position + count) / size - position / size;
        position += count;
        if (messages != 0)
            window_.close(messages, load_.measured);
    }
}

void session::compare(std::span<const std::byte> received, std::uint64_t position) const {
    while (!received.empty()) {
        const auto expected = load_.bytes.at(number_, position, received.size());
        const auto [wrong, right] =
            std::mismatch(expected.begin(), expected.end(), received.begin());
        if (wrong != expected.end())
            throw std::runtime_error{
                fmt::format("byte {} came back as {:#04x} instead of {:#04x}",
                            position + static_cast<std::uint64_t>(wrong - expected.begin()),
                            std::to_integer<unsigned>(*right), std::to_integer<unsigned>(*wrong))};
        received = received.subspan(expected.size());
        position += expected.size();
    }
}
