#pragma once

#include <utility>

namespace netio {

/// Owns a file descriptor of any kind, and closes it in the end. Movable, not copyable.
class unique_descriptor {
  public:
    /// Owns none.
    constexpr unique_descriptor() noexcept = default;
    constexpr explicit unique_descriptor(int native_handle) noexcept : native_{native_handle} {}
    unique_descriptor(unique_descriptor&& other) noexcept : native_{other.release()} {}
    unique_descriptor& operator=(unique_descriptor&& other) noexcept {
        std::swap(native_, other.native_);
        return *this;
    }
    ~unique_descriptor();

    /// -1: none.
    int get() const noexcept { return native_; }
    explicit operator bool() const noexcept { return native_ != -1; }

    /// Gives it up: udp_socket::adopt(d.release()).
    [[nodiscard]] int release() noexcept { return std::exchange(native_, -1); }

  private:
    int native_ = -1;
};

} // namespace netio
