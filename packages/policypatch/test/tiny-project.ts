import { beforeAll, expect, vi } from 'vitest'
import { writeTinyModel } from '../../core/test/models/tiny-model.ts'
import { temporaryFolder, writeTinyData } from './fixtures.ts'
import { type CommandResult, type RunOptions, runCommand } from './run-command.ts'

// Each test starts processes, which takes long where the machine is busy.
vi.setConfig({ testTimeout: 600_000, hookTimeout: 600_000 })

/** The command line that trains a patch to a folder. */
export const training = (out: string) =>
  `train --model tiny --pairs pairs.jsonl --out ${out} --name tiny --version 1.2.0 --length 3 --batch-size 2
   --sft-steps 30 --dpo-steps 5 --dpo-lr 1e-3 --seed 7`.split(/\s+/)

/** The command line in a folder of its own. */
export interface TinyProject {
  /** A path in it. */
  at(path: string): string
  run(args: readonly string[], options?: Omit<RunOptions, 'cwd'>): Promise<CommandResult>
  /** Runs a command that must end well. */
  succeed(...args: readonly string[]): Promise<CommandResult>
}

/** A folder with two tiny models, prompts and a recording; with pairs and `patches/tiny` made of them unless told otherwise. */
export function tinyProject({ trained = true } = {}): TinyProject {
  let cwd = ''
  const project: TinyProject = {
    at: (path) => `${cwd}/${path}`,
    run: (args, options = {}) => runCommand(args, { cwd, ...options }),
    async succeed(...args) {
      const result = await project.run(args)
      expect(result, result.stderr).toMatchObject({ code: 0 })
      return result
    },
  }
  beforeAll(async () => {
    cwd = await temporaryFolder()
    await writeTinyModel(project.at('tiny'))
    await writeTinyModel(project.at('other'), 'qwen2')
    await writeTinyData(cwd)
    if (!trained) return
    await project.succeed(
      ...'pairs --model tiny --prompts prompts.jsonl --reference recorded:recorded.jsonl'.split(' '),
      ...'--out pairs.jsonl --max-tokens 6'.split(' '),
    )
    await project.succeed(...training('patches/tiny'))
  })
  return project
}
