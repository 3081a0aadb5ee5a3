#pragma once

#include <concepts>
#include <functional>
#include <future>
#include <string>
#include <system_error>

namespace test {

/// The code of the std::system_error that `f()` throws; none where it throws nothing.
template <std::invocable F>
std::error_code error_of(F&& f) {
    try {
        std::invoke(std::forward<F>(f));
    } catch (const std::system_error& error) {
        return error.code();
    }
    return {};
}

/// That of the std::future_error.
template <std::invocable F>
std::error_code future_error_of(F&& f) {
    try {
        std::invoke(std::forward<F>(f));
    } catch (const std::future_error& error) {
        return error.code();
    }
    return {};
}

/// The what() of the exception; empty where `f()` throws nothing.
template <std::invocable F>
std::string message_of(F&& f) {
    try {
        std::invoke(std::forward<F>(f));
    } catch (const std::exception& error) {
        return error.what();
    }
    return {};
}

} // namespace test
