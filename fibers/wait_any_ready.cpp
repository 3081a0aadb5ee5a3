#include <fibers/wait_any_ready.hpp>

#include <fibers/detail/moment_cases.hpp>
#include <fibers/detail/readiness_case.hpp>
#include <fibers/detail/select_case.hpp>
#include <fibers/select.hpp>

#include <optional>
#include <vector>

namespace fibers {

namespace {

/// One of several; final, since it is destroyed by a container.
class one_of_several final : public detail::readiness_case {
  public:
    using readiness_case::readiness_case;
};

} // namespace

std::size_t wait_any_ready(std::span<const awaited_readiness> descriptors,
                           std::chrono::steady_clock::time_point deadline) {
    // A case cannot be moved, so each is made in its place.
    std::vector<std::optional<one_of_several>> cases(descriptors.size());
    detail::moment_case<detail::clock, detail::clock::duration> too_late(deadline);

    std::vector<detail::select_case*> in_any_order{&too_late};
    for (std::size_t i = 0; i != descriptors.size(); ++i)
        in_any_order.push_back(&cases[i].emplace(
            detail::select_access::state_of(*descriptors[i].descriptor), descriptors[i].what));

    const detail::select_case* const chosen = detail::select_among(in_any_order, true);
    std::size_t place = 0;
    while (place != cases.size() && &*cases[place] != chosen)
        ++place;
    return place;
}

} // namespace fibers
