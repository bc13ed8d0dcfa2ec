import { Command } from 'commander'
import { addModelOptions, type CommandContext, inContext } from '../cli/command-context.ts'
import { addExamples, requireOptions } from '../cli/help.ts'
import { fired } from '../cli/interruption.ts'
import { repeated } from '../options/option-values.ts'
import { openCluster } from './open-cluster.ts'

interface WorkerCommandOptions {
  readonly queue: string
  readonly store: string
  readonly model: string
  readonly adapter?: readonly string[]
  readonly name?: string
}

/** `worker`: processes shards of other machines' runs until it is told to stop. */
export function workerCommand(): Command {
  const command = new Command('worker')
    .description('do the work of pairs, train and eval that run elsewhere with --queue')
    .option('--queue <address>', 'where the work is: redis://HOST:PORT, or rediss:// with TLS')
    .option('--store <place>', 'where its data and outcomes are: s3://BUCKET/PREFIX or a shared folder')
    .option('--model <model>', 'a Hub id, a folder or a .gguf file: the base of the runs')
    .option(
      '--adapter <adapter>',
      'also answer as the model with this LoRA, as runs do with --reference adapter:…; can be repeated (default: none)',
      repeated,
    )
    .option('--name <name>', "what it is called in figures (default: the machine's name and four letters)")
  requireOptions(command, '--queue', '--store', '--model')
  return addExamples(
    addModelOptions(command).action(inContext(work)),
    [
      'On each machine',
      'policypatch worker --queue redis://10.0.0.1:6379 --store s3://patches/runs --model HuggingFaceTB/SmolLM2-135M-Instruct',
    ],
    [
      'For runs whose reference is an adapter',
      'policypatch worker --queue redis://10.0.0.1:6379 --store s3://patches/runs --model HuggingFaceTB/SmolLM2-135M-Instruct --adapter safer/',
    ],
  )
}

async function work(context: CommandContext, options: WorkerCommandOptions): Promise<void> {
  const { queue, store, adapter = [], name } = options
  const { startWorker } = await openCluster()
  const models = [await context.loadModel(options.model)]
  for (const one of adapter) models.push(await context.loadModel(options.model, { adapter: one }))
  const { line } = context.progress
  const worker = await startWorker({
    ...{ queue, store, models, name, onNotice: line },
    onShard({ kind, rows, seconds, fault }) {
      const how = fault === undefined ? `in ${seconds.toFixed(2)} s` : `failed: ${(fault as Error).message}`
      // A training run has thousands of them.
      if (kind !== 'gradient' || fault !== undefined) line(`${kind}, ${rows} rows: ${how}`)
    },
  })
  line(`${worker.name} works for ${queue}`)
  await fired(context.signal)
  await worker.close()
  for (const model of models) await model.dispose()
  context.print(`${worker.name} did ${worker.done} shards`, { worker: worker.name, shards: worker.done })
}
