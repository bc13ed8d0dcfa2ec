/**
 * A process that changes a repository until it is killed or has made so many changes, and prints a line for each that is done.
 * Arguments: a folder with public/, keys/ and patch/, its name, and how many.
 */
import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { addPatch } from '../../src/repository/publish/add-patch.ts'
import { renewMetadata } from '../../src/repository/publish/renew-metadata.ts'
import { rotateKeys } from '../../src/repository/publish/rotate-keys.ts'
import { yankPatch } from '../../src/repository/publish/yank-patch.ts'

const [base = '', own = '', count = ''] = process.argv.slice(2)
const options = { folder: join(base, 'public'), keys: [join(base, 'keys')] }
const done = (change: object) => process.stdout.write(`${JSON.stringify(change)}\n`)

const template: Record<string, Uint8Array> = {}
for (const name of await readdir(join(base, 'patch')))
  template[name] = await readFile(join(base, 'patch', name))
const manifest = JSON.parse(new TextDecoder().decode(template['patch.json']))
const { name } = manifest

done({ ready: true })
for (let i = 0; i < Number(count); i++) {
  const version = `1.0.0-${own}.${i}`
  const text = new TextEncoder().encode(JSON.stringify({ ...manifest, version }))
  await addPatch({ ...options, files: { ...template, 'patch.json': text } })
  done({ added: version })
  if (i % 3 === 0) {
    await yankPatch({ ...options, name, version, reason: 'a test' })
    done({ yanked: version })
  }
  if (i % 5 === 1) {
    const role = (['timestamp', 'snapshot', 'targets', 'publisher', 'root'] as const)[Math.floor(i / 5) % 5]
    await rotateKeys({ ...options, role: role as string })
    done({ rotated: role })
  }
  if (i % 4 === 2) {
    await renewMetadata(options)
    done({ renewed: true })
  }
}
