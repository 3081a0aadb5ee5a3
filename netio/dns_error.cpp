#include <netio/dns_error.hpp>

#include <string>

namespace netio {
namespace {

class category final : public std::error_category {
  public:
    const char* name() const noexcept override { return "dns"; }

    std::string message(int code) const override {
        switch (static_cast<dns_errc>(code)) {
        case dns_errc::not_found:
            return "No such name";
        case dns_errc::no_data:
            return "The name has no such record";
        case dns_errc::server_failure:
            return "The name server failed";
        case dns_errc::refused:
            return "The name server refused to answer";
        case dns_errc::not_implemented:
            return "The name server did not understand";
        case dns_errc::timed_out:
            return "No name server answered in time";
        case dns_errc::malformed_reply:
            return "The reply makes no sense";
        case dns_errc::alias_loop:
            return "The aliases of the name lead nowhere";
        case dns_errc::invalid_name:
            return "Not a domain name";
        }
        return "Unknown error " + std::to_string(code);
    }

    std::error_condition default_error_condition(int code) const noexcept override {
        switch (static_cast<dns_errc>(code)) {
        case dns_errc::timed_out:
            return std::errc::timed_out;
        case dns_errc::invalid_name:
            return std::errc::invalid_argument;
        default:
            return {code, *this};
        }
    }
};

} // namespace

const std::error_category& dns_category() noexcept {
    static const category instance;
    return instance;
}

std::error_code make_error_code(dns_errc code) noexcept {
    return {static_cast<int>(code), dns_category()};
}

} // namespace netio
