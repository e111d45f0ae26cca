/// Reads and writes whole files. A reader of a replaced file sees the old or the new one, never a part.
#pragma once

#include <sys/types.h>

#include <cstddef>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>

namespace sidekick {

/// Writes all of `bytes`, continuing after partial writes. False, with errno, on failure.
bool write_whole(int fd, std::string_view bytes) noexcept;
/// The same; throws Error "cannot write 'NAME'" of the kind for the errno.
void write_whole(int fd, std::string_view bytes, const std::string& name);

/// The bytes from the current position to the end; if there are more than `max_bytes`, at least one more than that.
/// Nothing, with errno, on failure.
std::optional<std::string> read_whole(int fd, std::size_t max_bytes = std::string::npos);

/// The prefix of the names of our temporary files.
inline constexpr std::string_view temporary_prefix = ".sidekick-tmp-";
/// The prefix and random digits.
std::string temporary_name();

enum class Durable { now, later };

/// How replace_file() creates the new file.
struct NewFile {
  mode_t mode = 0644;
  enum class Mask { applies, ignored } mask = Mask::applies;  ///< the umask
  Durable durable = Durable::now;
};

/// Writes a temporary file in the same folder, syncs it, renames it and syncs the folder; Durable::later skips both
/// syncs. A kill leaves the old or the new file, and perhaps the temporary one. Throws Error: denied, cannot_create,
/// no_input (the folder), io.
void replace_file(const std::filesystem::path& file, std::string_view bytes, const NewFile& how = {});

/// Blocks until what was created, renamed or removed in the folder is durable; returns at once on filesystems that
/// cannot sync a folder. Throws Error: denied, no_input, io.
void sync_folder(const std::filesystem::path& folder);

}  // namespace sidekick
