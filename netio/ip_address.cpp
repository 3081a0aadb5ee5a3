#include <netio/ip_address.hpp>

#include <netio/error.hpp>

#include <algorithm>
#include <arpa/inet.h>
#include <charconv>
#include <net/if.h>
#include <ostream>

namespace netio {
namespace {

/// The C library wants its text terminated. Nothing longer than `Size - 1` can be right.
template <std::size_t Size>
class c_string {
  public:
    explicit c_string(std::string_view text) noexcept {
        // A zero byte within the text would hide what comes after it.
        fits_ = text.size() < Size && text.find('\0') == std::string_view::npos;
        if (fits_)
            std::copy(text.begin(), text.end(), text_);
    }

    bool fits() const noexcept { return fits_; }
    const char* get() const noexcept { return text_; }

  private:
    char text_[Size] = {};
    bool fits_;
};

bool parse_bytes(int family, std::string_view text, void* bytes) noexcept {
    const c_string<INET6_ADDRSTRLEN> terminated{text};
    return terminated.fits() && ::inet_pton(family, terminated.get(), bytes) == 1;
}

/// 0: there is no such interface.
std::uint32_t parse_scope(std::string_view text) noexcept {
    std::uint32_t index = 0;
    const char* const end = text.data() + text.size();
    const auto [rest, problem] = std::from_chars(text.data(), end, index);
    if (problem == std::errc{} && rest == end)
        return index;
    const c_string<IF_NAMESIZE> name{text};
    return name.fits() ? ::if_nametoindex(name.get()) : 0;
}

} // namespace

ip_address ip_address::parse(std::string_view text) {
    std::error_code ec;
    const ip_address address = parse(text, ec);
    if (ec)
        throw std::system_error{ec, "cannot parse \"" + std::string{text} + "\""};
    return address;
}

ip_address ip_address::parse(std::string_view text, std::error_code& ec) noexcept {
    ec.clear();
    if (v4_bytes v4; parse_bytes(AF_INET, text, v4.data()))
        return ip_address{v4};

    const std::size_t percent = text.find('%');
    if (v6_bytes v6; parse_bytes(AF_INET6, text.substr(0, percent), v6.data())) {
        if (percent == std::string_view::npos)
            return ip_address{v6};
        if (const std::uint32_t scope = parse_scope(text.substr(percent + 1)); scope != 0)
            return ip_address{v6, scope};
    }
    ec = errc::invalid_address;
    return {};
}

std::string ip_address::to_string() const {
    char text[INET6_ADDRSTRLEN];
    std::string result =
        ::inet_ntop(is_v4() ? AF_INET : AF_INET6, bytes_.data(), text, sizeof text);
    if (scope_id_ != 0)
        result += '%' + std::to_string(scope_id_);
    return result;
}

std::ostream& operator<<(std::ostream& out, const ip_address& address) {
    return out << address.to_string();
}

} // namespace netio

std::size_t
std::hash<netio::ip_address>::operator()(const netio::ip_address& address) const noexcept {
    const auto& bytes = address.to_v6_bytes();
    const std::string_view view{reinterpret_cast<const char*>(bytes.data()), bytes.size()};
    // Addresses that differ in scope or version alone are too rare to be worth mixing in.
    return std::hash<std::string_view>{}(view);
}
