#include <netio/tls_context.hpp>

#include <netio/detail/or_throw.hpp>
#include <netio/detail/tls_core.hpp>

#include <string>

namespace netio {
namespace {

template <class Core, class Options>
std::shared_ptr<Core> make(const Options& options, std::string& option, std::error_code& ec) {
    auto core = std::make_shared<Core>(options, option, ec);
    return ec ? nullptr : core;
}

template <class Core, class Options>
std::shared_ptr<Core> make(const Options& options, std::error_code& ec) {
    std::string option;
    return make<Core>(options, option, ec);
}

template <class Core, class Options>
std::shared_ptr<Core> make(const Options& options) {
    std::string option;
    return detail::or_throw([&](std::error_code& ec) { return make<Core>(options, option, ec); },
                            [&] { return "cannot use the TLS option " + option; });
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
