/// Reading and writing files whole. A reader of a file that is replaced sees the old or the new one, never half of one.
#pragma once

#include <sys/types.h>

#include <cstddef>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>

namespace sidekick {

/// Writes all of `bytes`, also where the system takes a part at a time. False, with errno, where that fails.
bool write_whole(int fd, std::string_view bytes) noexcept;
/// The same; throws Error of the kind that the errno stands for: "cannot write 'NAME'".
void write_whole(int fd, std::string_view bytes, const std::string& name);

/// The bytes from here to the end, or more than `max_bytes` of them where there are more. Nothing, with errno, where
/// reading fails.
std::optional<std::string> read_whole(int fd, std::size_t max_bytes = std::string::npos);

/// What the names of our temporary files begin with.
inline constexpr std::string_view temporary_prefix = ".sidekick-tmp-";
/// That, and random digits.
std::string temporary_name();

enum class Durable { now, later };

/// How a file is made that takes another's place.
struct NewFile {
  mode_t mode = 0644;
  enum class Mask { applies, ignored } mask = Mask::applies;  ///< that of the process
  Durable durable = Durable::now;
};

/// Writes a file under a temporary name beside, syncs it, renames it and syncs the folder; with Durable::later the
/// syncs are left to the system. A kill leaves the old or the new one, and perhaps the temporary one. Throws Error:
/// denied, cannot_create, no_input (the folder), io.
void replace_file(const std::filesystem::path& file, std::string_view bytes, const NewFile& how = {});

/// Returns when what was made, renamed or removed in the folder is durable; at once where the filesystem cannot tell.
/// Throws Error: denied, no_input, io.
void sync_folder(const std::filesystem::path& folder);

}  // namespace sidekick
