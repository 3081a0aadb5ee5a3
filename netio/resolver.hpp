#pragma once

#include <netio/dns_error.hpp>
#include <netio/dns_record.hpp>
#include <netio/ip_address.hpp>
#include <netio/resolver_options.hpp>

#include <memory>
#include <string>
#include <string_view>
#include <system_error>
#include <vector>

namespace netio {

namespace detail {
class resolver_core;
}

/// Looks up names: in the hosts file and by asking name servers. Movable, not copyable. One for a
/// program, or a part of it, is best: it keeps answers as long as they are valid, that there is
/// nothing too (RFC 2308), and asks once where many want to know the same at the same time.
///
///     netio::resolver names;
///     for (const netio::ip_address& address : names.lookup("example.org")) …
///
/// Every call has two forms: with a std::error_code it reports failure there; without, it throws a
/// std::system_error that names what was looked for and the server that was asked last. Each *fails
/// with* a dns_errc, with what the system said where a server could not be reached, and with
/// std::errc::timed_out (ambient deadline) or operation_canceled (stop); nothing is left under way
/// then.
///
/// *May be used by* any number of fibers, of any runtime, and plain threads at once. Moving, assigning
/// and destroying are for when nobody else is in a call.
class resolver {
  public:
    /// *Fails with* std::errc::invalid_argument where an option makes no sense. Files are read when
    /// something is first looked up.
    explicit resolver(const resolver_options& options = {});
    resolver(resolver&&) noexcept;
    resolver& operator=(resolver&&) noexcept;
    ~resolver();

    /// The addresses of a host, the best to try first (RFC 6724). Text that is an address is that
    /// address. A name with few dots is sought in the domains of the search list, unless it ends with
    /// a dot.
    /// *Suspends until* they are known.
    std::vector<ip_address> lookup(std::string_view host,
                                   address_family family = address_family::any);
    std::vector<ip_address> lookup(std::string_view host, std::error_code& ec);
    std::vector<ip_address> lookup(std::string_view host, address_family, std::error_code& ec);

    /// The names of an address.
    /// *Suspends until* they are known.
    std::vector<std::string> reverse(const ip_address&);
    std::vector<std::string> reverse(const ip_address&, std::error_code& ec);

    /// Where a service runs, "_imap._tcp.example.org", by priority (RFC 2782).
    /// *Suspends until* that is known.
    std::vector<srv_record> lookup_srv(std::string_view name);
    std::vector<srv_record> lookup_srv(std::string_view name, std::error_code& ec);

    /// Who takes the mail of a domain, by preference (RFC 5321 section 5).
    /// *Suspends until* that is known.
    std::vector<mx_record> lookup_mx(std::string_view domain);
    std::vector<mx_record> lookup_mx(std::string_view domain, std::error_code& ec);

    /// The texts of a name, each of its strings put together.
    /// *Suspends until* they are known.
    std::vector<std::string> lookup_txt(std::string_view name);
    std::vector<std::string> lookup_txt(std::string_view name, std::error_code& ec);

    /// The records of a name as the servers know it: neither hosts file nor search list. They are not asked
    /// for "localhost" (RFC 6761).
    /// *Suspends until* they are known.
    dns_answer query(std::string_view name, record_type);
    dns_answer query(std::string_view name, record_type, std::error_code& ec);

  private:
    std::unique_ptr<detail::resolver_core> core_;
};

} // namespace netio
