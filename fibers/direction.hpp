#pragma once

namespace fibers {

/// What a file descriptor can be ready for.
enum class direction : unsigned char { read, write };

} // namespace fibers
