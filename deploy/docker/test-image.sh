#!/usr/bin/env bash
# Build the lite image without a registry, and start it as it is meant to run: root read-only, another user, no capability.
# Debian's packages make the base image, this machine's pip gets the wheels. Needs root; where something is missing it says
# "NOT TESTED" and why, and ends with 0.
set -euo pipefail
cd "$(dirname "$0")/../.."

skip() { echo "NOT TESTED: the container image, for $1" >&2; exit 0; }

python=${PYTHON:-.venv/bin/python}
work=$PWD/build/image
MOST_SECONDS=900
export STORAGE_DRIVER=vfs BUILDAH_ISOLATION=chroot

[ "$(id -u)" = 0 ] || skip "building one here needs root"
command -v apt-get >/dev/null || skip "there is no apt-get"
if ! command -v buildah >/dev/null || ! command -v mmdebstrap >/dev/null; then
  export DEBIAN_FRONTEND=noninteractive
  { apt-get -qq update && apt-get -qq -o DPkg::Lock::Timeout=120 install --no-install-recommends buildah crun mmdebstrap; } \
    </dev/null >/dev/null 2>&1 || skip "buildah and mmdebstrap could not be installed"
fi
unshare -m true 2>/dev/null || skip "nothing may be mounted here"
sources=$(find /etc/apt -name debian.sources -o -name sources.list -size +0 | head -1)
[ -n "$sources" ] || skip "apt has no list of Debian's packages"

mkdir -p "$work"
base=localhost/footnote-base
if ! buildah inspect --type image "$base" >/dev/null 2>&1; then
  echo "Making a base image of Debian's packages" >&2
  mmdebstrap --quiet --variant=minbase --include=python3,python3-venv,ca-certificates \
    "$(. /etc/os-release && echo "$VERSION_CODENAME")" "$work/base.tar" "$sources" \
    </dev/null >"$work/base.log" 2>&1 || skip "the base image could not be made: $(tail -1 "$work/base.log")"
  { container=$(buildah from scratch) && buildah add -q "$container" "$work/base.tar" / &&
    buildah commit -q "$container" "$base" && buildah rm "$container"; } >/dev/null 2>"$work/base.log" ||
    skip "buildah does not work here: $(tail -1 "$work/base.log")"
  rm "$work/base.tar"
fi
container=$(buildah from "$base" 2>"$work/base.log") || skip "buildah does not work here: $(tail -1 "$work/base.log")"
version='import sys; print("%d.%d" % sys.version_info[:2])'
[ "$(buildah run "$container" -- python3 -c "$version")" = "$("$python" -c "$version")" ] ||
  skip "Debian's Python is not of the version of $python"
buildah rm "$container" >/dev/null

echo "Getting the wheels" >&2
"$python" -m pip -q wheel --no-deps -w "$work/wheels" -r requirements-lite.txt 'setuptools>=77' >/dev/null 2>"$work/wheels.log" ||
  { cat "$work/wheels.log" >&2; exit 1; }
echo "Building the image" >&2
started=$SECONDS
printf '[global]\nno-index = true\nfind-links = /wheels\n' >"$work/pip.conf"
for name in $(compgen -e PIP_); do unset "$name"; done # they would reach the builder
timeout "$MOST_SECONDS" buildah bud -q --layers=false --format docker --volume "$work/wheels:/wheels:ro" --volume "$work/pip.conf:/etc/pip.conf:ro" \
  --build-arg "BASE=$base" -f deploy/docker/Dockerfile -t localhost/footnote:lite . >/dev/null || {
  [ $? = 124 ] && skip "it was not built in $MOST_SECONDS s"
  exit 1
}
echo "built in $((SECONDS - started)) s" >&2

container=$(buildah from localhost/footnote:lite)
root=$(buildah mount "$container")
data=$(mktemp -d)
trap '{ buildah rm "$container"; buildah rmi localhost/footnote:lite; rm -rf "$data"; } >/dev/null 2>&1 || true' EXIT
chown 10001:10001 "$data"

# What a container engine does with --read-only, --tmpfs /tmp, --cap-drop ALL, --security-opt no-new-privileges.
in_container() {
  ROOT=$root DATA=$data unshare -m sh -eu -c '
    mount --make-rprivate /
    mount --bind "$ROOT" "$ROOT" && mount -o remount,bind,ro "$ROOT"
    mount -t tmpfs tmpfs "$ROOT/tmp" && mount --bind "$DATA" "$ROOT/data"
    mount -t proc proc "$ROOT/proc" && mount --rbind /dev "$ROOT/dev"
    exec chroot "$ROOT" setpriv --reuid 10001 --regid 10001 --clear-groups --no-new-privs --bounding-set=-all \
      --inh-caps=-all env -i PATH=/opt/footnote/bin:/usr/bin:/bin HOME=/tmp PYTHONDONTWRITEBYTECODE=1 FOOTNOTE_HOME=/data \
      sh -c "cd /data && exec \"\$@\"" sh "$@"' sh "$@"
}

fail() { echo "The image is wrong: $1" >&2; exit 1; }

! in_container touch /opt/footnote/x 2>/dev/null || fail "its root can be written"
! in_container footnote-healthcheck 2>/dev/null || fail "the health check is content without an index"
started=$SECONDS
answer=$(in_container footnote index reindex >/dev/null 2>&1 && in_container footnote index ask 'How many experts does Scout have?' 2>/dev/null)
grep -q '16 experts' <<<"$answer" || fail "it answers: $answer"
echo "index built and first question answered in $((SECONDS - started)) s" >&2
in_container footnote-healthcheck || fail "the health check finds no index"
in_container footnote backup /data/backup.zip >/dev/null || fail "no backup"
in_container footnote restore /data/backup.zip --replace >/dev/null || fail "no restoration"
in_container footnote index status --verify >/dev/null || fail "the restored index is damaged"
echo "the image is $(du -sm "$root" | cut -f1) MB, of which $(du -sm "$root/opt/footnote" | cut -f1) are Footnote" >&2
echo "image: 1 passed, 0 failed"
