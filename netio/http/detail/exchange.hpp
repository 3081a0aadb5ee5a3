#pragma once

#include <netio/http/connection_options.hpp>
#include <netio/http/detail/body_reader.hpp>
#include <netio/http/detail/date_line.hpp>
#include <netio/http/detail/input.hpp>
#include <netio/http/detail/output.hpp>
#include <netio/http/detail/request_parser.hpp>
#include <netio/http/detail/transport.hpp>
#include <netio/http/router.hpp>

#include <chrono>
#include <exception>
#include <string>
#include <string_view>
#include <system_error>

namespace netio::http::detail {

/// What all exchanges of a connection have in common.
struct connection_parts {
    connection_parts(transport& stream, const http::router& answers,
                     const connection_options& chosen, std::string_view client)
        : below{stream}, router{answers}, options{chosen}, peer{client} {}

    transport& below;
    const http::router& router;
    const connection_options& options;
    const std::string_view peer;
    input in{below};
    output out{below, options};
    // Lent to each exchange, so that their memory is used again.
    request_parser::fields fields = {};
    std::string field_text = {};
    date_line date = {};
};

/// How a connection goes on.
enum class sequel {
    next_request,
    close,
    linger ///< close, but let the peer finish first, that still sends
};

/// One request and its answer.
class exchange {
  public:
    explicit exchange(connection_parts& parts);

    /// Answers what the header asks for. `may_go_on`: the connection need not end for other reasons.
    sequel answer(std::string_view header, bool may_go_on);

    /// Answers that there is something wrong with the request; `problem` is of errc, else there is nothing to
    /// say.
    sequel refuse(const std::error_code& problem);

  private:
    std::exception_ptr call(request&, response&) const;
    sequel fail(const request&, response&, const body_reader&, const std::exception_ptr&);
    sequel conclude(response&, body_reader&);
    void complain(const request&, const std::exception_ptr&) const;
    void report(const request*, const response&) const;

    connection_parts& parts_;
    request_parser parser_;
    std::chrono::steady_clock::time_point begin_{}; // if anybody wants to know
};

} // namespace netio::http::detail
