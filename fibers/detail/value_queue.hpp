#pragma once

#include <algorithm>
#include <atomic>
#include <cstddef>
#include <memory>
#include <utility>

namespace fibers::detail {

/// Values, first in, first out. One may put in while another takes out; who puts in with whom, and who
/// takes out, is for the caller to order. They lie in blocks of about a kilobyte and are never moved
/// about; one block that has become free is kept, so that a steady stream allocates nothing.
///
/// Each end is a cache line of its own, and knows how far the other had come when it last looked: while
/// that is far enough it does not look again, and the line stays with the processor that writes it.
template <class T>
class value_queue {
  public:
    value_queue() noexcept = default;
    ~value_queue() {
        while (!empty())
            pop_front();
        if (out_.at != &root_)
            delete static_cast<block*>(out_.at);
        delete spare_.load(std::memory_order_relaxed);
    }
    value_queue(const value_queue&) = delete;
    value_queue& operator=(const value_queue&) = delete;

    // For who puts in.

    bool full(std::size_t capacity) noexcept {
        return in_.passed_here() - in_.passed_there >= capacity &&
               in_.passed_here() - in_.look(out_) >= capacity;
    }

    /// What the allocation or the move throws leaves the queue and `value` as they were, as far as
    /// the move does.
    void push_back(T&& value) {
        if (in_.next == block_size) {
            push_back_in_new_block(std::move(value));
        } else {
            std::construct_at(place(in_), std::move(value));
            ++in_.next;
        }
        in_.pass();
    }

    // For who takes out.

    bool empty() noexcept {
        return out_.passed_here() >= out_.passed_there && out_.passed_here() == out_.look(in_);
    }

    /// Not for an empty queue.
    T& front() noexcept { return *first(); }

    /// Not for an empty queue.
    void pop_front() noexcept {
        std::destroy_at(first());
        ++out_.next;
        out_.pass();
    }

    // For who does both.

    std::size_t size() const noexcept { return in_.passed_here() - out_.passed_here(); }

    /// An empty queue begins again at the start of its block, where the cache is hot.
    void rewind() noexcept {
        if (in_.at == out_.at && in_.at != &root_)
            in_.next = out_.next = 0;
    }

  private:
    static constexpr std::size_t block_size = std::max<std::size_t>(8, 1008 / sizeof(T));

    struct link {
        link* next = nullptr;
    };

    struct block : link {
        T* place(std::size_t i) noexcept { return reinterpret_cast<T*>(room) + i; }

        alignas(T) std::byte room[block_size * sizeof(T)];
    };

    struct alignas(64) end {
        std::size_t passed_here() const noexcept { return passed.load(std::memory_order_relaxed); }

        /// The last access to the queue of who has put in or taken out: from here on the other end may
        /// use, and destroy, what has been passed. Pairs with look().
        void pass() noexcept { passed.store(passed_here() + 1, std::memory_order_release); }

        std::size_t look(const end& other) noexcept {
            return passed_there = other.passed.load(std::memory_order_acquire);
        }

        link* at;                           // its block; or the root, where there is none yet
        std::size_t next = block_size;      // the place in that
        std::size_t passed_there = 0;       // by the other end, when this one last looked
        std::atomic<std::size_t> passed{0}; // values, here
    };

    static T* place(const end& e) noexcept { return static_cast<block*>(e.at)->place(e.next); }

    T* first() noexcept {
        if (out_.next == block_size)
            drop_first_block();
        return place(out_);
    }

    void push_back_in_new_block(T&& value) {
        std::unique_ptr<block> fresh{spare_.exchange(nullptr, std::memory_order_acquire)};
        if (!fresh)
            fresh.reset(new block);
        std::construct_at(fresh->place(0), std::move(value));
        in_.at->next = fresh.get();
        in_.at = fresh.release();
        in_.next = 1;
    }

    /// There is a value after it, so it knows its next.
    void drop_first_block() noexcept {
        link* const drained = std::exchange(out_.at, out_.at->next);
        out_.next = 0;
        if (drained != &root_) // release: pairs with who puts in there again
            delete spare_.exchange(static_cast<block*>(drained), std::memory_order_acq_rel);
    }

    end in_{&root_};
    end out_{&root_};
    link root_; // before the first block, so that there always is one to go on from
    std::atomic<block*> spare_{nullptr};
};

} // namespace fibers::detail
