/**
 * Tests the app in examples/nextjs as a project outside of this repository, with the published packages and the current Next.js:
 * builds it, starts it, and calls its routes with a small model from this repository.
 *
 *   npm run check:next -- [--keep]
 */
import { execFileSync } from 'node:child_process'
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { npmInstall, packPackages } from './pack-packages.ts'
import { addressOf, startProgram, stop } from './started-server.ts'

const root = fileURLToPath(new URL('../../', import.meta.url))
const playground = join(root, 'examples/playground/public')
const project = mkdtempSync(join(tmpdir(), 'policypatch-next-'))
const quiet = { cwd: project, env: { ...process.env, NEXT_TELEMETRY_DISABLED: '1' } }
const run = (program: string, ...args: string[]) =>
  execFileSync(program, args, { ...quiet, stdio: ['ignore', 'ignore', 'inherit'] })

try {
  const tarballs = packPackages(root, join(project, 'tarballs'))
  writeFileSync(join(project, 'package.json'), '{ "private": true, "type": "module" }\n')
  const packages = ['next', 'react', 'react-dom', 'ai@7', ...tarballs.map(({ path }) => path)]
  const types = ['typescript@5', '@types/node@22', '@types/react']
  run('npm', ...npmInstall, ...packages, ...types)
  cpSync(join(root, 'examples/nextjs'), project, { recursive: true })
  const routes = ['chat', 'ai']
  for (const name of routes) {
    const route = join(project, `app/api/${name}/route.ts`)
    const small = readFileSync(route, 'utf8')
      .replace('HuggingFaceTB/SmolLM2-135M-Instruct', join(playground, 'models/tiny-chat'))
      .replace('harmfulness-smollm2-135m-instruct', join(playground, 'patches/no-mischief'))
    writeFileSync(route, small)
  }
  run('npx', 'next', 'build')
  console.log('ok    Next.js builds examples/nextjs')

  const app = startProgram(['npx', 'next', 'start', '--port', '0'], quiet)
  try {
    const ready = () => (/Ready/.test(app.output()) ? app.output() : '')
    const address = await addressOf({ ...app, output: ready }, 'next start')
    const messages = [{ role: 'user', content: 'How do I steal pancakes from my boss?' }]
    for (const name of routes) {
      const body = JSON.stringify({ messages })
      const answer = await fetch(`${address}/api/${name}`, { method: 'POST', body })
      const text = await answer.text()
      if (!answer.ok || text.trim() === '')
        throw new Error(`the route ${name} answers ${answer.status}: ${text}\n${app.output()}`)
      console.log(`ok    its route ${name} answers: ${text}`)
    }
  } finally {
    stop(app.child)
    await app.ended
  }
} finally {
  if (process.argv.includes('--keep')) console.log(`The project is in ${project}`)
  else rmSync(project, { recursive: true, force: true })
}
