/**
 * Measures the size of a signed patch with provenance and manifest, and the time to read it from disk and verify it with a trust
 * policy, for prefixes of 50 virtual tokens of SmolLM2-135M's shape and a 7B model's.
 *
 *   npm run bench:verify
 *
 * The time is the median of 50 runs after 5 warm-up runs. Fails above 135 kB and 860 kB, and above 50 ms.
 */
import { generateKeyPairSync } from 'node:crypto'
import { mkdtemp, readdir, rm, stat } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createPatch, readPatch } from 'policypatch'
import { openTrust, signPatch, type TrustPolicy } from 'policypatch/patch'
import { tinyManifest } from '../packages/core/test/patch/tiny-patch.ts'

const cases = [
  { name: 'SmolLM2-135M', hiddenSize: 576, layers: 30, heads: 9, most: 135_000 },
  { name: '7B', hiddenSize: 4096, layers: 32, heads: 32, most: 860_000 },
]
const [length, warm, runs, mostMilliseconds] = [50, 5, 50, 50]

const key = generateKeyPairSync('ec', { namedCurve: 'P-256' })
const policy: TrustPolicy = {
  format: 'policypatch-trust/v1',
  signers: { vendor: { publicKey: key.publicKey.export({ type: 'spki', format: 'pem' }).toString() } },
  rules: [{ signers: ['vendor'], provenance: true }],
}

for (const { name, most, ...shape } of cases) {
  const folder = await mkdtemp(join(tmpdir(), 'policypatch-verify-'))
  try {
    const { hiddenSize } = shape
    const embeddings = Float32Array.from({ length: length * hiddenSize }, (_, i) => Math.sin(i))
    const { prefix, ...manifest } = tinyManifest
    const patch = await createPatch({
      manifest: { ...manifest, prefix: { ...prefix, length }, base: { ...manifest.base, ...shape } },
      prefix: { length, embeddings },
    })
    await patch.save(folder)
    await signPatch(folder, { signer: key.privateKey.export({ type: 'pkcs8', format: 'pem' }).toString() })
    const sizes = await Promise.all(
      (await readdir(folder)).map(async (file) => (await stat(join(folder, file))).size),
    )
    const bytes = sizes.reduce((sum, size) => sum + size, 0)
    const trust = await openTrust(policy)
    const times: number[] = []
    for (let i = 0; i < warm + runs; i++) {
      const start = performance.now()
      await readPatch(folder, { trust })
      if (i >= warm) times.push(performance.now() - start)
    }
    const median = times.sort((a, b) => a - b)[runs / 2] as number
    console.log(`${name}: ${bytes} bytes (at most ${most}), read and verified in ${median.toFixed(1)} ms`)
    if (bytes > most || median > mostMilliseconds) process.exitCode = 1
  } finally {
    await rm(folder, { recursive: true })
  }
}
