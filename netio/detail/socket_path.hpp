#pragma once

#include <netio/unique_descriptor.hpp>
#include <netio/unix_endpoint.hpp>

#include <atomic>
#include <cstdint>
#include <memory>
#include <system_error>

namespace netio::detail {

/// The file of a Unix socket, which its owner removes once; unless something else is there by then.
class socket_path {
  public:
    /// A socket has just been bound to it.
    explicit socket_path(const unix_endpoint&) noexcept;
    socket_path(const socket_path&) = delete;
    socket_path& operator=(const socket_path&) = delete;
    ~socket_path() { remove(); }

    void remove() noexcept;
    /// It is another's from now on.
    void keep() noexcept { kept_ = true; }

  private:
    const unix_endpoint endpoint_;
    std::uint64_t device_ = 0, inode_ = 0;
    std::atomic<bool> kept_{false};
};

/// Whose turn it is to bind a path of a folder: whoever finds a stale file and removes it must not remove that of
/// another who has replaced it meanwhile, or is bound and does not listen yet. It is a flock(2) of the folder, which
/// leaves nothing behind. Where that cannot be had (the folder may not be read, or somebody keeps it locked for a second)
/// it goes without.
class bind_turn {
  public:
    /// *Suspends until* it is there. *Fails with* std::errc::timed_out, operation_canceled.
    bind_turn(const unix_endpoint&, std::error_code& ec);

  private:
    unique_descriptor folder_; // unlocked with the close
};

/// Binds a socket of this type; with `replace_stale` also where a file is left of a socket that nobody
/// listens to any more. With `remove` the result removes the file again; else, and where there is no
/// file, it is null.
std::unique_ptr<socket_path> bind_path(int fd, int type, const unix_endpoint&, bool replace_stale,
                                       bool remove, std::error_code& ec);

} // namespace netio::detail
