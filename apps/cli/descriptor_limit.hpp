#pragma once

namespace cli {

/// Lets this process open as many files and sockets as the system allows it: the customary soft limit
/// of 1,024 is for select(2), which Weft does not use.
void raise_descriptor_limit() noexcept;

} // namespace cli
