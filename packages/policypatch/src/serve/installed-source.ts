import type { LanguageModel, Patch } from '@policypatch/core'
import { checkFit } from '@policypatch/core/patch'
import type { PatchSource } from '@policypatch/serve'
import type { CommandContext } from '../cli/command-context.ts'
import { openState } from '../installed/state-context.ts'

/**
 * The patches that are installed in the project or on the machine, for a server: what it installs, `policypatch list` shows and `policypatch
 * rollback` takes back.
 */
export async function installedSource(
  context: Pick<CommandContext, 'findPatch' | 'progress' | 'trust'>,
  model: LanguageModel,
): Promise<PatchSource> {
  const { install, installedPatches, parseSource } = await import('@policypatch/registry/state')
  return {
    find: context.findPatch,
    isPath: (source) => parseSource(source).kind === 'file',
    async install(source) {
      const state = await openState(context, ['serve', source])
      const entry = await install(
        {
          ...state,
          // What does not fit the model that is served is not installed for it.
          async verify(patch) {
            checkFit(model, patch)
            return (await state.verify?.(patch)) ?? []
          },
        },
        [source],
      )
      const changed = entry?.changes.flatMap(({ name, after }) =>
        after ? [{ name, version: after.version }] : [],
      )
      // Where nothing had to change, it is one of those in use.
      const came = changed
        ? [...changed, ...(entry?.added ?? [])]
        : await inUse(installedPatches(state.place), model)
      const specs = new Set(came.map(({ name, version }) => `${name}@${version}`))
      const patches: Patch[] = []
      for (const spec of specs) patches.push(await context.findPatch(spec))
      return patches
    },
  }
}

async function inUse(
  installed: ReturnType<typeof import('@policypatch/registry/state').installedPatches>,
  model: LanguageModel,
) {
  return (await installed)
    .filter(({ used, patch }) => used && patch.manifest.base.weights === model.weightsFingerprint)
    .map(({ patch }) => patch.manifest)
}
