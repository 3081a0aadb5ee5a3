#pragma once

#include <netio/file.hpp>

#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>

/// A file as it is served.
struct document {
    std::uint64_t size = 0; ///< in bytes
    std::chrono::sys_seconds modified;
    std::string entity_tag;    ///< strong: other bytes have another
    std::string last_modified; ///< as HTTP writes it
    std::string_view type;
    std::string content; ///< of a small one; else empty, and it is in the file
    netio::file file;

    bool is_in_memory() const noexcept { return !file.is_open(); }
};

/// What a file's name ends in tells its type: "text/html; charset=utf-8".
std::string_view content_type_of(std::string_view name);
