import { readFile } from 'node:fs/promises'
import { PatchError } from '@policypatch/core'
import type { Command } from 'commander'
import { inContext } from '../../cli/command-context.ts'
import { addExamples, requireOptions } from '../../cli/help.ts'
import { openRegistry } from '../../open-registry.ts'
import { findPatch, patchForms } from '../../patches/find-patch.ts'
import { parsePatchSpec } from '../../patches/read-patch.ts'
import { published, type RepoOptions, repoSubcommand } from './repo-options.ts'

interface AddOptions extends RepoOptions {
  readonly acceptRegression?: readonly string[]
}

/** `repo add`: publishes a version of a patch. */
export function addPatchCommand(): Command {
  const command = repoSubcommand('add', 'publish a version of a patch')
    .argument('<patch>', patchForms)
    .option(
      '--accept-regression <metrics...>',
      'metrics that may be worse than in the version before, or not measured any more',
    )
    .action(
      inContext(async ({ print }, { acceptRegression, ...options }: AddOptions, [place = '']) => {
        const { files } = await findPatch(place)
        const registry = await openRegistry()
        const added = await registry.addPatch({
          ...published(options),
          ...{ files, acceptRegressions: acceptRegression },
        })
        const { name, version, bytes, comparedWith, isNew } = added
        const compared =
          comparedWith === undefined ? '' : `, no worse than ${comparedWith} but for what was accepted`
        print(
          isNew
            ? `Published ${name}@${version}: ${(bytes / 1000).toFixed(0)} kB${compared}.`
            : `${name}@${version} is there already, with the same contents.`,
          added,
        )
      }),
    )
  return addExamples(
    command,
    ['A patch that you trained', 'policypatch repo add patches/harmfulness --folder public --keys keys'],
    ['One that refuses less', "policypatch repo add patches/harmfulness --accept-regression 'refusal rate'"],
  )
}

interface YankOptions extends RepoOptions {
  readonly reason: string
}

/** `repo yank`: withdraws a version. */
export function yankCommand(): Command {
  const command = repoSubcommand(
    'yank',
    'withdraw a version: it can then be installed only by its exact version',
  )
    .argument('<patch>', 'NAME@VERSION')
    .option('--reason <text>', 'why, in a sentence that installers are told')
    .action(
      inContext(async ({ print, usageError }, { reason, ...options }: YankOptions, [patch = '']) => {
        const { name, version } = parsePatchSpec(patch)
        if (version === undefined) return usageError('name the version, as NAME@VERSION')
        const { yankPatch } = await openRegistry()
        await yankPatch({ ...published(options), name, version, reason })
        print(`Withdrew ${patch}: ${reason}`, { name, version, reason })
      }),
    )
  return addExamples(requireOptions(command, '--reason'), [
    'A version that does harm',
    "policypatch repo yank harmfulness@1.0.1 --reason 'refuses questions about medicines'",
  ])
}

/** `repo add-advisory`: publishes an advisory. */
export function addAdvisoryCommand(): Command {
  const command = repoSubcommand('add-advisory', 'publish an advisory, or a newer state of one')
    .argument('<file>', 'an OSV record, as advise writes it')
    .action(
      inContext(async ({ print }, options: RepoOptions, [path = '']) => {
        const registry = await openRegistry()
        const advisory = await readFile(path).catch((cause) => Promise.reject(noAdvisory(path, cause)))
        const id = await registry.addAdvisory({ ...published(options), advisory })
        print(`Published ${id}.`, { id })
      }),
    )
  return addExamples(command, ['An advisory', 'policypatch repo add-advisory x_acme-2026-1.json'])
}

const noAdvisory = (path: string, cause: unknown) =>
  new PatchError('NOT_FOUND', {
    expected: `an advisory in ${path}`,
    found: 'no readable file',
    remedy: 'Check the path, or write one with `policypatch advise`',
    cause,
  })
