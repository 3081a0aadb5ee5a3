#include <netio/basic_socket.hpp>

#include <netio/detail/or_throw.hpp>
#include <netio/detail/socket.hpp>
#include <netio/endpoint.hpp>
#include <netio/unix_endpoint.hpp>

namespace netio {

template <class Endpoint>
Endpoint basic_socket<Endpoint>::local_endpoint() const {
    return detail::or_throw([&](std::error_code& ec) { return local_endpoint(ec); },
                            "cannot tell the local end of the socket of", name_);
}

template <class Endpoint>
Endpoint basic_socket<Endpoint>::local_endpoint(std::error_code& ec) const {
    return detail::local_endpoint<Endpoint>(socket_.get(), ec);
}

template <class Endpoint>
int basic_socket<Endpoint>::release() {
    return detail::or_throw([&](std::error_code& ec) { return release(ec); },
                            "cannot release the socket of", name_);
}

template <class Endpoint>
void basic_socket<Endpoint>::throw_option_failure(const std::error_code& ec) const {
    throw std::system_error{ec, detail::describe("cannot use an option of the socket of", name_)};
}

template class basic_socket<endpoint>;
template class basic_socket<unix_endpoint>;

} // namespace netio
