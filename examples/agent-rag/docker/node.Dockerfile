FROM debian:bookworm-slim AS node
RUN apt-get update \
 && apt-get install -y --no-install-recommends nodejs \
 && rm -rf /var/lib/apt/lists/*

FROM node AS dependencies
RUN apt-get update \
 && apt-get install -y --no-install-recommends npm \
 && rm -rf /var/lib/apt/lists/*
WORKDIR /app
COPY package.json package-lock.json ./
RUN npm ci --omit=dev --no-audit --no-fund

FROM node
RUN useradd --system --uid 10001 --no-create-home app
WORKDIR /app
COPY --from=dependencies /app/node_modules node_modules
COPY package.json ./
COPY docker/healthcheck.sh /usr/local/bin/healthcheck
COPY src src
COPY services services
ENV NODE_ENV=production HOST=0.0.0.0 PORT=8080
USER app
EXPOSE 8080
CMD ["node", "services/api.js"]
