/// A folder whose files appear only when all of them are whole.
#pragma once

#include <string>

#include "sidekick/fd.hpp"

namespace sidekick::dump {

/// Files are made in a folder of their own: beside `path` where that is not there yet, else inside it (it may be a
/// mounted volume), under a name with a leading dot that no reader takes for a database. publish() syncs all of them
/// and then renames: the whole folder where there was none, else file by file, over those of the same name; others
/// stay. Destroyed before that it removes what it made; killed, it leaves that, and the next one removes it. Killed
/// while it renames into a folder that was there, it leaves files of both dumps, each of them whole.
/// New files and folders are their owner's alone; what is replaced keeps its mode.
/// Throws Error: cannot_create, denied, io, temporary (another process writes the same folder).
class OutputFolder final {
 public:
  explicit OutputFolder(std::string path);
  ~OutputFolder();
  OutputFolder(const OutputFolder&) = delete;
  OutputFolder& operator=(const OutputFolder&) = delete;

  /// A new file; `name` is relative and may have one folder in it.
  Fd create(const std::string& name) const;

  enum class Holds { server, database };
  /// Of a whole server's dump an older oplog does not stay, nor does the same collection in another compression.
  void publish(Holds holds);

 private:
  void move_into_place(Holds holds);

  std::string path_;
  std::string part_;
  bool is_new_ = false;
  Fd lock_;
};

}  // namespace sidekick::dump
