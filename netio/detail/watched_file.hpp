#pragma once

#include <cstdint>
#include <string>
#include <tuple>
#include <utility>

namespace netio::detail {

/// A text file that is read again when it has changed. Its calls block the thread.
class watched_file {
  public:
    explicit watched_file(std::string path) noexcept : path_{std::move(path)} {}

    /// Whether the file may be another one since the last read(). True before the first.
    bool changed() const noexcept { return stamp_of_file() != stamp_; }

    /// The file's text, at most 64 MiB of it. Empty where it cannot be read or is no regular file.
    std::string read();

  private:
    /// Device, inode, size, time of the last change in seconds and nanoseconds; zeros: no such file.
    using stamp =
        std::tuple<std::uint64_t, std::uint64_t, std::int64_t, std::int64_t, std::int64_t>;
    static constexpr stamp never_read{~std::uint64_t{}, ~std::uint64_t{}, -1, -1, -1};

    stamp stamp_of_file() const noexcept;

    std::string path_;
    stamp stamp_ = never_read;
};

} // namespace netio::detail
