// The state table of netio/detail/descriptor.hpp, step by step.

#include <netio/detail/descriptor.hpp>
#include <netio/detail/descriptor_closer.hpp>

#include <array>
#include <fcntl.h>
#include <memory>
#include <unistd.h>

#include <gtest/gtest.h>

namespace {

using netio::detail::descriptor;
using netio::detail::descriptor_closer;
using netio::detail::descriptor_owner;
using operation = descriptor::operation;

bool is_valid(int fd) {
    return ::fcntl(fd, F_GETFD) != -1;
}

/// A descriptor of the reading end of a pipe.
class Descriptor : public testing::Test {
  protected:
    void SetUp() override {
        std::array<int, 2> ends;
        ASSERT_EQ(::pipe2(ends.data(), O_NONBLOCK | O_CLOEXEC), 0);
        fd_ = ends[0];
        writing_end_ = ends[1];
        std::error_code ec;
        owner_ = descriptor::make(fd_, ec);
        ASSERT_FALSE(ec);
    }
    void TearDown() override { ::close(writing_end_); }

    int fd_ = -1;
    descriptor_owner owner_;

  private:
    int writing_end_ = -1;
};

TEST_F(Descriptor, ClosesAtOnceWhileIdle) {
    EXPECT_TRUE(owner_.is_open());
    EXPECT_EQ(owner_.native_handle(), fd_);
    owner_.close();
    EXPECT_FALSE(owner_.is_open());
    EXPECT_EQ(owner_.native_handle(), -1);
    EXPECT_FALSE(is_valid(fd_));
    EXPECT_FALSE(operation{owner_.get()}) << "nothing begins any more";
}

TEST_F(Descriptor, ClosesWhenTheLastOperationEnds) {
    auto first = std::make_unique<operation>(owner_.get());
    auto second = std::make_unique<operation>(owner_.get());
    owner_.close();
    EXPECT_FALSE(operation{owner_.get()});
    EXPECT_TRUE(is_valid(fd_)) << "two are still at it";
    first.reset();
    EXPECT_TRUE(is_valid(fd_)) << "one is";
    second.reset();
    EXPECT_FALSE(is_valid(fd_));
}

TEST_F(Descriptor, ClosingTwiceClosesNobodyElsesFile) {
    owner_.close();
    const int reused = ::open("/dev/null", O_RDONLY | O_CLOEXEC);
    ASSERT_EQ(reused, fd_);
    owner_.close();
    owner_ = {};
    EXPECT_TRUE(is_valid(reused));
    ::close(reused);
}

TEST_F(Descriptor, LosingItsOwnerClosesIt) {
    owner_ = {};
    EXPECT_FALSE(is_valid(fd_));
}

TEST_F(Descriptor, LosingItsOwnerWhileBusyItLivesUntilTheLastOperationEnds) {
    auto busy = std::make_unique<operation>(owner_.get());
    owner_ = {};
    EXPECT_TRUE(is_valid(fd_));
    EXPECT_EQ(busy->native_handle(), fd_) << "the object lives";
    EXPECT_EQ(busy->readiness().wait(fibers::direction::read), std::errc::bad_file_descriptor);
    busy.reset();
    EXPECT_FALSE(is_valid(fd_));
}

TEST_F(Descriptor, ClosedWhileBusyItMayLoseItsOwnerBeforeOrAfterTheOperationEnds) {
    auto busy = std::make_unique<operation>(owner_.get());
    owner_.close();
    owner_ = {};
    busy.reset();
    EXPECT_FALSE(is_valid(fd_));
}

TEST_F(Descriptor, ReleaseLeavesTheFileOpen) {
    std::error_code ec = std::make_error_code(std::errc::io_error);
    EXPECT_EQ(owner_.release(ec), fd_);
    EXPECT_FALSE(ec);
    EXPECT_FALSE(owner_.is_open());
    EXPECT_FALSE(operation{owner_.get()});
    owner_ = {};
    EXPECT_TRUE(is_valid(fd_));
    ::close(fd_);
}

TEST_F(Descriptor, ReleaseFailsWhileBusyAndAfterClosing) {
    std::error_code ec;
    {
        const operation busy{owner_.get()};
        EXPECT_EQ(owner_.release(ec), -1);
        EXPECT_EQ(ec, std::errc::device_or_resource_busy);
    }
    owner_.close();
    EXPECT_EQ(owner_.release(ec), -1);
    EXPECT_EQ(ec, std::errc::bad_file_descriptor);
}

TEST_F(Descriptor, AnotherMayCloseItToo) {
    descriptor_closer closer{owner_.get()};
    auto moved = std::move(owner_);
    closer.close();
    EXPECT_FALSE(moved.is_open());
    EXPECT_FALSE(is_valid(fd_));
    closer.close();
}

TEST_F(Descriptor, AnotherMayCloseItWhenItsOwnerIsGone) {
    descriptor_closer closer{owner_.get()};
    owner_ = {};
    EXPECT_FALSE(is_valid(fd_)) << "it does not wait for that";
    const int reused = ::open("/dev/null", O_RDONLY | O_CLOEXEC);
    ASSERT_EQ(reused, fd_);
    closer.close();
    EXPECT_TRUE(is_valid(reused));
    ::close(reused);
}

TEST_F(Descriptor, AnotherMayGoBeforeOrAfterTheLastOperationEnds) {
    auto closer = std::make_unique<descriptor_closer>(owner_.get());
    auto busy = std::make_unique<operation>(owner_.get());
    owner_ = {};
    closer.reset();
    EXPECT_TRUE(is_valid(fd_));
    busy.reset();
    EXPECT_FALSE(is_valid(fd_));
}

TEST_F(Descriptor, AnotherClosesItOnceTheLastOperationEnds) {
    descriptor_closer closer{owner_.get()};
    auto busy = std::make_unique<operation>(owner_.get());
    closer.close();
    EXPECT_EQ(busy->readiness().wait(fibers::direction::read), std::errc::bad_file_descriptor);
    owner_ = {};
    EXPECT_TRUE(is_valid(fd_));
    busy.reset();
    EXPECT_FALSE(is_valid(fd_));
}

TEST_F(Descriptor, WhatIsReleasedNobodyElseCloses) {
    descriptor_closer closer{owner_.get()};
    std::error_code ec;
    EXPECT_EQ(owner_.release(ec), fd_);
    EXPECT_FALSE(ec);
    closer.close();
    owner_ = {};
    EXPECT_TRUE(is_valid(fd_));
    ::close(fd_);
}

TEST(NoDescriptor, IsLikeAClosedOne) {
    descriptor_owner none;
    EXPECT_FALSE(operation{none.get()});
    EXPECT_FALSE(none.is_open());
    EXPECT_EQ(none.native_handle(), -1);
    std::error_code ec;
    EXPECT_EQ(none.release(ec), -1);
    EXPECT_EQ(ec, std::errc::bad_file_descriptor);
    none.close();
}

} // namespace
