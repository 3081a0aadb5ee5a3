#pragma once

#include <netio/detail/descriptor_owner.hpp>
#include <netio/unique_descriptor.hpp>

#include <atomic>
#include <string>
#include <system_error>
#include <utility>

namespace netio::detail {

/// Makes a descriptor blocking again, by a duplicate of it, which it holds until then.
class blocking_mode_keeper {
  public:
    blocking_mode_keeper() noexcept = default;
    explicit blocking_mode_keeper(unique_descriptor duplicate) noexcept
        : duplicate_{duplicate.release()} {}
    blocking_mode_keeper(blocking_mode_keeper&& other) noexcept
        : duplicate_{other.duplicate_.exchange(-1)} {}
    blocking_mode_keeper& operator=(blocking_mode_keeper&& other) noexcept {
        restore();
        duplicate_ = other.duplicate_.exchange(-1);
        return *this;
    }
    ~blocking_mode_keeper() { restore(); }

    /// May be called at any time by anyone; the second time it does nothing.
    void restore() noexcept;

  private:
    std::atomic<int> duplicate_{-1};
};

/// A descriptor that bytes are read from or written to, of whatever kind. What it says of files is said of
/// all that epoll(7) does not take.
class pipe_end {
  public:
    pipe_end() noexcept = default;

    /// Takes `fd` over; if that fails it is still the caller's.
    static pipe_end adopt(int fd, std::string name, std::error_code& ec);
    /// Another way to what `fd` is, opened for O_RDONLY or O_WRONLY.
    static pipe_end borrow(int fd, int access, std::string name, std::error_code& ec);

    /// Null: there is none.
    descriptor* get() const noexcept { return owner_.get(); }
    bool is_file() const noexcept { return is_file_; }
    const std::string& to_string() const noexcept { return name_; }

    bool is_open() const noexcept { return owner_.is_open(); }
    int native_handle() const noexcept { return owner_.native_handle(); }
    void close() noexcept {
        // Taken out first: whom the closing wakes may destroy *this at once.
        const blocking_mode_keeper former_mode{std::move(former_mode_)};
        owner_.close();
    }
    int release(std::error_code& ec) noexcept;

  private:
    blocking_mode_keeper former_mode_; // goes last
    descriptor_owner owner_;
    std::string name_;
    bool is_file_ = false;
};

} // namespace netio::detail
