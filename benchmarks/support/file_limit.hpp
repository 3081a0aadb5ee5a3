#pragma once

#include <cstddef>

namespace bench {

/// Raises the soft limit of open files to the hard one and returns it.
std::size_t raise_file_limit();

} // namespace bench
