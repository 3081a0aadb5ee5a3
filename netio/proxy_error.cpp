#include <netio/proxy_error.hpp>

#include <string>

namespace netio {
namespace {

class category final : public std::error_category {
  public:
    const char* name() const noexcept override { return "proxy"; }

    std::string message(int code) const override {
        switch (static_cast<proxy_errc>(code)) {
        case proxy_errc::missing:
            return "There is no PROXY header";
        case proxy_errc::malformed:
            return "The PROXY header is malformed";
        case proxy_errc::unsupported_version:
            return "The PROXY header has an unknown version";
        case proxy_errc::too_long:
            return "The PROXY header is too long";
        case proxy_errc::wrong_checksum:
            return "The checksum of the PROXY header is wrong";
        }
        return "Unknown error " + std::to_string(code);
    }
};

} // namespace

const std::error_category& proxy_category() noexcept {
    static const category instance;
    return instance;
}

std::error_code make_error_code(proxy_errc code) noexcept {
    return {static_cast<int>(code), proxy_category()};
}

} // namespace netio
