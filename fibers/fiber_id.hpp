#pragma once

#include <compare>
#include <cstddef>
#include <functional>
#include <iosfwd>

namespace fibers {

/// Tells fibers apart, as std::thread::id does threads: unique among those that live; the id of one
/// that has ended and has no handle left may come again. A default-constructed id is no fiber's.
class fiber_id {
  public:
    constexpr fiber_id() noexcept = default;
    constexpr explicit fiber_id(const void* identity) noexcept : identity_(identity) {}

    friend constexpr bool operator==(fiber_id, fiber_id) noexcept = default;
    friend std::strong_ordering operator<=>(fiber_id a, fiber_id b) noexcept {
        return std::compare_three_way{}(a.identity_, b.identity_);
    }

    template <class Char, class Traits>
    friend std::basic_ostream<Char, Traits>& operator<<(std::basic_ostream<Char, Traits>& out,
                                                        fiber_id id) {
        return id == fiber_id{} ? out << "no fiber" : out << id.identity_;
    }

  private:
    friend struct std::hash<fiber_id>;

    const void* identity_ = nullptr;
};

// As in std they are found for what converts to an id, too.
constexpr bool operator==(fiber_id, fiber_id) noexcept;
std::strong_ordering operator<=>(fiber_id, fiber_id) noexcept;

} // namespace fibers

template <>
struct std::hash<fibers::fiber_id> {
    std::size_t operator()(fibers::fiber_id id) const noexcept {
        return std::hash<const void*>{}(id.identity_);
    }
};
