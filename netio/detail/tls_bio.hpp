#pragma once

#include <netio/detail/tls_bytes.hpp>
#include <netio/detail/tls_handles.hpp>

namespace netio::detail {

/// OpenSSL's way to the bytes, which outlive it. It never waits: where there is no input it says so,
/// and output is taken whole.
bio_ptr make_tls_bio(tls_bytes&);

} // namespace netio::detail
