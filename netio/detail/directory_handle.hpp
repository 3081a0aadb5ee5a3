#pragma once

#include <memory>

namespace netio::detail {

/// A DIR*, closed in the end; its header stays out of ours.
struct close_directory {
    void operator()(void*) const noexcept;
};
using directory_handle = std::unique_ptr<void, close_directory>;

} // namespace netio::detail
