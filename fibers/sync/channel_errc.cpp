#include <fibers/sync/channel_errc.hpp>

#include <string>

namespace fibers {
namespace {

class category final : public std::error_category {
  public:
    const char* name() const noexcept override { return "fibers.channel"; }

    std::string message(int code) const override {
        switch (static_cast<channel_errc>(code)) {
        case channel_errc::closed:
            return "The channel is closed";
        }
        return "Unknown error " + std::to_string(code);
    }

    std::error_condition default_error_condition(int code) const noexcept override {
        switch (static_cast<channel_errc>(code)) {
        case channel_errc::closed:
            return std::errc::broken_pipe;
        }
        return {code, *this};
    }
};

} // namespace

const std::error_category& channel_category() noexcept {
    static const category instance;
    return instance;
}

std::error_code make_error_code(channel_errc code) noexcept {
    return {static_cast<int>(code), channel_category()};
}

} // namespace fibers
