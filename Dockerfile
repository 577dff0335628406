# The one image of the kit: every program, and nothing that they do not need.
# scripts/image builds it, and gives it to your cluster.
ARG RUST_IMAGE=docker.io/library/rust:1.95-slim-bookworm
# Same Debian as above: programs do not run on an older C library than they were built on.
ARG BASE_IMAGE=gcr.io/distroless/cc-debian12:nonroot

FROM ${RUST_IMAGE} AS build
ARG PROFILE=dist
WORKDIR /src
COPY . .
RUN cargo build --profile ${PROFILE} --locked --bins
# The base has no shell, so its part of the file tree is laid out here.
RUN mkdir -p /out/usr/local/bin /out/usr/share/microscaling \
 && cd target/${PROFILE} \
 && cp queue producer consumer remainder engine /out/usr/local/bin/ \
 && ln -s engine /out/usr/local/bin/box \
 && cp /src/demo.yaml /out/usr/share/microscaling/

FROM ${BASE_IMAGE}
LABEL org.opencontainers.image.title="Microscaling in a Box" \
      org.opencontainers.image.licenses="Apache-2.0"
COPY --from=build /out/ /
# As a number: Kubernetes cannot tell by a name that a user is not root.
USER 65532:65532
# No ENTRYPOINT: `docker run IMAGE queue` is a queue, and nothing said is the whole box.
CMD ["box"]
