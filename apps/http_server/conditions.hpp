#pragma once

#include <apps/http_server/document.hpp>

#include <netio/http/request.hpp>

/// What a request's conditions say about a document (RFC 9110, 13).
enum class verdict {
    proceed,
    not_modified, ///< 304: the client has it
    failed        ///< 412
};

/// If-Match, If-Unmodified-Since, If-None-Match, If-Modified-Since, in the order of RFC 9110, 13.2.2. For GET and
/// HEAD.
verdict judge(const netio::http::request&, const document&);

/// If-Range: whether a Range is meant for this document, as it is now.
bool range_is_wanted(const netio::http::request&, const document&);
