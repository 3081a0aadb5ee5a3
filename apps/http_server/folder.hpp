#pragma once

#include <apps/http_server/document.hpp>

#include <fibers/sync/mutex.hpp>
#include <netio/unique_descriptor.hpp>

#include <chrono>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>

/// The files below a folder, and nothing else: neither by "..", nor by a link that leads out of it, whoever
/// changes the folder meanwhile (openat2(2), RESOLVE_BENEATH, Linux 5.6). Names that begin with a dot are not
/// there, but for ".well-known".
///
/// Small files are kept in memory for a second; so what is asked for often is not opened each time.
///
/// May be used by any number of fibers at once.
class folder {
  public:
    /// *Fails with* std::system_error where there is no such folder.
    explicit folder(const std::string& root);

    enum class outcome {
        found,
        is_folder,
        missing, ///< or not to be seen
        no_room  ///< the process has no descriptors, or no memory, left: later
    };

    struct lookup {
        outcome how;
        std::shared_ptr<document>
            file; ///< where it was found; for this caller alone if not in memory
    };

    /// `path` is decoded and normalised: "/a/b".
    /// *Suspends until* the disk has answered. *Fails with* a stop or the ambient deadline.
    lookup find(std::string_view path);

  private:
    using clock = std::chrono::steady_clock;

    struct kept {
        std::shared_ptr<document> file;
        clock::time_point until;
    };
    struct text_hash : std::hash<std::string_view> {
        using is_transparent = void;
    };

    lookup open(const std::string& path) const;
    void keep(std::string path, const std::shared_ptr<document>&);

    netio::unique_descriptor root_;
    fibers::mutex mutex_;
    std::unordered_map<std::string, kept, text_hash, std::equal_to<>> kept_;
};
