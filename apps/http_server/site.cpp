#include <apps/http_server/site.hpp>

#include <apps/http_server/conditions.hpp>
#include <apps/http_server/ranges.hpp>

#include <netio/http/target.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cstddef>
#include <optional>
#include <span>
#include <stdexcept>
#include <string_view>
#include <utility>
#include <vector>

using netio::http::field;
using netio::http::request;
using netio::http::response;
using netio::http::status;

namespace {

/// Between the parts of an answer with several ranges. It must not occur in them, which nobody can promise of
/// files; that it is this long makes it unlikely.
constexpr std::string_view boundary = "weft-7d1c95f04b2e4a0fb6c85e93d2a71f08";

void write_range(response& reply, document& file, const byte_range& range) {
    if (file.is_in_memory()) {
        reply.write(std::string_view{file.content}.substr(range.first, range.count));
        return;
    }
    std::vector<std::byte> piece(std::min<std::uint64_t>(range.count, 64 * 1024));
    for (std::uint64_t done = 0; done != range.count;) {
        const auto room = std::span{piece}.first(
            static_cast<std::size_t>(std::min<std::uint64_t>(range.count - done, piece.size())));
        const std::size_t count = file.file.read_at(range.first + done, room);
        if (count == 0)
            throw std::runtime_error{"it has become shorter: " + file.file.path()};
        reply.write({reinterpret_cast<const char*>(piece.data()), count});
        done += count;
    }
}

void send_one(response& reply, document& file, const byte_range& range) {
    if (file.is_in_memory())
        return reply.send(std::string_view{file.content}.substr(range.first, range.count));
    file.file.seek(range.first);
    reply.send_file(file.file, range.count);
}

std::string content_range(const document& file, const byte_range& range) {
    return fmt::format("bytes {}-{}/{}", range.first, range.last(), file.size);
}

/// multipart/byteranges: RFC 9110, 14.6.
void send_several(response& reply, document& file, const std::vector<byte_range>& ranges) {
    std::vector<std::string> heads;
    const std::string end = fmt::format("\r\n--{}--\r\n", boundary);
    std::uint64_t length = end.size();
    for (const byte_range& range : ranges) {
        heads.push_back(fmt::format("\r\n--{}\r\nContent-Type: {}\r\nContent-Range: {}\r\n\r\n",
                                    boundary, file.type, content_range(file, range)));
        length += heads.back().size() + range.count;
    }
    reply.set(field::content_type, fmt::format("multipart/byteranges; boundary={}", boundary));
    reply.set_length(length);
    for (std::size_t i = 0; i != ranges.size(); ++i) {
        reply.write(heads[i]);
        write_range(reply, file, ranges[i]);
    }
    reply.write(end);
}

void send(const request& question, response& reply, document& file) {
    reply.set(field::etag, file.entity_tag);
    reply.set(field::last_modified, file.last_modified);
    reply.set(field::accept_ranges, "bytes");
    switch (judge(question, file)) {
    case verdict::failed:
        return reply.send_status(status::precondition_failed);
    case verdict::not_modified:
        return reply.set_status(status::not_modified);
    case verdict::proceed:
        break;
    }
    reply.set("X-Content-Type-Options", "nosniff");
    std::optional<std::vector<byte_range>> ranges;
    // Ranges are a matter of GET alone (RFC 9110, 14.2).
    if (question.method() == netio::http::verb::get && question.contains(field::range) &&
        range_is_wanted(question, file))
        ranges = parse_ranges(question[field::range], file.size);
    if (ranges && ranges->empty()) {
        reply.set(field::content_range, fmt::format("bytes */{}", file.size));
        return reply.send_status(status::range_not_satisfiable);
    }
    if (ranges)
        reply.set_status(status::partial_content);
    if (ranges && ranges->size() > 1)
        return send_several(reply, file, *ranges);
    reply.set(field::content_type, file.type);
    if (ranges)
        reply.set(field::content_range, content_range(file, ranges->front()));
    send_one(reply, file, ranges ? ranges->front() : byte_range{0, file.size});
}

/// 301 to the path that ends in a slash. It is ours, not the client's: "//host/" would lead elsewhere.
void redirect(const request& question, response& reply, const std::string& path) {
    std::string location = netio::http::percent_encode_path(path) + '/';
    if (!question.query().empty())
        location.append("?").append(question.query());
    reply.set(field::location, location);
    reply.send_status(status::moved_permanently);
}

} // namespace

void site::answer(const request& question, response& reply) {
    const auto decoded = netio::http::percent_decode(question.path());
    if (!decoded)
        return reply.send_status(status::bad_request);
    const auto path = netio::http::normalized_path(*decoded);
    if (!path)
        return reply.send_status(status::not_found);
    const bool names_a_folder = path->ends_with('/');
    const auto [how, file] = files_.find(names_a_folder ? *path + "index.html" : *path);
    switch (how) {
    case folder::outcome::found:
        return send(question, reply, *file);
    case folder::outcome::is_folder:
        return names_a_folder ? reply.send_status(status::not_found)
                              : redirect(question, reply, *path);
    case folder::outcome::missing:
        return reply.send_status(status::not_found);
    case folder::outcome::no_room:
        reply.set(field::retry_after, "1");
        return reply.send_status(status::service_unavailable);
    }
}
