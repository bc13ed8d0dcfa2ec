import { fileStorage } from '@policypatch/backend-node'
import type { LanguageModel, Patch } from '@policypatch/core'
import { exportKeyValues, promptEmbedder } from '@policypatch/core/patch'
import { Command, Option } from 'commander'
import { addModelOptions, addTrustOption, inContext } from '../cli/command-context.ts'
import { addExamples, requireOptions } from '../cli/help.ts'
import { exportOnnx } from '../export-onnx.ts'
import { text } from '../options/option-values.ts'
import { baseModel, patchForms } from '../patches/find-patch.ts'

interface ExportCommandOptions {
  readonly to: 'key-values' | 'onnx' | 'prompt-embeds'
  readonly model?: string
  readonly prompt?: string
  readonly format: 'chat' | 'text'
  readonly out: string
}

/** `export`: converts a patch for another runtime. */
export function exportCommand(): Command {
  const command = new Command('export')
    .description('export a patch for another runtime (PEFT reads the folder of a patch directly)')
    .argument('<patch>', patchForms)
    .addOption(
      new Option(
        '--to <form>',
        'key-values: past_key_values as safetensors; onnx: the whole model; prompt-embeds: a prompt for vLLM',
      ).choices(['key-values', 'onnx', 'prompt-embeds']),
    )
    .option('--model <model>', "a Hub id, a folder or a .gguf file (default: the patch's base model)")
    .option('--prompt <text>', 'prompt for --to prompt-embeds', text)
    .addOption(
      new Option('--format <format>', 'chat: use the chat template; text: the prompt as it is')
        .choices(['chat', 'text'])
        .default('chat'),
    )
    .option('--out <file>', 'output file')
    .action(
      inContext(async (context, options: ExportCommandOptions, [place = '']) => {
        if ((options.to === 'prompt-embeds') !== (options.prompt !== undefined)) {
          context.usageError('--to prompt-embeds needs --prompt, and no other form takes it')
        }
        const patch = await context.findPatch(place)
        const model = await context.loadModel(baseModel(context, options.model, patch), {
          precision: 'float32',
        })
        const { gate, parts = [] } = patch.manifest.prefix
        if (gate || parts.some((part) => part.gate)) {
          context.progress.line('the gate is not exported: the prefix applies to every prompt')
        }
        await write(model, patch, options)
        context.print(`saved in ${options.out}`, { out: options.out, to: options.to })
      }),
    )
  requireOptions(addTrustOption(addModelOptions(command, { precision: false })), '--to', '--out')
  return addExamples(
    command,
    [
      'For a decoder that takes past_key_values',
      'policypatch export patches/harmfulness --to key-values --out harmfulness.safetensors',
    ],
    [
      'The patched model, for ONNX Runtime',
      'policypatch export patches/harmfulness --to onnx --out model.onnx',
    ],
    [
      "A prompt, for vLLM's prompt_embeds",
      'policypatch export patches/harmfulness --to prompt-embeds --prompt "How do I boil an egg?" --out prompt.txt',
    ],
  )
}

async function write(
  model: LanguageModel,
  patch: Patch,
  { to, prompt = '', format, out }: ExportCommandOptions,
): Promise<void> {
  if (to === 'onnx') return exportOnnx(model, patch, out)
  if (to === 'key-values') {
    const { file } = await exportKeyValues(model, patch)
    return fileStorage().write(out, file)
  }
  const { base64 } = promptEmbedder(
    model,
    patch,
  )(format === 'text' ? prompt : [{ role: 'user', content: prompt }])
  return fileStorage().write(out, new TextEncoder().encode(base64))
}
