import { fileStorage } from '@policypatch/backend-node'
import type { Patch } from '@policypatch/core'
import { writeReport } from '@policypatch/core/evaluate'
import { type PatchEffect, withEffects } from '@policypatch/core/patch'
import { Command, Option } from 'commander'
import { addModelOptions, addTrustOption, type CommandContext, inContext } from '../cli/command-context.ts'
import { addExamples } from '../cli/help.ts'
import { addFreshOption } from '../cli/kept-run.ts'
import { addClusterOptions } from '../cluster/on-cluster.ts'
import { addConfigOptions } from '../config/apply-config.ts'
import { abilityEffects } from '../measure/ability.ts'
import type { EvalOptions } from '../measure/eval-options.ts'
import { measureAsked } from '../measure/measure-asked.ts'
import { promptsOfDomain } from '../options/domain-spec.ts'
import { integer } from '../options/option-values.ts'
import {
  addDomainOption,
  addJudgeOptions,
  addKindOption,
  refuseBesideDomain,
} from '../options/pair-options.ts'
import { addReferenceOptions } from '../options/reference-spec.ts'
import { isPatchFolder, patchForms } from '../patches/find-patch.ts'

/**
 * `eval`: measures refusal by the base and the subjects that should improve it, by origin and context of the prompts, and their
 * abilities.
 */
export function evalCommand(): Command {
  const command = new Command('eval')
    .description(
      'measure refusal and over-refusal, or how well another goal is met, by origin and context; divergence from ' +
        'the base model; and ability, all with 95% intervals',
    )
    .option('--model <model>', "a Hub id, a folder or a .gguf file (default: the patch's base model)")
    .option(
      '--prompts <file...>',
      'JSON Lines of {"prompt", "kind": "target" | "keep" (for safety "harmful" | "harmless")}, optionally with "part" (the origin; default: the file) and "context"',
    )
    .option(
      '--contexts <contexts>',
      'contexts in which to measure each prompt that has none: none (the bare prompt), default (seven: plain, system prompts, ' +
        'later turns, other wordings; takes seven times as long) or a file (JSON Lines)',
      'none',
    )
    .option(
      '--ability [folder]',
      'also measure grammar, knowledge, perplexity and instruction following, on built-in data or on a folder',
    )
    .option('--samples <n>', "answers to each prompt, with --domain (default: the domain's)", integer(1))
    .option('--patch <patch...>', `also measure with a patch: ${patchForms}`)
    .option('--system-prompt [file]', 'also measure with a system prompt: from a file, or a safety prompt')
    .option(
      '--out <file>',
      'save the report, and every response in FILE.run; run the same command again to resume',
    )
    .option('--record', "write the results into the patch's manifest, in its folder")
    .option(
      '--max-tokens <n>',
      "number of tokens to generate and judge; with --domain by default the domain's",
      integer(1),
      64,
    )
    .option('--batch-size <n>', 'number of responses to generate together', integer(1), 32)
    .addOption(
      new Option('--format <format>', 'chat: use the chat template; text: continue the prompt as text')
        .choices(['chat', 'text'])
        .default('chat'),
    )
  addDomainOption(command, "measure a domain's figures in place of refusal")
  addClusterOptions(addReferenceOptions(command, 'also measure a safer reference'))
  addConfigOptions(addTrustOption(addModelOptions(addJudgeOptions(addKindOption(addFreshOption(command))))))
  addExamples(
    command,
    [
      'Before and after, saved for a report',
      'policypatch eval --patch patches/harmfulness --prompts held-out.jsonl --out evaluation.json',
    ],
    [
      'In seven contexts, recorded in the patch',
      'policypatch eval --patch patches/harmfulness --prompts held-out.jsonl --contexts default --record',
    ],
    [
      'The figures of another domain, on its own prompts',
      'policypatch eval --patch patches/gender --domain gender --out evaluation.json',
    ],
    ['The cost in ability', 'policypatch eval --patch harmfulness --ability --out ability.json'],
  )
  return command.action(inContext(evaluate))
}

async function evaluate(context: CommandContext, options: EvalOptions): Promise<void> {
  const { patch: places = [], out } = options
  await checkEvalOptions(context, options)
  const patches = await Promise.all(places.map((place) => context.findPatch(place)))
  const { effects, abilities, tables, json, report } = await measureAsked(context, options, patches)
  if (out !== undefined) await writeReport({ storage: fileStorage(), path: out }, report, json)
  if (options.record && patches[0]) {
    const all = effectsOf(patches[0], [...effects, ...abilityEffects(abilities)])
    await (await withEffects(patches[0], all)).save(places[0] as string)
  }
  context.print(tables.join('\n\n'), json)
}

/** Ends the command if options contradict each other. */
export async function checkEvalOptions(context: CommandContext, options: EvalOptions): Promise<void> {
  const { usageError } = context
  const { patch: places = [], prompts: files, contexts, ability, out, format, domain } = options
  if (domain && !files && !promptsOfDomain(domain, 'measure')) usageError('--domain needs --prompts')
  if (!domain && !files && ability === undefined) usageError('pass --prompts or --ability')
  const folder = places.length === 1 && (await isPatchFolder(places[0] as string))
  if (options.record && !folder) usageError('--record needs exactly one --patch, and it must be a folder')
  if (options.fresh && out === undefined) usageError('--fresh needs --out')
  if (contexts !== 'none' && format === 'text') usageError('--contexts needs --format chat')
  if (options.samples !== undefined && !domain) usageError('--samples needs --domain')
  if (domain) refuseBesideDomain(context, { contexts: '--contexts' })
}

/** The new effects of a patch, plus those in its manifest whose metrics were not measured now. */
function effectsOf({ manifest }: Patch, measured: readonly PatchEffect[]): PatchEffect[] {
  const now = new Set(measured.map(({ metric }) => metric))
  return [...manifest.effects.filter(({ metric }) => !now.has(metric)), ...measured]
}
