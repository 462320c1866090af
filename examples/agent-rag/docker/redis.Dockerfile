FROM debian:bookworm-slim
RUN apt-get update \
 && apt-get install -y --no-install-recommends redis-server \
 && rm -rf /var/lib/apt/lists/* \
 && install -d -o redis -g redis -m 0700 /data
COPY docker/redis.sh /usr/local/bin/start-redis
USER redis
WORKDIR /data
VOLUME /data
EXPOSE 6379
CMD ["start-redis"]
