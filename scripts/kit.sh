# For the other scripts, which may be called from any folder and through a link. Paths that are
# typed are the caller's, and so are those that are printed.
#
#   kit         the kit's folder
#   target      where cargo builds
#   from_here   prints a path of the kit as the caller can paste it
#   install_tool NAME VERSION   a program of cargo's that the kit does not ship, beside the build

caller=$PWD
kit=$(CDPATH='' cd -- "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)

# Also where a script goes to the kit's folder afterwards.
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
if [ -n "${KUBECONFIG:-}" ]; then
  KUBECONFIG=$(absolute_list "$KUBECONFIG")
  export KUBECONFIG
fi

from_here() {
  local path=$kit/$1
  printf '%q' "${path#"$caller"/}"
}

# Not optimised: such a tool has little to do, and is there sooner.
install_tool() {
  export PATH="$target/tools/bin:$PATH"
  if ! cargo "${1#cargo-}" --version 2>/dev/null | grep -q " $2\$"; then
    cargo install "$1" --locked --version "$2" --debug --quiet --root "$target/tools" ||
      { echo "error: $1 $2 cannot be installed, see above" >&2; exit 1; }
  fi
}
