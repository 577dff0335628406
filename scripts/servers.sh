# shellcheck shell=bash
# Sourced after kit.sh by the scripts that start other people's queues.
#
#   provide NAME    makes the server's programs available in PATH; fetches them if they are missing

# Where fetched servers are; they are kept, as builds are.
# shellcheck disable=SC2154
fetched=$target/outgrow

# fetch PACKAGE: unpacks a Debian package, so that no service of it starts on its own.
fetch() {
  command -v apt-get >/dev/null || { echo "error: $1 was not found; install it" >&2; return 1; }
  local folder
  folder=$(mktemp -d)
  (
    cd "$folder"
    apt-get download -qq "$1" 2>/dev/null || { apt-get update -qq && apt-get download -qq "$1"; }
    mkdir -p "$fetched/$1"
    dpkg -x "$1"_*.deb "$fetched/$1"
  ) || { rm -rf "$folder"; echo "error: $1 cannot be fetched, see above" >&2; return 1; }
  rm -rf "$folder"
}

provide() {
  case $1 in
    # The kit's own programs are built.
    kit) ;;
    nats)
      # Debian has it where only root's PATH leads.
      export PATH=$PATH:/usr/sbin:$fetched/nats-server/usr/sbin
      command -v nats-server >/dev/null || fetch nats-server
      ;;
  esac
}
