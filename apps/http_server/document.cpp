#include <apps/http_server/document.hpp>

#include <algorithm>
#include <array>
#include <cctype>
#include <utility>

std::string_view content_type_of(std::string_view name) {
    using entry = std::pair<std::string_view, std::string_view>;
    static constexpr std::array types{
        entry{"avif", "image/avif"},
        entry{"css", "text/css; charset=utf-8"},
        entry{"csv", "text/csv; charset=utf-8"},
        entry{"gif", "image/gif"},
        entry{"gz", "application/gzip"},
        entry{"htm", "text/html; charset=utf-8"},
        entry{"html", "text/html; charset=utf-8"},
        entry{"ico", "image/vnd.microsoft.icon"},
        entry{"jpeg", "image/jpeg"},
        entry{"jpg", "image/jpeg"},
        entry{"js", "text/javascript; charset=utf-8"},
        entry{"json", "application/json"},
        entry{"md", "text/markdown; charset=utf-8"},
        entry{"mjs", "text/javascript; charset=utf-8"},
        entry{"mp3", "audio/mpeg"},
        entry{"mp4", "video/mp4"},
        entry{"pdf", "application/pdf"},
        entry{"png", "image/png"},
        entry{"svg", "image/svg+xml"},
        entry{"txt", "text/plain; charset=utf-8"},
        entry{"wasm", "application/wasm"},
        entry{"webm", "video/webm"},
        entry{"webp", "image/webp"},
        entry{"woff2", "font/woff2"},
        entry{"xml", "application/xml"},
        entry{"zip", "application/zip"},
    };
    const std::size_t dot = name.rfind('.');
    std::string extension;
    if (dot != name.npos)
        for (const char c : name.substr(dot + 1))
            extension += static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
    const auto found = std::ranges::find(types, extension, &entry::first);
    return found == types.end() ? "application/octet-stream" : found->second;
}
