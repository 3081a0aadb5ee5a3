#pragma once

#include <cstddef>
#include <string>
#include <thread>

namespace bench {

/// A file of so many bytes, in the page cache.
class cached_file {
  public:
    explicit cached_file(std::size_t size);
    cached_file(const cached_file&) = delete;
    cached_file& operator=(const cached_file&) = delete;
    ~cached_file();

    const std::string& path() const noexcept { return path_; }

  private:
    std::string path_ = "/tmp/weft-bench-XXXXXX";
};

/// A TCP connection over the loopback, at whose other end a thread reads whatever comes.
class sink {
  public:
    sink();
    sink(const sink&) = delete;
    sink& operator=(const sink&) = delete;
    /// Waits until the thread has read the end.
    ~sink();

    /// Our end, blocking; the caller's to close before the sink goes.
    int take_socket() const noexcept { return ours_; }

  private:
    int ours_;
    std::thread reader_;
};

} // namespace bench
