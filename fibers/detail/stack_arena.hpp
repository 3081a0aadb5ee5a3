#pragma once

#include <fibers/detail/sanitizer_marks.hpp>

#include <algorithm>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <exception>
#include <vector>

namespace fibers::detail {

class fiber_record;

/// The head of a fiber stack, at its very top: the first page of a stack that runs is touched
/// anyway, so it costs no memory of its own.
struct alignas(64) stack {
    void* idle_at;          ///< where the stack goes on while it is free; null: it has not begun
    fiber_record* occupant; ///< the fiber that has this stack; null while it is free
    [[no_unique_address]] sanitizer_marks marks;

    std::byte* top() noexcept { return reinterpret_cast<std::byte*>(this); }
};

/// The stacks of one worker: slots of guard + stack in a few large reserved regions, so that a
/// million of them are a handful of mappings. A slot takes memory when it is first touched. Free
/// stacks are reused last in, first out, while they are hot in the cache.
///
/// Guards are page-table markers (MADV_GUARD_INSTALL, Linux 6.13) that split no mapping, and that
/// one system call sets for several stacks ahead (Linux 6.14). Before that, guards are mprotect()ed,
/// which costs two mappings each; beyond its share of `mprotect_budget` an arena leaves them out,
/// because a process may have 65,530 mappings.
///
/// Where address space is limited (RLIMIT_AS), stacks are given half of it at most. It is never given back,
/// and after a crowd of fibers the process could else make no thread any more, nor get a page for its heap.
class stack_arena {
  public:
    static constexpr std::size_t mprotect_budget = 16'000;

    /// `stack_size` usable bytes each, rounded up to whole pages. One of so many arenas.
    stack_arena(std::size_t stack_size, std::size_t arenas) noexcept;
    ~stack_arena();
    stack_arena(const stack_arena&) = delete;
    stack_arena& operator=(const stack_arena&) = delete;

    /// A free stack. Null: there is no address space or no mapping left for it.
    stack* acquire() noexcept;

    /// What a fiber fails with that gets none: not_enough_memory.
    static std::exception_ptr want_of_stack() noexcept;
    void release(stack&) noexcept;

    /// Whether there are free stacks that trim() would give back sooner or later.
    bool trimmable() const noexcept { return free_.size() > trimmed_ + hot_reserve; }

    /// Gives pages of stacks that have lain idle for long back to the system: so few that nobody
    /// notices. True: there are more; false: they are all given back, and what lies idle from now
    /// on is for the next call.
    bool trim() noexcept;

    /// The lowest usable byte of a stack of this arena; its guard lies below.
    std::byte* limit_of(const stack&) const noexcept;

    /// How many stacks there are, in use or free. Any thread.
    std::size_t made() const noexcept { return made_.load(std::memory_order_relaxed); }

    std::size_t stack_size() const noexcept { return stack_size_; }
    std::size_t guard_size() const noexcept { return slot_size_ - stack_size_; }

    /// Calls f(record) for every fiber that has a stack here.
    template <class F>
    void for_each_occupant(F f) const {
        any_occupant([&f](fiber_record& occupant) {
            f(occupant);
            return false;
        });
    }

    /// Calls f(record) for those in the stacks [first, first + count), counted from the oldest. Returns
    /// the first that it has not come to, 0 at the end.
    template <class F>
    std::size_t for_occupants_from(std::size_t first, std::size_t count, F f) const {
        std::size_t before = 0;
        for (const chunk& c : chunks_) {
            for (std::size_t i = std::max(first, before); i < before + c.used; ++i) {
                if (i == first + count)
                    return i;
                if (fiber_record* const occupant = at(c, i - before).occupant)
                    f(*occupant);
            }
            before += c.used;
        }
        return 0;
    }

    /// Whether holds(record) for any of them; it is not asked of more than that.
    template <class F>
    bool any_occupant(F holds) const {
        for (const chunk& c : chunks_)
            for (std::size_t i = 0; i < c.used; ++i)
                if (fiber_record* const occupant = at(c, i).occupant; occupant && holds(*occupant))
                    return true;
        return false;
    }

  private:
    friend class debugger_layout;

    struct chunk {
        std::byte* base;
        std::size_t slots;
        std::size_t used;    // slots that have been handed out at least once
        std::size_t guarded; // slots that have their guard, or go without
    };

    static constexpr std::size_t first_chunk_slots = 64, hot_reserve = 64, trim_batch = 64;
    // Tops at the same offset in every page would share a few sets of the L1 cache. A sixteenth of the
    // sets each spreads them; the room it takes from the first page is 960 bytes at most.
    static constexpr std::size_t stagger_positions = 16, stagger = 64;
    static constexpr std::size_t max_marker_batch = 16; // guards in one system call

    stack& at(const chunk&, std::size_t slot) const noexcept;
    std::size_t most_slots() const noexcept;
    bool grow() noexcept;
    void install_guards(chunk&) noexcept;

    const std::size_t stack_size_, slot_size_, arenas_;
    std::vector<chunk> chunks_;
    std::vector<stack*> free_;
    std::atomic<std::size_t> made_{0};
    std::size_t trimmed_ = 0;   // free_[0, trimmed_) hold no pages
    std::size_t low_water_ = 0; // the fewest free stacks since trim() was last done
    std::size_t mprotects_left_;
    std::size_t marker_batch_ = max_marker_batch; // 1: one a call; 0: there are no guard markers
};

} // namespace fibers::detail
