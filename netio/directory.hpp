#pragma once

#include <netio/detail/directory_handle.hpp>

#include <cstddef>
#include <iterator>
#include <optional>
#include <string>
#include <system_error>
#include <vector>

namespace netio {

enum class file_type { regular, directory, symlink, other, unknown };

struct directory_entry {
    std::string name;
    file_type type; ///< unknown: the file system does not tell it here
};

/// Reads what is in a directory, but for "." and "..", in the order of the file system, a few hundred
/// entries at a time. Movable, not copyable.
///
///     for (const netio::directory_entry& entry : netio::directory_reader{"/etc"})
///
/// Calls and failures are as those of file.
///
/// *May be used by* one fiber or thread at a time.
class directory_reader {
  public:
    explicit directory_reader(std::string path);
    directory_reader(std::string path, std::error_code& ec);

    /// The next entry; none: that was all.
    std::optional<directory_entry> next();
    std::optional<directory_entry> next(std::error_code& ec);

    const std::string& path() const noexcept { return path_; }

    class iterator {
      public:
        using iterator_concept = std::input_iterator_tag;
        using value_type = directory_entry;
        using difference_type = std::ptrdiff_t;

        explicit iterator(directory_reader& from) : from_{&from} { ++*this; }

        const directory_entry& operator*() const noexcept { return *entry_; }
        iterator& operator++() {
            entry_ = from_->next();
            return *this;
        }
        void operator++(int) { ++*this; }

        friend bool operator==(const iterator& i, std::default_sentinel_t) noexcept {
            return !i.entry_;
        }

      private:
        directory_reader* from_;
        std::optional<directory_entry> entry_;
    };

    iterator begin() { return iterator{*this}; }
    std::default_sentinel_t end() const noexcept { return {}; }

  private:
    void open(std::error_code& ec);
    void fetch(std::error_code& ec);

    std::string path_;
    detail::directory_handle handle_;
    std::vector<directory_entry> fetched_;
    std::size_t handed_out_ = 0;
};

} // namespace netio
