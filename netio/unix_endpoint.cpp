#include <netio/unix_endpoint.hpp>

#include <netio/error.hpp>

#include <algorithm>
#include <cctype>
#include <cstring>
#include <ostream>
#include <sys/socket.h>
#include <sys/un.h>

namespace netio {
namespace {

constexpr std::string_view scheme = "unix:";
constexpr std::size_t path_offset = offsetof(sockaddr_un, sun_path);
static_assert(unix_endpoint::longest + 1 == sizeof(sockaddr_un::sun_path));

template <class Read>
unix_endpoint read_or_throw(std::string_view text, Read read) {
    std::error_code ec;
    const unix_endpoint result = read(text, ec);
    if (ec)
        throw std::system_error{ec, "cannot make a Unix address of \"" + std::string{text} + '"'};
    return result;
}

void append_visibly(std::string& text, char byte) {
    constexpr std::string_view digits = "0123456789abcdef";
    const auto value = static_cast<unsigned char>(byte);
    // UTF-8 stays as it is.
    if (value >= 0x80 || std::isprint(value)) {
        text += byte;
    } else {
        text += "\\x";
        text += digits[value >> 4];
        text += digits[value & 0xf];
    }
}

} // namespace

unix_endpoint unix_endpoint::parse(std::string_view text) {
    return read_or_throw(text,
                         [](std::string_view t, std::error_code& ec) { return parse(t, ec); });
}

unix_endpoint unix_endpoint::parse(std::string_view text, std::error_code& ec) noexcept {
    ec.clear();
    if (!text.starts_with(scheme)) {
        ec = errc::invalid_unix_address;
        return {};
    }
    text.remove_prefix(scheme.size());
    if (text.empty())
        return {};
    return text.front() == '@' ? from_abstract_name(text.substr(1), ec) : from_path(text, ec);
}

unix_endpoint unix_endpoint::from_path(std::string_view path) {
    return read_or_throw(path,
                         [](std::string_view p, std::error_code& ec) { return from_path(p, ec); });
}

unix_endpoint unix_endpoint::from_path(std::string_view path, std::error_code& ec) noexcept {
    ec.clear();
    if (path.empty() || path.find('\0') != path.npos)
        ec = errc::invalid_unix_address;
    else if (path.size() > longest)
        ec = std::make_error_code(std::errc::filename_too_long);
    unix_endpoint result;
    if (!ec) {
        std::ranges::copy(path, result.bytes_.begin());
        result.size_ = static_cast<std::uint8_t>(path.size());
    }
    return result;
}

unix_endpoint unix_endpoint::from_abstract_name(std::string_view name) {
    return read_or_throw(
        name, [](std::string_view n, std::error_code& ec) { return from_abstract_name(n, ec); });
}

unix_endpoint unix_endpoint::from_abstract_name(std::string_view name,
                                                std::error_code& ec) noexcept {
    ec.clear();
    unix_endpoint result;
    if (name.size() > longest) {
        ec = std::make_error_code(std::errc::filename_too_long);
    } else {
        std::ranges::copy(name, result.bytes_.begin() + 1);
        result.size_ = static_cast<std::uint8_t>(name.size() + 1);
    }
    return result;
}

std::string unix_endpoint::to_string() const {
    std::string text{scheme};
    if (is_abstract())
        text += '@';
    for (const char byte : is_abstract() ? abstract_name() : path())
        append_visibly(text, byte);
    return text;
}

std::ostream& operator<<(std::ostream& out, const unix_endpoint& e) {
    return out << e.to_string();
}

std::size_t unix_endpoint::to_native(sockaddr_storage& native) const noexcept {
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    std::ranges::copy(bytes(), address.sun_path);
    std::memcpy(&native, &address, sizeof address);
    // The 0 behind a path counts where it has room; behind an abstract name it would be part of it.
    return std::min(path_offset + size_ + is_path(), sizeof address);
}

unix_endpoint unix_endpoint::from_native(const sockaddr_storage& native, std::size_t size) {
    std::error_code ec;
    const unix_endpoint result = from_native(native, size, ec);
    if (ec)
        throw std::system_error{ec, "cannot read the address of a Unix socket"};
    return result;
}

unix_endpoint unix_endpoint::from_native(const sockaddr_storage& native, std::size_t size,
                                         std::error_code& ec) noexcept {
    ec.clear();
    if (size == 0) // that is how recvfrom(2) tells of an unnamed sender
        return {};
    if (native.ss_family != AF_UNIX) {
        ec = std::make_error_code(std::errc::address_family_not_supported);
        return {};
    }
    unix_endpoint result;
    if (size <= path_offset)
        return result;
    sockaddr_un address;
    std::memcpy(&address, &native, sizeof address);
    std::string_view bytes{address.sun_path, std::min(size, sizeof address) - path_offset};
    if (bytes.front() != '\0')
        bytes = bytes.substr(0, bytes.find('\0'));
    std::ranges::copy(bytes, result.bytes_.begin());
    result.size_ = static_cast<std::uint8_t>(bytes.size());
    return result;
}

} // namespace netio
