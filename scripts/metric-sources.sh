# shellcheck shell=bash disable=SC2034,SC2154
# Sourced by scripts/test-prometheus: an engine whose consumer follows a query to the real
# Prometheus. It uses that script's functions and variables.
#
#   metric_sources    starts the box and tries it: killed, restarted, several series, none, NaN
#   metric_manifest   prints the box's manifest; scripts/outgrow plays it, too

# The consumer's query in the beginning: the jobs that wait or are under way.
open_jobs='sum(queue_messages_ready{queue="jobs"} + queue_messages_in_flight{queue="jobs"})'

# demo.yaml with a consumer that follows the query.
metric_manifest() {
  sed -e 's|\(microscaling.com/rule:\) rate|\1 per-container|' \
    -e "s|\( *\)microscaling.com/queue: jobs|\1microscaling.com/source: prometheus\n&|" \
    -e "s|microscaling.com/queue: jobs|microscaling.com/query: '$open_jobs'|" \
    -e 's|microscaling.com/target-queue-length: .*|microscaling.com/target-per-container: "1"|' \
    -e 's|\( *\)microscaling.com/rate-average: .*|\1microscaling.com/source-interval: 1s|' \
    -e 's|\( *\)microscaling.com/priority: "1"|&\n\1microscaling.com/metric-name: open jobs|' \
    demo.yaml
}

# state FILTER: whether the engine's state is so.
state() {
  write_targets
  get "$engine_url/api/v1/state" | jq -e "$1" >/dev/null
}
consumer='.workloads[] | select(.name == "consumer")'
metric='.queues[] | select(.name == "open jobs")'

# Whether the Configure page says this of the consumer's metric.
warned() {
  get "$engine_url/api/v1/config" |
    jq -e --arg text "$1" '.workloads[] | select(.deployment == "consumer")
      | .queue_warning // "" | contains($text)' >/dev/null
}

# Sets the consumer's query while the engine runs.
ask_for() {
  jq -n --arg query "$1" '{changes: [{deployment: "consumer",
    annotations: {"microscaling.com/query": $query}}]}' |
    get --fail -X PUT -H 'Content-Type: application/json' --data-binary @- \
      "$engine_url/api/v1/config" >/dev/null || fail "the query $1 is refused"
}

# held QUERY TEXT: with this query the count is kept, and the page says this.
held() {
  local before after
  before=$(get "$engine_url/api/v1/state" | jq "$consumer | .desired")
  ask_for "$1"
  eventually "\"$2\" is said of $1" warned "$2"
  eventually "the consumer is kept" state "$consumer | .why.limited_by == \"reading\""
  after=$(get "$engine_url/api/v1/state" | jq "$consumer | .desired")
  [ "$after" = "$before" ] || fail "$1: the count went from $before to $after"
  printf '%-42s kept at %s: %s\n' "$1" "$after" "$2"
}

start_prometheus_again() {
  local address=${prometheus_url#http://}
  prometheus --config.file="$work/prometheus.yaml" --storage.tsdb.path="$work/data" \
    --web.listen-address="$address" </dev/null >"$work/prometheus.log" 2>&1 9>&- &
  prometheus_pid=$!
  eventually "Prometheus listens again" ready
}

metric_sources() {
  local kept
  metric_manifest >"$work/metric.yaml"
  exec 9<>"$work/pipe"
  : >"$work/engine.out"
  MICROSCALING_PARENT=pipes RUST_LOG=warn "$engine" --scheduler process \
    --manifest "$work/metric.yaml" --prometheus "$prometheus_url" --listen 127.0.0.1:0 \
    <"$work/pipe" >"$work/engine.out" 2>"$work/engine.log" 9>&- &
  engine_pid=$!
  eventually "the engine listens" listening
  scale_producer 3
  eventually "the consumer follows the query" state "$consumer | .ready >= 5"
  get "$engine_url/api/v1/state" | jq -r "$consumer | \"consumer \\(.ready): \\(.why.text)\""
  state "$consumer | .why.text | startswith(\"open jobs value \")" || fail "another reason is given"

  # Without the shell's own line about it.
  { kill -9 "$prometheus_pid" && gone "$prometheus_pid"; } 2>/dev/null
  prometheus_pid=
  eventually "the reading is failed" state "$metric | .status == \"failed\""
  kept=$(get "$engine_url/api/v1/state" | jq -r "$consumer | .why.text")
  echo "Prometheus is killed: $kept"
  case $kept in
    "kept at "*": the last reading of metric open jobs is "*" s old") ;;
    *) fail "that the consumer is kept is not said" ;;
  esac
  grep -q 'metric open jobs cannot be read: http://127.0.0.1:[0-9]* cannot be reached' \
    "$work/engine.log" || fail "the log does not say why"
  state "$consumer | .ready >= 5" || fail "the count was not kept"

  start_prometheus_again
  scale_producer 0
  eventually "the count follows the query again" state "$consumer | .ready == 1"
  echo "Prometheus is back: the consumer goes on, to 1"

  ask_for 'vector(3)'
  eventually "the consumer follows another query" state "$consumer | .ready == 3"
  echo "vector(3)                                  followed: 3 consumers"
  held 'up' 'series'
  held 'no_such_metric' 'the query finds no series'
  held 'vector(0 / 0)' 'the value is NaN'
  held 'vector(1 / 0)' 'the value is inf'
  held 'up[1m]' 'the query gives a matrix'
  held 'sum(' 'answered 400 Bad Request'
  ask_for 'vector(5)'
  eventually "the consumer follows again" state "$consumer | .ready == 5"
  echo "vector(5)                                  followed: 5 consumers"
  stop_engine
}
