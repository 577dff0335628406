# The image that all programs share, with nothing that they do not need.
# scripts/image builds it and loads it into your cluster.
ARG RUST_IMAGE=docker.io/library/rust:1.95-slim-bookworm
# The same Debian as above: programs do not run with an older C library than they were built with.
ARG BASE_IMAGE=gcr.io/distroless/cc-debian12:nonroot

FROM ${RUST_IMAGE} AS build
ARG PROFILE=dist
WORKDIR /src
COPY . .
RUN cargo build --profile ${PROFILE} --locked --bins
# What scripts/image --with adds, separated by spaces: ambassador, nats-server, nsqd.
ARG WITH=""
RUN mkdir -p /with && for name in ${WITH}; do \
      case ${name} in \
        ambassador) \
          (cd queue/ambassador && cargo build --profile ${PROFILE} --locked --bin ambassador) \
          && cp queue/ambassador/target/${PROFILE}/ambassador /with/ ;; \
        nats-server) \
          apt-get update -qq && apt-get install -y -qq --no-install-recommends nats-server \
          && cp /usr/sbin/nats-server /with/ ;; \
        nsqd) \
          apt-get update -qq && apt-get install -y -qq --no-install-recommends golang-go \
          && bash -c 'target=/src/target . scripts/servers.sh && provide nsq' \
          && cp target/outgrow/nsq/nsqd /with/ ;; \
        *) echo "nothing is called ${name}" >&2; exit 1 ;; \
      esac || exit 1; \
    done
# The base has no shell, so the files for it are arranged here.
RUN mkdir -p /out/usr/local/bin /out/usr/share/microscaling \
 && cd target/${PROFILE} \
 && cp queue producer consumer remainder engine /out/usr/local/bin/ \
 && cp -r /with/. /out/usr/local/bin/ \
 && ln -s engine /out/usr/local/bin/box \
 && cp /src/demo.yaml /out/usr/share/microscaling/

FROM ${BASE_IMAGE}
LABEL org.opencontainers.image.title="Microscaling in a Box" \
      org.opencontainers.image.licenses="Apache-2.0"
COPY --from=build /out/ /
# A number, because Kubernetes cannot see from a name that a user is not root.
USER 65532:65532
# No ENTRYPOINT: `docker run IMAGE queue` runs a queue, and `docker run IMAGE` the whole box.
CMD ["box"]
