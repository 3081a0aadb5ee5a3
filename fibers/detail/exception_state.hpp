#pragma once

#include <cxxabi.h>

namespace fibers::detail {

/// What the C++ runtime keeps per thread about exceptions in flight, and what must be per fiber:
/// the layout of __cxa_eh_globals, Itanium C++ ABI: Exception Handling, 2.2.2.
struct exception_state {
    void* caught_exceptions = nullptr;
    unsigned int uncaught_exceptions = 0;

    bool any() const noexcept { return caught_exceptions || uncaught_exceptions; }

    static exception_state* of_this_thread() noexcept {
        return reinterpret_cast<exception_state*>(abi::__cxa_get_globals());
    }
};

} // namespace fibers::detail
