#pragma once

#include <fibers/detail/sanitizer_marks.hpp>

#include <array>
#include <cstddef>
#include <new>

namespace fibers::detail {

/// The memory of one worker's fiber records: cut from chunks of 2 MiB in a row, and reused last in,
/// first out, while it is hot in the cache. Where there are some ten thousand already, a further
/// chunk is one huge page if the system allows: a million records are then hundreds of page faults
/// and not 50,000.
///
/// A record may be freed by any thread, and outlive the worker: a chunk counts its blocks that are
/// not back yet, and the last to come back frees it.
class record_pool {
  public:
    record_pool() = default;
    ~record_pool();
    record_pool(const record_pool&) = delete;
    record_pool& operator=(const record_pool&) = delete;

    /// Throws std::bad_alloc.
    void* allocate(std::size_t size) {
        if (!pooled(size))
            return ::operator new(size);
        size_class& c = classes_[index_of(size)];
        if (!c.first) [[unlikely]]
            return cut(rounded(size));
        free_block* const reused = c.first;
        c.first = reused->next;
        if (--c.count < c.low_water)
            c.low_water = c.count;
        return reused;
    }

    /// What allocate() of this or another pool, or allocate_outside(), has given.
    void deallocate(void* memory, std::size_t size) noexcept {
        if (!pooled(size))
            return ::operator delete(memory);
        size_class& c = classes_[index_of(size)];
        c.first = new (memory) free_block{c.first};
        ++c.count;
    }

    /// For threads that are no workers: they cut blocks, and keep none that come back.
    static void* allocate_outside(std::size_t size);
    static void deallocate_outside(void* memory, std::size_t size) noexcept;

    /// Whether there is memory that trim() would give back sooner or later.
    bool trimmable() const noexcept;

    /// Gives back some of what has not been needed for long: so little that nobody notices. True:
    /// there is more; false: it is all given back, and what lies idle from now on is for the next
    /// call.
    bool trim() noexcept;

  private:
    struct chunk;
    struct free_block {
        free_block* next;
    };
    struct size_class {
        free_block* first = nullptr;
        std::size_t count = 0;
        std::size_t low_water = 0; // the least count since trim() was last done
    };

    static constexpr std::size_t granularity = 16, largest = 512;
    static constexpr std::size_t hot_reserve = 256, trim_batch = 512;

    // What is kept here would look alive to AddressSanitizer.
    static constexpr bool pooled(std::size_t size) { return size <= largest && !address_sanitizer; }
    static constexpr std::size_t index_of(std::size_t size) { return (size - 1) / granularity; }
    static constexpr std::size_t rounded(std::size_t size) {
        return (index_of(size) + 1) * granularity;
    }

    void* cut(std::size_t size);
    void retire() noexcept;
    void give_back(size_class&, std::size_t blocks) noexcept;

    std::array<size_class, largest / granularity> classes_{};
    chunk* current_ = nullptr; // the one that blocks are cut from
    std::size_t chunks_made_ = 0;
};

} // namespace fibers::detail
