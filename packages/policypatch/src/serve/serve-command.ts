import { fileStorage } from '@policypatch/backend-node'
import { type Patch, PatchError } from '@policypatch/core'
import { createEngine } from '@policypatch/core/engine'
import type { ServeConfig, ServeSettings } from '@policypatch/serve'
import { Command } from 'commander'
import { addModelOptions, addTrustOption, type CommandContext, inContext } from '../cli/command-context.ts'
import { addExamples } from '../cli/help.ts'
import { fired } from '../cli/interruption.ts'
import { integer, repeated, text } from '../options/option-values.ts'
import { baseModel, patchForms } from '../patches/find-patch.ts'
import { installedSource } from './installed-source.ts'
import { openServer } from './open-server.ts'

interface ServeCommandOptions {
  readonly model?: string
  readonly patch?: readonly string[]
  readonly name?: readonly string[]
  readonly host?: string
  readonly port?: number
  readonly keys?: string
  readonly state?: string
  readonly settings?: string
}

/** `serve`: serves OpenAI's API until it is told to stop. */
export function serveCommand(): Command {
  const command = new Command('serve')
    .description("serve a model over OpenAI's API; patches are chosen by request and changed while it runs")
    .option('--model <model>', "a Hub id, a folder or a .gguf file (default: the first patch's base model)")
    .option(
      '--patch <patch>',
      `a patch for requests that name none: ${patchForms}; can be repeated`,
      repeated,
    )
    .option('--name <name>', 'what requests call the model (default: its id); can be repeated', repeated)
    .option('--host <address>', 'address to listen on; 0.0.0.0 is all (default: 127.0.0.1)', text)
    .option('--port <n>', 'port to listen on; 0 is any (default: 8000)', integer(0, 65_535))
    .option(
      '--keys <file>',
      'accept only requests with a key from this file; `api-key` creates one (default: accept all)',
    )
    .option('--state <file>', 'save changes made while serving for the next start (default: save nothing)')
    .option(
      '--settings <file>',
      'JSON file with these and all other settings (default: none); variables POLICYPATCH_SERVE_… and options override it',
    )
    .action(inContext(serve))
  return addExamples(
    addTrustOption(addModelOptions(command)),
    [
      'A model with the patch that comes with policypatch',
      'policypatch serve --patch harmfulness-smollm2-135m-instruct --name smollm2',
    ],
    ['For others, with keys', 'policypatch serve --model acme/chat --host 0.0.0.0 --keys keys.json'],
  )
}

async function serve(context: CommandContext, options: ServeCommandOptions): Promise<void> {
  const server = await openServer()
  const given: Patch[] = []
  for (const place of options.patch ?? []) given.push(await context.findPatch(place))
  const { settings: file } = options
  const config = server.serveConfig(
    settingsOf(options, given),
    server.environmentSettings(process.env),
    file === undefined ? {} : server.parseServeFile(await fileStorage().read(file), file),
  )
  const first = given[0] ?? (await firstPatch(context, config))
  const model = await context.loadModel(baseModel(context, config.model, first))
  try {
    const engine = createEngine(model, config.engine)
    const source = await installedSource(context, model)
    const running = await server.serve({
      engine,
      config,
      patches: given,
      source,
      trust: await context.trust(),
    })
    context.progress.line(`${model.id} is served at ${running.url}`)
    const reload = () =>
      running
        .reload()
        .catch((error: Error) => context.progress.line(`Settings not reloaded: ${error.message}`))
    process.on('SIGHUP', reload)
    await fired(context.signal)
    const drained = await running.close()
    process.off('SIGHUP', reload)
    if (!drained) throw notDrained(config.drainSeconds)
  } finally {
    await model.dispose()
  }
}

/** The settings given on the command line. */
function settingsOf(
  { model, name, host, port, keys, state }: ServeCommandOptions,
  given: readonly Patch[],
): ServeSettings {
  const patches = given.map(({ manifest }) => `${manifest.name}@${manifest.version}`)
  return {
    ...(model !== undefined && { model }),
    ...(name && { names: [...name] }),
    ...(host !== undefined && { host }),
    ...(port !== undefined && { port }),
    ...(keys !== undefined && { keys }),
    ...(state !== undefined && { state }),
    ...(patches.length > 0 && { patches }),
  }
}

/** The first patch of the settings, which determines the model if none was named. */
async function firstPatch(
  context: CommandContext,
  { model, patches }: ServeConfig,
): Promise<Patch | undefined> {
  const [first] = patches
  if (model !== undefined || first === undefined) return undefined
  if (typeof first === 'string') return context.findPatch(first)
  return context.findPatch(first.version === undefined ? first.name : `${first.name}@${first.version}`)
}

const notDrained = (seconds: number) =>
  new PatchError('DEADLINE_EXCEEDED', {
    expected: `all started answers to finish within ${seconds} s`,
    found: 'some that did not finish and were cut off',
    remedy: 'Set drainSeconds to as long as the longest answer takes',
  })
