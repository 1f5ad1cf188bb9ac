# Crossbook without a window: the hub, its interface for a browser, and the local API.
#   docker build -t crossbook .
#   docker run --init -p 127.0.0.1:7373:7373 -v crossbook-data:/data crossbook
# With Redis, Prometheus and Grafana: compose.yaml.

FROM node:24-bookworm-slim AS build
WORKDIR /app
COPY package.json package-lock.json ./
# No package's script runs: native modules bring their binaries, and Electron and the `node` package have no business here.
RUN npm ci --ignore-scripts --no-audit --no-fund
COPY tsconfig*.json electron.vite.config.ts ./
COPY scripts ./scripts
COPY src ./src
RUN npm run build

FROM node:24-bookworm-slim AS libraries
WORKDIR /app
COPY package.json package-lock.json ./
RUN npm ci --omit=dev --ignore-scripts --no-audit --no-fund

FROM node:24-bookworm-slim
# The keychain's library, so that its module loads; a container has no keyring, so accounts name environment variables for their keys.
RUN apt-get update \
  && apt-get install -y --no-install-recommends libsecret-1-0 \
  && rm -rf /var/lib/apt/lists/* \
  && mkdir /data \
  && chown node:node /data
WORKDIR /app
COPY --from=libraries /app/node_modules ./node_modules
COPY --from=build /app/out ./out
COPY package.json LICENSE ./
COPY resources ./resources
# Inside the container every address is its own: what reaches the port is decided where it is published (127.0.0.1 above). The name `hub`
# is how the neighbours of compose.yaml call it.
ENV NODE_ENV=production \
  CROSSBOOK_DATA=/data \
  CROSSBOOK_GATEWAY_HOST=0.0.0.0 \
  CROSSBOOK_GATEWAY_PORT=7373 \
  CROSSBOOK_GATEWAY_ALLOWED_HOSTS=[hub]
VOLUME /data
EXPOSE 7373
USER node
HEALTHCHECK --interval=15s --timeout=5s --start-period=60s --retries=3 \
  CMD ["node", "-e", "fetch(`http://127.0.0.1:${process.env.CROSSBOOK_GATEWAY_PORT}/health/ready`).then((reply) => process.exit(reply.ok ? 0 : 1), () => process.exit(1))"]
ENTRYPOINT ["node", "--disable-warning=ExperimentalWarning", "out/main/cli.js"]
CMD ["serve"]
