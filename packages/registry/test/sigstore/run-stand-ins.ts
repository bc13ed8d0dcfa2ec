/**
 * Runs the stand-ins until it is stopped, and says how to sign with them:
 *
 *   node --import ./scripts/source.mjs packages/registry/test/sigstore/run-stand-ins.ts [EMAIL]
 */
import { mkdtemp, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { startStandIns } from './stand-ins.ts'

const [email = 'release@example.com'] = process.argv.slice(2)
const services = await startStandIns()
const root = join(await mkdtemp(join(tmpdir(), 'policypatch-sigstore-')), 'trusted-root.json')
await writeFile(root, services.trustedRoot)
console.log(`export IDENTITY_TOKEN=${await services.token(email)}
policypatch sign PATCH --identity-token-env IDENTITY_TOKEN --authority ${services.authority} --log ${services.log}
policypatch verify PATCH --identity ${email} --issuer ${services.issuer} --trusted-root ${root}`)
