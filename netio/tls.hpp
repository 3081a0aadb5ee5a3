#pragma once

#include <netio/tls_context.hpp>
#include <netio/tls_error.hpp>
#include <netio/tls_options.hpp>
#include <netio/tls_stream.hpp>
