import type { Readable, Writable } from 'node:stream'
import { select, text } from '@clack/prompts'
import { PatchError } from '@policypatch/core'
import { type TrainingPreset, trainingDefaults } from '@policypatch/core/train'
import { goals, type InitGoal, type InitSettings, type InitWorkflow, initDefaults } from './init-settings.ts'

export interface AskOptions {
  /** Settings already given, which are not asked for. */
  readonly given: Partial<InitSettings>
  /** The default name. */
  readonly name: string
  /** Returns what is wrong with an answer. */
  readonly check: (setting: 'model' | 'name' | 'reference', value: string) => string | undefined
  readonly input: Readable
  readonly output: Writable
}

/** Asks on the terminal for each setting that was not given. Throws `ABORTED` if the user cancels. */
export async function askSettings({ given, name, check, ...streams }: AskOptions): Promise<InitSettings> {
  const answered = (value: string | symbol): string => {
    if (typeof value === 'string') return value
    throw new PatchError('ABORTED', {
      expected: 'an answer to each question',
      found: 'the end of the input',
      remedy: 'Run init again; nothing was written',
    })
  }
  const choose = async <T extends string>(
    message: string,
    options: { value: T; label: string }[],
    initial: T,
  ) =>
    answered(
      // `select` derives its option types from the value's type, which must not be generic.
      await select<string>({ message, options, initialValue: initial, ...streams }),
    ) as T
  const write = async (setting: 'model' | 'name' | 'reference', message: string, initial: string) =>
    answered(
      await text({
        ...{ message, defaultValue: initial, placeholder: initial, ...streams },
        validate: (value) => check(setting, value || initial),
      }),
    )
  const goal =
    given.goal ??
    (await choose<InitGoal>(
      'What should the patch do?',
      (Object.keys(goals) as InitGoal[]).map((value) => ({ value, label: goals[value] })),
      initDefaults.goal,
    ))
  const model =
    given.model ??
    (await write('model', 'Which model? (a Hub id, a folder or a .gguf file)', initDefaults.model))
  const reference = given.reference ?? (await askReference(choose, write))
  const own = given.name ?? (await write('name', 'What is the name of the patch?', name))
  const preset =
    given.preset ??
    (await choose<TrainingPreset>(
      'How much training effort?',
      (Object.keys(trainingDefaults.presets) as TrainingPreset[]).map((value) => ({ value, label: value })),
      initDefaults.preset,
    ))
  const ci =
    given.ci ??
    (await choose<InitWorkflow>(
      'What should the CI workflow do?',
      [
        { value: 'train', label: 'train the patch, then evaluate it' },
        { value: 'eval', label: 'evaluate the patch in the repository' },
        { value: 'none', label: 'nothing: no workflow' },
      ],
      initDefaults.ci,
    ))
  return { goal, model, reference, name: own, preset, ci }
}

async function askReference(
  choose: (message: string, options: { value: string; label: string }[], initial: string) => Promise<string>,
  write: (setting: 'reference', message: string, initial: string) => Promise<string>,
): Promise<string> {
  const options = [
    { value: 'recorded', label: 'a file of answers that you write (answers.jsonl)' },
    { value: 'system-prompt', label: 'the model itself, with a system prompt (policy.txt)' },
    { value: 'other', label: 'another model or an endpoint' },
  ]
  const chosen = await choose('Where do the answers to learn come from?', options, initDefaults.reference)
  return chosen === 'other'
    ? write(
        'reference',
        'Which one? (a model, adapter:DIR or endpoint:URL#model)',
        'endpoint:http://localhost:8080/v1#name',
      )
    : chosen
}
