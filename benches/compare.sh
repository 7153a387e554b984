#!/usr/bin/env bash
# Times derbes beside what one would use instead, on made-up texts that are written to DIR, and checks that it finds what
# they find. Needs cargo and Python 3; ripgrep, gzip, zstd, Kingfisher and betterleaks are taken where they are installed.
#
#     benches/compare.sh DIR [--mib 512] [--runs 5] [--slice 8] [--tree FOLDER] [--cpu] [--renew]
#
# DERBES names a binary to take instead of building one.
set -euo pipefail

root=$(cd "$(dirname "$0")/.." && pwd)
if [ $# -eq 0 ] || [ "${1#-}" != "$1" ]; then
  echo "usage: $0 DIR [--mib 512] [--runs 5] [--slice 8] [--tree FOLDER] [--cpu] [--renew]" >&2
  exit 2
fi
mkdir -p "$1"
if [ -z "${DERBES:-}" ]; then
  (cd "$root" && cargo build --locked --release)
  DERBES=$root/target/release/derbes
fi
"${RUSTC:-rustc}" --edition 2024 -O -o "$1/corpus" "$root/benches/corpus/main.rs"
exec python3 "$root/benches/compare" --derbes "$DERBES" "$@"
