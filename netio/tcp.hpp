#pragma once

#include <netio/tcp_listener.hpp>
#include <netio/tcp_stream.hpp>
