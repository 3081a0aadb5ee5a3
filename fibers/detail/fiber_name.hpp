#pragma once

#include <cstring>
#include <memory>
#include <string>
#include <utility>

namespace fibers::detail {

/// What a fiber is called, or nothing. Ten thousand connections have one each: so it takes a pointer
/// in the record, and elsewhere as much as the text.
class fiber_name {
  public:
    fiber_name() noexcept = default;
    explicit fiber_name(const std::string& text) {
        if (text.empty())
            return;
        auto copy = std::make_unique_for_overwrite<char[]>(text.size() + 1);
        std::memcpy(copy.get(), text.c_str(), text.size() + 1);
        text_ = std::move(copy);
    }

    explicit operator bool() const noexcept { return text_ != nullptr; }
    const char* c_str() const noexcept { return text_ ? text_.get() : ""; }

  private:
    std::unique_ptr<const char[]> text_;
};

} // namespace fibers::detail
