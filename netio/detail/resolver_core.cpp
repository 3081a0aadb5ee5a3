#include <netio/detail/resolver_core.hpp>

#include <netio/detail/address_order.hpp>
#include <netio/detail/dns_name.hpp>
#include <netio/dns_error.hpp>

#include <algorithm>
#include <array>
#include <chrono>
#include <system_error>
#include <utility>

namespace netio::detail {
namespace {

constexpr std::array both_types{record_type::aaaa, record_type::a};

std::span<const record_type> types_for(address_family family) noexcept {
    const std::span<const record_type> both{both_types};
    switch (family) {
    case address_family::v4:
        return both.last(1);
    case address_family::v6:
        return both.first(1);
    case address_family::any:
        break;
    }
    return both;
}

bool is_wanted(const ip_address& address, address_family family) noexcept {
    switch (family) {
    case address_family::v4:
        return address.is_v4();
    case address_family::v6:
        return address.is_v6();
    case address_family::any:
        break;
    }
    return true;
}

/// What is known without asking anybody: those of the addresses that are wanted.
name_answer known_addresses(const std::string& name, std::span<const ip_address> addresses,
                            address_family family) {
    name_answer answer;
    for (const ip_address& each : addresses)
        if (is_wanted(each, family))
            answer.records.push_back(
                {name, each.is_v4() ? record_type::a : record_type::aaaa, {}, each});
    if (answer.records.empty())
        answer.ec = dns_errc::no_data;
    return answer;
}

/// What name servers are not asked for, RFC 6761 section 6.3.
bool is_localhost(std::string_view name) noexcept {
    return name == "localhost" || name.ends_with(".localhost");
}

constexpr std::array loopback{ip_address::loopback_v6(), ip_address::loopback_v4()};

name_answer localhost_records(const std::string& name, record_type type) {
    if (type == record_type::a)
        return known_addresses(name, loopback, address_family::v4);
    if (type == record_type::aaaa)
        return known_addresses(name, loopback, address_family::v6);
    return known_addresses(name, {}, address_family::any);
}

name_answer invalid_name() {
    return {.ec = dns_errc::invalid_name, .records = {}, .ttl = {}, .server = {}};
}

/// Under what names a host is looked for, by the search list.
std::vector<std::string> candidates_for(std::string_view host, const std::string& name,
                                        const resolv_conf& rules) {
    if (host.ends_with('.'))
        return {name};
    std::vector<std::string> candidates;
    for (const std::string& domain : rules.search)
        if (std::string longer = name + '.' + domain; domain != "." && is_dns_name(longer))
            candidates.push_back(std::move(longer));
    const auto dots = static_cast<std::size_t>(std::ranges::count(name, '.'));
    candidates.insert(dots >= rules.dots ? candidates.begin() : candidates.end(), name);
    return candidates;
}

} // namespace

resolver_core::resolver_core(const resolver_options& options)
    : config_{options}, servers_{options.questions_at_once}, cache_{options.cache_size} {}

name_answer resolver_core::addresses(std::string_view host, address_family family) {
    std::error_code not_literal;
    const ip_address literal = ip_address::parse(host, not_literal);
    if (!not_literal)
        return known_addresses(std::string{host}, {&literal, 1}, family);
    if (!is_dns_name(host))
        return invalid_name();

    const auto config = config_.current();
    const std::string name = canonical_dns_name(host);
    name_answer known = known_addresses(name, config->hosts->addresses_of(name), family);
    if (!known.ec)
        return known;
    if (is_localhost(name))
        return known_addresses(name, loopback, family);
    name_answer none;
    for (const std::string& candidate : candidates_for(host, name, config->rules)) {
        const auto answer = ask(*config, candidate, types_for(family));
        if (answer->ec != dns_errc::not_found && answer->ec != dns_errc::no_data)
            return *answer;
        // That one of them exists says more than that another does not.
        if (none.ec != dns_errc::no_data)
            none = *answer;
    }
    return none;
}

name_answer resolver_core::names(const ip_address& address) {
    const auto config = config_.current();
    const std::string name = reverse_dns_name(address);
    name_answer known;
    for (const std::string& each : config->hosts->names_of(address))
        known.records.push_back({name, record_type::ptr, {}, each});
    if (!known.records.empty())
        return known;
    return *ask(*config, name, std::array{record_type::ptr});
}

name_answer resolver_core::records(std::string_view name, record_type type) {
    if (!is_dns_name(name))
        return invalid_name();
    const std::string canonical = canonical_dns_name(name);
    if (is_localhost(canonical))
        return localhost_records(canonical, type);
    return *ask(*config_.current(), canonical, std::array{type});
}

answer_cache::answer resolver_core::ask(const name_config& config, const std::string& name,
                                        std::span<const record_type> types) {
    std::string key = name + ' ' + std::to_string(config.generation);
    for (const record_type type : types)
        (key += ' ') += to_string(type);
    return cache_.get(key, [&] { return servers_.ask(config.rules, name, types); });
}

} // namespace netio::detail
