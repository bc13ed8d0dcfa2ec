import { spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import { readFile, rename, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileStorage, filterPairs, type PreferencePair } from 'policypatch'
import { writeJsonLines } from 'policypatch/platform'
import { pythonCommand, quietEnvironment } from '../sides/command.ts'
import type { DomainCase } from './cases/domain-case.ts'

export interface TrainLoraOptions {
  /** The base's GGUF file. */
  readonly model: string
  readonly pairs: readonly PreferencePair[]
  readonly folder: string
  readonly onProgress: (line: string) => void
}

export interface TrainedLora {
  /** Folder of the adapter. */
  readonly adapter: string
  /** Number of trainable parameters. */
  readonly parameters: number
  readonly seconds: number
}

/** Trains a LoRA of rank 16 with PEFT on y⁺ of the same pairs as the patch. */
export async function trainLora(
  { domain }: DomainCase,
  { model, pairs, folder, onProgress }: TrainLoraOptions,
): Promise<TrainedLora> {
  const adapter = join(folder, 'lora')
  const summary = join(adapter, 'training.json')
  if (!existsSync(summary)) {
    const { filter } = domain.pairs
    const kept = filter === false ? pairs : filterPairs(pairs, filter)
    const rows = 'pairs' in kept ? [...kept.pairs, ...kept.unpaired] : kept
    const data = join(folder, 'lora-data.jsonl')
    await writeJsonLines(
      fileStorage(folder),
      'lora-data.jsonl',
      rows.map(({ prompt, chosen }) => ({ prompt, chosen })),
    )
    const [program, ...args] = pythonCommand('peft_lora_train.py')
    const made = `${adapter}.partial`
    const last = await run(
      program,
      [
        ...args,
        ...['--model', model, '--data', data, '--out', made, '--format', domain.format],
        ...['--steps', '120', '--max-response-tokens', '32'],
      ],
      onProgress,
    )
    await writeFile(join(made, 'training.json'), last)
    await rename(made, adapter)
  }
  const { parameters, seconds } = JSON.parse(await readFile(summary, 'utf8')) as TrainedLora
  return { adapter, parameters, seconds }
}

/** Runs a program and returns the last line that it printed. */
function run(program: string, args: readonly string[], onLine: (line: string) => void): Promise<string> {
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, { env: quietEnvironment, stdio: ['ignore', 'pipe', 'inherit'] })
    let last = ''
    let rest = ''
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      const lines = (rest + text).split('\n')
      rest = lines.pop() as string
      for (const line of lines) {
        last = line
        onLine(`lora: ${line.slice(0, 80)}`)
      }
    })
    child.on('error', reject)
    child.on('close', (code) =>
      code === 0 ? resolve(last) : reject(new Error(`${program} ended with ${code}`)),
    )
  })
}
