# microscaling: the operator and the tutorial's programs in one image. `microscaling install --image` runs it.
#
#   docker build -t microscaling:0.1.0 .
#   docker run --rm --read-only microscaling:0.1.0 version
#   docker run --rm --read-only -v microscaling:/data -p 8090:8090 microscaling:0.1.0 run --data /data --marathon http://…
#
# It listens on 0.0.0.0:8090, where a published port leads, and there everything but the probes needs a token: one in
# MICROSCALING_API_TOKEN, or of `docker exec CONTAINER microscaling token create NAME --data /data`. It says so when it starts.
#
# It writes nothing to its own file system and needs no right beyond its network. What is to outlive it goes to --data, a
# volume; `--git` without --data and `marathon` need --tmpfs /tmp besides. `demo` is for a checkout.

FROM node:24-slim AS build
WORKDIR /src
COPY package.json package-lock.json ./
RUN npm ci --ignore-scripts --no-audit --no-fund
COPY tsconfig.json LICENSE ./
COPY src src
COPY crds crds
COPY specs/policies specs/policies
COPY specs/programs specs/programs
COPY docs/runbooks docs/runbooks
RUN npm run build

# Neither tools nor the Node binaries that a checkout brings along: this image has its Node.
FROM node:24-slim AS dependencies
WORKDIR /src
COPY package.json package-lock.json ./
RUN npm ci --omit=dev --omit=optional --ignore-scripts --no-audit --no-fund \
  # What only compilers and debuggers read: half of it.
  && find node_modules -type f \( -name '*.map' -o -name '*.d.ts' -o -name '*.d.cts' -o -name '*.d.mts' \) -delete

FROM node:24-slim
LABEL org.opencontainers.image.title="microscaling" \
      org.opencontainers.image.description="Moves running tasks between services in seconds: an operator for Marathon." \
      org.opencontainers.image.licenses="Apache-2.0"
# For policies from git, over https and ssh.
RUN apt-get update \
  && apt-get install -y --no-install-recommends ca-certificates git openssh-client \
  && rm -rf /var/lib/apt/lists/* /var/cache/apt/* /var/log/apt /var/log/dpkg.log
ENV NODE_ENV=production \
    MICROSCALING_DEFAULT_API=0.0.0.0:8090
COPY --from=dependencies /src/node_modules /opt/microscaling/node_modules
COPY --from=build /src/dist /opt/microscaling
# A new volume takes over whose the directory is.
RUN ln -s /opt/microscaling/cli/bin/microscaling /usr/local/bin/microscaling \
  && install -d -m 0700 -o 1000 -g 1000 /data
# A number, so that Kubernetes can see that it is not root; the image calls it `node`.
USER 1000:1000
EXPOSE 8090
HEALTHCHECK --interval=10s --timeout=5s --start-period=30s --retries=3 CMD ["microscaling", "health"]
ENTRYPOINT ["microscaling"]
CMD ["run"]
