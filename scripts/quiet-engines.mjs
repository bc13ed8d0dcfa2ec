/**
 * Takes from package-lock.json what development packages say of the Node that they are for, where it is a later one than ours: they are
 * tested with here on ours, and `npm ci` need not warn of each. Run it after `npm install` has written the file.
 *
 *   npm run lock:engines
 */
import { readFileSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'

const { satisfies } = createRequire(import.meta.url)('semver')
const path = new URL('../package-lock.json', import.meta.url)
const lock = JSON.parse(readFileSync(path, 'utf8'))
const least = '20.19.0'

for (const [name, entry] of Object.entries(lock.packages)) {
  const asked = entry.engines?.node
  if (!asked || satisfies(least, asked)) continue
  if (!entry.dev && !entry.devOptional && !entry.optional && !entry.peer) {
    throw new Error(`${name} is for Node ${asked}, and not for development alone`)
  }
  console.log(`${name}: ${asked}`)
  delete entry.engines
}
writeFileSync(path, `${JSON.stringify(lock, null, 2)}\n`)
