#include <tests/netio/connections.hpp>
#include <tests/netio/everywhere.hpp>
#include <tests/netio/temporary_folder.hpp>

#include <netio/error.hpp>
#include <netio/pipe.hpp>
#include <netio/stream.hpp>

#include <fibers/timeout.hpp>

#include <array>
#include <chrono>
#include <fstream>
#include <string>
#include <vector>

#include <fcntl.h>
#include <gtest/gtest.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

namespace {

using netio::buffer;
using netio::make_pipe;
using netio::pipe_reader;
using netio::pipe_writer;
using netio::unique_descriptor;
using namespace std::chrono_literals;

static_assert(netio::input_stream<pipe_reader>);
static_assert(netio::output_stream<pipe_writer>);

std::string read_text(pipe_reader& reader) {
    std::string text, piece(4096, '\0');
    while (const std::size_t count = reader.read(buffer(piece)))
        text.append(piece, 0, count);
    return text;
}

bool is_blocking(int fd) {
    return !(::fcntl(fd, F_GETFL) & O_NONBLOCK);
}

/// Stands for one of the standard descriptors as long as it lives.
class in_place_of {
  public:
    in_place_of(int standard, int fd) : standard_{standard}, former_{::dup(standard)} {
        ::dup2(fd, standard);
    }
    in_place_of(const in_place_of&) = delete;
    in_place_of& operator=(const in_place_of&) = delete;
    ~in_place_of() { ::dup2(former_.get(), standard_); }

  private:
    const int standard_;
    const unique_descriptor former_;
};

class Pipe : public test::everywhere {};
INSTANTIATE_TEST_SUITE_P(Everywhere, Pipe, test::every_place);
class PipeStop : public test::everywhere {};
INSTANTIATE_TEST_SUITE_P(Everywhere, PipeStop, test::fibers_only);

TEST_P(Pipe, CarriesManyBytesAndTheEnd) {
    run([&] {
        auto [reader, writer] = make_pipe();
        const auto bytes = test::pattern(1'000'000);
        auto writing = start([&, &to = writer] {
            to.write_all(bytes);
            to.close();
        });
        std::vector<std::byte> back(bytes.size());
        reader.read_exactly(back);
        EXPECT_TRUE(back == bytes);
        EXPECT_EQ(reader.read(back), 0u) << "the end";
        std::error_code ec;
        reader.read_exactly(back, ec);
        EXPECT_EQ(ec, netio::errc::end_of_stream);
        writing.join();
    });
}

TEST_P(Pipe, SeveralBuffersAtOnce) {
    run([] {
        auto [reader, writer] = make_pipe();
        EXPECT_EQ(writer.write(std::array{buffer("ab"), buffer(""), buffer("cd")}), 4u);
        std::array<std::byte, 1> first;
        std::array<std::byte, 8> second;
        EXPECT_EQ(reader.read(std::array<netio::mutable_buffer, 2>{first, second}), 4u);
        EXPECT_EQ(second[2], std::byte{'d'});
    });
}

TEST_P(Pipe, WithoutAReaderFailsAndRaisesNoSignal) {
    run([] {
        auto [reader, writer] = make_pipe();
        reader.close();
        try {
            writer.write(buffer("x"));
            ADD_FAILURE() << "did not throw";
        } catch (const std::system_error& e) {
            EXPECT_EQ(e.code(), std::errc::broken_pipe);
            EXPECT_STREQ(e.what(), "cannot write to a pipe: Broken pipe");
        }
    });
}

TEST_P(Pipe, CloseWakesWhoReadsAndWhoWrites) {
    run([&] {
        auto [reader, writer] = make_pipe();
        auto [other_reader, full] = make_pipe();
        std::error_code read_ec, write_ec;
        auto reading = start([&, &from = reader] {
            std::array<std::byte, 1> byte;
            from.read(byte, read_ec);
        });
        auto writing =
            start([&, &to = full] { to.write_all(std::vector<std::byte>(1'000'000), write_ec); });
        settle();
        reader.close();
        full.close();
        reading.join();
        writing.join();
        EXPECT_EQ(read_ec, std::errc::bad_file_descriptor);
        EXPECT_EQ(write_ec, std::errc::bad_file_descriptor);
    });
}

TEST_P(Pipe, AnAmbientDeadlineEndsARead) {
    run([] {
        auto [reader, writer] = make_pipe();
        std::array<std::byte, 1> byte;
        std::error_code ec;
        {
            const fibers::timeout_scope limit{20ms};
            reader.read(byte, ec);
        }
        EXPECT_EQ(ec, std::errc::timed_out);
        writer.write(buffer("x"));
        EXPECT_EQ(reader.read(byte), 1u);
    });
}

TEST_P(PipeStop, EndsARead) {
    run([&] {
        auto [reader, writer] = make_pipe();
        std::error_code ec;
        auto reading = start([&, &from = reader] {
            std::array<std::byte, 1> byte;
            from.read(byte, ec);
        });
        settle();
        reading.request_stop();
        reading.join();
        EXPECT_EQ(ec, std::errc::operation_canceled);
    });
}

TEST_P(Pipe, AFileIsReadToItsEndAndWritten) {
    run([] {
        const test::temporary_folder folder;
        const std::string path = folder / "f";
        auto writer = pipe_writer::adopt(::open(path.c_str(), O_CREAT | O_WRONLY, 0600), path);
        writer.write_all(buffer("from a file"));
        writer.close();
        auto reader = pipe_reader::adopt(::open(path.c_str(), O_RDONLY), path);
        EXPECT_EQ(read_text(reader), "from a file");
        reader.close();
        std::error_code ec;
        std::array<std::byte, 1> byte;
        reader.read(byte, ec);
        EXPECT_EQ(ec, std::errc::bad_file_descriptor);
    });
}

TEST_P(Pipe, DevicesThatCannotBeWaitedForWork) {
    run([] {
        auto null = pipe_writer::adopt(::open("/dev/null", O_WRONLY));
        for (int i = 0; i != 3; ++i)
            null.write_all(buffer("into nothing"));
        auto empty = pipe_reader::adopt(::open("/dev/null", O_RDONLY));
        EXPECT_EQ(read_text(empty), "");
    });
}

TEST_P(Pipe, WhatIsNoDescriptorIsNotAdopted) {
    run([] {
        std::error_code ec;
        pipe_reader::adopt(-1, "nothing", ec);
        EXPECT_EQ(ec, std::errc::bad_file_descriptor);
        std::array<std::byte, 1> byte;
        pipe_reader{}.read(byte, ec);
        EXPECT_EQ(ec, std::errc::bad_file_descriptor);
    });
}

TEST_P(Pipe, AnAdoptedDescriptorIsBlockingAgainInTheEnd) {
    run([] {
        int fds[2];
        ASSERT_EQ(::pipe2(fds, O_CLOEXEC), 0);
        const unique_descriptor shared{::dup(fds[0])}, other_end{fds[1]};
        {
            const auto reader = pipe_reader::adopt(fds[0]);
            EXPECT_FALSE(is_blocking(shared.get()));
        }
        EXPECT_TRUE(is_blocking(shared.get()));
        auto reader = pipe_reader::adopt(::dup(shared.get()));
        const unique_descriptor given_up{reader.release()};
        EXPECT_TRUE(is_blocking(given_up.get()));
    });
}

TEST_P(Pipe, StandardInputIsReadAndStaysAsItWas) {
    run([] {
        int fds[2];
        ASSERT_EQ(::pipe2(fds, O_CLOEXEC), 0);
        const unique_descriptor from{fds[0]};
        const in_place_of replaced{STDIN_FILENO, fds[0]};
        auto writer = pipe_writer::adopt(fds[1]);
        auto input = netio::standard_input();
        EXPECT_TRUE(is_blocking(STDIN_FILENO));
        writer.write_all(buffer("a line\n"));
        writer.close();
        EXPECT_EQ(read_text(input), "a line\n");
        input.close();
        EXPECT_NE(::fcntl(STDIN_FILENO, F_GETFD), -1);
    });
}

TEST_P(Pipe, StandardInputMayBeAFileFromWhereItIs) {
    run([] {
        const test::temporary_folder folder;
        const std::string path = folder / "f";
        std::ofstream{path} << "read before, then this";
        const unique_descriptor file{::open(path.c_str(), O_RDONLY | O_CLOEXEC)};
        ::lseek(file.get(), 13, SEEK_SET);
        const in_place_of replaced{STDIN_FILENO, file.get()};
        auto input = netio::standard_input();
        EXPECT_EQ(read_text(input), "then this");
    });
}

TEST_P(Pipe, ATerminalStaysBlockingForTheShell) {
    run([] {
        const unique_descriptor master{::posix_openpt(O_RDWR | O_NOCTTY | O_CLOEXEC)};
        ASSERT_TRUE(master);
        ASSERT_EQ(::grantpt(master.get()), 0);
        ASSERT_EQ(::unlockpt(master.get()), 0);
        const unique_descriptor terminal{
            ::open(::ptsname(master.get()), O_RDWR | O_NOCTTY | O_CLOEXEC)};
        ASSERT_TRUE(terminal);
        const in_place_of replaced{STDIN_FILENO, terminal.get()};
        auto input = netio::standard_input();
        EXPECT_TRUE(is_blocking(terminal.get()));
        ASSERT_EQ(::write(master.get(), "typed\n", 6), 6);
        std::string line(6, '\0');
        input.read_exactly(buffer(line));
        EXPECT_EQ(line, "typed\n");
    });
}

TEST_P(Pipe, ASocketAsStandardOutputIsBlockingAgainInTheEnd) {
    run([] {
        int fds[2];
        ASSERT_EQ(::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, fds), 0);
        const unique_descriptor mine{fds[0]};
        auto reader = pipe_reader::adopt(fds[1]);
        const in_place_of replaced{STDOUT_FILENO, mine.get()};
        {
            auto output = netio::standard_output();
            output.write_all(buffer("out"));
        }
        EXPECT_TRUE(is_blocking(mine.get()));
        std::string text(3, '\0');
        reader.read_exactly(buffer(text));
        EXPECT_EQ(text, "out");
    });
}

} // namespace
