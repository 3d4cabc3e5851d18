#!/bin/sh
# Sees to the system packages of a purpose: packages.sh run | test
# On Debian root gets them from apt; anyone else is told in one sentence what is missing and how to get it.
set -eu
cd "$(dirname "$0")/.."

has_python() {
    sh scripts/python.sh >/dev/null 2>&1
}
has_own_server() {
    [ -n "${DATABASE_URL:-}" ] || grep -qs '^ *DATABASE_URL=.' .env
}
has_postgis() {
    for file in /usr/share/postgresql/*/extension/postgis.control /usr/pgsql-*/share/extension/postgis.control \
        /usr/local/share/postgresql*/extension/postgis.control /usr/local/pgsql/share/extension/postgis.control \
        /opt/homebrew/share/postgresql*/extension/postgis.control; do
        [ -e "$file" ] && return 0
    done
    return 1
}
has_broker() {
    [ -x /usr/sbin/mosquitto ] || command -v mosquitto >/dev/null 2>&1
}
wants_broker() {  # by MQTT=1, there or in .env, or because the pack listens to the broker beside
    case "${MQTT:-$(sed -n 's/^ *MQTT=//p' .env 2>/dev/null | tail -1)}" in 1|true|yes|on) return 0;; esac
    pack="${PACK:-$(sed -n 's/^ *PACK=//p' .env 2>/dev/null | tail -1)}"
    grep -qsE '^ *(- *)?door: *mqtt' "packs/${pack:-newyork}"/sources/*.yaml
}
has_chromium() {
    [ -n "${CHROMIUM:-}" ] || command -v chromium >/dev/null 2>&1 || command -v chromium-browser >/dev/null 2>&1 \
        || command -v google-chrome >/dev/null 2>&1
}
has_ffmpeg() {  # tests make the stream of a camera with it
    command -v ffmpeg >/dev/null 2>&1
}
has_senders() {  # tests send by the commands of docs/doors.md
    command -v curl >/dev/null 2>&1 && command -v mosquitto_pub >/dev/null 2>&1
}
has_libatomic() {  # the browser driver's own Node needs it
    find /lib /lib64 /usr/lib /usr/lib64 -name 'libatomic.so.1' 2>/dev/null | grep -q . || [ "$(uname)" != Linux ]
}

# The newest PostGIS that this Debian has, with the server that it belongs to.
postgis_packages() {
    version=$(apt-cache pkgnames postgresql- 2>/dev/null | sed -n 's/^postgresql-\([0-9]*\)-postgis-3$/\1/p' | sort -n | tail -1)
    echo "postgresql${version:+-$version} postgresql${version:+-$version}-postgis-3${version:+ postgresql-$version-postgis-3-scripts}"
}

# Without a cluster of Debian's own: nobody asked for a second server on port 5432.
install_postgis() {
    $install postgresql-common
    conf=/etc/postgresql-common/createcluster.conf
    cp "$conf" "$conf.before"
    echo 'create_main_cluster = false' >> "$conf"
    # shellcheck disable=SC2046,SC2086
    $install $(postgis_packages) || { mv "$conf.before" "$conf"; exit 1; }
    mv "$conf.before" "$conf"
}

# Without starting it: nobody asked for a second broker on port 1883.
install_broker() {
    policy=/usr/sbin/policy-rc.d
    [ -e "$policy" ] || { made=yes; printf '#!/bin/sh\nexit 101\n' > "$policy"; chmod +x "$policy"; }
    $install mosquitto mosquitto-clients || failed=yes
    [ -z "${made:-}" ] || rm -f "$policy"
    [ -z "${failed:-}" ] || exit 1
    systemctl disable --quiet mosquitto 2>/dev/null || true
}

wanted=""; plain=""; postgis=no; broker=no
need() { wanted="$wanted${wanted:+, }$1"; plain="$plain${2:+ $2}"; }
has_python || need "Python 3.11 or newer with venv" "python3 python3-venv"
if ! has_postgis && { [ "$1" = test ] || ! has_own_server; }; then
    need "a PostgreSQL server with PostGIS" ""; postgis=yes
fi
if ! has_broker && { [ "$1" = test ] || wants_broker; }; then
    need "mosquitto, a message broker" ""; broker=yes
fi
# Running does without the browser: pages are then not printed as PDF, and the screen says so.
[ "$1" != test ] && { [ "$(id -u)" != 0 ] || ! command -v apt-get >/dev/null 2>&1; } || {
    has_chromium || need "Chromium" "chromium"
    has_libatomic || need "libatomic" "libatomic1"
    [ "$1" != test ] || has_ffmpeg || need "ffmpeg" "ffmpeg"
    [ "$1" != test ] || has_senders || need "curl and mosquitto_pub" "curl mosquitto-clients"
}
[ -n "$wanted" ] || exit 0

if [ "$(id -u)" != 0 ] || ! command -v apt-get >/dev/null 2>&1; then
    [ "$postgis" = no ] || plain="$plain $(postgis_packages)"
    [ "$broker" = no ] || plain="$plain mosquitto mosquitto-clients"
    echo "Missing: $wanted; run this once as root on Debian 12 or newer," \
        "or install it with your system's own packages (Debian: apt-get install$plain)." >&2
    exit 1
fi

echo "Installing $wanted …"
export DEBIAN_FRONTEND=noninteractive
install="apt-get install -qq -y --no-install-recommends -o Dpkg::Use-Pty=0"
apt-get update -qq
# shellcheck disable=SC2086
$install ca-certificates $plain
[ "$postgis" = no ] || install_postgis
[ "$broker" = no ] || install_broker
has_python || { echo "This system's python3 is older than 3.11: install a newer one, or use Debian 12." >&2; exit 1; }
