// runtime: the two shell scripts of the guardian; POSIX sh, so that they cost 0.1 MB and start in a millisecond.

/** In the environment of everything that a guardian started: finds those that left their process group. */
export const MARK_VARIABLE = 'MICROSCALING_GUARDIAN';

/** The same of one process: finds what it started and what left its process group. */
export const PROCESS_VARIABLE = 'MICROSCALING_PROCESS';

/**
 * Waits at the gate (descriptor 3) for a go, then becomes the program. When the parent dies before the
 * registration, the gate closes and nothing ever runs.
 */
export const GATE_SCRIPT = 'read -r go <&3 || exit 125; exec 3<&-; exec "$@"';

/**
 * Arguments: mark, grace in seconds. Standard input, a line each:
 *
 *     + PGID   guard this process group        - PGID   it is empty
 *     d DIR    remove this directory           k DIR    keep it after all
 *
 * At the end of input: TERM to all, grace, KILL to all, directories removed. Marked processes are looked up
 * where there is a /proc; elsewhere the groups must do. The directories live in "$@".
 */
export const GUARDIAN_SCRIPT = `
trap '' HUP INT TERM
mark=$1 tries=$(($2 * 10)) groups=' '
set --

while IFS= read -r line; do
  arg=\${line#? }
  case $line in
  '+ '*) groups="$groups$arg " ;;
  '- '*) case $groups in *" $arg "*) groups="\${groups%%" $arg "*} \${groups#*" $arg "}" ;; esac ;;
  'd '*) set -- "$@" "$arg" ;;
  'k '*) for dir do shift; [ "$dir" = "$arg" ] || set -- "$@" "$dir"; done ;;
  esac
done

marked() {
  [ -r /proc/self/environ ] || return 0
  grep -lzsx "${MARK_VARIABLE}=$mark" /proc/[0-9]*/environ 2>/dev/null | cut -d/ -f3
}
left() {
  for group in $groups; do kill -0 -- "-$group" 2>/dev/null && return 0; done
  [ -n "$(marked)" ]
}
signal() {
  for group in $groups; do kill -s "$1" -- "-$group" 2>/dev/null; done
  for pid in $(marked); do kill -s "$1" "$pid" 2>/dev/null; done
}
await() {
  while [ "$1" -gt 0 ] && left; do
    [ -z "$2" ] || signal "$2"
    sleep 0.1
    set -- $(($1 - 1)) "$2"
  done
}

if left; then
  signal TERM
  await "$tries"
  await 20 KILL
fi
[ $# -eq 0 ] || rm -rf -- "$@" || { sleep 0.2; rm -rf -- "$@"; }
`;
