#pragma once

#include <cstddef>
#include <filesystem>
#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace house {

/// One #include line. `name` is what stands between the brackets or quotes.
struct include_line {
    std::size_t number;
    std::string name;
    bool in_quotes;
};

struct source_file {
    std::vector<std::string> lines; ///< without comments; string literals are left as they are
    std::vector<include_line> includes;
};

/// The sources by their path from the root of the tree, e.g. "fibers/runtime.hpp".
using source_tree = std::map<std::string, source_file, std::less<>>;

source_file parse(std::string_view text);

/// Reads every .hpp and .cpp file below the given rooms, and their CMakeLists.txt.
source_tree read_tree(const std::filesystem::path& root, const std::vector<std::string>& rooms);

/// "fibers/sync/mutex.hpp" → "fibers/sync".
std::string_view folder_of(std::string_view path);

/// "fibers/sync/mutex.hpp" → "fibers".
std::string_view room_of(std::string_view path);

bool is_header(std::string_view path);
bool is_source(std::string_view path);

/// True below a detail/ folder.
bool is_private(std::string_view path);

} // namespace house
