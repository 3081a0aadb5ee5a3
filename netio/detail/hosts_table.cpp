#include <netio/detail/hosts_table.hpp>

#include <netio/detail/dns_name.hpp>
#include <netio/detail/words.hpp>

#include <algorithm>
#include <system_error>
#include <utility>

namespace netio::detail {
namespace {

/// What the map has for the key; an empty list where it has nothing.
template <class Map>
const typename Map::mapped_type& value_or_empty(const Map& map, const typename Map::key_type& key) {
    static const typename Map::mapped_type empty;
    const auto found = map.find(key);
    return found == map.end() ? empty : found->second;
}

} // namespace

hosts_table::hosts_table(std::string_view text) {
    while (!text.empty())
        add_line(take_line(text));
}

void hosts_table::add_line(std::string_view line) {
    line = line.substr(0, line.find('#'));
    std::error_code ec;
    const ip_address address = ip_address::parse(take_word(line), ec);
    if (ec)
        return;
    std::vector<std::string> names;
    for (auto word = take_word(line); !word.empty(); word = take_word(line)) {
        std::vector<ip_address>& known = addresses_[canonical_dns_name(word)];
        if (std::ranges::find(known, address) == known.end())
            known.push_back(address);
        names.emplace_back(word);
    }
    if (!names.empty())
        names_.try_emplace(address, std::move(names));
}

const std::vector<ip_address>& hosts_table::addresses_of(const std::string& name) const {
    return value_or_empty(addresses_, name);
}

const std::vector<std::string>& hosts_table::names_of(const ip_address& address) const {
    return value_or_empty(names_, address);
}

} // namespace netio::detail
