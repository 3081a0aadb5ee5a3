#pragma once

#include <netio/buffer.hpp>
#include <netio/file.hpp>
#include <netio/http/connection_options.hpp>
#include <netio/http/detail/transport.hpp>

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <system_error>

namespace netio::http::detail {

/// What is to be sent: small pieces wait for the next, so that the answers to requests that came together
/// go together. Who does not read, or slower than allowed, gets no more: the first failure stays.
class output {
  public:
    output(transport& to, const connection_options& options) noexcept
        : to_{to}, options_{options} {}

    /// A request is to be answered, and its answer begins: from then on nothing else may be sent.
    /// `is_alone`: there is no other yet whose answer could go together with this one.
    void begin_exchange(bool is_alone) noexcept {
        is_answering_ = false;
        is_alone_ = is_alone;
    }
    void begin_answer() noexcept { is_answering_ = true; }
    bool is_answering() const noexcept { return is_answering_; }

    /// Never suspends.
    void append(std::string_view text) { waiting_ += text; }

    /// *Suspends until* the stream has taken it, where it is too much to wait.
    void write(std::string_view bytes);
    /// The end of an answer: it is not copied where that saves no call.
    void write_last(std::string_view bytes);
    void flush();
    /// From the file's position on.
    void send_file(file& from, std::uint64_t count);

    bool has_failed() const noexcept { return bool{failure_}; }
    const std::error_code& failure() const noexcept { return failure_; }

  private:
    static constexpr std::size_t most_that_waits = 16 * 1024;
    static constexpr std::size_t worth_two_pieces = 1024; // a call with one piece is cheaper

    /// Calls `step(ec)`, which returns how many bytes it has moved, until that fails or it is `count` in all. It may
    /// run into the time limit as often as it moves enough in that time.
    template <class Step>
    void move_all(std::uint64_t count, Step step);
    void send(std::string_view last);

    transport& to_;
    const connection_options& options_;
    std::string waiting_;
    bool is_answering_ = false, is_alone_ = false;
    std::error_code failure_;
};

} // namespace netio::http::detail
