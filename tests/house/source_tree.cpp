#include <tests/house/source_tree.hpp>

#include <fstream>
#include <iterator>
#include <regex>
#include <stdexcept>

namespace house {

namespace {

/// Blanks out // and /* */ comments. Newlines stay, and so line numbers hold.
std::string without_comments(std::string_view text) {
    std::string code;
    while (!text.empty()) {
        std::size_t end = 1;
        if (text.starts_with("//")) {
            end = std::min(text.find('\n'), text.size());
        } else if (text.starts_with("/*")) {
            end = std::min(text.find("*/", 2), text.size() - 2) + 2;
            for (char c : text.substr(0, end))
                if (c == '\n')
                    code += c;
        } else if (text.front() == '"') {
            while (end < text.size() && text[end] != '"' && text[end] != '\n')
                end += text[end] == '\\' ? 2 : 1;
            end = std::min(end + 1, text.size());
            code += text.substr(0, end);
        } else {
            code += text.front();
        }
        text.remove_prefix(end);
    }
    return code;
}

} // namespace

source_file parse(std::string_view text) {
    static const std::regex include{R"(^\s*#\s*include\s*([<"])([^>"]+)[>"].*)"};
    source_file file;
    const std::string code = without_comments(text);
    for (std::size_t begin = 0; begin < code.size();) {
        const std::size_t end = std::min(code.find('\n', begin), code.size());
        const std::string& line = file.lines.emplace_back(code, begin, end - begin);
        if (std::smatch match; std::regex_match(line, match, include))
            file.includes.push_back({file.lines.size(), match[2], match[1] == "\""});
        begin = end + 1;
    }
    return file;
}

source_tree read_tree(const std::filesystem::path& root, const std::vector<std::string>& rooms) {
    source_tree tree;
    for (const std::string& room : rooms) {
        for (const auto& entry : std::filesystem::recursive_directory_iterator{root / room}) {
            const std::string path = entry.path().lexically_relative(root).generic_string();
            if (!is_header(path) && !is_source(path) && entry.path().filename() != "CMakeLists.txt")
                continue;
            std::ifstream stream{entry.path()};
            if (!stream)
                throw std::runtime_error{"cannot read " + path};
            tree.emplace(path, parse(std::string{std::istreambuf_iterator{stream}, {}}));
        }
    }
    return tree;
}

std::string_view folder_of(std::string_view path) {
    return path.substr(0, path.rfind('/'));
}

std::string_view room_of(std::string_view path) {
    return path.substr(0, path.find('/'));
}

bool is_header(std::string_view path) {
    return path.ends_with(".hpp");
}

bool is_source(std::string_view path) {
    return path.ends_with(".cpp");
}

bool is_private(std::string_view path) {
    return path.find("/detail/") != path.npos;
}

} // namespace house
