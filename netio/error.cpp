#include <netio/error.hpp>

#include <string>

namespace netio {
namespace {

class category final : public std::error_category {
  public:
    const char* name() const noexcept override { return "netio"; }

    std::string message(int code) const override {
        switch (static_cast<errc>(code)) {
        case errc::end_of_stream:
            return "End of stream";
        case errc::invalid_address:
            return "Not an IP address";
        case errc::missing_port:
            return "The port is missing";
        case errc::invalid_port:
            return "The port is not a number";
        case errc::port_out_of_range:
            return "The port is above 65535";
        case errc::missing_host:
            return "The host is missing";
        case errc::invalid_unix_address:
            return "Not the address of a Unix socket, unix:/path or unix:@name";
        }
        return "Unknown error " + std::to_string(code);
    }

    std::error_condition default_error_condition(int code) const noexcept override {
        switch (static_cast<errc>(code)) {
        case errc::invalid_address:
        case errc::missing_port:
        case errc::invalid_port:
        case errc::port_out_of_range:
        case errc::missing_host:
        case errc::invalid_unix_address:
            return std::errc::invalid_argument;
        case errc::end_of_stream:
            break;
        }
        return {code, *this};
    }
};

} // namespace

const std::error_category& netio_category() noexcept {
    static const category instance;
    return instance;
}

std::error_code make_error_code(errc code) noexcept {
    return {static_cast<int>(code), netio_category()};
}

} // namespace netio
