#pragma once

#include <netio/buffer.hpp>
#include <netio/copy.hpp>
#include <netio/file.hpp>
#include <netio/select.hpp>
#include <netio/stream.hpp>

#include <fibers/select.hpp>
#include <fibers/sync/stop_token.hpp>
#include <fibers/timeout.hpp>

#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <span>
#include <system_error>

namespace netio::http::detail {

/// The connection below HTTP, whatever its type.
class transport {
  public:
    virtual std::size_t read(mutable_buffer into, std::error_code& ec) = 0;
    /// As read(), but *fails with* std::errc::operation_canceled where that stop is requested before
    /// anything is there. Nothing is lost then: what arrives afterwards is for the next read.
    virtual std::size_t read_unless(const fibers::stop_token& stopped, mutable_buffer into,
                                    std::error_code& ec) = 0;
    virtual std::size_t write(const_buffer from, std::error_code& ec) = 0;
    /// Whether it writes two pieces at once. TLS does not: each would be a record and a call of its own.
    virtual bool gathers() const noexcept = 0;
    /// Everything, the one behind the other; returns how many bytes.
    virtual std::size_t write_all(const_buffer first, const_buffer second, std::error_code& ec) = 0;
    /// From the file's position on; returns how many bytes.
    virtual std::uint64_t send_file(file& from, std::uint64_t count, std::error_code& ec) = 0;
    virtual void shutdown_write(std::error_code& ec) = 0;
    virtual void close() noexcept = 0;

  protected:
    ~transport() = default;
};

/// Where a stream lies on another, it is that which it waits for.
template <class Stream>
auto& lowest_stream(Stream& stream) noexcept {
    if constexpr (requires { stream.next_layer(); })
        return lowest_stream(stream.next_layer());
    else
        return stream;
}

template <class Stream>
concept gathering_stream = requires(Stream& stream, std::span<const const_buffer> buffers,
                                    std::error_code& ec) {
    stream.write_all(buffers, ec);
};

template <stream Stream>
class stream_transport final : public transport {
  public:
    explicit stream_transport(Stream& stream) noexcept : stream_{stream} {}

    std::size_t read(mutable_buffer into, std::error_code& ec) override {
        return stream_.read(into, ec);
    }
    std::size_t read_unless(const fibers::stop_token& stopped, mutable_buffer into,
                            std::error_code& ec) override {
        if constexpr (selectable<decltype(lowest_stream(stream_))>) {
            if (stopped.stop_possible())
                return read_between_waits(stopped, into, ec);
        }
        return stream_.read(into, ec);
    }
    std::size_t write(const_buffer from, std::error_code& ec) override {
        return stream_.write(from, ec);
    }
    bool gathers() const noexcept override { return gathering_stream<Stream>; }
    std::size_t write_all(const_buffer first, const_buffer second, std::error_code& ec) override {
        if (second.empty())
            return stream_.write_all(first, ec);
        if constexpr (gathering_stream<Stream>) {
            const std::array both{first, second};
            return stream_.write_all(std::span<const const_buffer>{both}, ec);
        } else {
            const std::size_t count = stream_.write_all(first, ec);
            return ec ? count : count + stream_.write_all(second, ec);
        }
    }
    std::uint64_t send_file(file& from, std::uint64_t count, std::error_code& ec) override {
        return copy_n(from, count, stream_, ec);
    }
    void shutdown_write(std::error_code& ec) override { stream_.shutdown_write(ec); }
    void close() noexcept override { stream_.close(); }

  private:
    /// Waits beside the stream, where the stop is seen, but in its read() for as long as most requests take to come:
    /// that costs less. A stream on another may have something although that has not, and the other way round (TLS):
    /// only reading tells.
    std::size_t read_between_waits(const fibers::stop_token& stopped, mutable_buffer into,
                                   std::error_code& ec) try {
        constexpr std::chrono::milliseconds soon{50};
        while (!stopped.stop_requested()) {
            {
                const fibers::timeout_scope limit{soon};
                const std::size_t count = stream_.read(into, ec);
                if (ec != std::errc::timed_out)
                    return count;
            }
            fibers::select(netio::on_readable(lowest_stream(stream_), [] {}),
                           fibers::on_stop(stopped));
        }
        ec = std::make_error_code(std::errc::operation_canceled);
        return 0;
    } catch (const std::system_error& interrupted) {
        ec = interrupted.code();
        return 0;
    }

    Stream& stream_;
};

} // namespace netio::http::detail
