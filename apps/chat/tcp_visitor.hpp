#pragma once

#include <apps/chat/visitor.hpp>

#include <netio/buffer.hpp>
#include <netio/buffered_reader.hpp>
#include <netio/tcp_stream.hpp>

#include <utility>

/// Somebody with nc.
class tcp_visitor final : public visitor {
  public:
    explicit tcp_visitor(netio::tcp_stream stream) : stream_{std::move(stream)} {}

    std::optional<std::string_view> read_line(std::error_code& ec) override {
        return reader_.read_line(ec);
    }
    void write_line(std::string_view line) override { stream_.write_all(netio::buffer(line)); }
    void hang_up() noexcept override {
        std::error_code ignored; // it is gone already
        stream_.shutdown_read(ignored);
    }
    void finish() override { stream_.shutdown_write(); }

  private:
    netio::tcp_stream stream_;
    netio::buffered_reader<netio::tcp_stream> reader_{stream_, longest_line};
};
