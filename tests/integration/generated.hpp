/// The test cases that are made from expected.json, one list a file.
#pragma once

namespace sidekick::test {

/// Every good dump into every version of the server.
void add_good_dump_tests();

/// Every broken archive.
void add_broken_archive_tests();

/// Every dump and every broken archive, proven without a server.
void add_verify_tests();

/// Every fixture, restored and dumped again.
void add_dump_tests();

/// Command lines and files that must be refused.
void add_bad_input_tests();

/// Good files restored with other flags, or onto data.
void add_flag_tests();

}  // namespace sidekick::test
