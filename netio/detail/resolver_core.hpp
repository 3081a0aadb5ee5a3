#pragma once

#include <netio/detail/answer_cache.hpp>
#include <netio/detail/name_config.hpp>
#include <netio/detail/server_round.hpp>
#include <netio/dns_record.hpp>
#include <netio/ip_address.hpp>
#include <netio/resolver_options.hpp>

#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace netio::detail {

/// A resolver without its two forms of each call: what failed is in the name_answer; what is thrown is
/// a std::system_error about the wait (ambient deadline, stop) or the lack of memory.
class resolver_core {
  public:
    explicit resolver_core(const resolver_options&);

    /// The addresses of a host by literal, hosts file or servers, in A and AAAA records.
    name_answer addresses(std::string_view host, address_family);

    /// The names of an address, in PTR records.
    name_answer names(const ip_address&);

    /// The records of a name as the servers know it.
    name_answer records(std::string_view name, record_type);

  private:
    answer_cache::answer ask(const name_config&, const std::string& name,
                             std::span<const record_type> types);

    name_config_source config_;
    server_round servers_;
    answer_cache cache_;
};

} // namespace netio::detail
