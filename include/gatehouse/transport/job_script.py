"""The part of the framed script that runs jobs detached, so that they outlive the visit, the worker and the client.

A job is a folder under ``/var/tmp/gatehouse-UID``, or where the host's environment says in ``GATEHOUSE_JOBS``, which
must be a real folder, ours, and closed to everybody else.
``setsid`` starts a small shell that keeps the job: it writes a whole record of itself (process id, its start in clock
ticks, boot id, clock, uptime, limit) and links it into place as ``run``. The link is the lock: of two that start at
once the second finds it there and ends, and there is no moment at which a job is half started. The process id with
its start and the boot id names one process for ever, so that a reused id is never taken for the job.

The keeper ends the command with ``timeout``, lets its output through to two files of bounded size (``ulimit -f`` of
the process that writes them), and writes ``exit`` when all is over. A job without ``exit`` is running, or was killed,
or died with its boot; one that got SIGTERM from anybody but ``gatehouse jobs stop`` was killed too, by a shutdown if
the boot is another now. Answered jobs stay until somebody acknowledges that the answer is stored; what is left of
them then is their record, so that a late visitor starts nothing again, for two weeks.
"""

import re

from gatehouse.model.commands import Command
from gatehouse.model.errors import UsageError

LONGEST_JOB_S = 7 * 86_400.0
NAME = r"[a-z0-9][a-z0-9_.-]{0,99}"
# What stands in an end marker instead of an exit code.
RUNNING = "running"
OVERDUE = "overdue"  # it runs on beyond its limit: nothing could end it
REBOOTED = "rebooted"  # another boot than the one it was started in
KILLED = "killed"  # the same boot, no such process, no exit code
STOPPED = "stopped"  # somebody asked for its end
COLLECTED = "collected"  # acknowledged before
NONE = "none"  # no such job
BUSY = "busy"  # another job runs on this host
UNSAFE = "unsafe"  # the folder is not ours alone
INCAPABLE = "incapable"  # no setsid, timeout or mkfifo, or the folder cannot be written

FUNCTIONS = r"""gh_home=${GATEHOUSE_JOBS:-/var/tmp/gatehouse-$gh_uid}
gh_keep='
trap "" HUP INT; umask 077; cd /
gh_d=$1 gh_s=$2 gh_max=$3; shift 3
gh_since() { gh_tick=; { read -r gh_x <"/proc/$1/stat"; } 2>/dev/null && gh_20th ${gh_x##*") "}; }
gh_20th() { case $1 in Z|X) ;; *) shift 19; gh_tick=$1 ;; esac; }
gh_since $$
read -r gh_boot </proc/sys/kernel/random/boot_id
read -r gh_t gh_x </proc/uptime
echo "$$ $gh_tick $gh_boot $(date +%s) $gh_t $gh_s" >"$gh_d/run.$$"
ln "$gh_d/run.$$" "$gh_d/run"; gh_c=$?
rm -f "$gh_d/run.$$"
[ "$gh_c" = 0 ] || exit 1
gh_take() { trap "" XFSZ; (ulimit -f $((gh_max / 512 + 1)); exec cat >"$gh_d/$1"); cat >/dev/null; }
mkfifo "$gh_d/1" "$gh_d/2"
gh_take out <"$gh_d/1" & gh_out=$!
gh_take err <"$gh_d/2" & gh_err=$!
"$@" </dev/null >"$gh_d/1" 2>"$gh_d/2" & gh_child=$!
gh_since "$gh_child"; echo "$gh_child $gh_tick" >"$gh_d/child"
gh_word=; trap "gh_word=killed; kill -TERM $gh_child" TERM
while wait "$gh_child"; gh_c=$?; kill -0 "$gh_child"; do :; done
(sleep 2; kill "$gh_out" "$gh_err") & gh_x=$!
wait "$gh_out"; wait "$gh_err"; kill "$gh_x"
if [ -n "$gh_word" ] && [ -e "$gh_d/stop" ]; then gh_word=stopped; fi
read -r gh_t gh_x </proc/uptime
echo "${gh_word:-$gh_c} $gh_t" >"$gh_d/exit.new"; mv "$gh_d/exit.new" "$gh_d/exit"
rm -f "$gh_d/1" "$gh_d/2"; sync
'
gh_private() {
  mkdir -m 700 "$gh_home" 2>/dev/null
  gh_c=unsafe; gh_owner $(ls -ldn "$gh_home" 2>/dev/null)
}
gh_owner() { case "$1" in drwx------*) [ "$3" = "$gh_uid" ] ;; *) false ;; esac; }
gh_since() { gh_tick=; { read -r gh_x <"/proc/$1/stat"; } 2>/dev/null && gh_20th ${gh_x##*") "}; }
gh_20th() { case $1 in Z|X) ;; *) shift 19; gh_tick=$1 ;; esac; }
gh_ended() { { read -r gh_c gh_t <"$gh_d/exit"; } 2>/dev/null && [ -n "$gh_c" ]; }
gh_is() { gh_since "$gh_pid" && [ -n "$gh_tick" ] && [ "$gh_tick" = "$gh_ticks" ]; }
gh_lives() { gh_is || { { read -r gh_pid gh_ticks <"$gh_d/child"; } 2>/dev/null && gh_is; }; }
gh_look() {
  gh_d=$gh_home/$1 gh_c=none gh_ago=0
  { read -r gh_pid gh_ticks gh_of gh_at gh_from gh_most <"$gh_d/run"; } 2>/dev/null || return 0
  gh_ago=$(($(date +%s) - gh_at))
  if gh_ended; then
    if [ "$gh_c" = killed ] && [ "$gh_of" != "$gh_boot" ]; then gh_c=rebooted; fi
  elif [ "$gh_of" != "$gh_boot" ]; then gh_c=rebooted gh_t=$gh_from
  elif gh_lives; then
    gh_up; gh_c=running
    [ "$((${gh_t%%.*} - ${gh_from%%.*}))" -le "$((${gh_most%%.*} + 60))" ] || gh_c=overdue
  elif ! gh_ended; then gh_c=killed gh_t=$gh_from
  fi
  if [ -e "$gh_d/collected" ]; then gh_c=collected; fi
}
gh_other() {
  for gh_o in "$gh_home"/*/run; do
    gh_o=${gh_o%/run}; gh_look "${gh_o##*/}"
    case $gh_c in running|overdue) gh_other=${gh_o##*/}; return 0 ;; esac
  done
  return 1
}
gh_start() {
  gh_j=$1; shift
  if gh_other; then gh_c=busy gh_from=0 gh_t=0 gh_ago=$gh_other; return; fi
  gh_d=$gh_home/$gh_j
  for gh_x in setsid timeout mkfifo ln; do
    command -v $gh_x >/dev/null || { gh_c=incapable gh_from=0 gh_t=0 gh_ago=$gh_x; return; }
  done
  if ! mkdir -p "$gh_d" 2>/dev/null; then gh_c=incapable gh_from=0 gh_t=0 gh_ago=$gh_home; return; fi
  set -- timeout -k 2 "$gh_s" "$@"
  if [ "$gh_r" = 1 ] && [ "$gh_uid" != 0 ]; then set -- sudo -n -- "$@"; fi
  setsid /bin/sh -c "$gh_keep" gatehouse-job "$gh_d" "$gh_s" "$gh_max" "$@" \
    </dev/null >/dev/null 2>&1 3<&- &
  for gh_x in 1 2 3 4 5; do sleep 1; gh_look "$gh_j"; [ "$gh_c" = none ] || return 0; done
  gh_c=incapable gh_from=0 gh_t=0 gh_ago=$gh_home
}
gh_job() {
  gh_i=$1 gh_s=$2 gh_r=$3 gh_j=$4 gh_max=$5; shift 5
  gh_up; gh_from=$gh_t gh_ago=0
  gh_mark "B $gh_i"
  if [ -n "$gh_wait" ]; then gh_c=waits
  elif gh_private; then
    gh_look "$gh_j"
    if [ "$gh_c" = none ]; then
      gh_up; gh_from=$gh_t
      if [ -n "$gh_no" ]; then gh_c=$gh_no; elif gh_able "$1"; then gh_start "$gh_j" "$@"; fi
    fi
  fi
  case $gh_c in
    running) gh_wait=$gh_j; tail -c 2000 "$gh_d/out" 2>/dev/null; tail -c 2000 "$gh_d/err" >&2 2>/dev/null ;;
    [0-9]*|rebooted|killed|stopped|overdue) cat "$gh_d/out" 2>/dev/null; cat "$gh_d/err" >&2 2>/dev/null ;;
  esac
  case $gh_c in stopped) gh_no=halted ;; overdue) gh_no=stuck ;; esac
  gh_end_mark "E $gh_i $gh_c $gh_from $gh_t $gh_ago"
}
gh_ack() {
  gh_mark "B $1"
  if gh_private; then
    gh_look "$2"
    case $gh_c in none|running|overdue) ;; *) : >"$gh_d/collected"; rm -f "$gh_d/out" "$gh_d/err" ;; esac
    find "$gh_home" -mindepth 1 -maxdepth 1 -type d -mtime +14 2>/dev/null | while read -r gh_o; do
      gh_look "${gh_o##*/}"
      case $gh_c in running|overdue) ;; *) rm -rf "$gh_o" ;; esac
    done
  fi
  gh_end_mark "E $1 0 0 0"
}
gh_end() {
  gh_mark "B $1"
  if gh_private; then
    gh_look "$2"
    case $gh_c in running|overdue) : >"$gh_d/stop"; kill -TERM "$gh_pid" ;; esac
    for gh_x in 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15; do
      case $gh_c in running|overdue) sleep 1; gh_look "$2" ;; esac
    done
  fi
  gh_up
  gh_end_mark "E $1 $gh_c $gh_t $gh_t"
}
gh_list() {
  gh_mark "B $1"
  if gh_private; then
    gh_c=0
    for gh_o in "$gh_home"/*/run; do
      gh_o=${gh_o%/run}; gh_look "${gh_o##*/}"
      [ "$gh_c" = none ] || echo "${gh_o##*/} $gh_c $gh_from $gh_t $gh_most $gh_ago"
    done
    gh_c=0
  fi
  gh_up
  gh_end_mark "E $1 $gh_c $gh_t $gh_t"
}
"""


def job_line(index: int, command: Command, words: str) -> str:
    """The script's line for a command that is about a job; ``words`` is its argv, quoted.

    Raises:
        UsageError: the job's name cannot be a folder's, or it may run for longer than a week.
    """
    match command.job_verb:
        case "list":
            return f"gh_list {index}\n"
        case "acknowledge" | "stop" | "run" if not re.fullmatch(NAME, command.job):
            raise UsageError(f"{command.job!r} is no job's name: small letters, digits, dots, dashes, at most 100")
        case "acknowledge":
            return f"gh_ack {index} {command.job}\n"
        case "stop":
            return f"gh_end {index} {command.job}\n"
    if command.limit_s > LONGEST_JOB_S:
        raise UsageError(
            f"{command.key}: {command.limit_s:g} s are more than a week, which is the longest a job may run"
        )
    root = int(command.root)
    return f"gh_job {index} {command.limit_s:g} {root} {command.job} {command.max_bytes} {words}\n"
