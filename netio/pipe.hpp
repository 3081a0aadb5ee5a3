#pragma once

#include <netio/buffer.hpp>
#include <netio/detail/pipe_end.hpp>

#include <cstddef>
#include <span>
#include <string>
#include <system_error>
#include <utility>

namespace netio {

namespace detail {
struct descriptor_access;
}

class pipe_writer;

/// What pipe_reader and pipe_writer have in common. Movable, not copyable.
///
/// Every call has two forms: with a std::error_code it reports failure there and throws nothing;
/// without, it throws a std::system_error that names the pipe. What suspends fails with
/// std::errc::timed_out (ambient deadline), operation_canceled (stop), and bad_file_descriptor when the
/// end is, or meanwhile gets, closed. What cannot be waited for, as files, goes through fibers::blocking().
///
/// *May be used by* any number of fibers, of any runtime, and plain threads at once. Moving, assigning
/// and destroying are for when nobody else is in a call, but for the close() that ended one's own.
class basic_pipe {
  public:
    /// What exceptions call it; "" where there is none.
    const std::string& name() const noexcept { return end_.to_string(); }

    bool is_open() const noexcept { return end_.is_open(); }

    /// Whoever waits in this end, or calls it later, gets std::errc::bad_file_descriptor. Closing
    /// twice does nothing.
    void close() noexcept { end_.close(); }

    /// The file descriptor, which stays the end's own. -1: there is none.
    int native_handle() const noexcept { return end_.native_handle(); }

    /// Gives the file descriptor up, blocking again if it was so before.
    /// *Fails with* std::errc::device_or_resource_busy while anyone is in a call of this end.
    int release();
    int release(std::error_code& ec) { return end_.release(ec); }

  protected:
    basic_pipe() noexcept = default;
    explicit basic_pipe(detail::pipe_end end) noexcept : end_{std::move(end)} {}
    basic_pipe(basic_pipe&&) noexcept = default;
    basic_pipe& operator=(basic_pipe&&) noexcept = default;
    ~basic_pipe() = default;

    friend struct detail::descriptor_access;

    detail::descriptor* native_descriptor() const noexcept { return end_.get(); }
    bool is_file() const noexcept { return end_.is_file(); }

    const detail::pipe_end& end() const noexcept { return end_; }

  private:
    detail::pipe_end end_;
};

/// From where bytes are read: a pipe, pipe(7), a terminal, a file that was given as standard input …
class pipe_reader : public basic_pipe {
  public:
    /// None: every call fails with std::errc::bad_file_descriptor.
    pipe_reader() noexcept = default;

    /// Takes over a descriptor of any kind that can be read from. If it can be waited for, it becomes
    /// non-blocking, for everybody who shares it, until it is closed or given up. `name` is for
    /// exceptions.
    /// *Fails with* std::errc::bad_file_descriptor, and then it is still the caller's.
    static pipe_reader adopt(int native_handle, std::string name = "a pipe");
    static pipe_reader adopt(int native_handle, std::string name, std::error_code& ec);

    /// Reads what is there, at most as much as there is room for; returns how many bytes. 0: nobody can
    /// write any more, the file ends, or there was no room.
    /// *Suspends until* something is there. *Fails* as read(2) does.
    std::size_t read(mutable_buffer into);
    std::size_t read(mutable_buffer into, std::error_code& ec);

    /// Fills one buffer after the other, up to 64 that are not empty.
    std::size_t read(std::span<const mutable_buffer> into);
    std::size_t read(std::span<const mutable_buffer> into, std::error_code& ec);

    /// Fills all the room there is.
    /// *Fails with* errc::end_of_stream if the end comes before, and as read() does; the error_code form
    /// returns how many bytes have been read.
    void read_exactly(mutable_buffer into);
    std::size_t read_exactly(mutable_buffer into, std::error_code& ec);

    /// Everything until the end.
    /// *Suspends until* it has come. *Fails* as read() does; the error_code form returns what came before.
    std::string read_all();
    std::string read_all(std::error_code& ec);

  private:
    friend pipe_reader standard_input(std::error_code&);
    friend std::pair<pipe_reader, pipe_writer> make_pipe(std::error_code&);

    using basic_pipe::basic_pipe;
};

/// Where bytes are written to; otherwise as pipe_reader.
class pipe_writer : public basic_pipe {
  public:
    pipe_writer() noexcept = default;

    static pipe_writer adopt(int native_handle, std::string name = "a pipe");
    static pipe_writer adopt(int native_handle, std::string name, std::error_code& ec);

    /// Writes as much as the pipe takes; returns how many bytes.
    /// *Suspends until* it takes some.
    /// *Fails with* std::errc::broken_pipe when nobody can read it any more; never raises SIGPIPE.
    std::size_t write(const_buffer from);
    std::size_t write(const_buffer from, std::error_code& ec);

    /// Writes one buffer after the other, up to 64 that are not empty.
    std::size_t write(std::span<const const_buffer> from);
    std::size_t write(std::span<const const_buffer> from, std::error_code& ec);

    /// Writes everything.
    /// *Fails* as write() does; the error_code form returns how many bytes have been written.
    void write_all(const_buffer from);
    std::size_t write_all(const_buffer from, std::error_code& ec);

  private:
    friend pipe_writer standard_output(std::error_code&);
    friend pipe_writer standard_error(std::error_code&);
    friend std::pair<pipe_reader, pipe_writer> make_pipe(std::error_code&);

    using basic_pipe::basic_pipe;
};

/// A pipe: what is written to the second is read from the first.
std::pair<pipe_reader, pipe_writer> make_pipe();
std::pair<pipe_reader, pipe_writer> make_pipe(std::error_code& ec);

/// The standard streams of the process, each call by a descriptor of its own: 0, 1 and 2 stay open, and
/// blocking for others who use them. A terminal or pipe is opened once more to that end; what cannot be,
/// as a socket, is non-blocking for all who share it until the result has ended.
pipe_reader standard_input();
pipe_reader standard_input(std::error_code& ec);
pipe_writer standard_output();
pipe_writer standard_output(std::error_code& ec);
pipe_writer standard_error();
pipe_writer standard_error(std::error_code& ec);

} // namespace netio
