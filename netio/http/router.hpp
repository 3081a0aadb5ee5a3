#pragma once

#include <netio/http/request.hpp>
#include <netio/http/response.hpp>
#include <netio/http/words.hpp>

#include <functional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace netio::http {

using handler = std::function<void(request&, response&)>;

/// A handful of paths and who answers for them. "/metrics" is that path, "/files/*" every path that begins with
/// "/files/"; the path itself goes before its prefixes, the longest prefix before the others. Paths are compared as
/// they are sent, encoded.
///
///     netio::http::router router;
///     router.get("/hello", [](auto& request, auto& answer) { answer.send("hello\n"); });
///
/// What nobody answers for gets 404; another method than those that are there 405 with Allow, or 501 where
/// nobody knows it. HEAD goes where GET does, and OPTIONS is answered.
///
/// *May be used by* any number of connections at once; adding is for before.
class router {
  public:
    router& on(verb method, std::string path, handler);
    router& get(std::string path, handler answer) {
        return on(verb::get, std::move(path), std::move(answer));
    }
    router& post(std::string path, handler answer) {
        return on(verb::post, std::move(path), std::move(answer));
    }
    /// Whatever the method.
    router& any(std::string path, handler answer) {
        return on(verb::unknown, std::move(path), std::move(answer));
    }

    /// Has the request answered.
    void operator()(request&, response&) const;

  private:
    struct route {
        std::string path; // without the star
        bool is_prefix;
        std::vector<std::pair<verb, handler>> methods;

        bool matches(std::string_view wanted) const noexcept;
        const handler* find(verb method) const noexcept;
        std::string allowed() const;
    };

    const route* find(std::string_view path) const noexcept;

    std::vector<route> routes_; // exact paths first, then prefixes, the longest first
};

} // namespace netio::http
