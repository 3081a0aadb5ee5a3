#include <fibers/detail/fiber_snapshots.hpp>

#include <fibers/detail/stack_walk.hpp>

#include <algorithm>
#include <cstdio>
#include <cstring>

namespace fibers::detail {

namespace {

void copy(const char* from, fiber_snapshot::text& to) noexcept {
    const std::size_t length = std::min(std::strlen(from), to.size() - 1);
    std::memcpy(to.data(), from, length);
    to[length] = '\0';
}

void copy_name(const fiber_record& fiber, fiber_snapshot::text& to) noexcept {
    copy(fiber.name().c_str(), to);
}

std::string pointer_text(const void* pointer) {
    std::array<char, 32> text;
    std::snprintf(text.data(), text.size(), "%p", pointer);
    return text.data();
}

} // namespace

std::string what_it_waits_for(const fiber_snapshot& fiber) {
    std::string what = fiber.what.data();
    if (fiber.kind == awaited::end_of_fiber) {
        what = "the end of fiber " + pointer_text(fiber.which);
        if (fiber.name_of_which[0] != '\0')
            what += std::string(" \"") + fiber.name_of_which.data() + '"';
    } else if (fiber.which) {
        what += " (" + pointer_text(fiber.which) + ')';
    }
    return what;
}

void fiber_snapshots::look_at(const worker& w, const fiber_record& fiber,
                              fiber_state now) noexcept {
    fiber_snapshot& noted = room_[size_++];
    noted.id = &fiber;
    copy_name(fiber, noted.name);
    if (&fiber == &w.root())
        copy("main", noted.name);
    noted.state = now;
    noted.since = w.round_time();
    noted.deadline = never;
    if (now == fiber_state::parked) {
        const parking& wait = *fiber.wait;
        copy(wait.what(), noted.what);
        noted.which = wait.which();
        noted.kind = wait.kind();
        if (noted.kind == awaited::end_of_fiber)
            copy_name(*static_cast<const fiber_record*>(noted.which), noted.name_of_which);
        noted.since = wait.since();
        noted.deadline = fiber.park_deadline;
    }
    noted.frame_count =
        with_stacks_ ? walk_suspended(w.suspension_point_of(fiber), noted.frames) : 0;
}

} // namespace fibers::detail
