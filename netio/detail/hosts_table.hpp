#pragma once

#include <netio/ip_address.hpp>

#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace netio::detail {

/// What a hosts file says, hosts(5). A line that begins with no address is passed over.
class hosts_table {
  public:
    hosts_table() = default;
    explicit hosts_table(std::string_view text);

    /// The addresses of a name in small letters, in the file's order.
    const std::vector<ip_address>& addresses_of(const std::string& name) const;

    /// The names of the first line with that address.
    const std::vector<std::string>& names_of(const ip_address&) const;

  private:
    void add_line(std::string_view line);

    std::unordered_map<std::string, std::vector<ip_address>> addresses_;
    std::unordered_map<ip_address, std::vector<std::string>> names_;
};

} // namespace netio::detail
