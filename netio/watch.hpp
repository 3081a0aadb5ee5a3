#pragma once

#include <netio/detail/descriptor_owner.hpp>

#include <cstdint>
#include <deque>
#include <map>
#include <string>
#include <system_error>

namespace netio {

/// What may happen to a file or in a directory; several are joined by |.
enum class file_event : std::uint32_t {
    none = 0,
    modified = 1,   ///< the content
    attributes = 2, ///< permissions, times, owner, number of links
    written = 4,    ///< closed by one who could write: it is complete
    created = 8,    ///< in the directory
    removed = 16,   ///< from the directory, or the watched file itself
    moved_in = 32,
    moved_out = 64, ///< or the watched file itself was moved
    lost = 128,     ///< more happened than the system keeps; look for yourself. Comes unasked
};

constexpr file_event operator|(file_event a, file_event b) noexcept {
    return static_cast<file_event>(static_cast<std::uint32_t>(a) | static_cast<std::uint32_t>(b));
}
constexpr bool contains(file_event all, file_event some) noexcept {
    return (static_cast<std::uint32_t>(all) & static_cast<std::uint32_t>(some)) != 0;
}

/// Changes of files and directories as something to wait for (inotify(7)). Movable, not copyable.
///
/// *May be used by* one fiber or thread at a time, but for close().
class file_watch {
  public:
    struct change {
        std::string path; ///< as it was given to add()
        std::string name; ///< in that directory; empty: the watched file itself
        file_event what;
    };

    /// *Fails with* std::errc::too_many_files_open (fs.inotify.max_user_instances) …
    file_watch();
    explicit file_watch(std::error_code& ec);

    /// Watches a file, or what is directly in a directory. A second time with the same path, only the
    /// latter events count.
    /// *Suspends until* the disk has found it.
    /// *Fails with* std::errc::no_such_file_or_directory, permission_denied; no_space_on_device
    /// (fs.inotify.max_user_watches).
    void add(const std::string& path, file_event events);
    void add(const std::string& path, file_event events, std::error_code& ec);

    /// What has happened next.
    /// *Suspends until* something has.
    change next();
    change next(std::error_code& ec);

    /// Ends the wait of next(), with std::errc::bad_file_descriptor.
    void close() noexcept { descriptor_.close(); }

  private:
    void fetch(std::error_code& ec);

    detail::descriptor_owner descriptor_;
    std::map<int, std::string> paths_; // by the system's number of each
    std::deque<change> changes_;       // fetched, and not handed out
};

} // namespace netio
