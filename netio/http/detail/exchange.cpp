#include <netio/http/detail/exchange.hpp>

#include <netio/http/error.hpp>

#include <fibers/now.hpp>
#include <fibers/this_fiber.hpp>

#include <cstdio>

namespace netio::http::detail {
namespace {

/// In another protocol, all that the system reports is how the connection ends, as peers cause it at will.
bool is_end_of_connection(const std::exception_ptr& thrown) {
    try {
        std::rethrow_exception(thrown);
    } catch (const std::system_error&) {
        return true;
    } catch (...) {
        return false;
    }
}

void print(const request& question, const std::exception_ptr& thrown) {
    const std::string line =
        std::string{question.method_name()}.append(" ").append(question.path());
    try {
        std::rethrow_exception(thrown);
    } catch (const std::exception& error) {
        std::fprintf(stderr, "weft: http: %s: %s\n", line.c_str(), error.what());
    } catch (...) {
        std::fprintf(stderr, "weft: http: %s: unknown exception\n", line.c_str());
    }
}

} // namespace

exchange::exchange(connection_parts& parts)
    : parts_{parts}
    , parser_{parts.fields, parts.options.max_fields, parts.options.max_target_bytes} {
    if (parts.options.on_answer)
        begin_ = fibers::now();
}

sequel exchange::answer(std::string_view header, bool may_go_on) {
    const connection_options& options = parts_.options;
    parts_.out.begin_exchange(parts_.in.size() == 0);
    std::error_code ec;
    parser_.read_header(header, ec);
    if (ec)
        return refuse(ec);

    const bool keeps_alive = may_go_on && parser_.keep_alive() && !options.drain.stop_requested();
    body_reader body{parser_, parts_.in, parts_.out, parts_.below, options};
    upgraded_stream upgraded{parts_.below, parts_.in, parts_.out, header};
    request question{parser_, parts_.fields, body, upgraded, parts_.peer};
    response reply{{parser_.version, parser_.method == verb::head, keeps_alive},
                   parts_.out,
                   parts_.field_text,
                   parts_.date};

    const std::exception_ptr thrown = call(question, reply);
    if (upgraded.has_begun()) {
        if (thrown && !is_end_of_connection(thrown))
            complain(question, thrown);
        return sequel::close;
    }
    const sequel next = thrown ? fail(question, reply, body, thrown) : conclude(reply, body);
    report(&question, reply);
    return next;
}

sequel exchange::refuse(const std::error_code& problem) {
    if (problem.category() != http_category())
        return sequel::close;
    response reply{{11, false, false}, parts_.out, parts_.field_text, parts_.date};
    reply.send_status(status_for(static_cast<errc>(problem.value())));
    report(nullptr, reply);
    return sequel::linger;
}

std::exception_ptr exchange::call(request& question, response& reply) const {
    try {
        parts_.router(question, reply);
        return nullptr;
    } catch (...) {
        return std::current_exception();
    }
}

/// Where the connection is to blame, or the request, that is no failure of the handler's.
sequel exchange::fail(const request& question, response& reply, const body_reader& body,
                      const std::exception_ptr& thrown) {
    if (parts_.out.has_failed() || fibers::this_fiber::stop_requested())
        return sequel::close;
    const std::error_code& problem = body.failure();
    if (!problem)
        complain(question, thrown);
    if (reply.has_begun())
        return sequel::close; // in the middle of it, which tells the client
    if (problem && problem.category() != http_category())
        return sequel::close;
    parts_.field_text.clear();
    reply.set_last();
    reply.send_status(problem ? status_for(static_cast<errc>(problem.value()))
                              : status::internal_server_error);
    return sequel::linger;
}

sequel exchange::conclude(response& reply, body_reader& body) {
    // Whoever has not been told to send the body may send it or not, and cannot be understood any more.
    if (body.owes_continue() && !body.is_done())
        reply.set_last();
    if (!reply.finish())
        return sequel::close;
    if (!reply.keeps_alive_)
        return sequel::linger;
    return body.is_done() || body.skip() ? sequel::next_request : sequel::linger;
}

void exchange::complain(const request& question, const std::exception_ptr& thrown) const {
    if (const auto& tell = parts_.options.on_error)
        tell(question, thrown);
    else
        print(question, thrown);
}

void exchange::report(const request* question, const response& reply) const {
    if (const auto& tell = parts_.options.on_answer)
        tell({question, parts_.peer, reply.status(), reply.written_, fibers::now() - begin_});
}

} // namespace netio::http::detail
