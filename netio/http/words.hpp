#pragma once

#include <boost/beast/http/field.hpp>
#include <boost/beast/http/status.hpp>
#include <boost/beast/http/verb.hpp>

namespace netio::http {

/// The words of HTTP, as Beast knows them: verb::get, status::not_found, field::content_type …
using boost::beast::http::field;
using boost::beast::http::status;
using boost::beast::http::verb;

} // namespace netio::http
