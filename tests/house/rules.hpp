#pragma once

#include <tests/house/source_tree.hpp>

#include <cstddef>
#include <iosfwd>
#include <string>
#include <vector>

namespace house {

/// A broken rule, printed as "fibers/runtime.hpp:12: …".
struct violation {
    std::string path;
    std::size_t line;
    std::string what;

    friend std::ostream& operator<<(std::ostream&, const violation&);
};

using violations = std::vector<violation>;

/// A file includes only what lies on its own floor or below. A header that includes nothing of the
/// tree may be included from anywhere.
violations upward_includes(const source_tree&);

/// detail/ is seen only from its own room.
violations includes_of_private_headers(const source_tree&);

/// No file includes itself by way of others. (Folders cannot: their floors only go down.)
violations include_cycles(const source_tree&);

/// What may be swapped one day (Boost.Context, epoll, OpenSSL …) is included in one place.
violations includes_outside_their_place(const source_tree&);

/// Includes of the tree's own files are in angle brackets, from the root, and exist; a source
/// includes its own header first.
violations untidy_includes(const source_tree&);

/// Headers begin with #pragma once, and public headers define no macros.
violations untidy_headers(const source_tree&);

/// Files of the libraries have at most 400 lines.
violations long_files(const source_tree&);

/// Every source and every public header of a library stands in its room's CMakeLists.txt: an
/// unlisted source is dead, and an unlisted header is not installed.
violations unlisted_files(const source_tree&);

/// Words that belong to one file of a library, such as thread_local.
violations words_outside_their_place(const source_tree&);

} // namespace house
