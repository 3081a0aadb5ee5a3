#include <netio/http/websocket.hpp>

#include <netio/asio.hpp>
#include <netio/detail/or_throw.hpp>

#include <fibers/sync/timed_mutex.hpp>
#include <fibers/timeout.hpp>

#include <boost/asio/buffer.hpp>
#include <boost/beast/websocket.hpp>

#include <algorithm>
#include <chrono>
#include <mutex>
#include <system_error>

namespace netio::http {
namespace {

namespace beast = boost::beast;

/// The opposite of a lock_guard.
class unlock_guard {
  public:
    explicit unlock_guard(fibers::timed_mutex& mutex) : mutex_{mutex} { mutex_.unlock(); }
    unlock_guard(const unlock_guard&) = delete;
    unlock_guard& operator=(const unlock_guard&) = delete;
    ~unlock_guard() { mutex_.lock(); }

  private:
    fibers::timed_mutex& mutex_;
};

/// Beast's WebSocket is for one at a time. So whoever is in it holds its mutex; only while it waits for bytes to
/// read, others may write.
class monitored_stream {
  public:
    monitored_stream(upgraded_stream& below, fibers::timed_mutex& mutex) noexcept
        : below_{below}, mutex_{mutex} {}

    std::size_t read(mutable_buffer into) {
        const unlock_guard others_may{mutex_};
        return below_.read(into);
    }
    std::size_t read(mutable_buffer into, std::error_code& ec) {
        const unlock_guard others_may{mutex_};
        return below_.read(into, ec);
    }
    void read_exactly(mutable_buffer into) {
        const unlock_guard others_may{mutex_};
        below_.read_exactly(into);
    }
    std::size_t read_exactly(mutable_buffer into, std::error_code& ec) {
        const unlock_guard others_may{mutex_};
        return below_.read_exactly(into, ec);
    }
    std::size_t write(const_buffer from) { return below_.write(from); }
    std::size_t write(const_buffer from, std::error_code& ec) { return below_.write(from, ec); }
    void write_all(const_buffer from) { below_.write_all(from); }
    std::size_t write_all(const_buffer from, std::error_code& ec) {
        return below_.write_all(from, ec);
    }
    void shutdown_write() { below_.shutdown_write(); }
    void shutdown_write(std::error_code& ec) { below_.shutdown_write(ec); }
    void close() noexcept { below_.close(); }
    bool is_open() const noexcept { return below_.is_open(); }

  private:
    upgraded_stream& below_;
    fibers::timed_mutex& mutex_;
};

} // namespace

class websocket::impl {
  public:
    impl(upgraded_stream& stream, const websocket_options& options)
        : below_{stream}, monitored_{stream, mutex_}, close_timeout_{options.close_timeout} {
        socket_.read_message_max(options.max_message_bytes);
        const std::scoped_lock lock{mutex_};
        boost::system::error_code failure;
        socket_.accept(failure);
        if (failure)
            throw std::system_error{failure, "cannot accept a WebSocket"};
    }

    bool read(std::string& message, std::error_code& ec) {
        message.clear();
        auto into = boost::asio::dynamic_buffer(message);
        const std::scoped_lock lock{mutex_};
        boost::system::error_code failure;
        socket_.read(into, failure);
        ec = failure;
        if (failure != beast::websocket::error::closed)
            return !failure;
        ec.clear();
        return false;
    }

    bool got_text() {
        const std::scoped_lock lock{mutex_};
        return socket_.got_text();
    }

    void write(std::string_view message, bool is_text, std::error_code& ec) {
        const auto lock = enter(ec);
        if (ec)
            return;
        boost::system::error_code failure;
        socket_.text(is_text);
        socket_.write(boost::asio::buffer(message.data(), message.size()), failure);
        ec = failure;
    }

    void close(std::string_view reason) {
        constexpr std::size_t longest_reason = 123; // RFC 6455, 5.5
        reason = reason.substr(0, longest_reason);
        const fibers::timeout_scope limit{close_timeout_};
        std::error_code ec;
        if (const auto lock = enter(ec)) {
            boost::system::error_code ignored;
            socket_.close({beast::websocket::close_code::normal,
                           beast::string_view{reason.data(), reason.size()}},
                          ignored);
        }
        below_.close();
    }

    void abort() noexcept { below_.close(); }

  private:
    /// Who is in it may write to a peer that does not read. lock() would ignore the caller's stop and deadline.
    std::unique_lock<fibers::timed_mutex> enter(std::error_code& ec) try {
        ec.clear();
        return std::unique_lock{mutex_, std::chrono::steady_clock::time_point::max()};
    } catch (const std::system_error& interrupted) {
        ec = interrupted.code();
        return {};
    }

    upgraded_stream& below_;
    fibers::timed_mutex mutex_;
    monitored_stream monitored_;
    const std::chrono::milliseconds close_timeout_;
    beast::websocket::stream<asio_stream<monitored_stream&>> socket_{monitored_};
};

websocket::websocket(request& question, const websocket_options& options)
    : impl_{std::make_unique<impl>(question.upgrade(), options)} {}

websocket::~websocket() = default;

bool websocket::read(std::string& message) {
    return netio::detail::or_throw([&](std::error_code& ec) { return read(message, ec); },
                                   "cannot read from a WebSocket");
}

bool websocket::read(std::string& message, std::error_code& ec) {
    return impl_->read(message, ec);
}

bool websocket::got_text() const {
    return impl_->got_text();
}

void websocket::write(std::string_view message) {
    netio::detail::or_throw([&](std::error_code& ec) { write(message, ec); },
                            "cannot write to a WebSocket");
}

void websocket::write(std::string_view message, std::error_code& ec) {
    impl_->write(message, true, ec);
}

void websocket::write_binary(std::string_view message) {
    netio::detail::or_throw([&](std::error_code& ec) { write_binary(message, ec); },
                            "cannot write to a WebSocket");
}

void websocket::write_binary(std::string_view message, std::error_code& ec) {
    impl_->write(message, false, ec);
}

void websocket::close(std::string_view reason) noexcept {
    impl_->close(reason);
}

void websocket::abort() noexcept {
    impl_->abort();
}

} // namespace netio::http
