# Debian, not Alpine: what Antics takes from npm is built for glibc.
FROM node:24-bookworm-slim AS build
WORKDIR /app
COPY package.json package-lock.json .npmrc ./
# With the optional packages: the compiler's binary is one of them.
RUN npm ci --omit=dev
COPY . .
RUN npm run build

FROM node:24-bookworm-slim AS packages
WORKDIR /app
COPY package.json package-lock.json .npmrc ./
# Without them here: no compiler, no second Node, and no embedded PostgreSQL, so DATABASE_URL has to be given.
RUN npm ci --omit=dev --omit=optional

FROM node:24-bookworm-slim
LABEL org.opencontainers.image.title="Antics" \
      org.opencontainers.image.description="Self-hosted, privacy-friendly web analytics" \
      org.opencontainers.image.licenses="MIT"
WORKDIR /app
# In a container "all interfaces" is the container's own; compose publishes the port on the host's loopback only.
ENV NODE_ENV=production \
    ANTICS_HOST=0.0.0.0 \
    ANTICS_PORT=8480 \
    ANTICS_DATA_DIR=/var/lib/antics
# The admin key is written here when no terminal is attached. A volume mounted over it inherits the owner.
RUN install -d -o node -g node -m 0700 /var/lib/antics
COPY --from=packages /app/node_modules node_modules
COPY --from=build /app/dist dist
COPY package.json LICENSE ./
COPY migrations migrations
USER node
EXPOSE 8480
HEALTHCHECK --interval=10s --timeout=5s --start-period=30s --retries=3 \
  CMD ["node", "-e", "fetch(`http://127.0.0.1:${process.env.ANTICS_PORT}/api/health`).then((r) => process.exit(r.ok ? 0 : 1), () => process.exit(1))"]
# What `npm run start:prod` runs. Without npm in between, SIGTERM reaches Antics itself, which then drains and exits.
CMD ["node", "--enable-source-maps", "dist/main.js"]
