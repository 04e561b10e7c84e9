#!/usr/bin/env bash
# Runs as root in a system that systemd booted: the unit as shipped, and what operators do to it.
# Prints a line for each thing that is looked at, and what was seen where it is wrong.
set -u
wrong=0
ok() { echo "ok     $1"; }
bad() {
  echo "WRONG  $1"
  [ $# -lt 2 ] || printf '%s\n' "$2" | sed 's/^/         /'
  wrong=$((wrong + 1))
}
# is WHAT EXPECTED SEEN
is() { if [ "$2" = "$3" ]; then ok "$1"; else bad "$1" "expected $2, saw $3"; fi; }
# within SECONDS COMMAND...: until it succeeds
within() {
  local tries=$(($1 * 10))
  shift
  while ! "$@" >/dev/null 2>&1; do
    tries=$((tries - 1))
    [ $tries -gt 0 ] || return 1
    sleep 0.1
  done
}
show() { systemctl show pillion --property "$1" --value; }
state_is() { [ "$(show ActiveState)" = "$1" ]; }
as() { # USER COMMAND...
  local user=$1
  shift
  setpriv --reuid "$user" --regid "$(id -g "$user")" --init-groups "$@"
}
score_as() { # USER
  as "$1" pillion score --url shm:/run/pillion/pillion.sock house /test/houses.frame.json \
    --select prediction --to csv
}
# serve_with ARGUMENTS...: a drop-in that changes what the unit starts, and a fresh start
serve_with() {
  mkdir -p /etc/systemd/system/pillion.service.d
  printf '[Service]\nExecStart=\nExecStart=%s\n' "$*" >/etc/systemd/system/pillion.service.d/test.conf
  systemctl daemon-reload
  systemctl reset-failed pillion
  systemctl restart pillion
}
as_shipped() {
  rm -rf /etc/systemd/system/pillion.service.d
  systemctl daemon-reload
  systemctl reset-failed pillion
  systemctl restart pillion
}
log() { journalctl --unit pillion --output cat --no-pager; }

echo "systemd $(systemctl --version | head -n 1), pid 1 is $(cat /proc/1/comm)"

# The files beside the unit.
is "sysusers.d made the user" pillion "$(id -un pillion)"
is "its group is static" pillion "$(id -gn pillion)"
is "tmpfiles.d made the directory" "750 pillion pillion" "$(stat -c '%a %U %G' /run/pillion)"
verified=$(systemd-analyze verify /etc/systemd/system/pillion.service 2>&1)
is "systemd-analyze verify has nothing to say" "" "$(grep pillion <<<"$verified")"
if systemd-analyze security --offline=true --threshold=6 /etc/systemd/system/pillion.service \
  >/test/exposure; then ok "its exposure is 0.6 at most"; else bad "exposure" "$(tail -n 1 /test/exposure)"; fi

# Start.
systemctl start pillion || bad "systemctl start" "$(log)"
is "it is active" active "$(show ActiveState)"
is "it told that it is ready" "serving house" "$(show StatusText)"
is "it runs as its user" pillion "$(stat -c %U "/proc/$(show MainPID)")"
if log | grep -q 'event=start version='; then ok "the journal has its log"; else bad "journal" "$(log)"; fi
is "the socket" "660 pillion pillion" "$(stat -c '%a %U %G' /run/pillion/pillion.sock)"
is "the control socket" "600 pillion pillion" "$(stat -c '%a %U %G' /run/pillion/control.sock)"
if pillion ctl ready >/dev/null; then ok "root's probe"; else bad "root's probe"; fi
if as pillion pillion ctl status >/dev/null; then ok "its own user's probe"; else bad "own probe"; fi

# Who may connect.
useradd --system member
usermod --append --groups pillion member
useradd --system stranger
expected=$(pillion score /etc/pillion/models/house.zip /test/houses.frame.json \
  --select prediction --to csv)
is "a member of the group scores" "$expected" "$(score_as member 2>&1)"
if score_as stranger >/dev/null 2>&1; then bad "a stranger scores"; else ok "a stranger does not"; fi
usermod --append --groups pillion stranger
serve_with "/usr/bin/pillion serve house=/etc/pillion/models/house.zip --run-dir /run/pillion" \
  "--allow-uid $(id -u member)"
is "--allow-uid is accepted" active "$(show ActiveState)"
is "--allow-uid lets its user in" "$expected" "$(score_as member 2>&1)"
if score_as stranger >/dev/null 2>&1; then bad "--allow-uid keeps others out"; else
  ok "--allow-uid keeps other members out"; fi
if log | grep -q "event=client_refused uid=$(id -u stranger) "; then ok "and the journal says whom"; else
  bad "the refusal in the journal" "$(log)"; fi
if as pillion pillion ctl ready >/dev/null; then ok "its own probe under --allow-uid"; else bad "own probe"; fi

# What another start cannot mend is not tried again.
echo "no bundle" >/etc/pillion/models/broken.zip
while read -r code arguments; do
  serve_with "/usr/bin/pillion serve --run-dir /run/pillion $arguments" 2>/dev/null
  within 5 state_is failed
  sleep 2
  is "exit $code is final: state" failed "$(show ActiveState)"
  is "exit $code is final: code" "$code" "$(show ExecMainStatus)"
  is "exit $code is final: restarts" 0 "$(show NRestarts)"
done <<'CASES'
65 broken=/etc/pillion/models/broken.zip
66 gone=/etc/pillion/models/gone.zip
64 --no-such-option
78 house=/etc/pillion/models/house.zip --clients-max 65536
CASES
as_shipped
within 5 state_is active

# Signals and deaths.
before=$(show MainPID)
systemctl reload pillion
sleep 1
is "SIGHUP does not end it" "$before" "$(show MainPID)"
if pillion ctl ready >/dev/null; then ok "and it answers"; else bad "after SIGHUP"; fi
directory=$(stat -c %i /run/pillion)
kill -KILL "$before"
if within 10 pillion ctl ready; then ok "it comes back after SIGKILL"; else bad "after SIGKILL" "$(log)"; fi
is "it was restarted once" 1 "$(show NRestarts)"
is "in the same directory" "$directory" "$(stat -c %i /run/pillion)"
is "a member scores again" "$expected" "$(score_as member 2>&1)"
after=$(show MainPID)
kill -TERM "$after"
sleep 0.5
if within 10 pillion ctl ready; then ok "it comes back after somebody's SIGTERM"; else
  bad "after SIGTERM" "$(log)"; fi
rm /run/pillion/pillion.sock
if within 5 test -S /run/pillion/pillion.sock; then ok "a removed socket comes back"; else
  bad "a removed socket"; fi
is "and works" "$expected" "$(score_as member 2>&1)"

# A server that dies again and again is given up.
serve_with "/bin/sh -c 'kill -SEGV \$\$\$\$'" 2>/dev/null
if within 30 sh -c '[ "$(systemctl show pillion --property Result --value)" = start-limit-hit ] ||
  { [ "$(systemctl show pillion --property ActiveState --value)" = failed ] &&
    [ "$(systemctl show pillion --property NRestarts --value)" -ge 4 ]; }'; then
  ok "a server that dies at each start is given up after $(show NRestarts) restarts"
else
  bad "restarts for ever" "$(systemctl status pillion --no-pager)"
fi

# Stop.
as_shipped
within 5 state_is active
systemctl stop pillion
is "it stops" inactive "$(show ActiveState)"
is "with success" success "$(show Result)"
if log | grep -q 'event=stopped drain_ms='; then ok "the journal has its end"; else bad "no end"; fi
if [ -e /run/pillion/pillion.sock ]; then bad "the socket stays"; else ok "the socket is gone"; fi
is "the directory stays" "$directory" "$(stat -c %i /run/pillion)"

[ $wrong -eq 0 ] && echo "all of it is right"
exit $((wrong != 0))
