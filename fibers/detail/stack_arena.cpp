#include <fibers/detail/stack_arena.hpp>

#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/uio.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <limits>
#include <new>
#include <system_error>

#ifndef MADV_GUARD_INSTALL
#define MADV_GUARD_INSTALL 102
#endif
#ifndef PIDFD_SELF
#define PIDFD_SELF (-10000)
#endif

namespace fibers::detail {

namespace {

const std::size_t page_size = static_cast<std::size_t>(::sysconf(_SC_PAGESIZE));

// Enough for a function with a large frame to hit it, not to leap over it.
constexpr std::size_t min_guard_size = 16 * 1024;

// Slots an even number of pages apart would share a part of the sets of the TLB, slots a power of
// two apart a small one. (A thousand fibers, 272 → 276 KiB apart: 19 → 13 ns a switch.)
std::size_t odd_pages(std::size_t size) noexcept {
    return size / page_size % 2 ? size : size + page_size;
}

} // namespace

stack_arena::stack_arena(std::size_t stack_size, std::size_t arenas) noexcept
    : stack_size_((stack_size + page_size - 1) / page_size * page_size)
    , slot_size_(odd_pages(stack_size_ + min_guard_size))
    , arenas_(arenas)
    , mprotects_left_(mprotect_budget / arenas) {}

stack_arena::~stack_arena() {
    for (const chunk& c : chunks_) {
        for (std::size_t i = 0; i < c.used; ++i)
            at(c, i).marks.end();
        ::munmap(c.base, c.slots * slot_size_);
    }
}

stack& stack_arena::at(const chunk& c, std::size_t slot) const noexcept {
    std::byte* const end = c.base + (slot + 1) * slot_size_;
    return *reinterpret_cast<stack*>(end - sizeof(stack) - slot % stagger_positions * stagger);
}

stack* stack_arena::acquire() noexcept {
    if (!free_.empty()) {
        stack* const reused = free_.back();
        free_.pop_back();
        low_water_ = std::min(low_water_, free_.size());
        trimmed_ = std::min(trimmed_, free_.size());
        return reused;
    }
    if ((chunks_.empty() || chunks_.back().used == chunks_.back().slots) && !grow())
        return nullptr;
    chunk& newest = chunks_.back();
    if (newest.used == newest.guarded)
        install_guards(newest);
    stack* const fresh = new (&at(newest, newest.used)) stack{};
    ++newest.used;
    made_.store(made() + 1, std::memory_order_relaxed);
    return fresh;
}

void stack_arena::release(stack& s) noexcept {
    s.occupant = nullptr;
    free_.push_back(&s); // within the capacity that grow() has reserved
}

std::byte* stack_arena::limit_of(const stack& s) const noexcept {
    const auto* const address = reinterpret_cast<const std::byte*>(&s);
    for (const chunk& c : chunks_)
        if (address >= c.base && address < c.base + c.slots * slot_size_)
            return c.base + static_cast<std::size_t>(address - c.base) / slot_size_ * slot_size_ +
                   guard_size();
    return nullptr;
}

/// Within this arena's share of the address space that stacks may take.
std::size_t stack_arena::most_slots() const noexcept {
    rlimit limit{};
    if (::getrlimit(RLIMIT_AS, &limit) != 0 || limit.rlim_cur == RLIM_INFINITY)
        return std::numeric_limits<std::size_t>::max();
    return limit.rlim_cur / 2 / arenas_ / slot_size_;
}

bool stack_arena::grow() noexcept {
    std::size_t total = 0;
    for (const chunk& c : chunks_)
        total += c.slots;
    const std::size_t most = most_slots();
    const std::size_t left = most > total ? most - total : 0;
    for (std::size_t slots = std::min(std::max(first_chunk_slots, total), left); slots > 0;
         slots /= 2) {
        void* const base = ::mmap(nullptr, slots * slot_size_, PROT_READ | PROT_WRITE,
                                  MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
        if (base == MAP_FAILED)
            continue; // an address-space limit may still allow fewer
        // A huge page would make every stack cost two megabytes.
        ::madvise(base, slots * slot_size_, MADV_NOHUGEPAGE);
        try {
            free_.reserve(total + slots);
            chunks_.push_back({static_cast<std::byte*>(base), slots, 0, 0});
            return true;
        } catch (const std::bad_alloc&) {
            ::munmap(base, slots * slot_size_);
            return false;
        }
    }
    return false;
}

void stack_arena::install_guards(chunk& c) noexcept {
    std::byte* const next = c.base + c.guarded * slot_size_;
    if (marker_batch_ > 1) {
        std::array<iovec, max_marker_batch> guards;
        const std::size_t count = std::min(marker_batch_, c.slots - c.guarded);
        for (std::size_t i = 0; i < count; ++i)
            guards[i] = {next + i * slot_size_, guard_size()};
        const ssize_t bytes =
            ::process_madvise(PIDFD_SELF, guards.data(), count, MADV_GUARD_INSTALL, 0);
        const std::size_t done = bytes > 0 ? static_cast<std::size_t>(bytes) / guard_size() : 0;
        c.guarded += done;
        if (done > 0)
            return;
        marker_batch_ = 1;
    }
    ++c.guarded;
    if (marker_batch_ == 1 && ::madvise(next, guard_size(), MADV_GUARD_INSTALL) == 0)
        return;
    marker_batch_ = 0;
    if (mprotects_left_ > 0 && ::mprotect(next, guard_size(), PROT_NONE) == 0)
        --mprotects_left_;
}

bool stack_arena::trim() noexcept {
    const std::size_t cold = std::min(low_water_, free_.size());
    const std::size_t all = cold > hot_reserve ? cold - hot_reserve : 0;
    const std::size_t end = std::min(all, trimmed_ + trim_batch);
    for (; trimmed_ < end; ++trimmed_) {
        stack& s = *free_[trimmed_];
        s.marks.end();
        ::madvise(limit_of(s), stack_size(), MADV_DONTNEED); // its head reads as zero now
    }
    if (trimmed_ < all)
        return true;
    low_water_ = free_.size();
    return false;
}

std::exception_ptr stack_arena::want_of_stack() noexcept {
    try {
        throw std::system_error(std::make_error_code(std::errc::not_enough_memory),
                                "fibers: no address space for another stack");
    } catch (...) { // or bad_alloc: there may be no memory for the text either
        return std::current_exception();
    }
}

} // namespace fibers::detail
