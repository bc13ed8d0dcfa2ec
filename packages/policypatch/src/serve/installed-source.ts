import type { LanguageModel, Patch } from '@policypatch/core'
import { checkFit } from '@policypatch/core/patch'
import type { PatchSource } from '@policypatch/serve'
import type { CommandContext } from '../cli/command-context.ts'
import { openState } from '../installed/state-context.ts'

/**
 * The installed patches of the project or the machine, as a server's patch source. `policypatch list` shows what the server
 * installs, and `policypatch rollback` undoes it.
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
          // A patch that does not fit the served model is not installed.
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
      // If nothing had to change, the patch is among those in use.
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
