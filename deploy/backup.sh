#!/bin/sh
# Back up what cannot be built again: the landing store, the releases, and what a home says of itself. The warehouse is
# left out, for `zhengxin rebuild` makes it, and so are Dagster's records where they are files of the home: they are the
# history of runs. Where they are in PostgreSQL (ZHENGXIN_DAGSTER_DATABASE), they are dumped beside the archive.
#
#     ZHENGXIN_HOME=/srv/zhengxin BACKUP_DIR=/srv/zhengxin-backup deploy/backup.sh
#
# Landings and releases wait while their files are copied, and it waits for them. An archive has its name once it is
# complete and has been read back.
set -eu

: "${ZHENGXIN_HOME:?names the home}"
: "${BACKUP_DIR:?names the folder for archives}"
KEEP="${KEEP:-30}"
WAIT_SECONDS="${WAIT_SECONDS:-3600}"

cd "$ZHENGXIN_HOME"
[ -d landing ] || { echo "There is no landing store in $ZHENGXIN_HOME: nothing to back up." >&2; exit 1; }
umask 077
mkdir -p "$BACKUP_DIR"
stem="zhengxin-$(date -u +%Y%m%dT%H%M%SZ)"
name="$stem.tar.gz"
partial="$BACKUP_DIR/.$name.partial"
trap 'rm -f "$partial" "$partial.dump"' EXIT

# The password goes by the environment: arguments of a process are read by everybody.
if [ -n "${ZHENGXIN_DAGSTER_DATABASE:-}" ]; then
    address=$(echo "$ZHENGXIN_DAGSTER_DATABASE" | sed 's#^\([a-z]*://[^:/@]*\):[^@]*@#\1@#')
    PGPASSWORD=$(python3 -c 'import os
from urllib.parse import unquote, urlsplit
print(unquote(urlsplit(os.environ["ZHENGXIN_DAGSTER_DATABASE"]).password or ""))')
    export PGPASSWORD
    pg_dump --format=custom --no-owner --file "$partial.dump" --dbname "$address"
    pg_restore --list "$partial.dump" >/dev/null
fi

exec 8>>landing/landing.lock
flock --wait "$WAIT_SECONDS" 8 || { echo "A landing has held its lock for $WAIT_SECONDS s." >&2; exit 1; }
if [ -d releases ]; then
    exec 9>>releases/releases.lock
    flock --wait "$WAIT_SECONDS" 9 || { echo "A release has held its lock for $WAIT_SECONDS s." >&2; exit 1; }
fi

# A crawl goes on for hours: what it has collected is then left to the next backup.
collected=
if [ -d collected ]; then
    exec 7>>collected/collect.lock
    if flock --nonblock 7; then collected=collected; else echo "A crawl goes on: collected/ is left out." >&2; fi
fi

set --
for entry in series.txt zhengxin.toml seeds dagster/dagster.yaml collect $collected landing releases releases-internal \
    warnings inbox; do
    [ -e "$entry" ] && set -- "$@" "$entry"
done
tar --create --gzip --file "$partial" --exclude=landing/tmp --exclude=releases/tmp --exclude=releases-internal/tmp --exclude='*.lock' "$@"
tar --list --gzip --file "$partial" >/dev/null
sync "$partial"
if [ -f "$partial.dump" ]; then
    sync "$partial.dump"
    mv "$partial.dump" "$BACKUP_DIR/$stem.dagster.dump"
    (cd "$BACKUP_DIR" && sha256sum "$stem.dagster.dump" >"$stem.dagster.dump.sha256")
fi
mv "$partial" "$BACKUP_DIR/$name"
(cd "$BACKUP_DIR" && sha256sum "$name" >"$name.sha256")

# The oldest go.
find "$BACKUP_DIR" -maxdepth 1 -name 'zhengxin-*.tar.gz' | sort -r | tail -n "+$((KEEP + 1))" | while read -r old; do
    rm -f "$old" "$old.sha256" "${old%.tar.gz}.dagster.dump" "${old%.tar.gz}.dagster.dump.sha256"
done
echo "$BACKUP_DIR/$name"
