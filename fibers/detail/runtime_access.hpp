#pragma once

namespace fibers {
class runtime;
}

namespace fibers::detail {

class runtime_core;

/// For what looks into a runtime.
runtime_core& core_of(runtime&) noexcept;

} // namespace fibers::detail
