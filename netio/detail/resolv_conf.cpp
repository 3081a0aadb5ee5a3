#include <netio/detail/resolv_conf.hpp>

#include <netio/detail/dns_name.hpp>
#include <netio/detail/words.hpp>

#include <algorithm>
#include <charconv>
#include <cstdint>
#include <optional>
#include <system_error>

namespace netio::detail {
namespace {

constexpr std::uint16_t dns_port = 53;
constexpr std::size_t most_servers = 3; // MAXNS of resolv.conf(5)

/// "ndots:2", with `name` "ndots:", gives 2, within what resolv.conf(5) allows.
std::optional<unsigned> value_of(std::string_view word, std::string_view name, unsigned least,
                                 unsigned most) {
    if (!word.starts_with(name))
        return std::nullopt;
    word.remove_prefix(name.size());
    unsigned value = 0;
    const char* const end = word.data() + word.size();
    if (const auto [rest, problem] = std::from_chars(word.data(), end, value);
        problem != std::errc{} || rest != end)
        return std::nullopt;
    return std::clamp(value, least, most);
}

void read_option(std::string_view word, resolv_conf& conf) {
    if (const auto dots = value_of(word, "ndots:", 0, 15))
        conf.dots = *dots;
    else if (const auto seconds = value_of(word, "timeout:", 1, 30))
        conf.timeout = std::chrono::seconds{*seconds};
    else if (const auto tries = value_of(word, "attempts:", 1, 5))
        conf.tries = *tries;
    else if (word == "rotate")
        conf.rotate = true;
}

void read_server(std::string_view word, resolv_conf& conf) {
    std::error_code ec;
    const ip_address address = ip_address::parse(word, ec);
    if (!ec && conf.servers.size() < most_servers)
        conf.servers.emplace_back(address, dns_port);
}

std::vector<std::string> read_names(std::string_view line) {
    std::vector<std::string> names;
    for (auto word = take_word(line); !word.empty(); word = take_word(line))
        if (is_dns_name(word))
            names.push_back(canonical_dns_name(word));
    return names;
}

} // namespace

resolv_conf parse_resolv_conf(std::string_view text, std::string_view local_domain) {
    resolv_conf conf;
    if (!local_domain.empty())
        conf.search.emplace_back(local_domain);
    while (!text.empty()) {
        std::string_view line = take_line(text);
        if (line.starts_with('#') || line.starts_with(';'))
            continue;
        const std::string_view keyword = take_word(line);
        if (keyword == "nameserver")
            read_server(take_word(line), conf);
        else if (keyword == "search" || keyword == "domain") // the last of them counts
            conf.search = read_names(line);
        else if (keyword == "options")
            for (auto word = take_word(line); !word.empty(); word = take_word(line))
                read_option(word, conf);
    }
    if (conf.servers.empty())
        conf.servers.emplace_back(ip_address::loopback_v4(), dns_port);
    return conf;
}

} // namespace netio::detail
