#pragma once

#include <memory>
#include <system_error>

namespace netio::detail {

class descriptor;

/// What a socket class is made of: a descriptor, or none. Movable, not copyable. The destructor closes
/// the descriptor; whoever is still within an operation, such as the close() that made the owner give
/// up, frees the object when leaving.
class descriptor_owner {
  public:
    descriptor_owner() noexcept = default;
    explicit descriptor_owner(descriptor* owned) noexcept : owned_{owned} {}

    /// Null: there is none.
    descriptor* get() const noexcept { return owned_.get(); }

    // As those of the descriptor; where there is none, as if it were closed.
    bool is_open() const noexcept;
    int native_handle() const noexcept;
    void close() noexcept;
    int release(std::error_code& ec) noexcept;

  private:
    struct abandon {
        void operator()(descriptor*) const noexcept;
    };
    std::unique_ptr<descriptor, abandon> owned_;
};

} // namespace netio::detail
