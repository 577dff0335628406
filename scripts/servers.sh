# shellcheck shell=bash
# Sourced after kit.sh by the scripts that start other people's queues.
#
#   provide NAME    makes the server's programs available in PATH; fetches them if they are missing

# Where fetched servers are; they are kept, as builds are.
# shellcheck disable=SC2154
fetched=$target/outgrow

# As in the go.mod of nsqd, whose replacements do not count for who depends on it.
nsq_version=v1.3.0
go_svc=github.com/mreiferson/go-svc@v1.2.2-0.20210815184239-7a96e00010f6
elasticmq_version=1.7.1
copy_dependencies=org.apache.maven.plugins:maven-dependency-plugin:2.8:copy-dependencies

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

# tool COMMAND PACKAGE: installs the Debian package that has the command, if it is missing.
tool() {
  if command -v "$1" >/dev/null; then return; fi
  if ! command -v apt-get >/dev/null || [ "$(id -u)" != 0 ]; then
    echo "error: $1 was not found; on Debian: apt-get install --no-install-recommends $2" >&2
    return 1
  fi
  if ! { apt-get update -qq && DEBIAN_FRONTEND=noninteractive \
    apt-get install -y -qq --no-install-recommends "$2" >/dev/null; }; then
    echo "error: $2 cannot be installed, see above" >&2
    return 1
  fi
}

# end_of WHAT FOLDER STATUS: shows the log if it failed, and removes the folder.
end_of() {
  if [ "$3" != 0 ]; then
    cat "$2/log" >&2
    echo "error: $1, see above" >&2
  fi
  rm -rf "$2"
  return "$3"
}

# Builds nsqd from its Go module.
build_nsqd() {
  tool go golang-go || return
  echo "Building nsqd; this takes a minute." >&2
  local folder status=0
  folder=$(mktemp -d)
  (
    cd "$folder" && export GOFLAGS=-mod=mod &&
      go mod init servers &&
      go mod edit -replace "github.com/judwhite/go-svc=$go_svc" &&
      go get "github.com/nsqio/nsq/apps/nsqd@$nsq_version" &&
      go build -buildvcs=false -o nsqd github.com/nsqio/nsq/apps/nsqd &&
      mkdir -p "$fetched/nsq" &&
      mv nsqd "$fetched/nsq/nsqd"
  ) >"$folder/log" 2>&1 || status=1
  end_of "nsqd cannot be built" "$folder" "$status"
}

# Fetches ElasticMQ, a server with the API of SQS, from Maven's repository.
fetch_elasticmq() {
  tool mvn maven || return
  echo "Fetching ElasticMQ; this takes a minute." >&2
  local folder status=0
  folder=$(mktemp -d)
  # Compiled less well, it starts sooner.
  cat >"$folder/elasticmq" <<'END'
#!/bin/sh
libs=$(dirname "$0")/libs
exec java -XX:TieredStopAtLevel=1 -Xmx256m "$@" -cp "$libs/*" org.elasticmq.server.Main
END
  cat >"$folder/pom.xml" <<END
<project>
  <modelVersion>4.0.0</modelVersion>
  <groupId>servers</groupId><artifactId>servers</artifactId><version>1</version>
  <packaging>pom</packaging>
  <dependencies>
    <dependency>
      <groupId>org.elasticmq</groupId><artifactId>elasticmq-server_2.13</artifactId>
      <version>$elasticmq_version</version>
    </dependency>
  </dependencies>
</project>
END
  (
    cd "$folder" && chmod +x elasticmq &&
      mvn --batch-mode --quiet "$copy_dependencies" "-DoutputDirectory=$folder/libs" &&
      rm -rf "$fetched/elasticmq" && mkdir -p "$fetched/elasticmq" &&
      mv libs elasticmq "$fetched/elasticmq/"
  ) >"$folder/log" 2>&1 || status=1
  end_of "ElasticMQ cannot be fetched" "$folder" "$status"
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
    nsq)
      export PATH=$PATH:$fetched/nsq
      command -v nsqd >/dev/null || build_nsqd
      ;;
    sqs)
      export PATH=$PATH:$fetched/elasticmq
      tool java default-jre-headless || return
      command -v elasticmq >/dev/null || fetch_elasticmq
      ;;
    prometheus)
      export PATH=$PATH:$fetched/prometheus/usr/bin
      command -v prometheus >/dev/null || fetch prometheus
      ;;
  esac
}
