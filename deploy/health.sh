#!/bin/sh
# Is everything up? A line for each thing that is not, and exit code 1; nothing and 0 where all is well. Runs as the user
# of the services; zhengxin-health.timer asks every ten minutes.
#
#     ZHENGXIN_HOME=/srv/zhengxin BACKUP_DIR=/srv/zhengxin-backup deploy/health.sh
set -u

: "${ZHENGXIN_HOME:?names the home}"
ZHENGXIN_BIN="${ZHENGXIN_BIN:-/opt/zhengxin/.venv/bin}"
# The web servers for operators and for viewers.
SERVERS="${SERVERS:-http://127.0.0.1:3000 http://127.0.0.1:3001}"
LEAST_FREE_PERCENT="${LEAST_FREE_PERCENT:-10}"
BACKUP_HOURS="${BACKUP_HOURS:-48}"
wrong=0

say() {
    echo "$1" >&2
    wrong=1
}

for server in $SERVERS; do
    curl --fail --silent --show-error --max-time 10 --output /dev/null "$server/health" ||
        say "web server: $server/health does not answer"
done

# The heartbeats that the daemon leaves in Dagster's records, and so the records themselves, in files or in PostgreSQL.
DAGSTER_HOME="$ZHENGXIN_HOME/dagster" DAGSTER_DISABLE_TELEMETRY=1 \
    "$ZHENGXIN_BIN/dagster-daemon" liveness-check >/dev/null 2>&1 || say "daemon: no heartbeat, or no database"

used=$(df --output=pcent "$ZHENGXIN_HOME" | tail -n 1 | tr -dc '0-9')
[ $((100 - used)) -ge "$LEAST_FREE_PERCENT" ] || say "disk: $used % of that of $ZHENGXIN_HOME is used"

if [ -n "${BACKUP_DIR:-}" ]; then
    newest=$(find "$BACKUP_DIR" -maxdepth 1 -name 'zhengxin-*.tar.gz' -mmin "-$((BACKUP_HOURS * 60))" 2>/dev/null | head -n 1)
    [ -n "$newest" ] || say "backup: none in $BACKUP_DIR from the last $BACKUP_HOURS hours"
fi
exit "$wrong"
