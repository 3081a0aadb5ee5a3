#pragma once

#include <apps/http_server/folder.hpp>

#include <netio/http/request.hpp>
#include <netio/http/response.hpp>

#include <string>

/// Answers GET and HEAD with the files of a folder: whole, or ranges of them; index.html for a folder, whose path
/// ends in a slash, and to which another leads.
///
/// May be used by any number of fibers at once.
class site {
  public:
    explicit site(const std::string& root) : files_{root} {}

    void answer(const netio::http::request&, netio::http::response&);

  private:
    folder files_;
};
