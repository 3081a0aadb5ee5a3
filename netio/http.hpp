#pragma once

#include <netio/http/connection_options.hpp>
#include <netio/http/date.hpp>
#include <netio/http/error.hpp>
#include <netio/http/request.hpp>
#include <netio/http/response.hpp>
#include <netio/http/router.hpp>
#include <netio/http/serve_http.hpp>
#include <netio/http/target.hpp>
#include <netio/http/websocket.hpp>
#include <netio/http/words.hpp>
