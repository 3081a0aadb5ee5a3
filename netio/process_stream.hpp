#pragma once

#include <netio/buffer.hpp>
#include <netio/detail/descriptor_owner.hpp>

#include <cstddef>
#include <string>
#include <system_error>
#include <utility>

namespace netio {

namespace detail {
struct descriptor_access;
}

/// What a child process reads: our end of its standard input. An output_stream; calls and failures are
/// as tcp_stream's, and exceptions name the process.
class process_input {
  public:
    process_input() noexcept = default;

    /// Writes as much as fits into the pipe; returns how many bytes.
    /// *Suspends until* some fits.
    /// *Fails with* std::errc::broken_pipe when nobody can read it any more; never raises SIGPIPE.
    std::size_t write(const_buffer from);
    std::size_t write(const_buffer from, std::error_code& ec);

    /// Writes everything.
    void write_all(const_buffer from);
    std::size_t write_all(const_buffer from, std::error_code& ec);

    /// The child reads the end.
    void close() noexcept { pipe_.close(); }
    bool is_open() const noexcept { return pipe_.is_open(); }

    /// "the standard input of cat".
    const std::string& path() const noexcept { return path_; }

  private:
    friend class process;
    friend struct detail::descriptor_access;

    process_input(detail::descriptor_owner pipe, std::string path) noexcept
        : pipe_{std::move(pipe)}, path_{std::move(path)} {}
    detail::descriptor* native_descriptor() const noexcept { return pipe_.get(); }

    detail::descriptor_owner pipe_;
    std::string path_;
};

/// What a child process writes: our end of its standard output or error. An input_stream.
class process_output {
  public:
    process_output() noexcept = default;

    /// Reads what is there; returns how many bytes. 0: nobody can write to it any more, or there was no
    /// room.
    /// *Suspends until* something is there.
    std::size_t read(mutable_buffer into);
    std::size_t read(mutable_buffer into, std::error_code& ec);

    /// Everything until the end.
    /// *Suspends until* it has come.
    std::string read_all();
    std::string read_all(std::error_code& ec);

    /// The child's writes fail.
    void close() noexcept { pipe_.close(); }
    bool is_open() const noexcept { return pipe_.is_open(); }

    /// "the standard output of cat".
    const std::string& path() const noexcept { return path_; }

  private:
    friend class process;
    friend struct detail::descriptor_access;

    process_output(detail::descriptor_owner pipe, std::string path) noexcept
        : pipe_{std::move(pipe)}, path_{std::move(path)} {}
    detail::descriptor* native_descriptor() const noexcept { return pipe_.get(); }

    detail::descriptor_owner pipe_;
    std::string path_;
};

} // namespace netio
