#include "restore/users.hpp"

#include "mongo/persevere.hpp"
#include "restore/prepare.hpp"
#include "sidekick/error.hpp"

namespace sidekick::restore {

using mongo::Bson;

void drop_temporary_users(const mongo::Client& client, const Plan& plan, const Bson& write_concern) {
  for (const auto& target : plan.targets)
    if (target && target->holds_users()) drop_collection(client, target->documents, write_concern);
}

void AuthSchema::see(mongo::Bytes version_document) {
  const mongo::BsonView view(version_document);
  if (mongo::text_of(view.get(), "_id") == "authSchema") version_ = mongo::number_of(view.get(), "currentVersion");
}

void AuthSchema::check() const {
  if (version_ && *version_ == current) return;
  throw Error(ErrorKind::data,
              "cannot restore users: the dump has them in schema " + (version_ ? std::to_string(*version_) : "1") +
                  ", servers since 4.0 take schema " + std::to_string(current),
              "leave them out with --nsExclude 'admin.system.*' and create them anew");
}

void merge_users(const mongo::Client& client, const Plan& plan, const Settings& settings, const Bson& write_concern,
                 JobContext& context) {
  Bson merge;
  merge.append("_mergeAuthzCollections", 1);
  for (const auto& target : plan.targets) {
    if (!target || !target->holds_users()) continue;
    merge.append(target->role == Role::users ? "tempUsersCollection" : "tempRolesCollection", target->documents.text());
  }
  merge.append("drop", settings.drop).append("db", settings.db).append("writeConcern", write_concern);
  mongo::persevere(context, [&] { client.run("admin", merge, "cannot merge users and roles"); });
  mongo::persevere(context, [&] { drop_temporary_users(client, plan, write_concern); });
}

}  // namespace sidekick::restore
