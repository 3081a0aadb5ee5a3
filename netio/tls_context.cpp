#include <netio/tls_context.hpp>

#include <netio/detail/or_throw.hpp>
#include <netio/detail/tls_core.hpp>

namespace netio {
namespace {

template <class Core, class Options>
std::shared_ptr<Core> make(const Options& options, std::error_code& ec) {
    auto core = std::make_shared<Core>(options, ec);
    return ec ? nullptr : core;
}

template <class Core, class Options>
std::shared_ptr<Core> make(const Options& options) {
    return detail::or_throw([&](std::error_code& ec) { return make<Core>(options, ec); },
                            "cannot prepare for TLS");
}

} // namespace

tls_client_context::tls_client_context(const tls_client_options& options)
    : core_{make<detail::tls_client_core>(options)} {}

tls_client_context::tls_client_context(const tls_client_options& options, std::error_code& ec)
    : core_{make<detail::tls_client_core>(options, ec)} {}

tls_server_context::tls_server_context(const tls_server_options& options)
    : core_{make<detail::tls_server_core>(options)} {}

tls_server_context::tls_server_context(const tls_server_options& options, std::error_code& ec)
    : core_{make<detail::tls_server_core>(options, ec)} {}

} // namespace netio
