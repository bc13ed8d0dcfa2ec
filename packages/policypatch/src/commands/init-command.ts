import { existsSync } from 'node:fs'
import { createRequire } from 'node:module'
import { basename, isAbsolute, relative, resolve, sep } from 'node:path'
import { trainingDefaults } from '@policypatch/core/train'
import { Command, InvalidArgumentError, Option } from 'commander'
import { type CommandContext, inContext } from '../cli/command-context.ts'
import { addExamples } from '../cli/help.ts'
import { askSettings } from '../init/ask-settings.ts'
import { goals, type InitSettings, initDefaults, workflows } from '../init/init-settings.ts'
import { projectFiles } from '../init/project-files.ts'
import { startingData } from '../init/starting-data.ts'
import { writeProject } from '../init/write-project.ts'
import { text } from '../options/option-values.ts'
import { parseReferenceSpec } from '../options/reference-spec.ts'
import { patchName } from '../options/training-options.ts'

const { version } = createRequire(import.meta.url)('policypatch/package.json') as { version: string }

interface InitOptions extends Partial<InitSettings> {
  readonly yes?: true
}

/** `init`: creates a project for training a patch. */
export function initCommand(): Command {
  const defaults = Object.entries(goals).map(([name, what]) => `${name} (${what})`)
  const { goal, model, reference, preset, ci } = initDefaults
  const command = new Command('init')
    .description(
      'create a project: prompts, policypatch.config.ts, a script that applies the patch, and a CI workflow',
    )
    .argument('[folder]', 'folder of the project', '.')
    .addOption(
      new Option(
        '--goal <goal>',
        `what the patch should do: ${defaults.join(', ')} (default: ${goal})`,
      ).choices(Object.keys(goals)),
    )
    .option('--model <model>', `a Hub id, a folder or a .gguf file (default: ${model})`, text)
    .option('--name <name>', 'name of the patch (default: the name of the folder)', patchName)
    .option(
      '--reference <reference>',
      `source of the answers to learn: recorded (answers.jsonl), system-prompt (policy.txt), or as for train (default: ${reference})`,
      referenceForm,
    )
    .addOption(
      new Option('--preset <preset>', `training effort (default: ${preset})`).choices(
        Object.keys(trainingDefaults.presets),
      ),
    )
    .addOption(new Option('--ci <what>', `what the CI workflow does (default: ${ci})`).choices(workflows))
    .option('--yes', 'ask no questions: use the defaults for missing options')
  addExamples(
    command,
    ['Answer a few questions', 'policypatch init my-patch'],
    [
      'Without questions',
      'policypatch init my-patch --goal json --model HuggingFaceTB/SmolLM2-135M-Instruct --yes',
    ],
  )
  return command.action(inContext(init))
}

async function init(
  context: CommandContext,
  options: InitOptions,
  [folder = '.']: readonly string[],
): Promise<void> {
  const settings = placedIn(folder, await settingsOf(context, options, defaultName(folder)))
  const files = projectFiles(settings, await startingData(settings.goal), version)
  const { written, kept } = await writeProject(folder, files)
  const enter = resolve(folder) === process.cwd() ? '' : `cd ${folder}\n`
  context.print(
    [
      ...written.map((name) => `created  ${name}`),
      ...kept.map((name) => `kept     ${name}, which already exists`),
      '',
      `Replace the examples in ${written.filter((name) => /\.(jsonl|txt)$/.test(name)).join(', ')} with your own, then:`,
      `${enter}npm install\nnpm run train\nnpm run eval\nnpm run apply`,
    ].join('\n'),
    { folder, settings, written, kept },
  )
}

async function settingsOf(
  { json, usageError }: CommandContext,
  { yes, ...given }: InitOptions,
  name: string,
): Promise<InitSettings> {
  if (yes) return { ...initDefaults, name, ...given }
  if (process.stdin.isTTY && process.stderr.isTTY && !json) {
    return askSettings({ given, name, check, input: process.stdin, output: process.stderr })
  }
  const missing = (['goal', 'model', 'name'] as const).filter((one) => given[one] === undefined)
  if (missing.length > 0) {
    usageError(
      `there is no terminal for questions: pass ${missing.map((one) => `--${one}`).join(', ')}, or --yes for the defaults`,
    )
  }
  return { ...initDefaults, name, ...given }
}

/** What is wrong with an answer, according to the option of the same name. */
function check(setting: 'model' | 'name' | 'reference', value: string): string | undefined {
  try {
    ;({ model: text, name: patchName, reference: referenceForm })[setting](value)
    return undefined
  } catch (error) {
    if (error instanceof InvalidArgumentError) return error.message
    throw error
  }
}

function referenceForm(value: string): string {
  if (value !== 'recorded') parseReferenceSpec(value)
  return value
}

/** The folder's name, made a valid patch name. */
function defaultName(folder: string): string {
  const name = basename(resolve(folder))
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .slice(0, 64)
    .replace(/^-+|-+$/g, '')
  return name || 'patch'
}

/** Makes existing relative paths relative to the project's folder. */
function placedIn(folder: string, settings: InitSettings): InitSettings {
  const placed = (path: string): string => {
    if (isAbsolute(path) || !existsSync(path)) return path
    const own = relative(folder, path).split(sep).join('/')
    return own.startsWith('.') ? own : `./${own}`
  }
  const [, form, file] = /^(adapter|recorded|system-prompt):(.+)$/s.exec(settings.reference) ?? []
  const reference = file === undefined ? placed(settings.reference) : `${form}:${placed(file)}`
  return { ...settings, model: placed(settings.model), reference }
}
