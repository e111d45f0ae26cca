/// A folder whose files appear only when all of them are complete.
#pragma once

#include <string>

#include "sidekick/fd.hpp"

namespace sidekick::dump {

/// Writes files into a separate folder: beside `path` where that does not exist yet, else inside it (it may be a
/// mounted volume), under a name with a leading dot that no reader takes for a database. publish() syncs all of them
/// and then renames: the whole folder where there was none, else file by file, over files of the same name; others
/// stay. Destroyed before that, it removes what it made; killed, it leaves that, and the next run removes it. Killed
/// while it renames into an existing folder, it leaves files of both dumps, each complete. New files and folders are
/// accessible only to their owner; a replaced file keeps its mode. Throws Error: cannot_create, denied, io, temporary
/// (another process writes the same folder).
class OutputFolder final {
 public:
  explicit OutputFolder(std::string path);
  ~OutputFolder();
  OutputFolder(const OutputFolder&) = delete;
  OutputFolder& operator=(const OutputFolder&) = delete;

  /// A new file; `name` is relative and may contain one folder.
  Fd create(const std::string& name) const;

  enum class DumpScope { server, database };
  /// A dump of a whole server removes an older oplog, and the same collection in another compression.
  void publish(DumpScope scope);

 private:
  void move_into_place(DumpScope scope);

  std::string path_;
  std::string part_;
  bool is_new_ = false;
  Fd lock_;
};

}  // namespace sidekick::dump
