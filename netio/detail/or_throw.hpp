#pragma once

#include <string>
#include <system_error>
#include <type_traits>

namespace netio::detail {

/// The throwing form of an operation: `operation(ec)` does it, and if it fails `describe()` says in
/// the exception what could not be done.
template <class Operation, class Describe>
requires std::is_invocable_v<Describe>
auto or_throw(Operation operation, Describe describe) {
    std::error_code ec;
    if constexpr (std::is_void_v<std::invoke_result_t<Operation, std::error_code&>>) {
        operation(ec);
        if (ec)
            throw std::system_error{ec, describe()};
    } else {
        auto result = operation(ec);
        if (ec)
            throw std::system_error{ec, describe()};
        return result;
    }
}

template <class Operation>
auto or_throw(Operation operation, const char* what) {
    return or_throw(operation, [what] { return what; });
}

/// "cannot connect to" and "127.0.0.1:80": what could not be done, and to whom.
template <class Endpoint>
std::string describe(const char* what, const Endpoint& whom) {
    return what + (' ' + whom.to_string());
}

template <class Operation, class Endpoint>
auto or_throw(Operation operation, const char* what, const Endpoint& whom) {
    return or_throw(operation, [what, &whom] { return describe(what, whom); });
}

} // namespace netio::detail
