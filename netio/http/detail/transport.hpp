#pragma once

#include <netio/buffer.hpp>
#include <netio/copy.hpp>
#include <netio/file.hpp>
#include <netio/stream.hpp>

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <system_error>

namespace netio::http::detail {

/// The connection below HTTP, whatever its type.
class transport {
  public:
    virtual std::size_t read(mutable_buffer into, std::error_code& ec) = 0;
    virtual std::size_t write(const_buffer from, std::error_code& ec) = 0;
    /// Everything, the one behind the other; returns how many bytes.
    virtual std::size_t write_all(const_buffer first, const_buffer second, std::error_code& ec) = 0;
    /// From the file's position on; returns how many bytes.
    virtual std::uint64_t send_file(file& from, std::uint64_t count, std::error_code& ec) = 0;
    virtual void shutdown_write(std::error_code& ec) = 0;
    /// Lets a read that waits find the end of the stream. May be called by anybody at any time.
    virtual void wake_reader() noexcept = 0;
    virtual void close() noexcept = 0;

  protected:
    ~transport() = default;
};

/// Where a stream lies on another, its reads are woken by that.
template <class Stream>
auto& lowest_stream(Stream& stream) noexcept {
    if constexpr (requires { stream.next_layer(); })
        return lowest_stream(stream.next_layer());
    else
        return stream;
}

template <stream Stream>
class stream_transport final : public transport {
  public:
    explicit stream_transport(Stream& stream) noexcept : stream_{stream} {}

    std::size_t read(mutable_buffer into, std::error_code& ec) override {
        return stream_.read(into, ec);
    }
    std::size_t write(const_buffer from, std::error_code& ec) override {
        return stream_.write(from, ec);
    }
    std::size_t write_all(const_buffer first, const_buffer second, std::error_code& ec) override {
        if (second.empty())
            return stream_.write_all(first, ec);
        const std::array both{first, second};
        const std::span<const const_buffer> buffers{both};
        if constexpr (requires { stream_.write_all(buffers, ec); }) {
            return stream_.write_all(buffers, ec);
        } else {
            const std::size_t count = stream_.write_all(first, ec);
            return ec ? count : count + stream_.write_all(second, ec);
        }
    }
    std::uint64_t send_file(file& from, std::uint64_t count, std::error_code& ec) override {
        return copy_n(from, count, stream_, ec);
    }
    void shutdown_write(std::error_code& ec) override { stream_.shutdown_write(ec); }
    void wake_reader() noexcept override {
        auto& lowest = lowest_stream(stream_);
        if constexpr (requires(std::error_code & ec) { lowest.shutdown_read(ec); }) {
            std::error_code ignored; // closed already: nobody waits
            lowest.shutdown_read(ignored);
        }
    }
    void close() noexcept override { stream_.close(); }

  private:
    Stream& stream_;
};

} // namespace netio::http::detail
