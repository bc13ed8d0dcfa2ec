import { execFileSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { isRefusal, PatchError, resolveModel } from 'policypatch'
import type { Tarball } from './pack-packages.ts'

const example = fileURLToPath(new URL('../../examples/ready-made-patch.ts', import.meta.url))

export interface FirstAnswer {
  /** From the beginning of the installation to the end of the program. */
  readonly seconds: number
  /** Of the program, without its opening remark and blank lines. */
  readonly lines: number
  readonly answer: string
}

/**
 * From the installation in an empty folder to a patched answer in a program of one's own, by the patch that comes with the package;
 * undefined where the model cannot be had. Throws where the answer is no refusal.
 */
export async function firstAnswer(tarballs: readonly Tarball[]): Promise<FirstAnswer | undefined> {
  try {
    await resolveModel('HuggingFaceTB/SmolLM2-135M-Instruct')
  } catch (error) {
    if (error instanceof PatchError && error.code === 'UNREACHABLE') return undefined
    throw error
  }
  const project = mkdtempSync(join(tmpdir(), 'policypatch-first-answer-'))
  try {
    const started = performance.now()
    mkdirSync(project, { recursive: true })
    writeFileSync(join(project, 'package.json'), '{ "private": true, "type": "module" }\n')
    const install = ['install', '--ignore-scripts', '--no-audit', '--no-fund']
    execFileSync('npm', [...install, ...tarballs.map(({ path }) => path)], { cwd: project, stdio: 'ignore' })
    const program = readFileSync(example, 'utf8')
      .split('\n')
      .filter((line) => line !== '' && !line.startsWith('//'))
    writeFileSync(join(project, 'ask.js'), program.join('\n'))
    const said = execFileSync('node', ['ask.js'], { cwd: project, encoding: 'utf8' })
    const answer = said.slice(said.indexOf('patched:') + 'patched:'.length).trim()
    if (!isRefusal(answer)) throw new Error(`the patched answer is no refusal: ${answer}`)
    return { seconds: (performance.now() - started) / 1000, lines: program.length, answer }
  } finally {
    rmSync(project, { recursive: true, force: true })
  }
}
