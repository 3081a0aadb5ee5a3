#pragma once

#include <netio/buffer.hpp>
#include <netio/detail/descriptor_owner.hpp>

#include <cstddef>
#include <cstdint>
#include <string>
#include <system_error>
#include <utility>

namespace netio {

namespace detail {
struct descriptor_access;
}

/// How a file is opened, open(2).
struct file_options {
    bool read = true;
    bool write = false;
    bool create = false;         ///< where there is none
    bool exclusive = false;      ///< with `create`: there must be none
    bool truncate = false;       ///< to nothing
    bool append = false;         ///< every write goes to the end
    unsigned permissions = 0666; ///< of a file that is made; less the umask
};

/// A file. Movable, not copyable. It is an input_stream and an output_stream, and so to be copied and
/// read by lines as a connection is.
///
/// Every call has two forms: with a std::error_code it reports failure there and throws nothing;
/// without, it throws a std::system_error that names the file. All *suspend until* the disk has
/// answered, and block no worker meanwhile. Besides what is said of each, they fail with what the system
/// says, as std::errc::no_space_on_device; with std::errc::bad_file_descriptor when the file is closed;
/// and with std::errc::timed_out (ambient deadline) and operation_canceled (stop) where these come
/// before the call has begun. What has begun is carried out: nothing can call a disk back, close()
/// included.
///
/// *May be used by* any number of fibers and plain threads at once; those that use the position share
/// it. Moving, assigning and destroying are for when nobody else is in a call.
class file {
  public:
    /// Not open: every call fails with std::errc::bad_file_descriptor.
    file() noexcept = default;

    /// *Fails with* what open(2) says; std::errc::operation_not_supported for a FIFO or a socket, whose other
    /// end may never come: those are for pipe_reader::adopt() and unix_stream::connect().
    static file open(std::string path, const file_options& options = {});
    static file open(std::string path, const file_options& options, std::error_code& ec);

    /// A file to write to, empty; what it had before is lost.
    static file create(std::string path);
    static file create(std::string path, std::error_code& ec);

    /// Takes over a descriptor of a file that somebody else has opened; `path` is for messages.
    /// *Fails with* std::errc::bad_file_descriptor, and then it is still the caller's.
    static file adopt(int native_handle, std::string path);
    static file adopt(int native_handle, std::string path, std::error_code& ec);

    /// Reads from the position on, and moves it; returns how many bytes. 0: the end, or there was no
    /// room.
    std::size_t read(mutable_buffer into);
    std::size_t read(mutable_buffer into, std::error_code& ec);

    /// Fills all the room there is. *Fails with* errc::end_of_stream if the file ends before; the
    /// error_code form returns how many bytes have been read.
    void read_exactly(mutable_buffer into);
    std::size_t read_exactly(mutable_buffer into, std::error_code& ec);

    /// Writes from the position on, and moves it; returns how many bytes.
    std::size_t write(const_buffer from);
    std::size_t write(const_buffer from, std::error_code& ec);

    /// Writes everything; the error_code form returns how many bytes have been written.
    void write_all(const_buffer from);
    std::size_t write_all(const_buffer from, std::error_code& ec);

    /// From and to that offset in bytes; the position is neither used nor moved.
    std::size_t read_at(std::uint64_t offset, mutable_buffer into);
    std::size_t read_at(std::uint64_t offset, mutable_buffer into, std::error_code& ec);
    std::size_t write_at(std::uint64_t offset, const_buffer from);
    std::size_t write_at(std::uint64_t offset, const_buffer from, std::error_code& ec);

    /// Moves the position, in bytes from the beginning. Never suspends.
    void seek(std::uint64_t offset);
    void seek(std::uint64_t offset, std::error_code& ec);

    /// Returns when what was written is safe on the disk; sync_data() leaves out the time of the change
    /// and the like.
    void sync();
    void sync(std::error_code& ec);
    void sync_data();
    void sync_data(std::error_code& ec);

    /// Cuts the file off, or lengthens it by zeros.
    void truncate(std::uint64_t size);
    void truncate(std::uint64_t size, std::error_code& ec);

    /// In bytes.
    std::uint64_t size() const;
    std::uint64_t size(std::error_code& ec) const;

    /// As it was given to open().
    const std::string& path() const noexcept { return path_; }

    bool is_open() const noexcept { return descriptor_.is_open(); }

    /// Later calls get std::errc::bad_file_descriptor. Closing twice does nothing.
    void close() noexcept { descriptor_.close(); }

    /// The file descriptor, which stays the file's own. -1: there is none.
    int native_handle() const noexcept { return descriptor_.native_handle(); }

  private:
    friend struct detail::descriptor_access;

    file(detail::descriptor_owner descriptor, std::string path) noexcept
        : descriptor_{std::move(descriptor)}, path_{std::move(path)} {}

    detail::descriptor* native_descriptor() const noexcept { return descriptor_.get(); }
    bool is_file() const noexcept { return true; }

    detail::descriptor_owner descriptor_;
    std::string path_;
};

} // namespace netio
