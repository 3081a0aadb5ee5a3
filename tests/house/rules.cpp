#include <tests/house/rules.hpp>

#include <algorithm>
#include <array>
#include <ostream>
#include <regex>
#include <set>
#include <string_view>

#include <fmt/format.h>
#include <fmt/ranges.h>

namespace house {

namespace {

constexpr std::size_t longest_file = 400;

bool is_library(std::string_view path) {
    return room_of(path) == "fibers" || room_of(path) == "netio";
}

bool is_code(std::string_view path) {
    return is_header(path) || is_source(path);
}

int floor_of(std::string_view path) {
    const std::string_view folder = folder_of(path);
    if (folder.starts_with("fibers/detail"))
        return 1;
    if (folder.starts_with("fibers/sync"))
        return 2;
    if (room_of(path) == "fibers")
        return 3;
    if (room_of(path) == "netio")
        return 4;
    return 5;
}

/// A header that needs nothing of the tree, such as a struct of options, lies on the ground: to
/// include it ties nobody to its folder.
bool is_on_the_ground(const source_tree& tree, const std::string& path) {
    return std::ranges::none_of(tree.at(path).includes, [&](const include_line& include) {
        return tree.contains(include.name);
    });
}

/// Something that may appear only in files whose path matches.
struct place {
    std::string_view what;
    std::regex where;
};

/// The path of the first cycle that can be reached from `path`, closed, or nothing.
class cycle_search {
  public:
    explicit cycle_search(const source_tree& tree) : tree_{tree} {}

    void visit(const std::string& path) {
        if (const auto seen = std::ranges::find(way_, path); seen != way_.end()) {
            std::vector<std::string> cycle{seen, way_.end()};
            cycle.push_back(path);
            found_.push_back(
                {way_.back(), line_, fmt::format("closes a cycle: {}", fmt::join(cycle, " → "))});
            return;
        }
        if (!done_.insert(path).second)
            return;
        way_.push_back(path);
        for (const include_line& include : tree_.at(path).includes) {
            if (!tree_.contains(include.name))
                continue;
            line_ = include.number;
            visit(include.name);
        }
        way_.pop_back();
    }

    violations found() && { return std::move(found_); }

  private:
    const source_tree& tree_;
    std::vector<std::string> way_;
    std::set<std::string> done_;
    std::size_t line_ = 0; ///< of the include that led here
    violations found_;
};

} // namespace

std::ostream& operator<<(std::ostream& out, const violation& v) {
    return out << v.path << ':' << v.line << ": " << v.what;
}

violations upward_includes(const source_tree& tree) {
    violations found;
    for (const auto& [path, file] : tree)
        for (const auto& [line, name, in_quotes] : file.includes)
            if (tree.contains(name) && floor_of(name) > floor_of(path) &&
                !is_on_the_ground(tree, name))
                found.push_back({path, line,
                                 fmt::format("<{}> lies on floor {}, above floor {}", name,
                                             floor_of(name), floor_of(path))});
    return found;
}

violations includes_of_private_headers(const source_tree& tree) {
    violations found;
    for (const auto& [path, file] : tree)
        for (const auto& [line, name, in_quotes] : file.includes)
            if (tree.contains(name) && is_private(name) && room_of(name) != room_of(path))
                found.push_back({path, line, fmt::format("<{}> is private to its room", name)});
    return found;
}

violations include_cycles(const source_tree& tree) {
    cycle_search search{tree};
    for (const auto& [path, file] : tree)
        search.visit(path);
    return std::move(search).found();
}

violations includes_outside_their_place(const source_tree& tree) {
    static const std::array places{
        place{"boost/context/", std::regex{"(fibers/detail|benchmarks)/.*"}},
        place{"boost/fiber/", std::regex{"benchmarks/.*"}},
        place{"boost/asio", std::regex{"netio/asio.*|(netio/http|apps|benchmarks|tests/netio)/.*"}},
        place{"boost/beast", std::regex{"netio/asio.*|(netio/http|apps|tests/netio)/.*"}},
        place{"sys/epoll.h", std::regex{"fibers/detail/poller.*|benchmarks/.*"}},
        place{"openssl/", std::regex{"netio/(detail/)?tls.*|benchmarks/(load|peers)/.*tls.*"}},
        place{"ares.h", std::regex{"netio/(detail/)?resolver.*"}},
        // iostream constructs statics in every program that links it; regex is slow to compile.
        place{"iostream", std::regex{"(apps|benchmarks)/.*"}},
        place{"regex", std::regex{"(apps|benchmarks)/.*"}},
    };
    violations found;
    for (const auto& [path, file] : tree)
        for (const auto& [line, name, in_quotes] : file.includes)
            for (const auto& [what, where] : places)
                if (name.starts_with(what) && !std::regex_match(path, where))
                    found.push_back({path, line, fmt::format("<{}> does not belong here", name)});
    return found;
}

violations untidy_includes(const source_tree& tree) {
    violations found;
    for (const auto& [path, file] : tree) {
        for (const auto& [line, name, in_quotes] : file.includes) {
            if (in_quotes)
                found.push_back({path, line, fmt::format("\"{}\" is in quotes", name)});
            if (is_library(name) && !tree.contains(name))
                found.push_back({path, line, fmt::format("<{}> does not exist", name)});
        }
        if (!is_source(path))
            continue;
        const std::string own = path.substr(0, path.size() - 4) + ".hpp";
        if (tree.contains(own) && (file.includes.empty() || file.includes.front().name != own))
            found.push_back({path, 1, fmt::format("does not include <{}> first", own)});
    }
    return found;
}

violations untidy_headers(const source_tree& tree) {
    static const std::regex define{R"(^\s*#\s*define\b.*)"};
    violations found;
    for (const auto& [path, file] : tree) {
        if (!is_header(path))
            continue;
        const auto first = std::ranges::find_if(file.lines, [](const std::string& line) {
            return line.find_first_not_of(" \t") != line.npos;
        });
        if (first == file.lines.end() || *first != "#pragma once")
            found.push_back({path, 1, "does not begin with #pragma once"});
        if (is_private(path) || !is_library(path))
            continue;
        for (std::size_t i = 0; i < file.lines.size(); ++i)
            if (std::regex_match(file.lines[i], define))
                found.push_back({path, i + 1, "defines a macro in a public header"});
    }
    return found;
}

violations long_files(const source_tree& tree) {
    violations found;
    for (const auto& [path, file] : tree)
        if (is_library(path) && file.lines.size() > longest_file)
            found.push_back(
                {path, file.lines.size(), fmt::format("has more than {} lines", longest_file)});
    return found;
}

violations unlisted_files(const source_tree& tree) {
    violations found;
    for (const auto& [path, file] : tree) {
        if (!is_library(path) || !is_code(path) || (is_header(path) && is_private(path)))
            continue;
        const std::string room{room_of(path)};
        const std::string list = room + "/CMakeLists.txt";
        const std::regex entry{R"((^|.*\s))" + path.substr(room.size() + 1) + R"(($|[\s)].*))"};
        const auto list_file = tree.find(list);
        if (list_file == tree.end() ||
            std::ranges::none_of(list_file->second.lines, [&](const std::string& line) {
                return std::regex_match(line, entry);
            }))
            found.push_back({path, 1, fmt::format("is not listed in {}", list)});
    }
    return found;
}

violations words_outside_their_place(const source_tree& tree) {
    static const std::array places{
        place{R"(\bthread_local\b)", std::regex{"fibers/detail/.*"}},
        place{R"(\bsteady_clock::now\b|\bclock_gettime\b)", std::regex{"fibers/detail/clock.*"}},
        place{R"(\b(EAGAIN|EWOULDBLOCK)\b)", std::regex{"netio/detail/retry.*"}},
    };
    violations found;
    for (const auto& [what, where] : places) {
        const std::regex word{std::string{what}};
        for (const auto& [path, file] : tree) {
            if (!is_library(path) || !is_code(path) || std::regex_match(path, where))
                continue;
            for (std::size_t i = 0; i < file.lines.size(); ++i)
                if (std::smatch match; std::regex_search(file.lines[i], match, word))
                    found.push_back(
                        {path, i + 1, fmt::format("{} does not belong here", match.str())});
        }
    }
    return found;
}

} // namespace house
