#pragma once

namespace fibers::detail {

/// Whether a wait honours stop and the ambient deadline.
enum class interruption : bool { ignored, honoured };

} // namespace fibers::detail
