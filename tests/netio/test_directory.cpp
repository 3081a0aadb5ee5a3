#include <tests/netio/everywhere.hpp>
#include <tests/netio/temporary_folder.hpp>

#include <netio/directory.hpp>
#include <netio/file.hpp>

#include <filesystem>
#include <set>
#include <string>

#include <gtest/gtest.h>

namespace {

using netio::directory_reader;

class Directory : public test::everywhere {
  protected:
    const test::temporary_folder folder_;
};
INSTANTIATE_TEST_SUITE_P(Everywhere, Directory, test::every_place);

TEST_P(Directory, HandsOutEveryEntryOnce) {
    run([&] {
        std::set<std::string> expected, found;
        for (int i = 0; i != 600; ++i) {
            expected.insert("file " + std::to_string(i));
            netio::file::create(folder_ / ("file " + std::to_string(i)));
        }
        for (const auto& entry : directory_reader{folder_.path()})
            EXPECT_TRUE(found.insert(entry.name).second);
        EXPECT_EQ(found, expected);
    });
}

TEST_P(Directory, TellsWhatEachIs) {
    run([&] {
        netio::file::create(folder_ / "file");
        std::filesystem::create_directory(folder_ / "folder");
        std::filesystem::create_symlink("file", folder_ / "link");
        for (const auto& [name, type] : directory_reader{folder_.path()}) {
            if (type == netio::file_type::unknown)
                continue; // not every file system tells
            EXPECT_EQ(type, name == "file"     ? netio::file_type::regular
                            : name == "folder" ? netio::file_type::directory
                                               : netio::file_type::symlink);
        }
    });
}

TEST_P(Directory, AnEmptyOneEndsAtOnce) {
    run([&] {
        directory_reader reader{folder_.path()};
        EXPECT_FALSE(reader.next());
        EXPECT_FALSE(reader.next());
    });
}

TEST_P(Directory, NamesTheOneThatFails) {
    run([&] {
        std::error_code ec;
        directory_reader none{folder_ / "none", ec};
        EXPECT_EQ(ec, std::errc::no_such_file_or_directory);
        none.next(ec);
        EXPECT_EQ(ec, std::errc::bad_file_descriptor);
        try {
            directory_reader{"/etc/passwd"};
            FAIL();
        } catch (const std::system_error& error) {
            EXPECT_EQ(error.code(), std::errc::not_a_directory);
            EXPECT_NE(std::string{error.what()}.find("/etc/passwd"), std::string::npos);
        }
    });
}

} // namespace
