# shellcheck shell=bash
# Sourced by the other scripts, which may be called from any directory and through a link. Paths in
# arguments and in printed texts are relative to the caller's directory.
#
#   kit         the root of the checkout
#   target      cargo's build directory
#   ambassador_target           cargo's build directory of the ambassador, a workspace of its own
#   from_here PATH              prints a path of the checkout relative to the caller's directory
#   install_tool NAME VERSION [ARGUMENT...]   installs a cargo tool into the build directory

caller=$PWD
kit=$(CDPATH='' cd -- "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)

# Makes a path absolute, so that it stays valid after a change of directory.
absolute() { case $1 in "" | /*) echo "$1" ;; *) echo "$caller/$1" ;; esac; }
absolute_list() {
  local all="" rest=$1:
  while [ -n "$rest" ]; do
    all=$all:$(absolute "${rest%%:*}")
    rest=${rest#*:}
  done
  echo "${all#:}"
}

target=$(absolute "${CARGO_TARGET_DIR:-$kit/target}")
if [ -n "${CARGO_TARGET_DIR:-}" ]; then export CARGO_TARGET_DIR=$target; fi
# Its own, because its dependencies are built with other features.
# shellcheck disable=SC2034
ambassador_target=$(absolute "${MICROSCALING_AMBASSADOR_TARGET:-$target/ambassador}")
if [ -n "${KUBECONFIG:-}" ]; then
  KUBECONFIG=$(absolute_list "$KUBECONFIG")
  export KUBECONFIG
fi

from_here() {
  local path=$kit/$1
  printf '%q' "${path#"$caller"/}"
}

# Not optimised: such a tool has little work, and builds sooner.
install_tool() {
  export PATH="$target/tools/bin:$PATH"
  if ! "$1" --version 2>/dev/null | grep -q " v\{0,1\}$2\$"; then
    cargo install "$1" --locked --version "$2" --debug --quiet --root "$target/tools" "${@:3}" ||
      { echo "error: $1 $2 cannot be installed, see above" >&2; exit 1; }
  fi
}
