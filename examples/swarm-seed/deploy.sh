#!/bin/sh
# Deploys the stack and waits until the database is seeded; says how the loader ended.
#
#   ./deploy.sh [-c MORE.yml]…
#
# STACK names the stack (shop); SECONDS_TO_WAIT is how long the loader may take (300).
set -eu

stack=${STACK:-shop}
left=${SECONDS_TO_WAIT:-300}

# The image `sidekick` was built here and is in no registry that could be asked for its digest.
docker stack deploy --resolve-image never -c "$(dirname "$0")/stack.yml" "$@" "$stack"

loader=${stack}_mongoloader
until docker service ps --format '{{.CurrentState}}' "$loader" | grep -q '^Complete'; do
  if [ "$left" -le 0 ]; then
    docker service ps --no-trunc "$loader" >&2
    docker service logs --raw "$loader" >&2
    echo "$loader is not complete" >&2
    exit 1
  fi
  left=$((left - 1))
  sleep 1
done
docker service logs --raw "$loader"
echo "$loader is complete"
