#pragma once

namespace netio::detail {

class descriptor;

/// May close a descriptor that another owns, at any time, also when that has moved it, closed it, or
/// is gone. A descriptor has one at most.
class descriptor_closer {
  public:
    /// The owner must not be gone yet. Null: there is nothing to close.
    explicit descriptor_closer(descriptor*) noexcept;
    descriptor_closer(const descriptor_closer&) = delete;
    descriptor_closer& operator=(const descriptor_closer&) = delete;
    ~descriptor_closer();

    void close() noexcept;

  private:
    descriptor* const shared_;
};

} // namespace netio::detail
