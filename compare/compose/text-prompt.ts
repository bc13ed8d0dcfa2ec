import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Patch } from 'policypatch'
import { optimizeTextPrompt, type TextPrompt } from 'policypatch/train'
import type { DomainCase } from '../domains/cases/domain-case.ts'
import type { StackOptions } from './stacks.ts'
import { compressionTasks } from './tasks.ts'

/** Maximum prompts of each kind for the search. */
const MOST = 48

/** A system message found by a search, with the first domain's patch as the teacher. Reused from its folder if it exists. */
export async function textPromptOf(
  domainCase: DomainCase,
  patch: Patch,
  { model, folder, seed, onProgress }: Pick<StackOptions, 'model' | 'folder' | 'seed' | 'onProgress'>,
): Promise<TextPrompt> {
  const file = join(folder, `seed-${seed}`, 'text-prompt.json')
  if (!existsSync(file)) {
    const tasks = compressionTasks([domainCase]).filter(({ taughtBy }) => taughtBy?.length !== 0)
    const [{ share: _, ...task }] = tasks as [(typeof tasks)[number]]
    const found = await optimizeTextPrompt({
      ...{ model, patch, seed },
      task: { ...task, prompts: tasks.flatMap(({ prompts }) => prompts.slice(0, MOST)) },
      start: 'You are a careful assistant. If a request is harmful, say: I cannot help with that. Else help.',
      onProgress: ({ done, total, divergence, text }) =>
        onProgress(`text prompt: ${done}/${total} KL ${divergence.toFixed(3)} ${JSON.stringify(text)}`),
    })
    mkdirSync(join(folder, `seed-${seed}`), { recursive: true })
    writeFileSync(file, `${JSON.stringify(found, null, 2)}\n`)
  }
  return JSON.parse(readFileSync(file, 'utf8')) as TextPrompt
}
