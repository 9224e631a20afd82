# The service with its pages, as a web service of its own: docs/deploy.md.
#   docker build --tag technic .
# scripts/try-dockerfile runs these steps without Docker.

FROM node:22.20.0-bookworm AS pages
WORKDIR /pages
COPY scripts/fetch-assets scripts/fetch-assets
COPY src/technic/service/pages/assets.json src/technic/service/pages/assets.json
RUN python3 scripts/fetch-assets

# not the slim one: it has strip, with which scripts/slim-environment makes the environment smaller
FROM python:3.11.14-bookworm AS builder
ENV PIP_NO_CACHE_DIR=1 PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_ROOT_USER_ACTION=ignore
WORKDIR /build
RUN python -m venv /opt/technic
COPY constraints-service.txt ./
RUN /opt/technic/bin/pip install --quiet --require-hashes --requirement constraints-service.txt
COPY pyproject.toml hatch_build.py README.md LICENSE ./
COPY src src
COPY --from=pages /pages/src/technic/service/pages/vendor src/technic/service/pages/vendor
RUN /opt/technic/bin/pip install --quiet --no-deps --no-build-isolation .
COPY scripts/slim-environment scripts/slim-environment
RUN sh scripts/slim-environment /opt/technic

FROM python:3.11.14-slim-bookworm
RUN groupadd --gid 10001 technic \
    && useradd --uid 10001 --gid 10001 --no-create-home --home-dir /data technic \
    && install --directory --owner=10001 --group=10001 /data
COPY --from=builder /opt/technic /opt/technic
ENV PATH=/opt/technic/bin:$PATH PYTHONDONTWRITEBYTECODE=1 PYTHONUNBUFFERED=1 \
    TECHNIC_HOME=/data PORT=10000
WORKDIR /data
VOLUME /data
EXPOSE 10000
USER 10001:10001
HEALTHCHECK --interval=30s --timeout=5s --start-period=60s --retries=3 \
    CMD ["python", "-c", "import os, urllib.request; urllib.request.urlopen('http://127.0.0.1:' + os.environ['PORT'] + '/health', timeout=4)"]
STOPSIGNAL SIGTERM
CMD ["technic", "serve", "--host", "0.0.0.0"]
