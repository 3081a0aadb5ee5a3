#include <apps/tcp_proxy/dialler.hpp>

#include <fibers/timeout.hpp>
#include <netio/connect.hpp>
#include <netio/file.hpp>
#include <netio/proxy_protocol.hpp>

#include <string_view>
#include <utility>

namespace {

std::string read_file(const std::string& path) {
    auto file = netio::file::open(path);
    std::string text(file.size(), '\0');
    file.read_exactly(netio::buffer(text));
    return text;
}

/// "example.org" of "example.org:443", "::1" of "[::1]:443".
std::string host_of(std::string_view address) {
    std::string_view host = address.substr(0, address.rfind(':'));
    if (host.starts_with('[') && host.ends_with(']'))
        host = host.substr(1, host.size() - 2);
    return std::string{host};
}

} // namespace

dialler::dialler(const options& chosen) : options_{chosen} {
    if (!chosen.tls_backend)
        return;
    netio::tls_client_options tls;
    if (const std::string& path = chosen.tls_backend->authority; !path.empty())
        tls.authorities = read_file(path);
    tls_.emplace(tls);
}

backend_stream dialler::dial(const std::string& address, const netio::proxy_header& header) {
    const fibers::timeout_scope limit{options_.connect_timeout};
    return std::visit([&](auto stream) { return prepare(std::move(stream), address, header); },
                      netio::connect_to(address, names_));
}

template <class Stream>
backend_stream dialler::prepare(Stream stream, const std::string& address,
                                const netio::proxy_header& header) const {
    if (options_.send_proxy)
        netio::write_proxy_header(stream, header, *options_.send_proxy);
    if (!tls_)
        return stream;
    const std::string& host = options_.tls_backend->host;
    return netio::tls_stream<Stream>{std::move(stream), *tls_,
                                     host.empty() ? host_of(address) : host};
}
