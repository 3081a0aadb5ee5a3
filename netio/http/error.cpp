#include <netio/http/error.hpp>

namespace netio::http {
namespace {

struct category final : std::error_category {
    const char* name() const noexcept override { return "netio.http"; }

    std::string message(int value) const override {
        switch (static_cast<errc>(value)) {
        case errc::bad_request:
            return "malformed request";
        case errc::bad_version:
            return "unknown version of HTTP";
        case errc::unknown_coding:
            return "unknown transfer coding";
        case errc::unknown_expectation:
            return "unknown expectation";
        case errc::target_too_long:
            return "target too long";
        case errc::header_too_large:
            return "header too large";
        case errc::body_too_large:
            return "body too large";
        case errc::timeout:
            return "the request has not come in time";
        }
        return "unknown error";
    }

    bool equivalent(int value, const std::error_condition& condition) const noexcept override {
        if (condition == std::errc::timed_out)
            return static_cast<errc>(value) == errc::timeout;
        return std::error_category::equivalent(value, condition);
    }
};

} // namespace

const std::error_category& http_category() noexcept {
    static const category instance;
    return instance;
}

status status_for(errc code) noexcept {
    switch (code) {
    case errc::bad_request:
        return status::bad_request;
    case errc::bad_version:
        return status::http_version_not_supported;
    case errc::unknown_coding:
        return status::not_implemented;
    case errc::unknown_expectation:
        return status::expectation_failed;
    case errc::target_too_long:
        return status::uri_too_long;
    case errc::header_too_large:
        return status::request_header_fields_too_large;
    case errc::body_too_large:
        return status::payload_too_large;
    case errc::timeout:
        return status::request_timeout;
    }
    return status::bad_request;
}

} // namespace netio::http
