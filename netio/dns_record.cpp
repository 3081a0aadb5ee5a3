#include <netio/dns_record.hpp>

#include <netio/detail/dns_name.hpp>

#include <array>
#include <initializer_list>
#include <utility>

namespace netio {
namespace {

constexpr std::array<std::pair<record_type, std::string_view>, 9> names{{
    {record_type::a, "A"},
    {record_type::ns, "NS"},
    {record_type::cname, "CNAME"},
    {record_type::soa, "SOA"},
    {record_type::ptr, "PTR"},
    {record_type::mx, "MX"},
    {record_type::txt, "TXT"},
    {record_type::aaaa, "AAAA"},
    {record_type::srv, "SRV"},
}};

std::string joined(std::initializer_list<std::string> words) {
    std::string text;
    for (const std::string& word : words)
        text += (text.empty() ? "" : " ") + word;
    return text;
}

std::string seconds_of(std::chrono::seconds duration) {
    return std::to_string(duration.count());
}

struct to_text {
    std::string operator()(const ip_address& address) const { return address.to_string(); }
    std::string operator()(const std::string& name) const { return name; }
    std::string operator()(const mx_record& mx) const {
        return joined({std::to_string(mx.preference), mx.exchange});
    }
    std::string operator()(const srv_record& srv) const {
        return joined({std::to_string(srv.priority), std::to_string(srv.weight),
                       std::to_string(srv.port), srv.target});
    }
    std::string operator()(const soa_record& soa) const {
        return joined({soa.primary, soa.mailbox, std::to_string(soa.serial),
                       seconds_of(soa.refresh), seconds_of(soa.retry), seconds_of(soa.expire),
                       seconds_of(soa.minimum)});
    }
    std::string operator()(const txt_record& strings) const {
        std::string text;
        for (const std::string& each : strings) {
            text += text.empty() ? "\"" : " \"";
            for (const char c : each) {
                if (c == '"' || c == '\\')
                    text += '\\';
                text += c;
            }
            text += '"';
        }
        return text;
    }
};

} // namespace

std::string_view to_string(record_type type) noexcept {
    for (const auto& [known, name] : names)
        if (known == type)
            return name;
    return "?";
}

std::optional<record_type> parse_record_type(std::string_view text) noexcept {
    for (const auto& [known, name] : names)
        if (detail::same_dns_name(name, text))
            return known;
    return std::nullopt;
}

std::string data_to_string(const dns_record& record) {
    return std::visit(to_text{}, record.data);
}

} // namespace netio
