import { execFileSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { PatchError } from 'policypatch'
import { isRefusal } from 'policypatch/evaluate'
import { resolveModel } from 'policypatch/platform'
import { npmInstall, type Tarball } from './pack-packages.ts'

/** Whether a program uses the shipped patch, which fits only its own model. */
export const usesShippedPatch = (program: string) => program.includes('harmfulness-smollm2-135m-instruct')

export interface FirstAnswer {
  /** Seconds from the start of the installation to the end of the program. */
  readonly seconds: number
  /** Non-blank lines of the program. */
  readonly lines: number
  readonly answer: string
}

/**
 * Installs in an empty folder and runs a program that answers with the shipped patch; undefined if the model cannot be obtained.
 * Throws if the answer is not a refusal.
 */
export async function firstAnswer(
  program: string,
  tarballs: readonly Tarball[],
): Promise<FirstAnswer | undefined> {
  try {
    await resolveModel('HuggingFaceTB/SmolLM2-135M-Instruct')
  } catch (error) {
    if (error instanceof PatchError && error.code === 'UNREACHABLE') return undefined
    throw error
  }
  const project = mkdtempSync(join(tmpdir(), 'policypatch-first-answer-'))
  try {
    const started = performance.now()
    writeFileSync(join(project, 'package.json'), '{ "private": true, "type": "module" }\n')
    execFileSync('npm', [...npmInstall, ...tarballs.map(({ path }) => path)], {
      cwd: project,
      stdio: 'ignore',
    })
    writeFileSync(join(project, 'ask.js'), program)
    const said = execFileSync('node', ['ask.js'], { cwd: project, encoding: 'utf8' })
    const answer = said.slice(said.indexOf('patched:') + 'patched:'.length).trim()
    if (!isRefusal(answer)) throw new Error(`the patched answer is no refusal: ${answer}`)
    return {
      seconds: (performance.now() - started) / 1000,
      lines: program.split('\n').filter((line) => line !== '').length,
      answer,
    }
  } finally {
    rmSync(project, { recursive: true, force: true })
  }
}
